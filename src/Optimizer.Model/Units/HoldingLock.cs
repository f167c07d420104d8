using System.Globalization;
using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>The lock of a holding: <c>true</c>, <c>false</c>, or the day until which it is locked.</summary>
/// <param name="IsLocked">Whether it is locked at all.</param>
/// <param name="Until">The moment at which the lock ends; absent if it never ends.</param>
[JsonConverter(typeof(TextualConverter<HoldingLock>))]
public readonly record struct HoldingLock(bool IsLocked, DateTimeOffset? Until = null) : ITextual<HoldingLock>
{
    private const string Day = "yyyy-MM-dd";

    /// <inheritdoc/>
    public static string Expected => "true, false, or the day until which it is locked, such as 2026-12-31";

    /// <inheritdoc/>
    public static string Pattern => "^(true|false|[0-9]{4}-[0-9]{2}-[0-9]{2})$";

    /// <inheritdoc/>
    public static HoldingLock Parse(string text) => text.Trim() switch
    {
        "true" => new(true),
        "false" => new(false),
        var day => DateTimeOffset.TryParseExact(day, Day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until)
            ? new HoldingLock(true, until) : throw new FormatException($"'{text}' is not {Expected}"),
    };

    /// <summary>Whether it is locked at a moment.</summary>
    public bool IsLockedAt(DateTimeOffset moment) => IsLocked && (Until is not { } until || until > moment);

    /// <summary>Turns true or false into a lock without an end.</summary>
    public static implicit operator HoldingLock(bool isLocked) => new(isLocked);

    /// <summary>The lock as it is written.</summary>
    public override string ToString() => Until is { } until ? until.ToString(Day, CultureInfo.InvariantCulture) : IsLocked ? "true" : "false";
}
