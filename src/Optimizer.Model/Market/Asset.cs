namespace Optimizer.Model;

/// <summary>What has a price: USDC, ETH, SOL.</summary>
public sealed record Asset
{
    /// <summary>The short name in every other file.</summary>
    public required string Id { get; init; }

    /// <summary>The name that people use.</summary>
    public required string Name { get; init; }

    /// <summary>Price of one whole token in USD; &gt; 0.</summary>
    public required Figure PriceUsd { get; init; }

    /// <summary>Sensitivity of the price to the factors with a price history: a 1 % move of the factor moves the
    /// price by this many percent. An asset with a history of its own needs none.</summary>
    public IReadOnlyDictionary<string, Figure> Betas { get; init; } = new Dictionary<string, Figure>();

    /// <summary>Yearly volatility of what the factors do not explain (a fraction; 0.6 is 60 %); ≥ 0.</summary>
    public required Figure ResidualVolatility { get; init; }

    /// <summary>What it is a claim on: a wrapped coin on the coin, a staking token or a vault's share on the place that issues it. Its
    /// price follows what it claims, what strikes that strikes it, and limits look through it.</summary>
    public IReadOnlyList<Backing> Claims { get; init; } = [];
}

/// <summary>What something is a claim on, or is covered by: an asset, a token of it with its issuer, or a place where assets lie.</summary>
public sealed record Backing
{
    /// <summary>The asset; absent where it is a token or an opportunity.</summary>
    public string? Asset { get; init; }

    /// <summary>The token; absent where it is an asset or an opportunity.</summary>
    public TokenId? Token { get; init; }

    /// <summary>The opportunity; absent where it is an asset, or a place that is not in the snapshot.</summary>
    public string? Opportunity { get; init; }

    /// <summary>The protocol of a place that is not in the snapshot.</summary>
    public string? Protocol { get; init; }

    /// <summary>The events of a place that is not in the snapshot.</summary>
    public IReadOnlyList<EventLoss> Events { get; init; } = [];

    /// <summary>Its share of the value; &gt; 0 to 1, all where absent.</summary>
    [Between(0, 1)]
    public Figure? Share { get; init; }

    /// <summary>Of collateral: what is lent against it, as a share of its value; 1 where absent. Lenders lose what a strike takes beyond
    /// the rest: 1 − (1 − loss)/this, at least nothing.</summary>
    [Between(0.01, 1)]
    public Figure? LoanToValue { get; init; }
}

/// <summary>Past prices of assets, sampled together.</summary>
public sealed record PriceHistory
{
    /// <summary>Days from one sample to the next; &gt; 0.</summary>
    public required double IntervalDays { get; init; }

    /// <summary>One series per asset, all of one length.</summary>
    public required IReadOnlyList<PriceSeries> Series { get; init; }

    /// <summary>Positions of samples, counted from 0, that some missing ones come before: from the sample before them to these more than
    /// <see cref="IntervalDays"/> pass.</summary>
    public IReadOnlyList<int> Gaps { get; init; } = [];

    /// <summary>Changes of the logarithm of prices from one sample to the next, by series; those over gaps are left out.</summary>
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
