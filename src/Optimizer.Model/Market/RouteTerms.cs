namespace Optimizer.Model;

/// <summary>Costs and limits of a route in USD at market prices: the only code that converts a route's terms to USD.</summary>
/// <remarks>When f USD go in, the output is worth ratio·(f·(1 − fee) − impact·f² − fixed).</remarks>
public sealed record RouteTerms
{
    /// <summary>The terms of a route at a market's prices.</summary>
    public RouteTerms(Market market, Route route)
    {
        Route = route;
        var price = market.PriceUsd(route.From);
        TokensOut = TokenRatio(market, route);
        Ratio = TokensOut is { } tokens ? tokens * market.PriceUsd(route.To) / price : 1;
        FixedFeeUsd = (route.FixedFee?.Value ?? 0) * price;
        ImpactPerUsd = (route.ImpactBpsPerMillion?.Value ?? 0) / 10_000 / 1e6 / price;
        MinimumUsd = (route.Minimum?.Value ?? 0) * price;
        MaximumUsd = (route.Maximum?.Value ?? double.PositiveInfinity) * price;
        Zones = [.. route.Fees.Select(fee => new RouteFeeTier((fee.UpTo?.Value ?? double.PositiveInfinity) * price, fee.Bps / 10_000))];
    }

    /// <summary>The route.</summary>
    public Route Route { get; }

    /// <summary>Whole tokens out per whole token in, before fees, where the converter fixes it; null where market prices set it.</summary>
    public double? TokensOut { get; }

    /// <summary>Value out per USD in, before fees; 1 where market prices set it.</summary>
    public double Ratio { get; }

    /// <summary>Fixed part of the fee, in USD.</summary>
    public double FixedFeeUsd { get; }

    /// <summary>Price impact: the fraction lost per USD moved.</summary>
    public double ImpactPerUsd { get; }

    /// <summary>The smallest amount accepted, in USD; 0 without a limit.</summary>
    public double MinimumUsd { get; }

    /// <summary>The largest amount accepted, in USD; infinite without a limit.</summary>
    public double MaximumUsd { get; }

    /// <summary>The tiers of the proportional fee, ascending.</summary>
    public IReadOnlyList<RouteFeeTier> Zones { get; }

    /// <summary>Loss of value of a move, in USD; negative where a converter gives more than the market price.</summary>
    /// <param name="usd">Value that goes in, in USD.</param>
    /// <param name="feeRate">The proportional fee, a fraction.</param>
    public double LossUsd(double usd, double feeRate) => usd - Ratio * (usd * (1 - feeRate) - ImpactPerUsd * usd * usd - FixedFeeUsd);

    /// <summary>The proportional fee for an amount in USD, a fraction.</summary>
    public double FeeRate(double usd) => (Zones.FirstOrDefault(zone => usd <= zone.UpToUsd) ?? Zones[^1]).FeeRate;

    /// <summary>A converter pays its stated rate; a bridge, or a wrapper of the same asset, pays one for one; null for all others, which
    /// follow market prices.</summary>
    private static double? TokenRatio(Market market, Route route) =>
        route.Rate is { } rate ? Redeemed(market, route, rate)
        : route.Kind == RouteKind.Swap || market.AssetOf(route.From).Id != market.AssetOf(route.To).Id ? null
        : Redeemed(market, route, 1);

    /// <summary>A token below its peg is not redeemed at par: the rate is at most the ratio of the prices.</summary>
    private static double Redeemed(Market market, Route route, double rule) =>
        market.TokenState(route.From)?.Peg is { Value: < 1 } ? Math.Min(rule, market.PriceUsd(route.From) / market.PriceUsd(route.To)) : rule;
}

/// <summary>One tier of a route's proportional fee.</summary>
/// <param name="UpToUsd">Its upper end; infinite for the last.</param>
/// <param name="FeeRate">The fee of the whole amount, a fraction; negative for a reward.</param>
public sealed record RouteFeeTier(double UpToUsd, double FeeRate);
