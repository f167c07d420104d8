using Optimizer.Solver;

namespace Optimizer.Benchmarks;

/// <summary>Least tail loss of random portfolios: heavy-tailed gains with a common cause.</summary>
internal static class TailProblem
{
    /// <summary>Fully invested, at most 10 % a position and 30 % a group of ten.</summary>
    public static Problem Of(int opportunities, int scenarios, int seed)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var (mean, beta, own) = (new double[opportunities], new double[opportunities], new double[opportunities]);
        for (var i = 0; i < opportunities; i++)
            (mean[i], beta[i], own[i]) = (0.001 + 0.004 * random.NextDouble(), 0.3 + random.NextDouble(), 0.02 + 0.05 * random.NextDouble());
        var gains = new double[scenarios * opportunities];
        for (var s = 0; s < scenarios; s++)
        {
            // Student's t with four degrees of freedom for what all share.
            var chi = Enumerable.Range(0, 4).Sum(_ => Math.Pow(Normal(), 2));
            var common = 0.03 * Normal() / Math.Sqrt(chi / 4);
            for (var i = 0; i < opportunities; i++)
                gains[(s * opportunities) + i] = mean[i] + (beta[i] * common) + (own[i] * Normal());
        }

        var rows = new List<Row> { new("budget", 1, 1, [.. Enumerable.Range(0, opportunities).Select(i => new Term(i, 1))]) };
        for (var g = 0; g < 10; g++)
            rows.Add(new($"group {g}", double.NegativeInfinity, 0.3, [.. Enumerable.Range(0, opportunities).Where(i => i % 10 == g).Select(i => new Term(i, 1))]));
        return new()
        {
            Variables = [.. mean.Select((m, i) => new Variable($"x{i}", 0, 0.10, m))],
            Rows = rows,
            Scenarios = new([.. Enumerable.Range(0, opportunities)], gains),
            Goal = new MinimumCvarGoal(0.95, 0.003),
        };
    }

    /// <summary>The linear program of Rockafellar and Uryasev with every scenario as a row, by GLOP.</summary>
    /// <returns>The tail loss; NaN where the time was not enough.</returns>
    public static double PlainGlop(Problem problem, double seconds)
    {
        using var solver = Google.OrTools.LinearSolver.Solver.CreateSolver("GLOP");
        solver.SetTimeLimit((long)(seconds * 1_000));
        var x = problem.Variables.Select(v => solver.MakeNumVar(v.Lower, v.Upper, "")).ToArray();
        var goal = (MinimumCvarGoal)problem.Goal;
        foreach (var row in problem.Rows)
        {
            var constraint = solver.MakeConstraint(row.Lower, row.Upper);
            foreach (var (v, c) in row.Terms)
                constraint.SetCoefficient(x[v], c);
        }

        var value = solver.MakeConstraint(goal.ValueAtLeast, double.PositiveInfinity);
        for (var v = 0; v < x.Length; v++)
            value.SetCoefficient(x[v], problem.Variables[v].Value);
        var scenarios = problem.Scenarios!;
        var edge = solver.MakeNumVar(double.NegativeInfinity, double.PositiveInfinity, "");
        solver.Objective().SetCoefficient(edge, 1);
        for (var s = 0; s < scenarios.Count; s++)
        {
            var excess = solver.MakeNumVar(0, double.PositiveInfinity, "");
            solver.Objective().SetCoefficient(excess, 1 / ((1 - goal.Confidence) * scenarios.Count));
            var row = solver.MakeConstraint(0, double.PositiveInfinity);
            row.SetCoefficient(excess, 1);
            row.SetCoefficient(edge, 1);
            for (var c = 0; c < scenarios.Columns.Count; c++)
                row.SetCoefficient(x[scenarios.Columns[c]], scenarios.Gains[(s * scenarios.Columns.Count) + c]);
        }

        return solver.Solve() == Google.OrTools.LinearSolver.Solver.ResultStatus.OPTIMAL ? solver.Objective().Value() : double.NaN;
    }
}
