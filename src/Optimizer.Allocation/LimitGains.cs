using Optimizer.Solver;
using Optimizer.Solver.Dispatch;

namespace Optimizer.Allocation;

/// <summary>Shadow prices of binding limits over a step: the gain from loosening each limit by one step, found by solving again.</summary>
/// <remarks>A multiplier is only the slope at the limit: over a step it overstates the gain if something else binds soon. Binaries are
/// fixed, so each solve is one continuous problem.</remarks>
public static class LimitGains
{
    /// <summary>Step for limits in USD, in fractions of the book.</summary>
    public const double Step = 0.01;

    /// <summary>Multipliers below this are ignored, in objective per unit of the limit.</summary>
    private const double Least = 1e-9;

    /// <summary>Gains by row: the improvement of the solver's objective when the limit is loosened by <see cref="Step"/> of the book, or by
    /// one for counts and days. Limits that many rows state are left out, and so are limits for which no time is left.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="options">The solver's options.</param>
    /// <param name="deadline">When to stop.</param>
    public static IReadOnlyDictionary<int, double> Of(AllocationProblem problem, Answer answer, SolveOptions options, Deadline deadline)
    {
        var gains = new Dictionary<int, double>();
        if (problem.AddsRows || answer.ShadowPrices.Count == 0)
            return gains;
        var settled = problem.ToProblem().WithWholeNumbersOf(answer.Values);
        var sign = settled.Goal is MinimumRiskGoal or MinimumCvarGoal ? -1 : 1;
        foreach (var (_, requirement, r) in problem.Requirements)
        {
            if (!requirement.IsReported || r < 0 || r >= answer.ShadowPrices.Count || answer.ShadowPrices[r] <= Least || deadline.HasPassed)
                continue;
            var step = requirement.Unit == LimitUnit.Usd ? Step : 1;
            Row[] rows = [.. settled.Rows];
            rows[r] = rows[r] with { Lower = rows[r].Lower - step, Upper = rows[r].Upper + step };
            var looser = MeanVarianceSolver.Solve(settled with { Rows = rows }, options.Within(deadline) with { Verify = false }, deadline.Cancellation);
            if (looser.Status is SolveStatus.Optimal or SolveStatus.Feasible)
                gains[r] = Math.Clamp(sign * (looser.Objective - answer.Objective), 0, step * answer.ShadowPrices[r]);
        }

        return gains;
    }
}
