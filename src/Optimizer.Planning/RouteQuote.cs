using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Planning;

/// <summary>The exact output of a route for an exact input, in base units, rounded down.</summary>
internal static class RouteQuote
{
    private static readonly BigInteger Precision = BigInteger.Pow(10, 18);

    /// <summary>The amount received for an amount sent.</summary>
    /// <param name="market">The market, for prices and decimals.</param>
    /// <param name="terms">The route's terms.</param>
    /// <param name="feeRate">The proportional fee of the tier, a fraction.</param>
    /// <param name="sent">Base units of the route's source token.</param>
    public static BigInteger Received(Market market, RouteTerms terms, double feeRate, BigInteger sent)
    {
        var route = terms.Route;
        var (decimals, toDecimals) = (market.Token(route.From).Decimals, market.Token(route.To).Decimals);
        var tokens = (double)sent / Math.Pow(10, decimals);
        var impact = (route.ImpactBpsPerMillion?.Value ?? 0) / 10_000 / 1e6 * tokens * tokens;
        var fee = CeilingDivide(sent * new BigInteger(Math.Round(feeRate * 1e10)), new BigInteger(10_000_000_000));
        var other = new BigInteger(Math.Ceiling((impact + (route.FixedFee?.Value ?? 0)) * Math.Pow(10, decimals)));
        var kept = BigInteger.Max(BigInteger.Zero, sent - fee - other);

        // Integer arithmetic: where the converter fixes the rate at par, every unit is delivered, whatever the prices are.
        var ratio = new BigInteger((terms.TokensOut ?? market.PriceUsd(route.From) / market.PriceUsd(route.To)) * (double)Precision);
        return kept * ratio * BigInteger.Pow(10, toDecimals) / (Precision * BigInteger.Pow(10, decimals));
    }

    private static BigInteger CeilingDivide(BigInteger dividend, BigInteger divisor) =>
        dividend.Sign < 0 ? dividend / divisor : (dividend + divisor - 1) / divisor;
}
