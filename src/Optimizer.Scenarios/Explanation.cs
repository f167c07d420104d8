using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>An answer, and what would change it.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Without">Gain from leaving out each constraint, largest first.</param>
/// <param name="Unused">Opportunities with high rates that the answer does not use, with the reason.</param>
public sealed record ExplanationResult(
    SolveResult Answer, IReadOnlyList<WithoutResult> Without, IReadOnlyList<UnusedResult> Unused);

/// <summary>The answer without one constraint.</summary>
/// <param name="Constraint">The constraint left out.</param>
/// <param name="Location">Its position in the scenario file.</param>
/// <param name="Status">How that solve ended.</param>
/// <param name="GainUsdPerYear">Improvement of the objective; in USD per year for objectives in money.</param>
/// <param name="ReturnPerYear">Net return without it.</param>
/// <param name="VolatilityPerYear">Volatility without it.</param>
public sealed record WithoutResult(
    string Constraint, string? Location, string Status, double? GainUsdPerYear, double? ReturnPerYear, double? VolatilityPerYear);

/// <summary>An opportunity that is not used.</summary>
/// <param name="Opportunity">The opportunity.</param>
/// <param name="CarryRate">Forecast rate of the first dollar, per year.</param>
/// <param name="ExpectedLossRate">Expected loss per year.</param>
/// <param name="WouldNeed">Reduced cost: the additional yearly rate, as a fraction, at which the next dollar would go there, without the
/// gas of entering. Absent if nothing may be added or the objective has no such figure. Valid while the other decisions stay as they
/// are.</param>
/// <param name="Reason">Why it is not used.</param>
public sealed record UnusedResult(string Opportunity, double CarryRate, double ExpectedLossRate, double? WouldNeed, string Reason);

/// <summary>Explains answers.</summary>
public static class Explanation
{
    /// <summary>Solves, then solves again without each constraint. The answer may take the time limit once, and the explanation once
    /// more.</summary>
    /// <param name="loaded">The scenario.</param>
    /// <param name="progress">Receives progress messages; null for none.</param>
    /// <param name="cancellation">Cancels.</param>
    public static ExplanationResult Of(LoadedScenario loaded, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        var deadline = ScenarioRunner.Limit(loaded, cancellation);
        var (answer, allocated) = ScenarioRunner.Run(loaded, deadline);
        answer = ScenarioRunner.Compared(loaded, answer, deadline);
        if (answer.Objective is not { } objective || allocated is null)
            return new(answer, [], []);
        var asked = (AllocationObjective)loaded.Scenario.Objective;
        var explaining = ScenarioRunner.Limit(loaded, cancellation);
        // Verification by a second engine is only for the answer itself.
        var once = loaded.Settings with { Solver = loaded.Settings.Solver with { Verify = false } };
        var without = loaded.Scenario.Constraints.Select((constraint, c) =>
        {
            progress?.Invoke($"without '{constraint.Title()}', {c + 1} of {loaded.Scenario.Constraints.Count}");
            if (explaining.HasPassed)
                return new WithoutResult(constraint.Title(), constraint.Location?.ToString(), NotTried, null, null, null);
            var rest = loaded.Scenario with { Constraints = [.. loaded.Scenario.Constraints.Where(other => !ReferenceEquals(other, constraint))] };
            var other = ScenarioRunner.Run(loaded with { Scenario = rest, Settings = once }, explaining).Result;
            var gain = other.Objective is { } o
                ? (o.Value - objective.Value) * (asked.IsMinimised() ? -1 : 1) / (asked.IsMoney() ? loaded.Scenario.Horizon.Years : 1)
                : (double?)null;
            return new WithoutResult(constraint.Title(), constraint.Location?.ToString(), other.Status, gain is < 0 ? 0 : gain,
                other.Objective?.ReturnPerYear, other.Objective?.VolatilityPerYear);
        });
        return new(answer, [.. without.OrderByDescending(w => w.GainUsdPerYear ?? 0)], Unused(loaded, answer, allocated));
    }

    /// <summary>Status of a constraint for which no time was left.</summary>
    private const string NotTried = "not tried: time limit reached";

    private static UnusedResult[] Unused(LoadedScenario loaded, SolveResult answer, Allocated allocated)
    {
        var (problem, gaps) = (allocated.Problem, allocated.Answer.CostsOfEntry);
        // For a position that is closed, the reduced cost of keeping it counts, not that of adding to it.
        double? WouldNeed(Position position) => position.Deposit.IsConstant || gaps.Count == 0 || position.EarningYears <= 0
            ? null : gaps[(position.Before > 0 ? position.After : position.Deposit).Terms.Single().Variable] / position.EarningYears;
        var used = answer.Positions.Where(p => p.Usd > 0).ToArray();
        var worst = used.Length == 0 ? 0 : used.Min(p => p.CarryRate - p.ExpectedLossRate);
        return [.. problem.Positions
            .Where(p => used.All(u => u.Opportunity != p.Opportunity.Id))
            .Select(p => (Position: p, Carry: problem.Rates.Annual(problem.Rates.Growth(p.Opportunity, 0)), Loss: problem.Risk.ExpectedLoss(p.Opportunity, p.EarningYears) / loaded.Scenario.Horizon.Years))
            .OrderByDescending(x => x.Carry - x.Loss)
            .Take(15)
            .Select(x => new UnusedResult(x.Position.Opportunity.Id, x.Carry, x.Loss, WouldNeed(x.Position),
                x.Position.Deposit.IsConstant ? "accepts no deposits: full, matured or closed"
                : problem.ForbiddenBy(x.Position) is { } title ? $"forbidden by: {title}"
                : x.Carry - x.Loss < worst ? "pays less, after expected losses, than everything used"
                : "its risk, its costs or a limit outweigh the gain"))];
    }
}
