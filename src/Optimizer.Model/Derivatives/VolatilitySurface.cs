namespace Optimizer.Model;

/// <summary>Forwards and volatilities of one underlying for all expiries and strikes.</summary>
public sealed record VolatilitySurface
{
    /// <summary>The expiries, from the nearest on.</summary>
    public required IReadOnlyList<SurfaceExpiry> Expiries { get; init; }
}

/// <summary>One expiry of a surface.</summary>
public sealed record SurfaceExpiry
{
    /// <summary>Years of 365 days until expiry; &gt; 0.</summary>
    [Between(double.Epsilon)]
    public required double Years { get; init; }

    /// <summary>The forward in USD.</summary>
    [Between(double.Epsilon)]
    public required double Forward { get; init; }

    /// <summary>Volatility by strike.</summary>
    public required Smile Smile { get; init; }
}

/// <summary>Volatility by strike at one expiry.</summary>
[OneOf]
public abstract record Smile;

/// <summary>Raw SVI: total variance w(k) = a + b(ρ(k − m) + √((k − m)² + σ²)) of the log-moneyness k = ln(K/F).</summary>
/// <remarks>Source: J. Gatheral and A. Jacquier, Arbitrage-free SVI volatility surfaces, Quantitative Finance 14 (2014).</remarks>
public sealed record SviSmile : Smile
{
    /// <summary>Level.</summary>
    public required double A { get; init; }

    /// <summary>Slope of the wings; ≥ 0.</summary>
    [Between(0)]
    public required double B { get; init; }

    /// <summary>Tilt.</summary>
    [Between(-1, 1)]
    public required double Rho { get; init; }

    /// <summary>Shift.</summary>
    public required double M { get; init; }

    /// <summary>Rounding at the bottom; &gt; 0.</summary>
    [Between(double.Epsilon)]
    public required double Sigma { get; init; }
}

/// <summary>Quoted volatilities; total variance is linear in the log-moneyness between strikes and flat beyond them.</summary>
public sealed record PointsSmile : Smile
{
    /// <summary>The quotes, by rising strike.</summary>
    public required IReadOnlyList<SmilePoint> Quotes { get; init; }
}

/// <summary>A quoted volatility; either its middle, or bid and ask, or all three.</summary>
public sealed record SmilePoint
{
    /// <summary>The strike in USD.</summary>
    [Between(double.Epsilon)]
    public required double Strike { get; init; }

    /// <summary>The volatility; default the mean of bid and ask.</summary>
    [Between(double.Epsilon, 20)]
    public double? Volatility { get; init; }

    /// <summary>The volatility at which it can be sold; default the middle.</summary>
    [Between(0, 20)]
    public double? Bid { get; init; }

    /// <summary>The volatility at which it can be bought; default the middle.</summary>
    [Between(double.Epsilon, 20)]
    public double? Ask { get; init; }
}
