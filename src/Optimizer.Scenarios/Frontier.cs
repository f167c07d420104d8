using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>The efficient frontier of a scenario.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Points">From the least return to the most.</param>
public sealed record FrontierResult(string Scenario, IReadOnlyList<FrontierPoint> Points);

/// <summary>One point: the least risk with at least that return.</summary>
/// <param name="ReturnPerYear">Net return per year of the book; what was asked for, where there is no answer; absent at an end without one.</param>
/// <param name="VolatilityPerYear">Volatility per year of the book; absent where there is no answer.</param>
/// <param name="CostsUsd">Cost of getting there.</param>
/// <param name="Gap">Relative distance of the variance to its bound.</param>
/// <param name="Status">How the solve ended.</param>
/// <param name="Positions">The positions, largest first.</param>
/// <param name="Message">Why there is no answer; absent where there is one.</param>
public sealed record FrontierPoint(
    double? ReturnPerYear, double? VolatilityPerYear, double? CostsUsd, double? Gap, string Status, IReadOnlyList<PositionResult> Positions, string? Message = null);

/// <summary>Traces efficient frontiers.</summary>
public static class Frontier
{
    /// <summary>Solves for the least risk at returns spaced evenly between that of the least risk of all and the most
    /// return of all.</summary>
    /// <param name="loaded">The scenario; its own objective plays no part.</param>
    /// <param name="points">How many points; at least 2.</param>
    /// <param name="progress">Is told how far it is; null for nobody.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>No points where the constraints admit no allocation; a point without an answer says why.</returns>
    public static FrontierResult Trace(LoadedScenario loaded, int points, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        FrontierPoint Solve(Objective objective, double? asked = null)
        {
            var result = ScenarioRunner.Run(loaded with { Scenario = loaded.Scenario with { Objective = objective } }, cancellation);
            return result.Objective is { } o
                ? new(o.ReturnPerYear, o.VolatilityPerYear, o.CostsUsd, o.Gap, result.Status, [.. result.Positions.Where(p => p.Usd > 0)])
                : new(asked, null, null, null, result.Status, [], result.Message ?? (result.Conflict.Count > 0 ? $"these cannot hold together: {string.Join(", ", result.Conflict.Select(part => part.Name))}" : "no answer within the time limit"));
        }

        progress?.Invoke($"1 of {points}");
        var safest = Solve(new MinimumRisk { ReturnAtLeast = new(-1) });
        if (safest.Status == "infeasible")
            return new(loaded.Scenario.Name, []);
        progress?.Invoke($"2 of {points}");
        var richest = Solve(new MeanVariance { RiskAversion = 0 });
        if (safest.ReturnPerYear is not { } least || richest.ReturnPerYear is not { } most)
            return new(loaded.Scenario.Name, [safest, richest]);
        var inner = Enumerable.Range(1, points - 2).Select(i =>
        {
            progress?.Invoke($"{i + 2} of {points}");
            var target = least + (most - least) * i / (points - 1);
            return Solve(new MinimumRisk { ReturnAtLeast = new(target) }, target);
        });
        return new(loaded.Scenario.Name, [safest, .. inner, richest]);
    }
}
