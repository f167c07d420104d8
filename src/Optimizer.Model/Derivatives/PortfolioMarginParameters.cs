namespace Optimizer.Model;

/// <summary>How a scenario moves volatility.</summary>
public enum VolatilityShock
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Up, more for close expiries.</summary>
    Up,

    /// <summary>Down, more for close expiries.</summary>
    Down,

    /// <summary>The surface tilts: strikes above the forward go up, strikes below go down.</summary>
    Linear,

    /// <summary>Both wings go up.</summary>
    Absolute,
}

/// <summary>One scenario of a portfolio margin.</summary>
public sealed record MarginScenario
{
    /// <summary>The price in the scenario divided by the price now. Default 1.</summary>
    [Between(0)]
    public double PriceFactor { get; init; } = 1;

    /// <summary>How volatility moves. Default not at all.</summary>
    public VolatilityShock Volatility { get; init; }

    /// <summary>What the loss is multiplied by. Default 1.</summary>
    [Between(0, 10)]
    public double Damping { get; init; } = 1;

    /// <summary>As it is named on screens: <c>price −9.0 %, volatility up, × 0.21</c>.</summary>
    public override string ToString()
    {
        var price = PriceFactor == 1 ? "price as it is" : $"price {(PriceFactor < 1 ? "−" : "+")}{Math.Abs(PriceFactor - 1) * 100:0.0} %";
        var what = Volatility switch
        {
            VolatilityShock.Linear => "skew linear",
            VolatilityShock.Absolute => "skew absolute",
            VolatilityShock.Up => $"{price}, volatility up",
            VolatilityShock.Down => $"{price}, volatility down",
            _ => $"{price}, volatility as it is",
        };
        return Damping == 1 ? what : $"{what}, × {Damping:0.###}";
    }
}

/// <summary>The parameters of Derive's portfolio margin (PM2). Rates and shares are fractions; the ranges are those that the contract accepts.</summary>
/// <remarks>Source: PMRMLib_2_1.sol of derivexyz/v2-core, whose names are given where ours differ.</remarks>
public sealed record PortfolioMarginParameters
{
    /// <summary>The scenarios.</summary>
    public required IReadOnlyList<MarginScenario> Scenarios { get; init; }

    /// <summary>What the worst loss is multiplied by for initial margin.</summary>
    [Between(0, 10)]
    public required double InitialFactor { get; init; }

    /// <summary>What the worst loss is multiplied by for maintenance margin.</summary>
    [Between(0, 10)]
    public required double MaintenanceFactor { get; init; }

    /// <summary>Discount of an expiry that is worth more than nothing in a scenario (longBaseStaticDiscount).</summary>
    [Between(0, 4)]
    public required double LongDiscount { get; init; }

    /// <summary>Discount of an expiry that is worth less than nothing (shortBaseStaticDiscount).</summary>
    [Between(0, 4)]
    public required double ShortDiscount { get; init; }

    /// <summary>Share of the interest rate that long expiries are discounted by in addition.</summary>
    [Between(0, 10)]
    public double LongRateFactor { get; init; }

    /// <summary>Rate that long expiries are discounted by in addition.</summary>
    [Between(0, 10)]
    public double LongRateAdded { get; init; }

    /// <summary>Share of the interest rate that short expiries are marked up by.</summary>
    [Between(0, 10)]
    public double ShortRateFactor { get; init; }

    /// <summary>Rate that short expiries are marked up by.</summary>
    [Between(0, 10)]
    public double ShortRateAdded { get; init; }

    /// <summary>Rise of volatility at 30 days to expiry.</summary>
    [Between(0, 10)]
    public required double VolatilityUp { get; init; }

    /// <summary>Fall of volatility at 30 days to expiry.</summary>
    [Between(0, 10)]
    public required double VolatilityDown { get; init; }

    /// <summary>Power of 30 days over the time left, up to 30 days (shortTermPower).</summary>
    [Between(0, 10)]
    public required double NearPower { get; init; }

    /// <summary>The same beyond 30 days (longTermPower).</summary>
    [Between(0, 10)]
    public required double FarPower { get; init; }

    /// <summary>Least days to expiry that are counted (dteFloor).</summary>
    [Between(double.Epsilon, 400)]
    public required double LeastDays { get; init; }

    /// <summary>Least volatility where it goes up (minVolUpShock).</summary>
    [Between(0, 20)]
    public required double LeastVolatilityUp { get; init; }

    /// <summary>Price factor of the forward contingency upwards.</summary>
    [Between(1, 3)]
    public required double ForwardUp { get; init; }

    /// <summary>Price factor of the forward contingency downwards.</summary>
    [Between(0, 1)]
    public required double ForwardDown { get; init; }

    /// <summary>What the forward contingency is multiplied by (basisContAddFactor).</summary>
    [Between(0, 20)]
    public required double ForwardFactor { get; init; }

    /// <summary>What is added to the factor per year to expiry (basisContMultFactor).</summary>
    [Between(0, 20)]
    public required double ForwardFactorPerYear { get; init; }

    /// <summary>Stable price below which initial margin rises.</summary>
    [Between(0, 100)]
    public required double PegThreshold { get; init; }

    /// <summary>Rise of the initial factor per USD below the threshold.</summary>
    [Between(0, 10)]
    public required double PegFactor { get; init; }

    /// <summary>Confidence below which initial margin rises.</summary>
    [Between(0, 1)]
    public required double ConfidenceThreshold { get; init; }

    /// <summary>Share of the notional that is added per unit of missing confidence.</summary>
    [Between(0, 20)]
    public required double ConfidenceFactor { get; init; }

    /// <summary>Share of a perpetual's notional.</summary>
    [Between(0, 3)]
    public required double MaintenancePerpetualRate { get; init; }

    /// <summary>The same, added for initial margin.</summary>
    [Between(0, 3)]
    public required double InitialPerpetualRate { get; init; }

    /// <summary>Share of the notional of short options that no long option of the same strike covers.</summary>
    [Between(0, 2)]
    public required double MaintenanceOptionRate { get; init; }

    /// <summary>The same, added for initial margin.</summary>
    [Between(0, 2)]
    public required double InitialOptionRate { get; init; }

    /// <summary>Greatest tilt of volatility at expiry (linearBaseCap).</summary>
    [Between(0, 10)]
    public required double LinearCap { get; init; }

    /// <summary>What is added to the greatest tilt per √year (linearCBase).</summary>
    [Between(-10, 10)]
    public required double LinearCapPerRootYear { get; init; }

    /// <summary>Greatest rise of the wings at expiry (absBaseCap).</summary>
    [Between(0, 10)]
    public required double AbsoluteCap { get; init; }

    /// <summary>What is added to the greatest rise per √year (absCBase).</summary>
    [Between(-10, 10)]
    public required double AbsoluteCapPerRootYear { get; init; }

    /// <summary>Least log-moneyness at which the cap is reached (minKStar).</summary>
    [Between(double.Epsilon, 10)]
    public required double LeastWidth { get; init; }

    /// <summary>Width in deviations at which the cap is reached (widthScale).</summary>
    [Between(0, 10)]
    public required double WidthFactor { get; init; }

    /// <summary>Volatility of that deviation at expiry (volParamStatic).</summary>
    [Between(0, 10)]
    public required double WidthVolatility { get; init; }

    /// <summary>What is added to it per √year (volParamScale).</summary>
    [Between(-20, 20)]
    public required double WidthVolatilityPerRootYear { get; init; }
}
