namespace Optimizer.Solver.Dispatch;

/// <summary>Maximum value with zero risk. This is a linear problem: every factor exposure must be zero, and so must every variable with a
/// variance of its own.</summary>
internal static class NoRisk
{
    public static Answer Solve(Problem problem, SolveOptions options, Deadline deadline)
    {
        var variables = problem.Variables.Select(v => v.Variance == 0 ? v : v with { Lower = Math.Max(v.Lower, 0), Upper = Math.Min(v.Upper, 0), Variance = 0 }).ToArray();
        if (Array.Find(variables, v => v.Lower > v.Upper) is { } risky)
            return new() { Status = SolveStatus.Infeasible, Message = $"'{risky.Name}' bears risk and cannot be zero", Engine = "none" };
        foreach (var s in problem.Switches.Where(s => s.Minimum > 0 && variables[s.Variable].Upper <= 0))
            variables[s.Binary] = variables[s.Binary] with { Upper = Math.Max(0, variables[s.Binary].Lower) };
        var answer = MeanVarianceSolver.Solve(problem with
        {
            Variables = variables,
            Rows = [.. problem.Rows, .. problem.Factors.Select(factor => new Row($"no {factor.Name}", 0, 0, factor.Loadings))],
            Factors = [],
            Goal = new MeanVarianceGoal(0),
        }, options with { TimeLimitSeconds = Math.Max(0.01, deadline.SecondsLeft), Verify = false }, deadline.Cancellation);
        return answer.Values.Count == 0 ? answer : Certificate.Of(problem, options,
            new Point([.. answer.Values], [.. answer.ShadowPrices.Take(problem.Rows.Count), 0], answer.Bound), answer.BoundBy, answer.Engine);
    }
}
