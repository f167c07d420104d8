using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>The Karush–Kuhn–Tucker conditions of continuous answers, from the problem and the answer alone.</summary>
public sealed class OptimalityTests
{
    [Fact]
    public void Every_continuous_answer_satisfies_them() => Instances.AnyShape(12, switches: false, hasGoals: false).Sample(Satisfies, iter: 800);

    /// <summary>Two variables on which the interior point ran into a corner from its first two starts.</summary>
    [Fact]
    public void A_corner_is_left_by_another_start() => Instances.AnyShape(12, switches: false, hasGoals: false).Sample(Satisfies, seed: "apRKEAryh9n5", iter: 1);

    private static void Satisfies(Problem problem)
    {
        var answer = MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-8, Engine = Engine.Native });
        if (answer.Status == SolveStatus.Infeasible)
            return;
        var weight = ((MeanVarianceGoal)problem.Goal).RiskWeight;
        Assert.InRange(answer.MaxViolation, 0, 1e-10);
        var residual = Gradient(problem, answer.Values, weight);
        for (var r = 0; r < problem.Rows.Count; r++)
        {
            var row = problem.Rows[r];
            var activity = row.Terms.Sum(t => t.Coefficient * answer.Values[t.Variable]);
            var (atUpper, atLower) = (Math.Abs(row.Upper - activity) < 1e-7, Math.Abs(activity - row.Lower) < 1e-7);
            // Complementary: a row that does not bind costs nothing.
            if (!atUpper && !atLower)
                Assert.InRange(answer.ShadowPrices[r], 0, 1e-7);
            var price = atUpper && !atLower ? answer.ShadowPrices[r] : !atUpper ? -answer.ShadowPrices[r] : double.NaN;
            if (double.IsNaN(price))
                continue;
            foreach (var (v, c) in row.Terms)
                residual[v] -= price * c;
        }

        // With an equality the sign of its price is not told by the answer: the residual must vanish for one of both.
        var equality = problem.Rows.Select((row, r) => (row, r)).FirstOrDefault(p => p.row.Lower == p.row.Upper);
        var signs = equality.row is null ? [0.0] : new[] { answer.ShadowPrices[equality.r], -answer.ShadowPrices[equality.r] };
        Assert.Contains(signs, price =>
        {
            for (var v = 0; v < problem.Variables.Count; v++)
            {
                var variable = problem.Variables[v];
                if (problem.Links.Any(l => l.Result == v))
                    continue;
                var rest = residual[v] - (equality.row is null ? 0 : price * equality.row.Terms.Where(t => t.Variable == v).Sum(t => t.Coefficient));
                var (canRise, canFall) = (variable.Upper - answer.Values[v] > 1e-7, answer.Values[v] - variable.Lower > 1e-7);
                if ((canRise && rest > 1e-6) || (canFall && rest < -1e-6))
                    return false;
            }

            return true;
        });
    }

    [Fact]
    public void What_is_not_held_is_held_once_it_is_better_by_what_it_lacks() => Instances.Portfolio(10, switches: false).Sample(problem =>
    {
        var options = new SolveOptions { Gap = 1e-9 };
        var answer = MeanVarianceSolver.Solve(problem, options);
        var absent = Enumerable.Range(0, problem.Variables.Count - problem.Links.Count).FirstOrDefault(v => answer.Values[v] == 0 && answer.CostsOfEntry[v] > 1e-4, -1);
        if (absent < 0)
            return;
        double Held(double better) => MeanVarianceSolver.Solve(problem with
        {
            Variables = [.. problem.Variables.Select((v, i) => i == absent ? v with { Value = v.Value + better } : v)],
        }, options).Values[absent];
        Assert.Equal(0, Held(answer.CostsOfEntry[absent] * 0.99), 1e-7);
        Assert.True(Held(answer.CostsOfEntry[absent] * 1.01 + 1e-6) > 1e-7);
    }, iter: 60);

    /// <summary>What one more unit of each variable adds to the objective.</summary>
    private static double[] Gradient(Problem problem, IReadOnlyList<double> x, double weight)
    {
        var gradient = problem.Variables.Select((v, i) => v.Value - 2 * weight * v.Variance * x[i]).ToArray();
        foreach (var factor in problem.Factors)
        {
            var exposure = factor.Loadings.Sum(t => t.Coefficient * x[t.Variable]);
            foreach (var (v, c) in factor.Loadings)
                gradient[v] -= 2 * weight * exposure * c;
        }

        foreach (var link in problem.Links)
            gradient[link.Argument] += problem.Variables[link.Result].Value * link.Function.SlopeAt(x[link.Argument]);
        return gradient;
    }
}
