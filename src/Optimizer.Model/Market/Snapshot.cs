namespace Optimizer.Model;

/// <summary>The whole market at a moment, as a file: every figure with where it comes from.</summary>
public sealed record Snapshot
{
    /// <summary>The snapshot's name.</summary>
    public required string Name { get; init; }

    /// <summary>The moment it describes.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>What is missing from it, or to be doubted, and by which rule.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Where figures come from, by the key that each figure names.</summary>
    public required IReadOnlyDictionary<string, Provenance> Provenances { get; init; }

    /// <summary>What has a price.</summary>
    public required IReadOnlyList<Asset> Assets { get; init; }

    /// <summary>Past prices.</summary>
    public required PriceHistory History { get; init; }

    /// <summary>What can destroy value.</summary>
    public required IReadOnlyList<Event> Events { get; init; }

    /// <summary>The chains at that moment.</summary>
    public required IReadOnlyList<ChainState> Chains { get; init; }

    /// <summary>The tokens at that moment.</summary>
    public required IReadOnlyList<TokenState> Tokens { get; init; }

    /// <summary>Where capital may sit.</summary>
    public required IReadOnlyList<Opportunity> Opportunities { get; init; }

    /// <summary>How it may move.</summary>
    public required IReadOnlyList<Route> Routes { get; init; }

    /// <summary>What one share of a place is worth, in units of what it takes, by the opportunity's id: later snapshots measure
    /// growth from it.</summary>
    public IReadOnlyDictionary<string, Figure> ShareRates { get; init; } = new Dictionary<string, Figure>();
}

/// <summary>Something that whoever uses a snapshot should know.</summary>
public sealed record Finding
{
    /// <summary>The rule's name: <c>stale-price</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>What it is about: a chain, a token, an opportunity.</summary>
    public required string Subject { get; init; }

    /// <summary>What is wrong, with figures.</summary>
    public required string Message { get; init; }

    /// <summary>Whether the subject was left out for it; else it is there, and to be doubted.</summary>
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

    /// <summary>Whether it stands still: nothing on it moves.</summary>
    public bool Halted { get; init; }
}

/// <summary>A token at the snapshot's moment.</summary>
public sealed record TokenState
{
    /// <summary>The token.</summary>
    public required TokenId Id { get; init; }

    /// <summary>Its price as a multiple of its asset's: 0.15 for a bridged dollar that nobody redeems; 1 where absent.</summary>
    [Between(0, 100)]
    public Figure? Peg { get; init; }

    /// <summary>The events that strike every holder: its issuer's, and its bridge's for a bridged variant.</summary>
    public IReadOnlyList<EventLoss> Events { get; init; } = [];
}
