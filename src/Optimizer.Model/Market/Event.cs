namespace Optimizer.Model;

/// <summary>What an event strikes.</summary>
public enum EventKind
{
    /// <summary>A protocol is exploited.</summary>
    Protocol,

    /// <summary>A chain halts or is attacked.</summary>
    Chain,

    /// <summary>A bridge fails.</summary>
    Bridge,

    /// <summary>An issuer's asset loses its peg.</summary>
    Issuer,

    /// <summary>An oracle reports a wrong price.</summary>
    Oracle,
}

/// <summary>Something that destroys value, as a Poisson process: it strikes at a rate per year.</summary>
public sealed record Event
{
    /// <summary>The short name in every other file: <c>aave-v3-exploit</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What it strikes.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Name { get; init; }

    /// <summary>How likely it is within a year; <c>optimizer.yaml</c> maps ratings to probabilities.</summary>
    public required Rating Rating { get; init; }

    /// <summary>Strikes per year where a figure of its own replaces the rating's; ≥ 0.</summary>
    public Figure? IntensityPerYear { get; init; }

    /// <summary>Key of the snapshot's <c>provenances</c>: who rated it.</summary>
    public required string From { get; init; }
}

/// <summary>What one event would cost the holder of something.</summary>
/// <param name="Event">The event's id.</param>
/// <param name="Loss">Fraction of the value lost when it strikes (severity); 0 to 1.</param>
public sealed record EventLoss(string Event, Figure Loss);
