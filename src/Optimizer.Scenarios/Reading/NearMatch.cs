namespace Optimizer.Scenarios;

/// <summary>Suggests what a misspelt name was probably meant to be.</summary>
public static class NearMatch
{
    private const int MostNamed = 4;

    /// <summary>A hint such as <c>; did you mean 'chain'?</c>; empty if no candidate is close.</summary>
    /// <remarks>Order of preference: equal apart from case and punctuation; a name that extends the written one, as <c>aave-v3</c> extends
    /// <c>aave</c>; the fewest changed letters.</remarks>
    public static string Hint(string written, IEnumerable<string> candidates)
    {
        var names = candidates.ToArray();
        var plain = Plain(written);
        var same = names.Where(name => Plain(name) == plain && plain.Length > 0).ToArray();
        if (same.Length == 0)
            same = [.. names.Where(name => IsPart(written, name) || IsPart(name, written)).OrderBy(name => name.Length)];
        if (same.Length == 0)
            same = [.. names.Where(name => IsWord(written, name)), .. Nearest(written, names)];
        return same.Length == 0 ? "" : $"; did you mean {string.Join(" or ", same.Distinct().Take(MostNamed).Select(name => $"'{name}'"))}?";
    }

    private static IEnumerable<string> Nearest(string written, string[] names) => names
        .Select(candidate => (candidate, distance: Distance(written.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(pair => pair.distance <= Math.Max(1, Math.Min(written.Length, pair.candidate.Length) / 3))
        .OrderBy(pair => pair.distance)
        .Select(pair => pair.candidate)
        .Take(1);

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>Whether a word is one of the words of a camel-case name, or its beginning: <c>delay</c> and <c>exitDelay</c>.</summary>
    private static bool IsWord(string word, string name) =>
        word.Length >= 3 && name.Length > word.Length
        && (name.StartsWith(word, StringComparison.OrdinalIgnoreCase) || name.Contains(char.ToUpperInvariant(word[0]) + word[1..], StringComparison.Ordinal));

    /// <summary>Whether a name extends another by further words: <c>aave-v3</c> and <c>aave</c>, or <c>USDC.e</c> and
    /// <c>USDC</c>.</summary>
    private static bool IsPart(string part, string whole) =>
        part.Length >= 3 && whole.Length > part.Length && whole.StartsWith(part, StringComparison.OrdinalIgnoreCase) && !char.IsLetterOrDigit(whole[part.Length]);

    /// <summary>Edit distance: the insertions, deletions, replacements and swaps of neighbours that turn one text into the other (optimal
    /// string alignment). O(n·m) time.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8 || a.Length > 100)
            return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
