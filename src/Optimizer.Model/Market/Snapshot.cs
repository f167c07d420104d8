namespace Optimizer.Model;

/// <summary>The whole market at one moment, as a file. Every figure has its provenance.</summary>
public sealed record Snapshot
{
    /// <summary>The snapshot's name.</summary>
    public required string Name { get; init; }

    /// <summary>The moment it describes.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Missing or doubtful data, each with the rule that found it.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>The sources of figures, by the key that each figure names.</summary>
    public required IReadOnlyDictionary<string, Provenance> Provenances { get; init; }

    /// <summary>The assets, with their prices.</summary>
    public required IReadOnlyList<Asset> Assets { get; init; }

    /// <summary>Past prices.</summary>
    public required PriceHistory History { get; init; }

    /// <summary>The events that can destroy value.</summary>
    public required IReadOnlyList<Event> Events { get; init; }

    /// <summary>The chains at that moment.</summary>
    public required IReadOnlyList<ChainState> Chains { get; init; }

    /// <summary>The tokens at that moment.</summary>
    public required IReadOnlyList<TokenState> Tokens { get; init; }

    /// <summary>The opportunities.</summary>
    public required IReadOnlyList<Opportunity> Opportunities { get; init; }

    /// <summary>The routes between tokens.</summary>
    public required IReadOnlyList<Route> Routes { get; init; }

    /// <summary>Value of one share of an opportunity, in units of its first input, by opportunity id. Later snapshots measure growth from
    /// it.</summary>
    public IReadOnlyDictionary<string, Figure> ShareRates { get; init; } = new Dictionary<string, Figure>();
}

/// <summary>A problem found while taking a snapshot.</summary>
public sealed record Finding
{
    /// <summary>The rule's name: <c>stale-price</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>The chain, token or opportunity concerned.</summary>
    public required string Subject { get; init; }

    /// <summary>What is wrong, with figures.</summary>
    public required string Message { get; init; }

    /// <summary>Whether the subject was left out of the snapshot. If not, it is included but doubtful.</summary>
    public required bool IsRefused { get; init; }
}

/// <summary>A chain at the snapshot's moment.</summary>
public sealed record ChainState
{
    /// <summary>The chain's id.</summary>
    public required string Id { get; init; }

    /// <summary>What a transaction costs.</summary>
    public required GasFees Gas { get; init; }

    /// <summary>The events that strike everything on the chain.</summary>
    public IReadOnlyList<EventLoss> Events { get; init; } = [];

    /// <summary>Whether the chain is halted: no transaction is possible.</summary>
    public bool Halted { get; init; }
}

/// <summary>A token at the snapshot's moment.</summary>
public sealed record TokenState
{
    /// <summary>The token.</summary>
    public required TokenId Id { get; init; }

    /// <summary>The token's price divided by its asset's: 0.15 for a bridged dollar that nobody redeems; 1 where absent.</summary>
    [Between(0, 100)]
    public Figure? Peg { get; init; }

    /// <summary>The events that strike every holder: its issuer's, and its bridge's for a bridged variant.</summary>
    public IReadOnlyList<EventLoss> Events { get; init; } = [];
}
