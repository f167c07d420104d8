using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A length of time, written with its unit: <c>90 days</c>, <c>12 h</c>, <c>20 min</c>, <c>400 ms</c>.</summary>
/// <param name="Days">The length in days; ≥ 0.</param>
[JsonConverter(typeof(TextualConverter<Duration>))]
public readonly record struct Duration(double Days) : ITextual<Duration>, IComparable<Duration>
{
    /// <summary>Days in the year that every yearly rate of the model refers to.</summary>
    public const double DaysPerYear = 365;

    private const double SecondsPerDay = 86_400;

    /// <summary>The length in years of <see cref="DaysPerYear"/> days.</summary>
    public double Years => Days / DaysPerYear;

    /// <summary>The length in seconds.</summary>
    public double Seconds => Days * SecondsPerDay;

    /// <inheritdoc/>
    public static string Expected => "a duration such as '90 days', '12 h', '20 min' or '15 s'";

    /// <inheritdoc/>
    public static string Pattern =>
        $"^\\s*{NumberText.Pattern}\\s*(years?|weeks?|days?|d|hours?|h|minutes?|min|seconds?|s|ms)\\s*$";

    /// <summary>A length given in seconds.</summary>
    public static Duration FromSeconds(double seconds) => new(seconds / SecondsPerDay);

    /// <inheritdoc/>
    public static Duration Parse(string text)
    {
        var (number, unit) = NumberText.Split(text, Expected);
        if (number.IsNegative)
            throw new FormatException($"'{text}' is negative; expected {Expected}");
        var secondsPerUnit = unit switch
        {
            "year" or "years" => DaysPerYear * SecondsPerDay,
            "week" or "weeks" => 7 * SecondsPerDay,
            "day" or "days" or "d" => SecondsPerDay,
            "hour" or "hours" or "h" => 3_600,
            "minute" or "minutes" or "min" => 60,
            "second" or "seconds" or "s" => 1,
            "ms" => 0.001,
            "" => throw new FormatException($"'{text}' has no unit; expected {Expected}"),
            _ => throw new FormatException($"unknown unit '{unit}' in '{text}'; expected {Expected}"),
        };
        return FromSeconds(number.ToDouble() * secondsPerUnit);
    }

    /// <inheritdoc/>
    public int CompareTo(Duration other) => Days.CompareTo(other.Days);

    /// <summary>Whether one length is at most the other.</summary>
    public static bool operator <=(Duration left, Duration right) => left.Days <= right.Days;

    /// <summary>Whether one length is at least the other.</summary>
    public static bool operator >=(Duration left, Duration right) => left.Days >= right.Days;

    /// <summary>Whether one length is shorter than the other.</summary>
    public static bool operator <(Duration left, Duration right) => left.Days < right.Days;

    /// <summary>Whether one length is longer than the other.</summary>
    public static bool operator >(Duration left, Duration right) => left.Days > right.Days;

    /// <summary>The length in the largest unit that keeps it at one or more: <c>7 days</c>, <c>15 min</c>.</summary>
    public override string ToString() => Seconds switch
    {
        0 => "0 s",
        < 1 => $"{Seconds * 1_000:0.###} ms",
        < 120 => $"{Seconds:0.###} s",
        < 7_200 => $"{Seconds / 60:0.###} min",
        < 2 * SecondsPerDay => $"{Seconds / 3_600:0.###} h",
        _ => $"{Days:0.###} days",
    };
}
