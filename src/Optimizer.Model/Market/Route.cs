namespace Optimizer.Model;

/// <summary>How a route moves value.</summary>
public enum RouteKind
{
    /// <summary>An exchange of tokens on one chain.</summary>
    Swap,

    /// <summary>A wrap, unwrap, mint or redemption at a fixed rate.</summary>
    Wrap,

    /// <summary>A transfer to another chain.</summary>
    Bridge,
}

/// <summary>A way from one token to another.</summary>
public sealed record Route
{
    /// <summary>Provider, chains and tokens: <c>cctp-fast/ethereum-base/USDC</c>.</summary>
    public required string Id { get; init; }

    /// <summary>How it moves value.</summary>
    public required RouteKind Kind { get; init; }

    /// <summary>The protocol or bridge that moves it.</summary>
    public required string Provider { get; init; }

    /// <summary>What goes in.</summary>
    public required TokenId From { get; init; }

    /// <summary>What comes out.</summary>
    public required TokenId To { get; init; }

    /// <summary>The proportional fee by zone. The zone of the whole amount sets the fee of the whole amount.</summary>
    public required IReadOnlyList<FeeTier> Fees { get; init; }

    /// <summary>What one whole token that goes in gives before fees, in whole tokens that come out, by the converter's own rule: 1 for a
    /// wrapped coin or a converter at par. Absent for what follows the market: there it is the ratio of the prices.</summary>
    [Between(1e-12)]
    public Figure? Rate { get; init; }

    /// <summary>Fixed part of the fee, in whole tokens that go in, taken out of what is moved.</summary>
    [Between(0)]
    public Figure? FixedFee { get; init; }

    /// <summary>Message fee paid in the source chain's native token, in whole tokens.</summary>
    [Between(0)]
    public Figure? NativeFee { get; init; }

    /// <summary>Price impact in basis points per million whole tokens moved: moving f tokens loses f²·impact of them.</summary>
    [Between(0)]
    public Figure? ImpactBpsPerMillion { get; init; }

    /// <summary>The least that is accepted, in whole tokens that go in.</summary>
    [Between(0)]
    public Figure? Minimum { get; init; }

    /// <summary>The most that is accepted, in whole tokens that go in: credit, depth or rate limit.</summary>
    [Between(0)]
    public Figure? Maximum { get; init; }

    /// <summary>Seconds from sending to having it.</summary>
    [Between(0)]
    public required Figure DurationSeconds { get; init; }

    /// <summary>Gas (compute units) on the source chain, approvals apart.</summary>
    [Between(0)]
    public required Figure SourceGasUnits { get; init; }

    /// <summary>Gas (compute units) of the claim on the destination chain, where the sender must make it.</summary>
    [Between(0)]
    public Figure? ClaimGasUnits { get; init; }

    /// <summary>What a call of it has to name, by name: a pool, its fee.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>What can destroy money in flight.</summary>
    public IReadOnlyList<EventLoss> Events { get; init; } = [];

    /// <summary>Whether the destination is another chain.</summary>
    public bool CrossesChains() => From.Chain != To.Chain;
}

/// <summary>One zone of a proportional fee.</summary>
public sealed record FeeTier
{
    /// <summary>Upper end of the zone in whole tokens that go in; absent for the last.</summary>
    [Between(0)]
    public Figure? UpTo { get; init; }

    /// <summary>The fee in basis points; negative for a reward.</summary>
    [Between(-1_000, 10_000)]
    public required Figure Bps { get; init; }
}
