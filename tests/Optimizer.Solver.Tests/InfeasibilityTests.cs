using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>Conflicts that were put into problems are the conflicts that are found.</summary>
public sealed class InfeasibilityTests
{
    private static readonly SolveOptions Options = new() { Gap = 1e-6 };

    [Fact]
    public void The_conflict_is_what_was_put_in_and_nothing_else() => Gen.Select(Instances.Portfolio(10, switches: false), Gen.Int[2, 4]).Sample((problem, parts) =>
    {
        var n = problem.Variables.Count - problem.Links.Count;
        var chosen = Enumerable.Range(0, Math.Min(parts, n)).ToArray();
        // Each of the chosen needs more than an even part of a sum that is limited.
        Row[] conflict = [.. chosen.Select(i => new Row($"need {i}", 0.15, double.PositiveInfinity, [new(i, 1)])),
            new("limit", double.NegativeInfinity, 0.15 * chosen.Length - 0.05, [.. chosen.Select(i => new Term(i, 1))])];
        var harmless = problem.Rows.Select(row => row with { Upper = 10 });
        var found = Infeasibility.Conflict(problem with { Rows = [.. harmless, .. conflict] }, Options);
        Assert.Equal(conflict.Select(row => row.Name).Order(), found.Order());
    }, iter: 25);

    [Fact]
    public void Minima_that_do_not_fit_the_budget_conflict_with_the_count()
    {
        var problem = new Problem
        {
            Variables = [.. Enumerable.Range(0, 4).Select(i => new Variable($"x{i}", 0, 1, 0.05)), .. Enumerable.Range(0, 4).Select(i => new Variable($"z{i}", 0, 1, IsBinary: true))],
            Rows =
            [
                new("cap", double.NegativeInfinity, 0.9, [new(0, 1)]),
                new("budget", double.NegativeInfinity, 1, [.. Enumerable.Range(0, 4).Select(i => new Term(i, 1))]),
                new("at least three", 3, double.PositiveInfinity, [.. Enumerable.Range(4, 4).Select(i => new Term(i, 1))]),
            ],
            Switches = [.. Enumerable.Range(0, 4).Select(i => new Switch(4 + i, i, 0.4))],
            Goal = new MeanVarianceGoal(1),
        };
        Assert.Equal(SolveStatus.Infeasible, MeanVarianceSolver.Solve(problem, Options).Status);
        Assert.Equal(["budget", "at least three"], Infeasibility.Conflict(problem, Options));
    }

    [Fact]
    public void A_value_that_cannot_be_reached_is_the_goals_own_conflict()
    {
        var problem = new Problem
        {
            Variables = [new("x", 0, 1, 0.05, 0.01)],
            Rows = [new("budget", double.NegativeInfinity, 1, [new(0, 1)])],
            Goal = new MinimumRiskGoal(0.08, []),
        };
        Assert.Equal(["goal"], Infeasibility.Conflict(problem, Options));
    }

    [Fact]
    public void The_less_important_gives_first_and_only_as_far_as_it_must()
    {
        var problem = new Problem
        {
            Variables = [new("x", 0, 1, 0.05), new("y", 0, 1, 0.05)],
            Rows =
            [
                new("x at least 0.7", 0.7, double.PositiveInfinity, [new(0, 1)]),
                new("y at least 0.6", 0.6, double.PositiveInfinity, [new(1, 1)]),
                new("budget", double.NegativeInfinity, 1, [new(0, 1), new(1, 1)]),
            ],
            Goal = new MeanVarianceGoal(0),
        };
        // The budget never gives, x before nothing else, y first.
        var relaxed = Infeasibility.CheapestRelaxation(problem, [0, 1, -1], Options)!;
        Assert.Equal([1], relaxed.Keys);
        Assert.Equal(0.3, relaxed[1], 1e-6);
        Assert.Null(Infeasibility.CheapestRelaxation(problem, [-1, -1, -1], Options));
    }

    [Fact]
    public void A_problem_with_an_answer_has_no_conflict() => Instances.Portfolio(8, switches: true).Sample(problem =>
        Infeasibility.Conflict(problem, Options).Count == 0, iter: 10);
}
