using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>An answer with what would change it.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Without">What leaving each constraint out would bring, most first.</param>
/// <param name="Unused">The better-paying opportunities that the answer does not use, with the reason.</param>
public sealed record ExplanationResult(
    SolveResult Answer, IReadOnlyList<WithoutResult> Without, IReadOnlyList<UnusedResult> Unused);

/// <summary>The answer without one constraint.</summary>
/// <param name="Constraint">The constraint left out.</param>
/// <param name="Location">Where it is written.</param>
/// <param name="Status">How that solve ended.</param>
/// <param name="GainUsdPerYear">How much better the objective is, in USD a year.</param>
/// <param name="ReturnPerYear">Net return without it.</param>
/// <param name="VolatilityPerYear">Volatility without it.</param>
public sealed record WithoutResult(
    string Constraint, string? Location, string Status, double? GainUsdPerYear, double? ReturnPerYear, double? VolatilityPerYear);

/// <summary>An opportunity that is not used.</summary>
/// <param name="Opportunity">The opportunity.</param>
/// <param name="CarryRate">What the first dollar would earn.</param>
/// <param name="ExpectedLossRate">Expected loss per year.</param>
/// <param name="WouldNeed">How much more it would have to pay per year, as a fraction, for the next dollar to go there, the gas of
/// entering apart; absent where nothing may be added or the objective has no such figure. Holds while the other decisions
/// stay as they are.</param>
/// <param name="Reason">Why it is not used.</param>
public sealed record UnusedResult(string Opportunity, double CarryRate, double ExpectedLossRate, double? WouldNeed, string Reason);

/// <summary>Explains answers.</summary>
public static class Explanation
{
    /// <summary>Solves, then solves again without each constraint. The answer may take the time limit, and so may all that explains it.</summary>
    /// <param name="loaded">The scenario.</param>
    /// <param name="progress">Is told what is being done; null for nobody.</param>
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
        // Nobody asks a second engine about what is not the answer.
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

    /// <summary>What is said of a constraint for which no time was left.</summary>
    private const string NotTried = "not tried, the time limit passed";

    private static UnusedResult[] Unused(LoadedScenario loaded, SolveResult answer, Allocated allocated)
    {
        var (problem, gaps) = (allocated.Problem, allocated.Answer.EntryGaps);
        // What was held and is given up would first be kept, before anything is added.
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
                x.Position.Deposit.IsConstant ? "takes no more: full, matured or down"
                : problem.ForbiddenBy(x.Position) is { } title ? $"forbidden by: {title}"
                : x.Carry - x.Loss < worst ? "pays less, after expected losses, than everything used"
                : "its risk, its costs or a limit weigh more than what it adds"))];
    }
}
