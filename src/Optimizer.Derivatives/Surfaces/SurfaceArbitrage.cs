using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>A gain without risk that a surface would give.</summary>
/// <param name="Expiry">The index of the expiry; of two, the later.</param>
/// <param name="Point">The index of the quote; null for a formula.</param>
/// <param name="Message">What could be bought and sold.</param>
public sealed record ArbitrageFinding(int Expiry, int? Point, string Message);

/// <summary>Checks a surface for arbitrage that is larger than the spread between bid and ask.</summary>
public static class SurfaceArbitrage
{
    private const int GridPoints = 201;

    /// <summary>The grid reaches so many deviations to either side.</summary>
    private const double GridDeviations = 6;

    private const double Rounding = 1e-12;

    /// <summary>All findings, in the order of expiries.</summary>
    public static IReadOnlyList<ArbitrageFinding> Find(VolatilitySurface surface)
    {
        var found = new List<ArbitrageFinding>();
        for (var e = 0; e < surface.Expiries.Count; e++)
        {
            var expiry = surface.Expiries[e];
            if (expiry.Smile is SviSmile svi)
                found.AddRange(Butterfly(svi, expiry).Select(message => new ArbitrageFinding(e, null, message)));
            else
                found.AddRange(Butterflies(expiry).Select(finding => new ArbitrageFinding(e, finding.Point, finding.Message)));
            if (e > 0 && Calendar(surface.Expiries[e - 1], expiry) is { } calendar)
                found.Add(new(e, null, calendar));
        }

        return found;
    }

    /// <summary>The density that an SVI smile implies must not be negative: g(k) ≥ 0 (Gatheral and Jacquier, 2014, lemma 2.2).</summary>
    private static IEnumerable<string> Butterfly(SviSmile svi, SurfaceExpiry expiry)
    {
        const double SteepestWing = 2;
        if (svi.A + svi.B * svi.Sigma * Math.Sqrt(1 - svi.Rho * svi.Rho) < -Rounding)
        {
            yield return "the SVI smile has a negative variance at its lowest point";
            yield break;
        }

        if (svi.B * (1 + Math.Abs(svi.Rho)) > SteepestWing)
            yield return $"a wing of the SVI smile rises by {svi.B * (1 + Math.Abs(svi.Rho)):0.###} per unit of moneyness; at most {SteepestWing} has no arbitrage";
        foreach (var k in Grid(expiry))
        {
            var root = Math.Sqrt((k - svi.M) * (k - svi.M) + svi.Sigma * svi.Sigma);
            var (w, first, second) = (SurfaceVolatility.TotalVariance(expiry, k), svi.B * (svi.Rho + (k - svi.M) / root), svi.B * svi.Sigma * svi.Sigma / (root * root * root));
            if (w <= 0)
                continue;
            var g = (1 - k * first / (2 * w)) * (1 - k * first / (2 * w)) - first * first / 4 * (1 / w + 0.25) + second / 2;
            if (g < -Rounding)
            {
                yield return $"butterflies around strike {expiry.Forward * Math.Exp(k):0.####} would cost less than nothing";
                yield break;
            }
        }
    }

    /// <summary>Calls bought at the ask and sold at the bid: no vertical spread and no butterfly may cost less than nothing.</summary>
    private static IEnumerable<(int Point, string Message)> Butterflies(SurfaceExpiry expiry)
    {
        var points = ((PointsSmile)expiry.Smile).Quotes;
        double Call(int i, QuoteSide side) => Black76.Value(OptionSide.Call, expiry.Forward, points[i].Strike, expiry.Years, SurfaceVolatility.Volatility(points[i], side));
        var tolerance = Rounding * expiry.Forward;
        for (var i = 1; i < points.Count; i++)
        {
            var (lower, upper) = (points[i - 1].Strike, points[i].Strike);
            if (Call(i, QuoteSide.Bid) - Call(i - 1, QuoteSide.Ask) > tolerance)
                yield return (i, $"the call at {upper:0.####} can be sold for more than the call at {lower:0.####} costs");
            if (Call(i - 1, QuoteSide.Bid) - Call(i, QuoteSide.Ask) > upper - lower + tolerance)
                yield return (i, $"the spread of calls {lower:0.####} and {upper:0.####} can be sold for more than it can ever pay");
            if (i + 1 == points.Count)
                continue;
            var share = (points[i + 1].Strike - upper) / (points[i + 1].Strike - lower);
            if (Call(i, QuoteSide.Bid) - share * Call(i - 1, QuoteSide.Ask) - (1 - share) * Call(i + 1, QuoteSide.Ask) > tolerance)
                yield return (i, $"the butterfly of strikes {lower:0.####}, {upper:0.####} and {points[i + 1].Strike:0.####} costs less than nothing beyond bid and ask");
        }
    }

    /// <summary>At one moneyness total variance must not fall with time.</summary>
    private static string? Calendar(SurfaceExpiry near, SurfaceExpiry far)
    {
        foreach (var k in Grid(near).Concat(Strikes(near)).Concat(Strikes(far)))
        {
            var (sold, bought) = (SurfaceVolatility.TotalVariance(near, k, QuoteSide.Bid), SurfaceVolatility.TotalVariance(far, k, QuoteSide.Ask));
            if (sold > bought + Rounding && IsQuoted(near, k) && IsQuoted(far, k))
                return $"at moneyness {k:0.###} total variance falls from {sold:0.####} at {near.Years:0.####} years to {bought:0.####} at {far.Years:0.####} years, so that a calendar spread costs less than nothing";
        }

        return null;
    }

    /// <summary>Beyond the quoted strikes nothing can be traded.</summary>
    private static bool IsQuoted(SurfaceExpiry expiry, double moneyness) => expiry.Smile is not PointsSmile points
        || (moneyness >= Math.Log(points.Quotes[0].Strike / expiry.Forward) - Rounding && moneyness <= Math.Log(points.Quotes[^1].Strike / expiry.Forward) + Rounding);

    private static IEnumerable<double> Strikes(SurfaceExpiry expiry) => expiry.Smile is PointsSmile points ? points.Quotes.Select(point => Math.Log(point.Strike / expiry.Forward)) : [];

    private static IEnumerable<double> Grid(SurfaceExpiry expiry)
    {
        var reach = GridDeviations * Math.Sqrt(Math.Max(SurfaceVolatility.TotalVariance(expiry, 0), 1e-6));
        return Enumerable.Range(0, GridPoints).Select(i => reach * (2.0 * i / (GridPoints - 1) - 1));
    }
}
