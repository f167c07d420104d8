using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Optimizer.Model;

/// <summary>The single grammar for numbers in files: <c>1250000</c>, <c>1_250_000.5</c>, <c>1,250,000</c>, <c>-3e-4</c>.</summary>
/// <remarks>The decimal sign is a point. A comma or an underscore may only separate groups of three digits; a number uses one of them, and
/// a grouped number does not begin with zero. <c>2,5</c>, <c>1_00</c> and <c>0,500</c> are refused, because people read them in different
/// ways.</remarks>
public static partial class NumberText
{
    /// <summary>The grammar as a regular expression, for JSON Schemas.</summary>
    public const string Pattern =
        "[-+\u2212]?(([1-9][0-9]{0,2}(_[0-9]{3})+|[1-9][0-9]{0,2}(,[0-9]{3})+|[0-9]+)(\\.[0-9]+)?|\\.[0-9]+)([eE][-+]?[0-9]{1,3})?";

    /// <summary>Longest accepted number, in characters.</summary>
    private const int MaximumLength = 100;

    /// <summary>Reads a text that is one number.</summary>
    /// <exception cref="FormatException">The text is no number; the message says why.</exception>
    public static DecimalNumber Parse(string text, string expected)
    {
        var (number, unit) = Split(text, expected);
        return unit.Length == 0 ? number : throw new FormatException($"'{text}' is not {expected}");
    }

    /// <summary>Fast path for large files: reads a number as JSON writes it, without group separators.</summary>
    /// <returns>False if the text is not such a number, or not finite.</returns>
    public static bool TryPlain(ReadOnlySpan<char> text, out double value)
    {
        const int ExponentDigits = 3;
        value = 0;
        static int Digits(ReadOnlySpan<char> text, int from)
        {
            var end = from;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            return end - from;
        }

        var at = text is ['-', ..] ? 1 : 0;
        if (text.Length > MaximumLength || Digits(text, at) is not (var whole and > 0))
            return false;
        at += whole;
        if (at < text.Length && text[at] == '.')
        {
            if (Digits(text, at + 1) is not (var places and > 0))
                return false;
            at += 1 + places;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at += at + 1 < text.Length && text[at + 1] is '-' or '+' ? 2 : 1;
            if (Digits(text, at) is not (var exponent and > 0 and <= ExponentDigits))
                return false;
            at += exponent;
        }

        return at == text.Length && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>Reads a number followed by a unit, with or without a space between.</summary>
    /// <param name="text">The text.</param>
    /// <param name="expected">The expected form, which ends the message.</param>
    /// <exception cref="FormatException">There is no number, or it is malformed.</exception>
    public static (DecimalNumber Number, string Unit) Split(string text, string expected)
    {
        var trimmed = text.Trim();
        var end = Length(trimmed);
        var number = trimmed[..end];
        if (number.Length > MaximumLength || !Form().IsMatch(number))
            throw new FormatException($"'{text}' is not {expected}{Advice(number)}");
        return (DecimalNumber.Of(number), trimmed[end..].Trim());
    }

    /// <summary>Reads a number with an optional <c>k</c>, <c>M</c> or <c>B</c> (10³, 10⁶, 10⁹) behind it, followed by a unit.</summary>
    /// <param name="text">The text.</param>
    /// <param name="expected">The expected form, which ends the message.</param>
    /// <exception cref="FormatException">There is no number, or it is malformed.</exception>
    public static (DecimalNumber Number, string Unit) SplitScaled(string text, string expected)
    {
        var (number, unit) = Split(text, expected);
        if (unit.Length == 0 || (unit.Length > 1 && char.IsLetter(unit[1]) && !unit.EndsWith("USD", StringComparison.Ordinal)))
            return (number, unit);
        return unit[0] switch
        {
            'k' => (number.TimesTenTo(3), unit[1..].TrimStart()),
            'M' => (number.TimesTenTo(6), unit[1..].TrimStart()),
            'B' => (number.TimesTenTo(9), unit[1..].TrimStart()),
            'K' or 'm' or 'b' when unit.Length == 1 || !char.IsLetter(unit[1]) || unit[1..] == "USD" =>
                throw new FormatException($"unknown unit '{unit}' in '{text}': a thousand is k, a million M, a billion B; expected {expected}"),
            _ => (number, unit),
        };
    }

    private static string Advice(string number) =>
        number.Contains(',', StringComparison.Ordinal) ? "; use a point for decimals, and a comma only between groups of three digits, such as 1,250,000.5"
        : number.Contains('_', StringComparison.Ordinal) ? "; an underscore stands only between groups of three digits, such as 1_250_000"
        : number.Count(c => c == '.') > 1 ? "; a number has one point: write groups of three digits as 1_250_000"
        : "";

    private static int Length(string text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || "+-\u2212._,".Contains(text[end]) || IsExponent(text, end)))
            end++;
        // A person reads digits after another country's group separator as part of the number: refuse them.
        return end + 1 < text.Length && text[end] is '\'' or '’' or ' ' or '\u00a0' or '\u202f' && char.IsAsciiDigit(text[end + 1])
            ? throw new FormatException($"'{text}' is not one number; write groups of three digits as 1_250_000, and decimals after a point")
            : end;
    }

    private static bool IsExponent(string text, int at) =>
        text[at] is 'e' or 'E' && at > 0 && at + 1 < text.Length
        && (char.IsAsciiDigit(text[at + 1]) || (text[at + 1] is '-' or '+' && at + 2 < text.Length && char.IsAsciiDigit(text[at + 2])));

    [GeneratedRegex($"^{Pattern}\\z")]
    private static partial Regex Form();
}

/// <summary>An exact decimal number: mantissa · 10^exponent.</summary>
/// <param name="Mantissa">The digits as an integer, with its sign.</param>
/// <param name="Exponent">The power of ten that they are multiplied by.</param>
public readonly record struct DecimalNumber(BigInteger Mantissa, int Exponent)
{
    /// <summary>Whether it is below zero.</summary>
    public bool IsNegative => Mantissa.Sign < 0;

    /// <summary>Decimal places that are needed to write it; 0 for a whole number.</summary>
    public int Places
    {
        get
        {
            var (mantissa, places) = (Mantissa, -Exponent);
            while (places > 0 && (mantissa % 10).IsZero)
                (mantissa, places) = (mantissa / 10, places - 1);
            return Math.Max(places, 0);
        }
    }

    /// <summary>The number times a power of ten, exactly.</summary>
    public DecimalNumber TimesTenTo(int power) => this with { Exponent = Exponent + power };

    /// <summary>The number in units of 10^−places, exactly.</summary>
    /// <param name="places">At least <see cref="Places"/>.</param>
    public BigInteger InUnitsOf(int places) => Exponent + places >= 0
        ? Mantissa * BigInteger.Pow(10, Exponent + places)
        : Mantissa / BigInteger.Pow(10, -(Exponent + places));

    /// <summary>The nearest double.</summary>
    /// <exception cref="FormatException">It is too large for one.</exception>
    public double ToDouble()
    {
        var number = double.Parse(FormattableString.Invariant($"{Mantissa}E{Exponent}"), CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? number : throw new FormatException($"{Mantissa}E{Exponent} is out of range");
    }

    /// <summary>Reads a text that matches the grammar.</summary>
    internal static DecimalNumber Of(string text)
    {
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var plain = (e < 0 ? text : text[..e]).Replace("_", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal).Replace('\u2212', '-');
        var point = plain.IndexOf('.', StringComparison.Ordinal);
        var places = point < 0 ? 0 : plain.Length - point - 1;
        return new(BigInteger.Parse(plain.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), exponent - places);
    }
}
