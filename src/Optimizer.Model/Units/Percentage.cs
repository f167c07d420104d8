using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A share of a whole, written in percent or basis points: <c>40 %</c>, <c>12.5%</c>, <c>25 bps</c>.</summary>
/// <param name="Fraction">The share as a fraction: 0.4 for 40 %. Finite; negative only where the field allows it.</param>
[JsonConverter(typeof(TextualConverter<Percentage>))]
public readonly record struct Percentage(double Fraction) : ITextual<Percentage>
{
    /// <inheritdoc/>
    public static string Expected => "a percentage such as '40 %' or '25 bps'";

    /// <inheritdoc/>
    public static string Pattern => $"^\\s*{NumberText.Pattern}\\s*(%|bps)\\s*$";

    /// <inheritdoc/>
    public static Percentage Parse(string text)
    {
        var (number, unit) = NumberText.Split(text, Expected);
        return unit switch
        {
            "%" => new(number.TimesTenTo(-2).ToDouble()),
            "bps" => new(number.TimesTenTo(-4).ToDouble()),
            "" => throw new FormatException($"'{text}' has no unit; expected {Expected}"),
            _ => throw new FormatException($"unknown unit '{unit}' in '{text}'; expected {Expected}"),
        };
    }

    /// <summary>The share in percent, as it would be written: <c>40 %</c>.</summary>
    public override string ToString() => $"{(decimal)Fraction * 100m:0.############} %";
}
