using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>The whole frontier against one solve for each of its points.</summary>
public sealed class FrontierTests
{
    [Fact]
    public void Every_point_is_the_least_risk_for_its_value() => Gen.Select(Instances.Portfolio(14, switches: false, curved: false), Gen.Double[0.02, 0.98]).Sample((problem, share) =>
    {
        var invested = problem with
        {
            Rows = [problem.Rows[0] with { Lower = 0.3 }, .. problem.Rows.Skip(1)],
            Variables = [.. problem.Variables.Select(v => v with { Variance = v.Variance + 1e-4 })],
        };
        var frontier = EfficientFrontier.Of(invested);
        if (frontier.Corners.Count == 0)
        {
            Assert.Equal(SolveStatus.Infeasible, MeanVarianceSolver.Solve(invested, new SolveOptions()).Status);
            return;
        }

        var (first, last) = (frontier.Corners[0], frontier.Corners[^1]);
        var value = first.Value + share * (last.Value - first.Value);
        var values = frontier.At(value);
        var single = MeanVarianceSolver.Solve(invested with { Goal = new MinimumRiskGoal(value, []) }, new SolveOptions { Gap = 1e-8 });
        var risk = Risk(invested, values);
        Assert.True(single.Status == SolveStatus.Optimal, $"{single.Status} {single.Message}");
        Assert.InRange(risk, single.Objective * (1 - 1e-6) - 1e-10, single.Objective * (1 + 1e-6) + 1e-10);
        Assert.All(frontier.Corners, corner => Assert.Equal(Risk(invested, corner.Values), corner.Risk, 1e-8));
    }, iter: 150);

    [Fact]
    public void Two_assets_bend_where_the_better_one_is_full()
    {
        // Least risk of independent variances 1 and 3 is at 3/4; from there on all goes to the second up to its bound of 0.9.
        var problem = new Problem
        {
            Variables = [new("calm", 0, 1, 0.01, 1), new("wild", 0, 0.9, 0.05, 3)],
            Rows = [new("budget", 1, 1, [new(0, 1), new(1, 1)])],
            Goal = new MeanVarianceGoal(1),
        };
        var frontier = EfficientFrontier.Of(problem);
        Assert.Equal(0.25, frontier.Corners[0].Values[1], 1e-9);
        Assert.Equal(0.9, frontier.Corners[^1].Values[1], 1e-9);
        Assert.Equal(0.01 * 0.75 + 0.05 * 0.25, frontier.Corners[0].Value, 1e-9);
    }

    [Fact]
    public void Binaries_have_no_straight_pieces() =>
        Assert.Throws<NotSupportedException>(() => EfficientFrontier.Of(Instances.Portfolio(5, switches: true).Single()));

    private static double Risk(Problem problem, double[] x) =>
        problem.Factors.Sum(f => Math.Pow(f.Loadings.Sum(t => t.Coefficient * x[t.Variable]), 2)) + problem.Variables.Select((v, i) => v.Variance * x[i] * x[i]).Sum();
}
