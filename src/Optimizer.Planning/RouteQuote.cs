using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Planning;

/// <summary>What a route delivers for an exact amount, in base units, rounded against the owner.</summary>
internal static class RouteQuote
{
    private static readonly BigInteger Precision = BigInteger.Pow(10, 18);

    /// <summary>The amount received for an amount sent.</summary>
    /// <param name="market">The market, for prices and decimals.</param>
    /// <param name="route">The route.</param>
    /// <param name="feeBps">The proportional fee of the zone in basis points.</param>
    /// <param name="sent">Base units of the route's source token.</param>
    public static BigInteger Received(Market market, Route route, double feeBps, BigInteger sent)
    {
        var price = market.PriceUsd(route.From);
        var decimals = market.Token(route.From).Decimals;
        var usd = new TokenAmount(sent, decimals).ToUsd(price);
        var impactUsd = (route.ImpactBpsPerMillionUsd?.Value ?? 0) / 10_000 / 1e6 * usd * usd;
        var fixedUsd = route.FixedFeeUsd?.Value ?? 0;
        var fee = CeilingDivide(sent * new BigInteger(Math.Round(feeBps * 1e6)), new BigInteger(10_000_000_000));
        var other = new BigInteger(Math.Ceiling((impactUsd + fixedUsd) / price * Math.Pow(10, decimals)));
        var kept = BigInteger.Max(BigInteger.Zero, sent - fee - other);

        // Same asset on both sides: integers alone, so that a free transfer delivers every unit.
        var toDecimals = market.Token(route.To).Decimals;
        var ratio = market.AssetOf(route.From).Id == market.AssetOf(route.To).Id
            ? Precision
            : new BigInteger(price / market.PriceUsd(route.To) * (double)Precision);
        return kept * ratio * BigInteger.Pow(10, toDecimals) / (Precision * BigInteger.Pow(10, decimals));
    }

    private static BigInteger CeilingDivide(BigInteger dividend, BigInteger divisor) =>
        dividend.Sign < 0 ? dividend / divisor : (dividend + divisor - 1) / divisor;
}
