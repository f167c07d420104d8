using Optimizer.Model;
using Optimizer.Solver;
using Optimizer.Solver.Dispatch;

namespace Optimizer.Allocation;

/// <summary>Solves a problem, then adds the rows that the answer violates and solves again. Such rows forbid circular flows, which could
/// otherwise gain from a fee tier, a minimum or a converter that pays more than the market; or they belong to limits and objectives that
/// need too many rows to state at once.</summary>
/// <remarks>
/// Rows are first found on the relaxation without integer variables, which takes a tenth of the time. Then the whole problem is solved.
/// With its
/// binaries fixed, rows are added until none is violated; this gives an answer that meets everything. The whole problem had fewer rows, so
/// its
/// bound holds for every answer. The search ends when answer and bound meet.
/// </remarks>
internal sealed class RowSearch(AllocationProblem problem, SolveOptions options, Deadline deadline)
{
    /// <summary>With less time left, in seconds, no further solve is started.</summary>
    private const double LeastSeconds = 0.2;

    /// <summary>Fraction of the time spent on finding rows with the relaxation.</summary>
    private const double RelaxedPart = 0.3;

    private readonly double _started = deadline.Elapsed;
    private readonly double _seconds = deadline.SecondsLeft;

    /// <summary>Solves.</summary>
    public Answer Solve() => Priced(Search()) with { Seconds = deadline.Elapsed - _started };

    private Answer Search()
    {
        if (problem.AddsRows && ImpossibleRelaxation() is { } impossible)
            return impossible;
        Answer? best = null;
        while (true)
        {
            var whole = Solve(problem.ToProblem());
            if (whole.Status is not (SolveStatus.Optimal or SolveStatus.Feasible))
                return best ?? whole;
            if (CircularFlows.Find(problem, whole) is { Count: > 0 } circle)
            {
                problem.ForbidCircles(circle);
            }
            else if (problem.Scenario.Mode == ScenarioMode.Hold || !problem.RequireMissing(whole.Values))
            {
                return whole;
            }
            else if (Held(whole) is { } held)
            {
                // Rows are only added, never removed, so each bound stays valid.
                var goal = problem.Objective.Goal(problem);
                var sign = goal is MinimumRiskGoal ? -1 : 1;
                var bound = best is not null && sign * best.Bound < sign * whole.Bound ? best.Bound : whole.Bound;
                best = (best is null || sign * held.Objective > sign * best.Objective ? held : best).Bounded(bound, whole.BoundBy, goal, options);
                if (best.Status == SolveStatus.Optimal)
                    return best;
            }

            if (deadline.SecondsLeft <= LeastSeconds)
            {
                return best ?? whole with
                {
                    Status = SolveStatus.TimedOut,
                    Values = [],
                    Message = "found no answer that meets all constraints within the time limit",
                };
            }
        }
    }

    /// <summary>The answer with clean shadow prices of limits that many rows state. Nearly equal rows split their shadow price arbitrarily,
    /// even with wrong signs. If the tightest row alone gives the same optimum, its shadow price is the limit's.</summary>
    private Answer Priced(Answer answer)
    {
        var limits = problem.Requirements.Where(r => r.Source?.IsOneLimit() == true && r.Row >= 0).GroupBy(r => r.Source!)
            .Select(rows => (Rows: rows.Select(r => r.Row).ToArray(), Tightest: answer.Values.Count > 0 ? rows.Key.Tightest(problem, answer.Values) : null))
            .Where(limit => limit.Rows.Length > 1 && limit.Tightest is not null).ToArray();
        if (limits.Length == 0 || answer.ShadowPrices.Count == 0 || deadline.SecondsLeft <= LeastSeconds)
            return answer;
        var stated = problem.ToProblem().WithWholeNumbersOf(answer.Values);
        var others = limits.SelectMany(limit => limit.Rows).ToHashSet();
        var rows = stated.Rows.Select((row, r) => others.Contains(r) ? row with { Lower = double.NegativeInfinity, Upper = double.PositiveInfinity } : row)
            .Concat(limits.Select(limit => limit.Tightest!.Lesser - limit.Tightest.Greater).Select(all => new Row("tightest", double.NegativeInfinity, -all.Constant, [.. all.Terms])));
        var simple = Solve(stated with { Rows = [.. rows] }, verify: false);
        if (simple.ShadowPrices.Count == 0 || Math.Abs(simple.Objective - answer.Objective) > Same * Math.Max(Math.Abs(answer.Objective), Answer.LeastValue))
            return answer;
        double[] prices = [.. answer.ShadowPrices];
        for (var l = 0; l < limits.Length; l++)
        {
            foreach (var row in limits[l].Rows.Where(row => row < prices.Length))
                prices[row] = 0;
            prices[limits[l].Rows[0]] = simple.ShadowPrices[stated.Rows.Count + l];
        }

        return answer with { ShadowPrices = prices };
    }

    /// <summary>Objectives with a smaller relative difference count as equal.</summary>
    private const double Same = 2e-4;

    private Answer Solve(Problem stated, bool verify = true) => MeanVarianceSolver.Solve(
        stated, options.Within(deadline) with { Verify = verify && options.Verify }, deadline.Cancellation);

    /// <summary>The best answer with the binaries of a given answer; null if none meets all constraints, or if there is no time
    /// left.</summary>
    private Answer? Held(Answer whole)
    {
        while (deadline.SecondsLeft > LeastSeconds)
        {
            var answer = Solve(problem.ToProblem().WithWholeNumbersOf(whole.Values), verify: false);
            if (answer.Status is not (SolveStatus.Optimal or SolveStatus.Feasible) || CircularFlows.Find(problem, answer).Count > 0)
                return null;
            if (!problem.RequireMissing(answer.Values))
                return answer;
        }

        return null;
    }

    /// <summary>Adds the rows that answers of the relaxation violate.</summary>
    /// <returns>An infeasible answer if even the relaxation is infeasible; otherwise null.</returns>
    private Answer? ImpossibleRelaxation()
    {
        var enough = (1 - RelaxedPart) * _seconds;
        var (last, settled) = (double.NaN, 0);
        while (deadline.SecondsLeft > enough && settled < 2)
        {
            var answer = Solve(problem.ToProblem().Relaxed(), verify: false);
            if (answer.Status == SolveStatus.Infeasible)
                return answer;
            if (answer.Status is not (SolveStatus.Optimal or SolveStatus.Feasible) || !problem.RequireMissing(answer.Values))
                return null;
            settled = Math.Abs(answer.Objective - last) <= options.Gap / 10 * Math.Max(Math.Abs(answer.Objective), Answer.LeastValue) ? settled + 1 : 0;
            last = answer.Objective;
        }

        return null;
    }
}
