namespace Optimizer.Solver;

/// <summary>Checks an engine's point: recomputes objective, violation and status independently.</summary>
internal static class Certificate
{
    /// <summary>Feasibility tolerance in the problem's unit, for variables of size about one.</summary>
    private const double Tolerable = 1e-6;

    /// <summary>Feasibility tolerance relative to the largest variable bound, used for bounds above a thousand.</summary>
    private const double TolerablePart = 1e-9;

    private static double ToleranceOf(Problem problem) =>
        Math.Max(Tolerable, TolerablePart * problem.Variables.Select(v => Math.Max(Math.Abs(v.Lower), Math.Abs(v.Upper))).DefaultIfEmpty(0).Max());

    /// <summary>Makes an answer from a point.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="options">The solver options.</param>
    /// <param name="point">The point; null if the rows allow none.</param>
    /// <param name="boundBy">The engine or method that proved the bound.</param>
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
            GoalShadowPrice = problem.Goal is MeanVarianceGoal ? 0 : Math.Abs(point.Multipliers[^1]),
            CostsOfEntry = CostsOfEntry(problem, point),
            Value = Check.Value(problem, point.Values),
            Risk = Check.Risk(problem, point.Values),
            Objective = Check.Objective(problem, point.Values),
            MaxViolation = Check.Violation(problem, point.Values),
            Engine = engine,
        }, point.Bound, boundBy, options);
    }

    /// <summary>Reduced costs of the variables at their lower bounds, from the exact slopes at the point.</summary>
    private static double[] CostsOfEntry(Problem problem, Point point)
    {
        var riskWeight = problem.Goal switch { MeanVarianceGoal utility => utility.RiskWeight, MinimumRiskGoal => 1, _ => double.NaN };
        if (double.IsNaN(riskWeight) || point.Multipliers.Length < problem.Rows.Count)
            return [];
        // When risk is minimised, a unit of value is worth the shadow price of the value limit.
        var valueWeight = problem.Goal is MinimumRiskGoal ? Math.Abs(point.Multipliers[^1]) : 1;
        var x = point.Values;
        var gaps = new double[x.Length];
        var slopes = Check.RiskSlopes(problem, x);
        for (var v = 0; v < gaps.Length; v++)
            gaps[v] = riskWeight * slopes[v] - valueWeight * problem.Variables[v].Value;
        foreach (var (v, toll) in (problem.Goal as MinimumRiskGoal)?.Toll ?? [])
            gaps[v] += toll;
        for (var r = 0; r < problem.Rows.Count; r++)
        {
            foreach (var (v, c) in point.Multipliers[r] == 0 ? [] : problem.Rows[r].Terms.AsSpan())
                gaps[v] -= point.Multipliers[r] * c;
        }

        // Chain rule: the reduced cost of a link's result is passed to its argument.
        foreach (var link in problem.Links)
            gaps[link.Argument] += gaps[link.Result] * link.Function.SlopeAt(x[link.Argument]);
        for (var v = 0; v < gaps.Length; v++)
            gaps[v] = x[v] > problem.Variables[v].Lower || problem.Variables[v].IsBinary ? 0 : Math.Max(0, gaps[v]) / Math.Max(valueWeight, 1e-300);
        return gaps;
    }

    /// <summary>The answer with another bound; gap and status are updated.</summary>
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
                ? $"the engine's answer violates a constraint by {answer.MaxViolation:g3} (in the problem's unit)"
                : "",
        };
    }
}

/// <summary>A point of the problem with its multipliers and bound.</summary>
/// <param name="Values">One value per variable of the problem.</param>
/// <param name="Multipliers">Dual values of the problem's rows, with the sign of a minimisation: ≥ 0 if the lower limit binds. The last
/// entry is for the goal's own limit, if it has one.</param>
/// <param name="Bound">Bound on the goal's objective.</param>
internal sealed record Point(double[] Values, double[] Multipliers, double Bound);
