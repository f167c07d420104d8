namespace Optimizer.Model;

/// <summary>What a route costs and takes, in USD at the market's prices: the one place where its terms are turned into money.</summary>
/// <remarks>Of f USD that go in, what comes out is worth ratio·(f·(1 − fee) − impact·f² − fixed).</remarks>
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
        Zones = [.. route.Fees.Select(fee => new RouteZone((fee.UpTo?.Value ?? double.PositiveInfinity) * price, fee.Bps / 10_000))];
    }

    /// <summary>The route.</summary>
    public Route Route { get; }

    /// <summary>Whole tokens that come out for one that goes in, before fees, where a rule sets it; null where prices do.</summary>
    public double? TokensOut { get; }

    /// <summary>Value that comes out for one USD that goes in, before fees: 1 where prices set it.</summary>
    public double Ratio { get; }

    /// <summary>Fixed part of the fee.</summary>
    public double FixedFeeUsd { get; }

    /// <summary>Share lost per USD moved.</summary>
    public double ImpactPerUsd { get; }

    /// <summary>The least that is accepted; 0 for anything.</summary>
    public double MinimumUsd { get; }

    /// <summary>The most that is accepted; infinite for anything.</summary>
    public double MaximumUsd { get; }

    /// <summary>The zones of the proportional fee, rising.</summary>
    public IReadOnlyList<RouteZone> Zones { get; }

    /// <summary>What a move loses of its value, in USD; below zero where a rule gives more than the market would.</summary>
    /// <param name="usd">What goes in.</param>
    /// <param name="feeRate">The proportional fee, a fraction.</param>
    public double LossUsd(double usd, double feeRate) => usd - Ratio * (usd * (1 - feeRate) - ImpactPerUsd * usd * usd - FixedFeeUsd);

    /// <summary>The proportional fee of a size.</summary>
    public double FeeRate(double usd) => (Zones.FirstOrDefault(zone => usd <= zone.UpToUsd) ?? Zones[^1]).FeeRate;

    /// <summary>A converter gives what it states; a bridge, and a wrapper of one asset, gives token for token; the rest follows prices.</summary>
    private static double? TokenRatio(Market market, Route route) =>
        route.Rate is { } rate ? Redeemed(market, route, rate)
        : route.Kind == RouteKind.Swap || market.AssetOf(route.From).Id != market.AssetOf(route.To).Id ? null
        : Redeemed(market, route, 1);

    /// <summary>A token that has parted from its asset is one that nobody redeems at par.</summary>
    private static double Redeemed(Market market, Route route, double rule) =>
        market.TokenState(route.From)?.Peg is { Value: < 1 } ? Math.Min(rule, market.PriceUsd(route.From) / market.PriceUsd(route.To)) : rule;
}

/// <summary>One zone of a route's proportional fee.</summary>
/// <param name="UpToUsd">Its upper end; infinite for the last.</param>
/// <param name="FeeRate">The fee of the whole amount, a fraction; negative for a reward.</param>
public sealed record RouteZone(double UpToUsd, double FeeRate);
