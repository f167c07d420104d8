using Optimizer.Derivatives;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Checks a volatility surface: its order, its quotes, and arbitrage.</summary>
internal static class SurfaceChecks
{
    public static void Check(VolatilitySurface surface, SourceNode source, ContractReader reader)
    {
        var before = reader.Diagnostics.Count;
        void Wrong(string message, params ReadOnlySpan<object> path) => reader.Report(source.Find(path).Location, message);
        if (surface.Expiries.Count == 0)
            Wrong("a surface without expiries; expected at least one", "expiries");
        for (var e = 0; e < surface.Expiries.Count; e++)
        {
            if (e > 0 && surface.Expiries[e].Years <= surface.Expiries[e - 1].Years)
                Wrong($"expiries come by rising time; {surface.Expiries[e].Years} years is not after {surface.Expiries[e - 1].Years}", "expiries", e, "years");
            if (surface.Expiries[e].Smile is not PointsSmile { Quotes: var points })
                continue;
            if (points.Count == 0)
                Wrong("a smile without quotes; expected at least one", "expiries", e, "smile", "points", "quotes");
            for (var p = 0; p < points.Count; p++)
                Quote(points, p, (message, key) => Wrong(message, "expiries", e, "smile", "points", "quotes", p, key));
        }

        if (reader.Diagnostics.Count > before)
            return;
        foreach (var finding in SurfaceArbitrage.Find(surface))
            Wrong($"arbitrage: {finding.Message}", ["expiries", finding.Expiry, "smile", "points", "quotes", .. finding.Point is { } point ? [point] : Array.Empty<object>()]);
    }

    private static void Quote(IReadOnlyList<SmilePoint> points, int index, Action<string, string> wrong)
    {
        var point = points[index];
        if (point.Volatility is null && (point.Bid is null || point.Ask is null))
            wrong("expected 'volatility', or both 'bid' and 'ask'", "strike");
        if (index > 0 && point.Strike <= points[index - 1].Strike)
            wrong($"quotes come by rising strike; {point.Strike} is not above {points[index - 1].Strike}", "strike");
        if (point is { Bid: { } bid, Ask: { } ask } && bid > ask)
            wrong($"crossed: the bid {bid} is above the ask {ask}", "bid");
        if (point.Volatility is { } middle && (middle < point.Bid || middle > point.Ask))
            wrong($"the volatility {middle} is not between bid and ask", "volatility");
    }
}
