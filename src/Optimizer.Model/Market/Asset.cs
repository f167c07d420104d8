namespace Optimizer.Model;

/// <summary>Something with a market price: USDC, ETH, SOL.</summary>
public sealed record Asset
{
    /// <summary>The id used in every other file.</summary>
    public required string Id { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>Price of one whole token in USD; &gt; 0.</summary>
    public required Figure PriceUsd { get; init; }

    /// <summary>Betas to the assets with a price history: when such an asset moves by 1 %, this price moves by this many percent. An asset
    /// with its own history needs none.</summary>
    public IReadOnlyDictionary<string, Figure> Betas { get; init; } = new Dictionary<string, Figure>();

    /// <summary>Yearly residual volatility, not explained by the betas; a fraction: 0.6 is 60 %; ≥ 0.</summary>
    public required Figure ResidualVolatility { get; init; }

    /// <summary>What the asset is a claim on: a wrapped coin on the coin; a staking token or vault share on the opportunity that issues it.
    /// Its price follows the underlying, events that strike the underlying strike it, and limits look through it.</summary>
    public IReadOnlyList<Backing> Claims { get; init; } = [];
}

/// <summary>The underlying of a claim, or a collateral: an asset, a token with its issuer, or an opportunity.</summary>
public sealed record Backing
{
    /// <summary>The asset; absent where it is a token or an opportunity.</summary>
    public string? Asset { get; init; }

    /// <summary>The token; absent where it is an asset or an opportunity.</summary>
    public TokenId? Token { get; init; }

    /// <summary>The opportunity; absent for an asset, a token, or an opportunity outside the snapshot.</summary>
    public string? Opportunity { get; init; }

    /// <summary>The protocol of an opportunity outside the snapshot.</summary>
    public string? Protocol { get; init; }

    /// <summary>The events of an opportunity outside the snapshot.</summary>
    public IReadOnlyList<EventLoss> Events { get; init; } = [];

    /// <summary>Share of the value, &gt; 0 to 1; 1 where absent.</summary>
    [Between(0, 1)]
    public Figure? Share { get; init; }

    /// <summary>For collateral: the loan-to-value ratio; 1 where absent. When a strike takes the fraction loss of the collateral, lenders
    /// lose max(0, 1 − (1 − loss)/LTV).</summary>
    [Between(0.01, 1)]
    public Figure? LoanToValue { get; init; }
}

/// <summary>Past prices of assets, sampled together.</summary>
public sealed record PriceHistory
{
    /// <summary>Days from one sample to the next; &gt; 0.</summary>
    public required double IntervalDays { get; init; }

    /// <summary>One series per asset, all of the same length.</summary>
    public required IReadOnlyList<PriceSeries> Series { get; init; }

    /// <summary>Indices (from 0) of the samples that follow a gap: more than <see cref="IntervalDays"/> passed since the sample
    /// before.</summary>
    public IReadOnlyList<int> Gaps { get; init; } = [];

    /// <summary>Log returns from one sample to the next, by series; returns across gaps are left out.</summary>
    public IReadOnlyList<double[]> LogChanges() =>
        [.. Series.Select(series => Enumerable.Range(1, Math.Max(0, series.ClosesUsd.Count - 1)).Where(i => !Gaps.Contains(i)).Select(i => Math.Log(series.ClosesUsd[i] / series.ClosesUsd[i - 1])).ToArray())];
}

/// <summary>Past prices of one asset.</summary>
public sealed record PriceSeries
{
    /// <summary>The asset.</summary>
    public required string Asset { get; init; }

    /// <summary>Prices in USD, oldest first; all &gt; 0.</summary>
    public required IReadOnlyList<double> ClosesUsd { get; init; }

    /// <summary>Key of the snapshot's <c>provenances</c>.</summary>
    public required string From { get; init; }
}
