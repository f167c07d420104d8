using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Which side of a quote.</summary>
internal enum QuoteSide
{
    /// <summary>At which it can be sold.</summary>
    Bid,

    /// <summary>Between both.</summary>
    Middle,

    /// <summary>At which it can be bought.</summary>
    Ask,
}

/// <summary>Reads volatilities and forwards off a surface.</summary>
public static class SurfaceVolatility
{
    /// <summary>The forward: its logarithm is linear in time between expiries, with the growth of the nearest two beyond them.</summary>
    /// <param name="surface">The surface; at least one expiry.</param>
    /// <param name="years">Time to expiry; &gt; 0.</param>
    public static double Forward(VolatilitySurface surface, double years)
    {
        var expiries = surface.Expiries;
        if (expiries.Count == 1)
            return expiries[0].Forward;
        var after = Math.Clamp(After(expiries, years), 1, expiries.Count - 1);
        var (near, far) = (expiries[after - 1], expiries[after]);
        return near.Forward * Math.Exp(Math.Log(far.Forward / near.Forward) * (years - near.Years) / (far.Years - near.Years));
    }

    /// <summary>The volatility of an option.</summary>
    /// <param name="surface">The surface; at least one expiry.</param>
    /// <param name="strike">The strike in USD.</param>
    /// <param name="years">Time to expiry; &gt; 0.</param>
    /// <remarks>Between expiries total variance is linear in time at one moneyness; before the first and after the last the volatility stays.</remarks>
    public static double Of(VolatilitySurface surface, double strike, double years)
    {
        var expiries = surface.Expiries;
        var moneyness = Math.Log(strike / Forward(surface, years));
        var after = After(expiries, years);
        if (after == 0 || after == expiries.Count)
        {
            var only = expiries[Math.Min(after, expiries.Count - 1)];
            return Math.Sqrt(TotalVariance(only, moneyness) / only.Years);
        }

        var (near, far) = (expiries[after - 1], expiries[after]);
        var share = (years - near.Years) / (far.Years - near.Years);
        return Math.Sqrt(((1 - share) * TotalVariance(near, moneyness) + share * TotalVariance(far, moneyness)) / years);
    }

    /// <summary>σ²T at a log-moneyness.</summary>
    internal static double TotalVariance(SurfaceExpiry expiry, double moneyness, QuoteSide side = QuoteSide.Middle)
    {
        if (expiry.Smile is SviSmile svi)
            return svi.A + svi.B * (svi.Rho * (moneyness - svi.M) + Math.Sqrt((moneyness - svi.M) * (moneyness - svi.M) + svi.Sigma * svi.Sigma));
        var points = ((PointsSmile)expiry.Smile).Quotes;
        var above = 0;
        while (above < points.Count && Math.Log(points[above].Strike / expiry.Forward) < moneyness)
            above++;
        double At(SmilePoint point) => Volatility(point, side) * Volatility(point, side) * expiry.Years;
        if (above == 0 || above == points.Count)
            return At(points[Math.Min(above, points.Count - 1)]);
        var (from, to) = (Math.Log(points[above - 1].Strike / expiry.Forward), Math.Log(points[above].Strike / expiry.Forward));
        var share = (moneyness - from) / (to - from);
        return (1 - share) * At(points[above - 1]) + share * At(points[above]);
    }

    /// <summary>One side of a quote.</summary>
    internal static double Volatility(SmilePoint point, QuoteSide side)
    {
        var middle = point.Volatility ?? 0.5 * (point.Bid!.Value + point.Ask!.Value);
        return side switch
        {
            QuoteSide.Bid => point.Bid ?? middle,
            QuoteSide.Ask => point.Ask ?? middle,
            _ => middle,
        };
    }

    /// <summary>The index of the first expiry at or after a time; the count where there is none.</summary>
    private static int After(IReadOnlyList<SurfaceExpiry> expiries, double years)
    {
        var after = 0;
        while (after < expiries.Count && expiries[after].Years < years)
            after++;
        return after;
    }
}
