namespace Optimizer.Solver.Dispatch;

/// <summary>Explains infeasible problems: which rows conflict, and what the cheapest relaxation is.</summary>
public static class Infeasibility
{
    /// <summary>An irreducible conflict: rows that cannot hold together, although all but any one of them can.</summary>
    /// <remarks>
    /// First an elastic problem finds the rows that must be violated; usually these are few. Then rows are left out one by one: a row stays
    /// in the
    /// conflict if the rest can hold without it (deletion filter, Chinneck, Feasibility and Infeasibility in Optimization, 2008, section
    /// 6).
    /// Bounds, switches and links always hold. The goal's own limit (a value to reach, a risk to keep) counts as a row called <c>goal</c>.
    /// </remarks>
    /// <returns>Names of rows; empty if the problem is feasible, or if bounds and switches alone make it infeasible.</returns>
    public static IReadOnlyList<string> Conflict(Problem problem, SolveOptions options, CancellationToken cancellation = default)
    {
        var demands = Enumerable.Range(0, problem.Rows.Count).ToList();
        if (problem.Goal is MinimumRiskGoal or MaximumReturnGoal or MinimumCvarGoal)
            demands.Add(problem.Rows.Count);
        var deadline = new Deadline(options.TimeLimitSeconds, cancellation);
        // A test for which no time is left counts as feasible: the conflict is then larger than necessary, but still a conflict.
        bool Holds(IReadOnlyCollection<int> rows) => deadline.HasPassed || IsFeasible(problem, rows, options.Within(deadline), cancellation);
        if (Holds(demands) || !Holds([]))
            return [];

        // Growing the set from rows that the elastic problem violates finds a small conflict quickly.
        var set = new List<int>();
        while (Holds(set))
        {
            var broken = deadline.HasPassed ? [] : Broken(problem, demands, set, options.Within(deadline), cancellation);
            if (broken.Count == 0)
            {
                set = demands;
                break;
            }

            set.AddRange(broken);
        }

        foreach (var demand in set.ToArray())
        {
            var rest = set.Where(d => d != demand).ToList();
            if (!Holds(rest))
                set = rest;
        }

        return [.. set.Order().Select(d => d < problem.Rows.Count ? problem.Rows[d].Name : "goal")];
    }

    /// <summary>The cheapest relaxation that makes a problem feasible: how much each row must be loosened. Rows of lower priority are
    /// loosened first.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="priority">Priority per row. 0 is the most important: such rows are loosened only if loosening rows of higher numbers is
    /// not enough. Rows with a negative number are never loosened.</param>
    /// <param name="options">Options of every solve.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Required loosening by row; other rows are absent. The goal's minimum value counts as one more row with priority 0. Null if
    /// no relaxation helps.</returns>
    public static IReadOnlyDictionary<int, double>? CheapestRelaxation(
        Problem problem, IReadOnlyList<int> priority, SolveOptions options, CancellationToken cancellation = default)
    {
        if (problem.Goal is MinimumRiskGoal or MinimumCvarGoal)
        {
            var least = problem.Goal is MinimumRiskGoal risk ? risk.ValueAtLeast : ((MinimumCvarGoal)problem.Goal).ValueAtLeast;
            var value = problem.Variables.Select((v, i) => new Term(i, v.Value)).Where(term => term.Coefficient != 0).ToArray();
            problem = problem with { Rows = [.. problem.Rows, new("goal", least, double.PositiveInfinity, value)], Goal = new MeanVarianceGoal(0) };
            priority = [.. priority, 0];
        }

        var deadline = new Deadline(options.TimeLimitSeconds, cancellation);
        // Lexicographic: the loosening of the most important rows is minimised and fixed first.
        var (elastic, slackOf) = Elastic(problem, [.. Enumerable.Range(0, problem.Rows.Count).Where(r => priority[r] >= 0)]);
        var settled = new Dictionary<int, double>();
        Answer? answer = null;
        foreach (var level in priority.Where(p => p >= 0).Distinct().Order())
        {
            var slacks = slackOf.Where(s => priority[s.Row] == level).ToArray();
            var variables = elastic.Variables.Select((v, i) => v with { Value = slacks.Any(s => s.Variable == i) ? -1 : 0 }).ToArray();
            elastic = elastic with { Variables = variables, Goal = problem.Goal is MaximumReturnGoal ? problem.Goal : new MeanVarianceGoal(0) };
            answer = MeanVarianceSolver.Solve(elastic, options.Within(deadline) with { Gap = 1e-7, Engine = Engine.OrTools, Continuous = ContinuousEngine.Glop, Verify = false }, cancellation);
            if (answer.Values.Count == 0)
                return null;
            var total = slacks.Sum(s => answer.Values[s.Variable]);
            elastic = elastic with
            {
                Rows = [.. elastic.Rows, new($"priority {level}", double.NegativeInfinity, total + 1e-9 * Math.Max(1, total), [.. slacks.Select(s => new Term(s.Variable, 1))])],
            };
        }

        if (answer is null && !IsFeasible(problem, [.. Enumerable.Range(0, problem.Rows.Count)], options, cancellation))
            return null;
        foreach (var (row, variable) in slackOf)
        {
            if (answer is not null && answer.Values[variable] > 1e-9)
                settled[row] = settled.GetValueOrDefault(row) + answer.Values[variable];
        }

        return settled;
    }

    private static bool IsFeasible(Problem problem, IReadOnlyCollection<int> demands, SolveOptions options, CancellationToken cancellation)
    {
        var hasGoal = demands.Contains(problem.Rows.Count);
        var kept = problem with
        {
            Rows = [.. demands.Where(d => d < problem.Rows.Count).Order().Select(d => problem.Rows[d])],
            // Any feasible point will do, so only the goal's own limit matters.
            Goal = hasGoal ? problem.Goal is MinimumCvarGoal tail ? new MinimumRiskGoal(tail.ValueAtLeast, []) : problem.Goal : new MeanVarianceGoal(0),
            Factors = hasGoal && problem.Goal is MaximumReturnGoal ? problem.Factors : [],
            Variables = hasGoal ? problem.Variables : [.. problem.Variables.Select(v => v with { Value = 0, Variance = 0 })],
        };
        return MeanVarianceSolver.Solve(kept, options with { Gap = 1e6, Verify = false }, cancellation).Status != SolveStatus.Infeasible;
    }

    /// <summary>The rows outside a set that are violated when the set holds and the total violation of the rest is minimal.</summary>
    private static List<int> Broken(Problem problem, List<int> demands, List<int> set, SolveOptions options, CancellationToken cancellation)
    {
        var loose = demands.Where(d => d < problem.Rows.Count && !set.Contains(d)).ToArray();
        var (elastic, slackOf) = Elastic(problem, loose);
        elastic = elastic with
        {
            Variables = [.. elastic.Variables.Select((v, i) => v with { Value = slackOf.Any(s => s.Variable == i) ? -1 : 0, Variance = 0 })],
            Factors = [],
            Goal = new MeanVarianceGoal(0),
        };
        var answer = MeanVarianceSolver.Solve(elastic, options with { Gap = 1e-6, Engine = Engine.OrTools, Continuous = ContinuousEngine.Glop, Verify = false }, cancellation);
        List<int> broken = answer.Values.Count == 0 ? [] : [.. slackOf.Where(s => answer.Values[s.Variable] > 1e-9).Select(s => s.Row).Distinct()];
        // Every row holds, so it is the goal's own limit that cannot be met.
        if (broken.Count == 0 && demands.Contains(problem.Rows.Count) && !set.Contains(problem.Rows.Count))
            broken.Add(problem.Rows.Count);
        return broken;
    }

    /// <summary>The problem with slack in the given rows.</summary>
    private static (Problem Elastic, List<(int Row, int Variable)> SlackOf) Elastic(Problem problem, IReadOnlyList<int> loose)
    {
        var variables = problem.Variables.ToList();
        var rows = problem.Rows.ToArray();
        var slackOf = new List<(int Row, int Variable)>();
        foreach (var r in loose)
        {
            var row = rows[r];
            var reach = row.Terms.Sum(t => Math.Abs(t.Coefficient) * Math.Max(Math.Abs(variables[t.Variable].Lower), Math.Abs(variables[t.Variable].Upper)));
            var terms = row.Terms.ToList();
            foreach (var (limit, sign) in new[] { (row.Upper, -1.0), (row.Lower, 1.0) })
            {
                if (double.IsInfinity(limit))
                    continue;
                terms.Add(new(variables.Count, sign));
                slackOf.Add((r, variables.Count));
                variables.Add(new($"{row.Name} gives", 0, reach + Math.Abs(limit)));
            }

            rows[r] = row with { Terms = terms };
        }

        return (problem with { Variables = variables, Rows = rows }, slackOf);
    }
}
