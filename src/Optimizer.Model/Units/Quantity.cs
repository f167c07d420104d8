using System.Globalization;

namespace Optimizer.Model;

/// <summary>Splits a text such as <c>2.5M USD</c> into its number and its unit.</summary>
internal static class Quantity
{
    /// <summary>A number with optional thousands marks (<c>_</c> or <c>,</c>) and fraction, as a regular expression.</summary>
    public const string NumberPattern = "-?[0-9][0-9_,]*(\\.[0-9]+)?([eE][-+]?[0-9]+)?";

    /// <summary>Reads a finite number followed by a unit, with or without a space between.</summary>
    /// <exception cref="FormatException">There is no number, it is not finite, or it is misspelt.</exception>
    public static (decimal Number, string Unit) Split(string text, string expected)
    {
        var trimmed = text.Trim();
        var end = NumberLength(trimmed);
        var digits = trimmed[..end].Replace("_", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal);
        if (!decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw new FormatException($"'{text}' is not {expected}");
        return (number, trimmed[end..].Trim());
    }

    private static int NumberLength(string text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || "+-._,".Contains(text[end])
            || IsExponent(text, end)))
        {
            end++;
        }

        return end;
    }

    private static bool IsExponent(string text, int at) =>
        text[at] is 'e' or 'E' && at > 0 && at + 1 < text.Length
        && (char.IsAsciiDigit(text[at + 1]) || text[at + 1] is '-' or '+');
}
