using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>The efficient frontier of a scenario.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Points">The points, from the least return to the most.</param>
public sealed record FrontierResult(string Scenario, IReadOnlyList<FrontierPoint> Points);

/// <summary>One point: the minimum risk for a return of at least so much.</summary>
/// <param name="ReturnPerYear">Net return per year of the book. Without an answer: the return asked for, or absent at the ends of the
/// frontier.</param>
/// <param name="VolatilityPerYear">Volatility per year of the book; absent without an answer.</param>
/// <param name="CostsUsd">Cost of reaching it, in USD.</param>
/// <param name="Gap">Relative gap between variance and bound.</param>
/// <param name="Status">How the solve ended.</param>
/// <param name="Positions">The positions, largest first.</param>
/// <param name="Message">Why there is no answer; absent if there is one.</param>
public sealed record FrontierPoint(
    double? ReturnPerYear, double? VolatilityPerYear, double? CostsUsd, double? Gap, string Status, IReadOnlyList<PositionResult> Positions, string? Message = null);

/// <summary>Traces efficient frontiers.</summary>
public static class Frontier
{
    /// <summary>Minimises the risk for evenly spaced returns between two ends: the return of the least-risk allocation and the maximum
    /// return.</summary>
    /// <param name="loaded">The scenario; its own objective is ignored.</param>
    /// <param name="points">The number of points; ≥ 2.</param>
    /// <param name="progress">Receives progress messages; null for none.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>No points if the constraints allow no allocation; a point without an answer has a message.</returns>
    public static FrontierResult Trace(LoadedScenario loaded, int points, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        FrontierPoint Solve(Objective objective, double? asked = null)
        {
            var result = ScenarioRunner.Run(loaded with { Scenario = loaded.Scenario with { Objective = objective } }, cancellation);
            return result.Objective is { } o
                ? new(o.ReturnPerYear, o.VolatilityPerYear, o.CostsUsd, o.Gap, result.Status, [.. result.Positions.Where(p => p.Usd > 0)])
                : new(asked, null, null, null, result.Status, [], result.Message ?? (result.Conflict.Count > 0 ? $"conflicting constraints: {string.Join(", ", result.Conflict.Select(part => part.Name))}" : "no answer within the time limit"));
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
