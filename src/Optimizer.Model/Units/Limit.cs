using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A bound on money: a share of the book (<c>40 %</c>) or an amount (<c>2.5M USD</c>, <c>250k USD</c>).</summary>
/// <param name="Amount">The fraction of the book, or the amount in USD; finite and ≥ 0.</param>
/// <param name="IsShareOfBook">Whether <paramref name="Amount"/> is a fraction of the book.</param>
[JsonConverter(typeof(TextualConverter<Limit>))]
public readonly record struct Limit(double Amount, bool IsShareOfBook) : ITextual<Limit>
{
    /// <inheritdoc/>
    public static string Expected => "a share of the book such as '40 %', or an amount such as '250k USD' or '2.5M USD'";

    /// <inheritdoc/>
    public static string Pattern => $"^\\s*{NumberText.Pattern}\\s*(%|[kMB]?\\s*USD)\\s*$";

    /// <inheritdoc/>
    public static Limit Parse(string text)
    {
        var (number, unit) = NumberText.SplitScaled(text, Expected);
        if (number.IsNegative)
            throw new FormatException($"'{text}' is negative; expected {Expected}");
        return unit switch
        {
            "%" => new(number.TimesTenTo(-2).ToDouble(), true),
            "USD" => new(number.ToDouble(), false),
            "" => throw new FormatException($"'{text}' has no unit; expected {Expected}"),
            _ => throw new FormatException($"unknown unit '{unit}' in '{text}'; expected {Expected}"),
        };
    }

    /// <summary>The bound in USD for a book of that value.</summary>
    public double InUsd(double bookUsd) => IsShareOfBook ? Amount * bookUsd : Amount;

    /// <summary>The bound as it would be written.</summary>
    public override string ToString() =>
        IsShareOfBook ? new Percentage(Amount).ToString() : $"{(decimal)Amount:#,0.######} USD";
}
