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
    private const int GridPoints = 401;

    private const double FarReach = 5;

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
            // A wide quote between two others must not hide what they give.
            if (surface.Expiries.Take(e).Select(near => Calendar(near, expiry)).FirstOrDefault(message => message is not null) is { } calendar)
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

    /// <summary>Calls bought at the ask and sold at the bid: no vertical spread and no butterfly may cost less than nothing. The underlying is
    /// a call struck at zero.</summary>
    private static IEnumerable<(int Point, string Message)> Butterflies(SurfaceExpiry expiry)
    {
        var points = ((PointsSmile)expiry.Smile).Quotes;
        double Call(int i, QuoteSide side) => Black76.Value(OptionSide.Call, expiry.Forward, points[i].Strike, expiry.Years, SurfaceVolatility.Volatility(points[i], side));
        (double Strike, double Bid, double Ask)[] calls = [(0, expiry.Forward, expiry.Forward), .. points.Select((point, i) => (point.Strike, Call(i, QuoteSide.Bid), Call(i, QuoteSide.Ask)))];
        var tolerance = Rounding * expiry.Forward;
        var hull = Hull(calls);
        for (var i = 1; i < calls.Length; i++)
        {
            var (strike, bid, ask) = calls[i];
            if (calls.Take(i).FirstOrDefault(lower => bid - lower.Ask > tolerance) is { Ask: > 0 } dearer)
                yield return (i - 1, $"the call at {strike} can be sold for more than the call at {dearer.Strike} costs");
            else if (calls.Take(i).FirstOrDefault(lower => lower.Bid - ask > strike - lower.Strike + tolerance) is { Bid: > 0 } wider)
                yield return (i - 1, $"the spread of calls {wider.Strike} and {strike} can be sold for more than it can ever pay");
            else if (hull.Zip(hull.Skip(1)).FirstOrDefault(edge => edge.First.Strike < strike && strike < edge.Second.Strike) is { First: var left, Second: { Strike: > 0 } right }
                && bid - left.Ask - (right.Ask - left.Ask) * (strike - left.Strike) / (right.Strike - left.Strike) > tolerance)
                yield return (i - 1, $"the butterfly of strikes {left.Strike}, {strike} and {right.Strike} costs less than nothing beyond bid and ask");
        }
    }

    /// <summary>The cheapest calls of which others can be put together: the lower convex hull of the asks.</summary>
    private static List<(double Strike, double Bid, double Ask)> Hull((double Strike, double Bid, double Ask)[] calls)
    {
        var hull = new List<(double Strike, double Bid, double Ask)>();
        foreach (var call in calls)
        {
            while (hull.Count > 1 && (hull[^1].Ask - hull[^2].Ask) * (call.Strike - hull[^2].Strike) >= (call.Ask - hull[^2].Ask) * (hull[^1].Strike - hull[^2].Strike))
                hull.RemoveAt(hull.Count - 1);
            hull.Add(call);
        }

        return hull;
    }

    /// <summary>At one moneyness total variance must not fall with time.</summary>
    private static string? Calendar(SurfaceExpiry near, SurfaceExpiry far)
    {
        foreach (var k in Grid(near).Concat(Grid(far)).Concat(Strikes(near)).Concat(Strikes(far)))
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

    /// <summary>Densely where most prices end, and as far as e^±5 of the forward.</summary>
    private static IEnumerable<double> Grid(SurfaceExpiry expiry)
    {
        var reach = GridDeviations * Math.Sqrt(Math.Max(SurfaceVolatility.TotalVariance(expiry, 0), 1e-6));
        return new[] { reach, FarReach }.SelectMany(end => Enumerable.Range(0, GridPoints).Select(i => end * (2.0 * i / (GridPoints - 1) - 1)));
    }
}
