using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A principal token bought on Pendle's market and held to its maturity: the more is bought, the dearer it is.</summary>
/// <remarks>
/// Source: pendle-core-v2, MarketMathCore. With P and A principal tokens and assets in the market, what n tokens cost is
/// n·φ/E(n), E(n) = ln((P − n)/(A + n))/s + a, where φ is the fee, s the scalar and a the anchor of the moment. A token gives one
/// unit of the asset at maturity, so that x grows to x·E(n)/φ in the time that is left.
/// </remarks>
public sealed record FixedTermCurve : CarryCurve
{
    /// <summary>Principal tokens in the market, at what they pay at maturity, in whole tokens of the input; &gt; 0.</summary>
    [Between(1e-9)]
    public required Figure Principal { get; init; }

    /// <summary>The market's other side, in whole tokens of the input; &gt; 0.</summary>
    [Between(1e-9)]
    public required Figure Assets { get; init; }

    /// <summary>How steeply the price answers to the proportion; grows as maturity nears; &gt; 0.</summary>
    [Between(0.001)]
    public required Figure RateScalar { get; init; }

    /// <summary>Principal tokens per asset at an even proportion.</summary>
    [Between(1, 100)]
    public required Figure RateAnchor { get; init; }

    /// <summary>What a purchase costs above its price, a factor; ≥ 1.</summary>
    [Between(1, 2)]
    public required Figure FeeFactor { get; init; }

    /// <summary>Years until maturity; &gt; 0.</summary>
    [Between(0.0001, 20)]
    public required Figure YearsToMaturity { get; init; }

    /// <summary>The most that can be bought for, in whole tokens: beyond it a token would cost more than it pays.</summary>
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

    /// <summary>The rate before anything is bought or sold: who sells a part drives the market's rate up, and the rest of what
    /// they hold does not earn more for it.</summary>
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
        // The growth to maturity, over and above nothing, is what a shock to rates multiplies.
        var now = Exchange(0);
        var then = Math.Pow(1 + factor * (Math.Pow(now, 1 / YearsToMaturity) - 1), YearsToMaturity);
        return this with { RateAnchor = RateAnchor.With(RateAnchor + then - now) };
    }

    /// <summary>Principal tokens that an amount buys (negative: that must be sold for it). What n tokens cost rises with n.</summary>
    private double Bought(double tokens)
    {
        var (low, high) = tokens >= 0 ? (0.0, Principal.Value) : (-Assets.Value, 0.0);
        for (var step = 0; step < Halvings; step++)
        {
            var middle = (low + high) / 2;
            // Where a token would pay nothing, none is for sale.
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
