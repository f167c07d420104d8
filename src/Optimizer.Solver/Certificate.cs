namespace Optimizer.Solver;

/// <summary>Says what an engine's point is worth, by arithmetic of its own.</summary>
internal static class Certificate
{
    /// <summary>What counts as keeping a constraint, in the problem's unit.</summary>
    private const double Tolerable = 1e-6;

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
            Value = Check.Value(problem, point.Values),
            Risk = Check.Risk(problem, point.Values),
            Objective = Check.Objective(problem, point.Values),
            MaxViolation = Check.Violation(problem, point.Values),
            Engine = engine,
        }, point.Bound, boundBy, options);
    }

    /// <summary>The answer with another bound, and the status that follows.</summary>
    public static Answer Rebound(Problem problem, Answer answer, double bound, string boundBy, SolveOptions options)
    {
        var gap = Math.Abs(bound - answer.Objective) / Math.Max(Math.Abs(answer.Objective), Answer.LeastOf(problem.Goal));
        return answer with
        {
            Bound = bound,
            BoundBy = boundBy,
            Gap = gap,
            Status = answer.MaxViolation > Tolerable ? SolveStatus.Failed
                : gap <= options.Gap ? SolveStatus.Optimal
                : SolveStatus.Feasible,
            Message = answer.MaxViolation > Tolerable
                ? $"the engine's answer breaks a constraint by {answer.MaxViolation:g3} of the problem's unit"
                : "",
        };
    }
}

/// <summary>A point of the problem with what is proven about it.</summary>
/// <param name="Values">One value per variable of the problem.</param>
/// <param name="Multipliers">One per row of the problem; a last one for the goal's own limit, where it has one.</param>
/// <param name="Bound">Bound on the goal's objective.</param>
internal sealed record Point(double[] Values, double[] Multipliers, double Bound);
