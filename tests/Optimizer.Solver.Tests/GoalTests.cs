using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>Goals other than the plain trade-off, against closed forms, identities and a second way of solving.</summary>
public sealed class GoalTests
{
    private static readonly SolveOptions Tight = new() { Gap = 1e-7 };

    /// <summary>Maillard, Roncalli and Teiletche, The properties of equally weighted risk contribution portfolios, 2010,
    /// section 2.3: with one correlation for all, weights are inverse to volatilities.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    public void Equal_risk_contributions_with_one_correlation_are_inverse_to_volatility(double correlation)
    {
        double[] volatility = [0.1, 0.2, 0.3, 0.4];
        var answer = Solve(Correlated(volatility, correlation, new RiskParityGoal([1, 1, 1, 1])));
        Assert.Equal(SolveStatus.Optimal, answer.Status);
        var total = volatility.Sum(v => 1 / v);
        for (var i = 0; i < 4; i++)
            Assert.Equal(1 / volatility[i] / total, answer.Values[i], 1e-9);
    }

    [Fact]
    public void Risk_shares_are_what_was_asked_for() => Instances.Portfolio(12, switches: false, curved: false).Sample(problem =>
    {
        var n = problem.Variables.Count;
        var shares = Enumerable.Range(1, n).Select(i => (double)i).ToArray();
        var budget = new Row("budget", 1, 1, [.. Enumerable.Range(0, n).Select(i => new Term(i, 1))]);
        var wanted = problem with { Rows = [budget], Variables = [.. problem.Variables.Select(v => v with { Upper = 10, Variance = v.Variance + 1e-4 })], Goal = new RiskParityGoal(shares) };
        var answer = Solve(wanted);
        return answer.Status == SolveStatus.Optimal && answer.Objective < 1e-8 && Math.Abs(answer.Values.Sum() - 1) < 1e-9;
    }, iter: 60);

    [Fact]
    public void Shares_that_break_a_limit_name_it()
    {
        var problem = Correlated([0.1, 0.4], 0.2, new RiskParityGoal([1, 1]));
        problem = problem with { Rows = [.. problem.Rows, new("no more than half in the calm one", double.NegativeInfinity, 0.5, [new(0, 1)])] };
        var answer = Solve(problem);
        Assert.Equal(SolveStatus.Infeasible, answer.Status);
        Assert.Contains("no more than half in the calm one", answer.Message);
    }

    [Fact]
    public void No_trade_off_beats_the_best_ratio() => Gen.Select(Instances.Portfolio(10, switches: false), Gen.Double[0, 3]).Sample((problem, log) =>
    {
        var invested = problem with
        {
            Rows = [problem.Rows[0] with { Lower = 0.2 }, .. problem.Rows.Skip(1)],
            Variables = [.. problem.Variables.Select((v, i) => v with { Variance = i < problem.Variables.Count - problem.Links.Count ? v.Variance + 1e-3 : 0 })],
        };
        var best = Solve(invested with { Goal = new MaximumSharpeRatioGoal(0.001) });
        if (best.Status is SolveStatus.Failed or SolveStatus.Infeasible)
            return;
        Assert.True(best.Status == SolveStatus.Optimal && best.Gap <= 1e-6, $"{best.Status} gap {best.Gap} {best.Message}");
        var other = Solve(invested with { Goal = new MeanVarianceGoal(Math.Pow(10, log)) });
        Assert.True((other.Value - 0.001) / Math.Sqrt(other.Risk) <= best.Objective * (1 + 1e-6));
    }, iter: 40);

    [Fact]
    public void A_riskless_gain_has_no_best_ratio() =>
        Assert.Contains("without risk", Solve(new Problem { Variables = [new("bills", 0, 1, 0.03)], Rows = [], Goal = new MaximumSharpeRatioGoal(0.01) }).Message);

    [Fact]
    public void Scip_over_all_columns_finds_the_tail_loss_that_glop_finds_over_some() => Gen.Int[0, 10_000].Sample(seed =>
    {
        var problem = Tail(8, 60, seed, 0.9);
        var glop = Solve(problem);
        Assert.True(glop.Status == SolveStatus.Optimal && glop.Gap <= 1e-7, $"{glop.Status} {glop.Message} gap {glop.Gap}");
        var scip = MeanVarianceSolver.Solve(problem with { Variables = [.. problem.Variables, new("idle binary", 0, 1, IsBinary: true)] }, new SolveOptions { Gap = 1e-6 });
        Assert.Equal(scip.Objective, glop.Objective, 3e-6 * Math.Max(Math.Abs(glop.Objective), 0.01));
    }, iter: 25);

    [Fact]
    public void A_tail_of_everything_is_the_mean_and_a_tail_of_nothing_the_worst() => Gen.Int[0, 10_000].Sample(seed =>
    {
        var problem = Tail(6, 40, seed, 0);
        var mean = Solve(problem);
        var expected = Enumerable.Range(0, 40).Average(s => -Enumerable.Range(0, 6).Sum(i => problem.Scenarios!.Gains[s * 6 + i] * mean.Values[i]));
        Assert.Equal(expected, mean.Objective, 1e-9);
        var worst = Solve(problem with { Goal = new MinimumCvarGoal(1, -1) });
        Assert.Equal(Enumerable.Range(0, 40).Max(s => -Enumerable.Range(0, 6).Sum(i => problem.Scenarios!.Gains[s * 6 + i] * worst.Values[i])), worst.Objective, 1e-9);
        Assert.True(mean.Objective <= worst.Objective + 1e-9);
    }, iter: 15);

    [Fact]
    public void Lots_find_what_counting_them_all_finds() => Gen.Int[0, 10_000].Sample(seed =>
    {
        var random = new Random(seed);
        var variables = Enumerable.Range(0, 3).Select(i => new Variable($"x{i}", 0, 0.7, 0.1 * random.NextDouble(), 0.1 * random.NextDouble(), Lot: 0.1 + 0.05 * i)).ToArray();
        var problem = new Problem { Variables = variables, Rows = [new("budget", double.NegativeInfinity, 1, [new(0, 1), new(1, 1), new(2, 1)])], Goal = new MeanVarianceGoal(1) };
        var best = 0.0;
        for (var a = 0; a <= 7; a++)
        {
            for (var b = 0; b <= 4; b++)
            {
                for (var c = 0; c <= 3; c++)
                {
                    double[] x = [0.1 * a, 0.15 * b, 0.2 * c];
                    if (x.Sum() <= 1 + 1e-9)
                        best = Math.Max(best, x.Select((size, i) => variables[i].Value * size - variables[i].Variance * size * size).Sum());
                }
            }
        }

        var answer = Solve(problem);
        Assert.Equal(best, answer.Objective, 1e-7);
        Assert.Equal(3, answer.Values.Count);
    }, iter: 20);

    [Fact]
    public void Earnings_above_a_kink_are_found_where_they_are_most() => Gen.Int[0, 10_000].Sample(seed =>
    {
        var random = new Random(seed);
        var points = new List<(double Size, double Earns)> { (0, 0) };
        for (var p = 0; p < 5; p++)
            points.Add((points[^1].Size + 0.1 + 0.1 * random.NextDouble(), points[^1].Earns + 0.05 * (random.NextDouble() - 0.3)));
        var (variables, rows, switches, links) = (new List<Variable> { new("pool", 0, points[^1].Size, 0, 0.02) }, new List<Row>(), new List<Switch>(), new List<Link>());
        PiecewiseCarry.Add(variables, rows, switches, links, 0, points);
        var answer = Solve(new Problem { Variables = variables, Rows = rows, Switches = switches, Links = links, Goal = new MeanVarianceGoal(1) });
        double At(double x)
        {
            var p = points.FindLastIndex(q => q.Size <= x + 1e-12);
            p = Math.Min(p, points.Count - 2);
            return points[p].Earns + (x - points[p].Size) * (points[p + 1].Earns - points[p].Earns) / (points[p + 1].Size - points[p].Size) - 0.02 * x * x;
        }

        var best = Enumerable.Range(0, 20_001).Max(i => At(points[^1].Size * i / 20_000));
        // The grid misses the best place by half a step at most.
        Assert.True(answer.Status == SolveStatus.Optimal, $"{answer.Status} {answer.Message} {answer.EngineReason} {answer.Bound}");
        Assert.InRange(answer.Objective, best - 1e-8, best + 1e-5);
    }, iter: 40);

    private static Answer Solve(Problem problem) => MeanVarianceSolver.Solve(problem, Tight);

    private static Problem Correlated(double[] volatility, double correlation, Goal goal)
    {
        var n = volatility.Length;
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                matrix[i, j] = volatility[i] * volatility[j] * (i == j ? 1 : correlation);
        }

        var split = Covariance.Split(matrix, [.. Enumerable.Range(0, n)], repair: false);
        return new()
        {
            Variables = [.. volatility.Select((_, i) => new Variable($"x{i}", 0, 1, Variance: split.Variances[i]))],
            Rows = [new("budget", 1, 1, [.. Enumerable.Range(0, n).Select(i => new Term(i, 1))])],
            Factors = split.Factors,
            Goal = goal,
        };
    }

    private static Problem Tail(int n, int scenarios, int seed, double confidence)
    {
        var random = new Random(seed);
        return new()
        {
            Variables = [.. Enumerable.Range(0, n).Select(i => new Variable($"x{i}", 0, 0.6, 0.05 * random.NextDouble()))],
            Rows = [new("budget", 1, 1, [.. Enumerable.Range(0, n).Select(i => new Term(i, 1))])],
            Scenarios = new([.. Enumerable.Range(0, n)], [.. Enumerable.Range(0, n * scenarios).Select(_ => 0.2 * random.NextDouble() - 0.08)]),
            Goal = new MinimumCvarGoal(confidence, -1),
        };
    }
}
