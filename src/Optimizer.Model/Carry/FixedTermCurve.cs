using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A principal token bought on Pendle's market and held to maturity. Its price rises with the amount bought.</summary>
/// <remarks>
/// Source: pendle-core-v2, MarketMathCore. With P principal tokens and A assets in the market, n principal tokens cost n·φ/E(n), where
/// E(n) = ln((P − n)/(A + n))/s + a, φ is the fee factor, s the current scalar and a the current anchor. A principal token pays one unit of
/// the asset at maturity, so x grows to x·E(n)/φ by then.
/// </remarks>
public sealed record FixedTermCurve : CarryCurve
{
    /// <summary>Principal tokens in the market, counted at their maturity value, in whole tokens of the input; &gt; 0.</summary>
    [Between(1e-9)]
    public required Figure Principal { get; init; }

    /// <summary>Assets in the market (the other side of the pool), in whole tokens of the input; &gt; 0.</summary>
    [Between(1e-9)]
    public required Figure Assets { get; init; }

    /// <summary>Pendle's rate scalar: the larger it is, the less the price reacts to the ratio of principal tokens to assets. It grows as
    /// maturity nears; &gt; 0.</summary>
    [Between(0.001)]
    public required Figure RateScalar { get; init; }

    /// <summary>Principal tokens per asset when the market holds equal amounts of both.</summary>
    [Between(1, 100)]
    public required Figure RateAnchor { get; init; }

    /// <summary>The cost of a purchase as a multiple of the market price, fee included; ≥ 1.</summary>
    [Between(1, 2)]
    public required Figure FeeFactor { get; init; }

    /// <summary>Years until maturity; &gt; 0.</summary>
    [Between(0.0001, 20)]
    public required Figure YearsToMaturity { get; init; }

    /// <summary>The largest purchase, in whole tokens of the input: beyond it a principal token would cost more than it pays.</summary>
    [JsonIgnore]
    public double Capacity
    {
        get
        {
            if (Exchange(0) <= FeeFactor)
                return 0;
            var (low, high) = (0.0, Principal.Value);
            for (var step = 0; step < Halvings; step++)
            {
                var middle = (low + high) / 2;
                if (Exchange(middle) > FeeFactor)
                    low = middle;
                else
                    high = middle;
            }

            return low * FeeFactor / Exchange(low);
        }
    }

    /// <summary>The rate before any trade. Selling a part raises the market's rate, but the part that is kept does not earn more.</summary>
    [JsonIgnore]
    public override double RateAtTarget => Math.Pow(Exchange(0) / FeeFactor, 1 / YearsToMaturity) - 1;

    private const int Halvings = 80;

    /// <inheritdoc/>
    public override double SpotRate(double added) => Math.Pow(Exchange(Bought(added)) / FeeFactor, 1 / YearsToMaturity) - 1;

    /// <inheritdoc/>
    public override double SpotSlope(double added)
    {
        var bought = Bought(added);
        var (exchange, slope) = (Exchange(bought), ExchangeSlope(bought));
        var perToken = exchange / FeeFactor / (1 - bought * slope / exchange);
        return Math.Pow(exchange / FeeFactor, 1 / YearsToMaturity - 1) / YearsToMaturity * slope / FeeFactor * perToken;
    }

    /// <inheritdoc/>
    public override CarryCurve Times(double factor)
    {
        // A shock to rates multiplies the yearly growth that the exchange rate implies, before the fee.
        var now = Exchange(0);
        var then = Math.Pow(1 + factor * (Math.Pow(now, 1 / YearsToMaturity) - 1), YearsToMaturity);
        return this with { RateAnchor = RateAnchor.With(RateAnchor + then - now) };
    }

    /// <summary>Principal tokens that an amount of the input buys; negative: tokens to sell to receive it. The cost of n tokens rises with
    /// n.</summary>
    private double Bought(double tokens)
    {
        var (low, high) = tokens >= 0 ? (0.0, Principal.Value) : (-Assets.Value, 0.0);
        for (var step = 0; step < Halvings; step++)
        {
            var middle = (low + high) / 2;
            // Where the exchange rate is not positive, nothing can be bought.
            if (Exchange(middle) is var exchange and > 0 && middle * FeeFactor / exchange < tokens)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    private double Exchange(double bought) => Math.Log((Principal - bought) / (Assets + bought)) / RateScalar + RateAnchor;

    private double ExchangeSlope(double bought) => -(1 / (Principal - bought) + 1 / (Assets + bought)) / RateScalar;
}
