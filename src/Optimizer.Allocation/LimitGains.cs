using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>What loosening each limit that binds would bring, by solving again for the step that is told.</summary>
/// <remarks>A multiplier is the slope at the limit: over a step it promises too much wherever something else binds soon after. Whole numbers
/// stay as they are, so each is one continuous problem.</remarks>
public static class LimitGains
{
    /// <summary>The step of limits in USD, in fractions of the book.</summary>
    public const double Step = 0.01;

    /// <summary>Prices below this are nobody's concern, in objective per unit of the limit.</summary>
    private const double Least = 1e-9;

    /// <summary>The gains by row: how much better the solver's objective is with the limit looser by <see cref="Step"/> of the book, or by one
    /// for counts and days. Rows of limits that many rows state are left out, and so is what there is no time for.</summary>
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
        var sign = settled.Goal is MinimizeRisk or MinimizeTailLoss ? -1 : 1;
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
