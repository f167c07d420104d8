namespace Optimizer.Derivatives;

/// <summary>What the value of an instrument depends on, at one moment.</summary>
public readonly record struct MarketState
{
    /// <summary>The forward of the instrument's expiry in USD per unit; for what never expires, the price. &gt; 0.</summary>
    public required double Forward { get; init; }

    /// <summary>The price today in USD per unit; null where only the forward is known.</summary>
    public double? Spot { get; init; }

    /// <summary>Years until expiry; 0 for what never expires.</summary>
    public double Years { get; init; }

    /// <summary>Volatility per √year, as a fraction.</summary>
    public double Volatility { get; init; }

    /// <summary>The interest rate of USD per year, continuously compounded.</summary>
    public double Rate { get; init; }

    /// <summary>The yearly rate that a yield-bearing underlying earns as the market expects it: effective for yield tokens, simple for rate
    /// swaps.</summary>
    public double Yield { get; init; }

    /// <summary>The price today, or the forward where it is not known.</summary>
    public double Price => Spot ?? Forward;

    /// <summary>What one USD at expiry is worth.</summary>
    public double Discount => Math.Exp(-Rate * Years);
}
