namespace Optimizer.Solver;

/// <summary>Says what an engine's point is worth, by arithmetic of its own.</summary>
internal static class Certificate
{
    /// <summary>What counts as keeping a constraint, in the problem's unit, where its variables are around one.</summary>
    private const double Tolerable = 1e-6;

    /// <summary>Of variables larger than a thousand, this part of the largest counts as much.</summary>
    private const double TolerablePart = 1e-9;

    private static double ToleranceOf(Problem problem) =>
        Math.Max(Tolerable, TolerablePart * problem.Variables.Select(v => Math.Max(Math.Abs(v.Lower), Math.Abs(v.Upper))).DefaultIfEmpty(0).Max());

    /// <summary>An answer from a point.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="point">The point; null where the rows admit none.</param>
    /// <param name="boundBy">Who proved the point's bound.</param>
    /// <param name="engine">The engines that found it.</param>
    public static Answer Of(Problem problem, SolveOptions options, Point? point, string boundBy, string engine)
    {
        if (point is null)
            return new Answer { Status = SolveStatus.Infeasible, Engine = engine };
        return Rebound(problem, new Answer
        {
            Status = SolveStatus.Feasible,
            Values = point.Values,
            ShadowPrices = [.. point.Multipliers.Take(problem.Rows.Count).Select(Math.Abs)],
            GoalShadowPrice = problem.Goal is MaximizeUtility ? 0 : Math.Abs(point.Multipliers[^1]),
            EntryGaps = EntryGaps(problem, point),
            Value = Check.Value(problem, point.Values),
            Risk = Check.Risk(problem, point.Values),
            Objective = Check.Objective(problem, point.Values),
            MaxViolation = Check.Violation(problem, point.Values),
            Engine = engine,
        }, point.Bound, boundBy, options);
    }

    /// <summary>What every variable that is at its lower bound lacks: its reduced cost, from the exact slopes at the point.</summary>
    private static double[] EntryGaps(Problem problem, Point point)
    {
        var riskWeight = problem.Goal switch { MaximizeUtility utility => utility.RiskWeight, MinimizeRisk => 1, _ => double.NaN };
        if (double.IsNaN(riskWeight) || point.Multipliers.Length < problem.Rows.Count)
            return [];
        // For least risk, a unit of value is worth what the limit on it costs.
        var valueWeight = problem.Goal is MinimizeRisk ? Math.Abs(point.Multipliers[^1]) : 1;
        var x = point.Values;
        var gaps = new double[x.Length];
        var slopes = Check.RiskSlopes(problem, x);
        for (var v = 0; v < gaps.Length; v++)
            gaps[v] = riskWeight * slopes[v] - valueWeight * problem.Variables[v].Value;
        foreach (var (v, toll) in (problem.Goal as MinimizeRisk)?.Toll ?? [])
            gaps[v] += toll;
        for (var r = 0; r < problem.Rows.Count; r++)
        {
            foreach (var (v, c) in point.Multipliers[r] == 0 ? [] : problem.Rows[r].Terms.AsSpan())
                gaps[v] -= point.Multipliers[r] * c;
        }

        // What a link's result is worth goes to its argument.
        foreach (var link in problem.Links)
            gaps[link.Argument] += gaps[link.Result] * link.Function.SlopeAt(x[link.Argument]);
        for (var v = 0; v < gaps.Length; v++)
            gaps[v] = x[v] > problem.Variables[v].Lower || problem.Variables[v].IsBinary ? 0 : Math.Max(0, gaps[v]) / Math.Max(valueWeight, 1e-300);
        return gaps;
    }

    /// <summary>The answer with another bound, and the status that follows.</summary>
    public static Answer Rebound(Problem problem, Answer answer, double bound, string boundBy, SolveOptions options)
    {
        var gap = Math.Abs(bound - answer.Objective) / Math.Max(Math.Abs(answer.Objective), Answer.LeastOf(problem.Goal));
        var tolerance = ToleranceOf(problem);
        return answer with
        {
            Bound = bound,
            BoundBy = boundBy,
            Gap = gap,
            Status = answer.MaxViolation > tolerance ? SolveStatus.Failed
                : gap <= options.Gap ? SolveStatus.Optimal
                : SolveStatus.Feasible,
            Message = answer.MaxViolation > tolerance
                ? $"the engine's answer breaks a constraint by {answer.MaxViolation:g3} of the problem's unit"
                : "",
        };
    }
}

/// <summary>A point of the problem with what is proven about it.</summary>
/// <param name="Values">One value per variable of the problem.</param>
/// <param name="Multipliers">One per row of the problem, as a minimisation's: ≥ 0 where the lower limit binds; a last one for
/// the goal's own limit, where it has one.</param>
/// <param name="Bound">Bound on the goal's objective.</param>
internal sealed record Point(double[] Values, double[] Multipliers, double Bound);
