using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>The efficient frontier of a scenario.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Points">From the least return to the most.</param>
public sealed record FrontierResult(string Scenario, IReadOnlyList<FrontierPoint> Points);

/// <summary>One point: the least risk with at least that return.</summary>
/// <param name="ReturnPerYear">Net return per year of the book.</param>
/// <param name="VolatilityPerYear">Volatility per year of the book.</param>
/// <param name="CostsUsd">Cost of getting there.</param>
/// <param name="Gap">Relative distance of the variance to its bound.</param>
/// <param name="Status">How the solve ended.</param>
/// <param name="Positions">The positions, largest first.</param>
public sealed record FrontierPoint(
    double ReturnPerYear, double VolatilityPerYear, double CostsUsd, double Gap, string Status, IReadOnlyList<PositionResult> Positions);

/// <summary>Traces efficient frontiers.</summary>
public static class Frontier
{
    /// <summary>Solves for the least risk at returns spaced evenly between that of the least risk of all and the most
    /// return of all.</summary>
    /// <param name="loaded">The scenario; its own objective plays no part.</param>
    /// <param name="points">How many points; at least 2.</param>
    /// <param name="cancellation">Cancels.</param>
    public static FrontierResult Trace(LoadedScenario loaded, int points, CancellationToken cancellation)
    {
        FrontierPoint? Solve(Objective objective)
        {
            var result = ScenarioRunner.Run(loaded with { Scenario = loaded.Scenario with { Objective = objective } }, cancellation);
            return result.Objective is { } o
                ? new(o.ReturnPerYear, o.VolatilityPerYear, o.CostsUsd, o.Gap, result.Status, [.. result.Positions.Where(p => p.Usd > 0)])
                : null;
        }

        var safest = Solve(new MinimumRisk { ReturnAtLeast = new(-1) });
        var richest = Solve(new MeanVariance { RiskAversion = 0 });
        if (safest is null || richest is null)
            return new(loaded.Scenario.Name, []);
        var inner = Enumerable.Range(1, points - 2)
            .Select(i => safest.ReturnPerYear + (richest.ReturnPerYear - safest.ReturnPerYear) * i / (points - 1))
            .Select(target => Solve(new MinimumRisk { ReturnAtLeast = new(target) }))
            .OfType<FrontierPoint>();
        return new(loaded.Scenario.Name, [safest, .. inner, richest]);
    }
}
