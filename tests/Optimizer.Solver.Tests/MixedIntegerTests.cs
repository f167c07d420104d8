using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>Problems with switches against trying every combination.</summary>
public sealed class MixedIntegerTests
{
    private static readonly SolveOptions Tight = new() { Gap = 1e-5, Continuous = ContinuousEngine.Glop };

    [Fact]
    public void Scip_finds_what_brute_force_finds() => Instances.Portfolio(6, switches: true).Sample(problem =>
    {
        var answer = MeanVarianceSolver.Solve(problem, Tight);
        var best = BruteForce(problem);
        Assert.True(answer.Status == SolveStatus.Optimal && answer.MaxViolation <= 1e-7, $"{answer.Status}, violation {answer.MaxViolation}, gap {answer.Gap}, {answer.Message}");
        Assert.Equal(best, answer.Objective, 1e-6 * Math.Max(Math.Abs(best), 1e-2));
    }, iter: 25);

    [Fact]
    public void A_count_that_cannot_be_met_is_infeasible()
    {
        var problem = Instances.Portfolio(6, switches: true).Single();
        var binaries = problem.Switches.Select(s => new Term(s.Binary, 1)).ToArray();
        var impossible = problem with { Rows = [.. problem.Rows, new("too many", binaries.Length + 1, double.PositiveInfinity, binaries)] };
        Assert.Equal(SolveStatus.Infeasible, MeanVarianceSolver.Solve(impossible, Tight).Status);
    }

    [Fact]
    public void Off_is_exactly_zero_and_on_is_at_least_the_minimum() => Instances.Portfolio(12, switches: true).Sample(problem =>
    {
        var values = MeanVarianceSolver.Solve(problem, Tight).Values;
        return problem.Switches.All(s => values[s.Binary] == 0 ? values[s.Variable] == 0 : values[s.Variable] >= s.Minimum - 1e-9);
    }, iter: 15);

    [Fact]
    public void Gas_of_a_billionth_of_the_book_is_paid_or_saved()
    {
        // Two ways of the same yield; one costs 1e-6 more to enter, far below engines' absolute tolerances once scaled.
        var problem = new Problem
        {
            Variables = [new("dear", 0, 1, 0.01), new("cheap", 0, 1, 0.01), new("zd", 0, 1, -3e-6, IsBinary: true), new("zc", 0, 1, -2e-6, IsBinary: true)],
            Rows = [new("budget", double.NegativeInfinity, 1, [new(0, 1), new(1, 1)])],
            Switches = [new(2, 0), new(3, 1)],
            Goal = new MeanVarianceGoal(0),
        };
        var answer = MeanVarianceSolver.Solve(problem, Tight);
        Assert.Equal(0.01 - 2e-6, answer.Objective, 1e-12);
        Assert.Equal([0, 1], answer.Values.Take(2));
    }

    private static double BruteForce(Problem problem)
    {
        var n = problem.Switches.Count;
        var best = double.NegativeInfinity;
        for (var set = 0; set < 1 << n; set++)
        {
            var variables = problem.Variables.ToArray();
            for (var s = 0; s < n; s++)
            {
                var on = (set >> s) & 1;
                var rule = problem.Switches[s];
                variables[rule.Binary] = variables[rule.Binary] with { IsBinary = false, Lower = on, Upper = on };
                variables[rule.Variable] = variables[rule.Variable] with { Lower = on * rule.Minimum, Upper = on * variables[rule.Variable].Upper };
            }

            if (variables.Any(v => v.Lower > v.Upper))
                continue;
            var answer = MeanVarianceSolver.Solve(problem with { Variables = variables, Switches = [] }, Tight);
            if (answer.Status == SolveStatus.Optimal)
                best = Math.Max(best, answer.Objective);
        }

        return best;
    }
}
