using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A decimal number of whole tokens, kept as written until the token's decimals are known.</summary>
/// <param name="Text">A number of <see cref="NumberText"/>, ≥ 0, with an optional <c>k</c>, <c>M</c> or <c>B</c>.</param>
[JsonConverter(typeof(TextualConverter<Amount>))]
public readonly record struct Amount(string Text) : ITextual<Amount>
{
    /// <inheritdoc/>
    public static string Expected => "an amount of whole tokens, ≥ 0, such as '1_250_000', '1.25M' or '0.5'";

    /// <inheritdoc/>
    public static string Pattern => $"^\\s*{NumberText.Pattern}\\s*[kMB]?\\s*$";

    /// <inheritdoc/>
    public static Amount Parse(string text)
    {
        var number = Number(text);
        return number.IsNegative ? throw new FormatException($"'{text}' is negative; expected {Expected}") : new(text.Trim());
    }

    /// <summary>The number.</summary>
    public DecimalNumber Number() => Number(Text);

    /// <summary>The exact amount of a token with that many decimal places.</summary>
    /// <exception cref="FormatException">It has more decimal places than the token.</exception>
    public TokenAmount Of(int decimals) => TokenAmount.ParseWhole(Text, decimals);

    /// <summary>The amount as written.</summary>
    public override string ToString() => Text;

    private static DecimalNumber Number(string text)
    {
        var (number, unit) = NumberText.SplitScaled(text, Expected);
        return unit.Length == 0 ? number : throw new FormatException($"'{text}' is not {Expected}");
    }
}
