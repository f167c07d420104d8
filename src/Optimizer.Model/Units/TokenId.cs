using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Optimizer.Model;

/// <summary>A token: a symbol on one chain, written <c>USDC@base</c>.</summary>
/// <param name="Symbol">The token's symbol on that chain; bridged variants have their own, such as <c>USDC.e</c>.</param>
/// <param name="Chain">The chain's id.</param>
[JsonConverter(typeof(TextualConverter<TokenId>))]
public readonly partial record struct TokenId(string Symbol, string Chain) : ITextual<TokenId>
{
    /// <inheritdoc/>
    public static string Expected => "a token as symbol@chain, such as 'USDC@base'";

    /// <inheritdoc/>
    public static string Pattern => "^[A-Za-z0-9.+_₮-]+@[a-z0-9-]+$";

    /// <inheritdoc/>
    public static TokenId Parse(string text)
    {
        if (!Form().IsMatch(text))
            throw new FormatException($"'{text}' is not {Expected}");
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return new(text[..at], text[(at + 1)..]);
    }

    /// <summary>The token as it is written: <c>USDC@base</c>.</summary>
    public override string ToString() => $"{Symbol}@{Chain}";

    [GeneratedRegex("^[A-Za-z0-9.+_₮-]+@[a-z0-9-]+$")]
    private static partial Regex Form();
}
