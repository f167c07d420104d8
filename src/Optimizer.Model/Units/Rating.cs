using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A credit-style rating of how likely an event is within a year, best first: A+, A, A-, B+ … C-.</summary>
/// <remarks>The classes are Credora's; <c>optimizer.yaml</c> gives each a yearly probability. A rating says nothing about the size of the
/// loss, which is a separate input.</remarks>
/// <param name="Rank">0 for A+ to 8 for C-.</param>
[JsonConverter(typeof(TextualConverter<Rating>))]
public readonly record struct Rating(int Rank) : ITextual<Rating>
{
    private static readonly string[] Names = ["A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-"];

    /// <summary>Every rating, best first.</summary>
    public static IEnumerable<Rating> All => Enumerable.Range(0, Names.Length).Select(rank => new Rating(rank));

    /// <inheritdoc/>
    public static string Expected => $"a rating, one of {string.Join(", ", Names)}";

    /// <inheritdoc/>
    public static string Pattern => "^[ABC][+-]?$";

    /// <inheritdoc/>
    public static Rating Parse(string text) =>
        Array.IndexOf(Names, text.Trim()) is var rank and >= 0
            ? new(rank)
            : throw new FormatException($"'{text}' is not {Expected}");

    /// <summary>The rating's name.</summary>
    public override string ToString() => Names[Rank];
}
