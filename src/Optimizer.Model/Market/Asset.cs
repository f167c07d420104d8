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
}

/// <summary>Past prices of assets, sampled together.</summary>
public sealed record PriceHistory
{
    /// <summary>Days from one sample to the next; &gt; 0.</summary>
    public required double IntervalDays { get; init; }

    /// <summary>One series per asset, all of one length.</summary>
    public required IReadOnlyList<PriceSeries> Series { get; init; }
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
