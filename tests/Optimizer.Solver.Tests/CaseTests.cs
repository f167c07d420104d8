using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>Problems that were once answered wrongly, or not at all, with what is right by hand.</summary>
public sealed class CaseTests
{
    private static readonly SolveOptions Tight = new() { Gap = 1e-8 };

    private static Row Budget(int n) => new("budget", 1, 1, [.. Enumerable.Range(0, n).Select(i => new Term(i, 1))]);

    /// <summary>a·0.1 + b·0.06 with a² · 0.2 + b² · 0.05 ≤ 0.1: both bind, and the duals follow from two linear equations.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.05)]
    [InlineData(0.041)]
    public void Prices_of_a_limit_on_risk_are_those_of_the_optimum(double limit)
    {
        Problem With(double budget, double risk) => new()
        {
            Variables = [new("a", 0, 1, 0.1, 0.2), new("b", 0, 1, 0.06, 0.05)],
            Rows = [new("budget", budget, budget, [new(0, 1), new(1, 1)])],
            Goal = new MaximumReturnGoal(risk),
        };
        var answer = MeanVarianceSolver.Solve(With(1, limit), Tight);
        Assert.Equal(SolveStatus.Optimal, answer.Status);
        // value gradient = ν + 2·w·variance·x for both: two equations in ν and w.
        var (a, b) = (answer.Values[0], answer.Values[1]);
        var w = 0.04 / (2 * (0.2 * a - 0.05 * b));
        var budgetPrice = 0.1 - 2 * w * 0.2 * a;
        Assert.Equal(Math.Abs(budgetPrice), answer.ShadowPrices[0], 1e-5);
        Assert.Equal(w, answer.GoalShadowPrice, 1e-4 * w);
        const double Step = 1e-5;
        var numeric = (MeanVarianceSolver.Solve(With(1 + Step, limit), Tight).Objective - MeanVarianceSolver.Solve(With(1 - Step, limit), Tight).Objective) / (2 * Step);
        Assert.Equal(Math.Abs(numeric), answer.ShadowPrices[0], 1e-3 * Math.Abs(numeric) + 1e-5);
    }

    /// <summary>Every goal's price of a row is what the objective gains when the row gives a little.</summary>
    [Fact]
    public void Prices_are_finite_differences() => Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 3]).Sample((seed, goal) =>
    {
        var random = new Random(seed);
        var n = random.Next(3, 7);
        var variables = Enumerable.Range(0, n).Select(i => new Variable($"x{i}", 0, 1, 0.02 + 0.1 * random.NextDouble(), 0.02 + 0.2 * random.NextDouble())).ToArray();
        Problem With(double cap) => new()
        {
            Variables = variables,
            Rows = [Budget(n), new("cap", double.NegativeInfinity, cap, [new(0, 1), new(1, 1)])],
            Factors = [new("market", [.. Enumerable.Range(0, n).Select(i => new Term(i, 0.1 + 0.3 * (i + 1) / n))])],
            Goal = goal switch
            {
                0 => new MeanVarianceGoal(1.5),
                1 => new MinimumRiskGoal(0.06, []),
                2 => new MaximumReturnGoal(0.08),
                _ => new MaximumSharpeRatioGoal(0.005),
            },
        };
        const double Step = 1e-4;
        var (low, at, high) = (MeanVarianceSolver.Solve(With(0.4 - Step), Tight), MeanVarianceSolver.Solve(With(0.4), Tight), MeanVarianceSolver.Solve(With(0.4 + Step), Tight));
        if (new[] { low, at, high }.Any(answer => answer.Status != SolveStatus.Optimal))
            return at.Status is SolveStatus.Infeasible;
        var (left, right) = (Math.Abs(at.Objective - low.Objective) / Step, Math.Abs(high.Objective - at.Objective) / Step);
        var (least, most) = (Math.Min(left, right), Math.Max(left, right));
        // Between the slopes of both sides, which are one unless the optimum changes its bounds there.
        return at.ShadowPrices[1] >= least - 0.02 * most - 1e-4 && at.ShadowPrices[1] <= most + 0.02 * most + 1e-4;
    }, iter: 60);

    [Fact]
    public void A_bound_of_three_lots_is_met_by_three_lots()
    {
        var answer = MeanVarianceSolver.Solve(new()
        {
            Variables = [new("a", 0.110184, 0.110184, 0.1, Lot: 0.036728), new("b", 0, 1)],
            Rows = [Budget(2)],
            Goal = new MeanVarianceGoal(1),
        }, Tight);
        Assert.Equal((SolveStatus.Optimal, 0.0110184), (answer.Status, Math.Round(answer.Objective, 9)));
    }

    /// <summary>Half of four scenarios, a curve that earns beside the tail: the value binds, and with it the curve.</summary>
    [Fact]
    public void A_tail_beside_a_curve_keeps_the_curve()
    {
        var answer = MeanVarianceSolver.Solve(new()
        {
            Variables = [new("steady", 0, 1, 0.02), new("pool", 0, 0.6), new("pool earns", -1, 1, 1)],
            Rows = [Budget(2)],
            Links = [new(2, 1, new SaturatingFunction(0.08, 0.5))],
            Scenarios = new([0, 1], [0.01, 0.06, 0.01, -0.04, 0.01, 0.02, 0.01, -0.01]),
            Goal = new MinimumCvarGoal(0.5, 0.03),
        }, Tight);
        Assert.Equal(SolveStatus.Optimal, answer.Status);
        // The value is flat at its top, half in each, where a loss of 0.0075 reaches it: a billionth less gives 6e-6.
        Assert.InRange(answer.Objective, 0.0075 - 1e-5, 0.0075);
        Assert.True(answer.MaxViolation < 1e-8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_risk_at_all_is_all_in_cash(bool switched)
    {
        var problem = new Problem
        {
            Variables = [new("cash", 0, 1, 0.03), new("eth", 0, 1, 0.1, 0.2), .. switched ? [new Variable("on", 0, 1, IsBinary: true)] : Array.Empty<Variable>()],
            Rows = [Budget(2)],
            Switches = switched ? [new(2, 1, 0.1)] : [],
            Goal = new MaximumReturnGoal(0),
        };
        var answer = MeanVarianceSolver.Solve(problem, Tight);
        Assert.Equal((SolveStatus.Optimal, 0.03), (answer.Status, Math.Round(answer.Objective, 9)));
        Assert.Equal(SolveStatus.Infeasible, MeanVarianceSolver.Solve(problem with { Rows = [Budget(2), new("some ether", 0.1, 1, [new(1, 1)])] }, Tight).Status);
    }

    [Fact]
    public void A_value_out_of_reach_gives_by_what_is_missing()
    {
        var problem = new Problem
        {
            Variables = [new("a", 0, 1, 0.04, 0.1), new("b", 0, 1, 0.03)],
            Rows = [Budget(2), new("cap", double.NegativeInfinity, 0.5, [new(0, 1)])],
            Goal = new MinimumRiskGoal(0.036, []),
        };
        var relaxed = Infeasibility.CheapestRelaxation(problem, [-1, 0], new() { Gap = 1e-7 })!;
        // The goal by 0.001 is less than the cap by 0.1.
        Assert.Equal(0.001, relaxed[2], 1e-7);
        Assert.DoesNotContain(1, relaxed.Keys);
        var capOnly = Infeasibility.CheapestRelaxation(problem with { Rows = [Budget(2), new("cap", double.NegativeInfinity, 0.5, [new(0, 1)]), new("value", 0.036, 1, [new(0, 0.04), new(1, 0.03)])], Goal = new MeanVarianceGoal(0) }, [-1, 0, -1], new() { Gap = 1e-7 })!;
        Assert.Equal(0.1, capOnly[1], 1e-6);
    }

    /// <summary>Cash earns the threshold: any size of the two is best, and √(0.07²/0.2 + 0.05²/0.1) is the ratio.</summary>
    [Fact]
    public void The_best_ratio_with_cash_at_the_threshold_is_proven()
    {
        var answer = MeanVarianceSolver.Solve(new()
        {
            Variables = [new("cash", 0, 1, 0.03), new("eth", 0, 1, 0.1, 0.2), new("btc", 0, 1, 0.08, 0.1)],
            Rows = [Budget(3)],
            Goal = new MaximumSharpeRatioGoal(0.03),
        }, Tight);
        var exact = Math.Sqrt(0.07 * 0.07 / 0.2 + 0.05 * 0.05 / 0.1);
        Assert.Equal(SolveStatus.Optimal, answer.Status);
        Assert.Equal(exact, answer.Objective, 1e-7);
        Assert.InRange(answer.Bound, exact - 1e-9, exact * (1 + 1e-7));
    }

    /// <summary>A cap on the mean loss of the worst twentieth, written out: as many dense rows as scenarios.</summary>
    [Fact]
    public void A_linear_program_with_many_dense_rows_agrees_with_the_goal_of_least_loss()
    {
        const int Places = 40, Scenarios = 300;
        var random = new Random(3);
        double[] gains = [.. Enumerable.Range(0, Scenarios).SelectMany(_ =>
        {
            var market = random.NextDouble() - 0.5;
            return Enumerable.Range(0, Places).Select(_ => 0.3 * market + 0.3 * (random.NextDouble() - 0.5) + 0.02);
        })];
        Variable[] places = [.. Enumerable.Range(0, Places).Select(i => new Variable($"x{i}", 0, 1, Math.Round(0.1 * random.NextDouble(), 6)))];
        var least = MeanVarianceSolver.Solve(new()
        {
            Variables = places,
            Rows = [Budget(Places)],
            Scenarios = new([.. Enumerable.Range(0, Places)], gains),
            Goal = new MinimumCvarGoal(0.95, 0.06),
        }, Tight);
        Assert.Equal(SolveStatus.Optimal, least.Status);
        var capped = MeanVarianceSolver.Solve(new()
        {
            Variables = [.. places, new("edge", -5, 5), .. Enumerable.Range(0, Scenarios).Select(s => new Variable($"u{s}", 0, 20))],
            Rows =
            [
                Budget(Places),
                .. Enumerable.Range(0, Scenarios).Select(s => new Row($"tail {s}", 0, double.PositiveInfinity,
                    [.. Enumerable.Range(0, Places).Select(i => new Term(i, gains[s * Places + i])), new(Places, 1), new(Places + 1 + s, 1)])),
                new("cvar", double.NegativeInfinity, least.Objective, [new(Places, 1), .. Enumerable.Range(0, Scenarios).Select(s => new Term(Places + 1 + s, 1 / (0.05 * Scenarios)))]),
            ],
            Goal = new MeanVarianceGoal(0),
        }, Tight);
        Assert.Equal(SolveStatus.Optimal, capped.Status);
        Assert.Equal(0.06, capped.Objective, 1e-7);
    }
}
