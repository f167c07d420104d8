namespace Optimizer.Model;

/// <summary>A number of a snapshot with its provenance. The unit is in the field's name.</summary>
/// <param name="Value">The number; finite.</param>
/// <param name="From">Key of the snapshot's <c>provenances</c>.</param>
public readonly record struct Figure(double Value, string From)
{
    /// <summary>The number alone.</summary>
    public static implicit operator double(Figure figure) => figure.Value;

    /// <summary>The same provenance with another number.</summary>
    public Figure With(double value) => this with { Value = value };
}
