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

    /// <summary>The token that goes in.</summary>
    public required TokenId From { get; init; }

    /// <summary>The token that comes out.</summary>
    public required TokenId To { get; init; }

    /// <summary>The proportional fee by tier. The tier of the whole amount sets the fee of the whole amount.</summary>
    public required IReadOnlyList<FeeTier> Fees { get; init; }

    /// <summary>Whole tokens out per whole token in, before fees, where the converter fixes it: 1 for a wrapped coin or a converter at par.
    /// Absent where the market sets it: then the ratio of the prices applies.</summary>
    [Between(1e-12)]
    public Figure? Rate { get; init; }

    /// <summary>Fixed part of the fee, in whole tokens that go in; deducted from the amount moved.</summary>
    [Between(0)]
    public Figure? FixedFee { get; init; }

    /// <summary>Message fee paid in the source chain's native token, in whole tokens.</summary>
    [Between(0)]
    public Figure? NativeFee { get; init; }

    /// <summary>Price impact in basis points per million whole tokens moved: moving f tokens loses f²·impact of them.</summary>
    [Between(0)]
    public Figure? ImpactBpsPerMillion { get; init; }

    /// <summary>The smallest amount accepted, in whole tokens that go in.</summary>
    [Between(0)]
    public Figure? Minimum { get; init; }

    /// <summary>The largest amount accepted, in whole tokens that go in, by credit, depth or rate limit.</summary>
    [Between(0)]
    public Figure? Maximum { get; init; }

    /// <summary>Seconds from sending to receipt.</summary>
    [Between(0)]
    public required Figure DurationSeconds { get; init; }

    /// <summary>Gas (compute units) on the source chain, without approvals.</summary>
    [Between(0)]
    public required Figure SourceGasUnits { get; init; }

    /// <summary>Gas (compute units) of the claim on the destination chain, if the sender must make it.</summary>
    [Between(0)]
    public Figure? ClaimGasUnits { get; init; }

    /// <summary>Values that the route's call needs, by name: a pool, its fee tier.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Events that can destroy money in flight, with the loss given each.</summary>
    public IReadOnlyList<EventLoss> Events { get; init; } = [];

    /// <summary>Whether the destination is another chain.</summary>
    public bool CrossesChains() => From.Chain != To.Chain;
}

/// <summary>One tier of a proportional fee.</summary>
public sealed record FeeTier
{
    /// <summary>Upper end of the tier, in whole tokens that go in; absent for the last.</summary>
    [Between(0)]
    public Figure? UpTo { get; init; }

    /// <summary>The fee in basis points; negative for a reward.</summary>
    [Between(-1_000, 10_000)]
    public required Figure Bps { get; init; }
}
