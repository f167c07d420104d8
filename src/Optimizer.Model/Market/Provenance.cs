namespace Optimizer.Model;

/// <summary>The source of figures in a snapshot.</summary>
public sealed record Provenance
{
    /// <summary>The source: a contract, an API, a document; for an assumption, the reasoning.</summary>
    public required string Source { get; init; }

    /// <summary>The time that the figures describe.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>The block that was read, on chains with blocks.</summary>
    public ulong? Block { get; init; }

    /// <summary>The slot that was read, on Solana.</summary>
    public ulong? Slot { get; init; }

    /// <summary>True for an assumption: nobody measured the figure, and the user may want to replace it.</summary>
    public bool Assumed { get; init; }
}
