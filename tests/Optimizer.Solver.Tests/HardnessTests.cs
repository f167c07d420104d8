using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>Problems at the edge of what is one.</summary>
public sealed class HardnessTests
{
    private static readonly SolveOptions Options = new() { Gap = 1e-6 };

    [Fact]
    public void Nothing_to_decide_is_decided()
    {
        var answer = MeanVarianceSolver.Solve(new Problem { Variables = [], Rows = [], Goal = new MeanVarianceGoal(1) }, Options);
        Assert.Equal((SolveStatus.Optimal, 0.0), (answer.Status, answer.Objective));
    }

    [Fact]
    public void All_bounds_fixed_leaves_the_rows_to_check()
    {
        Problem Fixed(double limit) => new()
        {
            Variables = [new("x", 0.4, 0.4, 0.05, 0.01), new("y", 0.5, 0.5, 0.03)],
            Rows = [new("budget", double.NegativeInfinity, limit, [new(0, 1), new(1, 1)])],
            Factors = [new("market", [new(0, 0.2), new(1, 0.1)])],
            Goal = new MeanVarianceGoal(2),
        };
        var answer = MeanVarianceSolver.Solve(Fixed(1), Options);
        Assert.Equal(0.035 - 2 * (0.01 * 0.16 + 0.13 * 0.13), answer.Objective, 1e-12);
        Assert.Equal(SolveStatus.Infeasible, MeanVarianceSolver.Solve(Fixed(0.8), Options).Status);
    }

    [Fact]
    public void Contradictory_bounds_are_an_answer_that_names_them()
    {
        var answer = MeanVarianceSolver.Solve(new Problem { Variables = [new("aave", 0.6, 0.5)], Rows = [], Goal = new MeanVarianceGoal(1) }, Options);
        Assert.Equal(SolveStatus.Infeasible, answer.Status);
        Assert.Contains("aave", answer.Message);
    }

    [Fact]
    public void Duplicated_columns_share_and_do_not_confuse() => Instances.Portfolio(8, switches: false, curved: false).Sample(problem =>
    {
        var n = problem.Variables.Count;
        IReadOnlyList<Term> Twice(IReadOnlyList<Term> terms) => [.. terms, .. terms.Select(t => t with { Variable = t.Variable + n })];
        var twice = problem with
        {
            Variables = [.. problem.Variables.Select(v => v with { Variance = 0 }), .. problem.Variables.Select(v => v with { Variance = 0 })],
            Rows = [.. problem.Rows.Select(r => r with { Terms = Twice(r.Terms) })],
            Factors = [.. problem.Factors.Select(f => f with { Loadings = Twice(f.Loadings) })],
        };
        var native = MeanVarianceSolver.Solve(twice, Options);
        var other = MeanVarianceSolver.Solve(twice, Options with { Engine = Engine.OrTools, Continuous = ContinuousEngine.Glop });
        return native.Status == SolveStatus.Optimal && Math.Abs(native.Objective - other.Objective) <= 3e-6 * Math.Max(0.01, Math.Abs(other.Objective));
    }, iter: 40);

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1e-6)]
    [InlineData(1e6)]
    [InlineData(1e12)]
    public void The_unit_of_a_variable_does_not_matter(double unit) => Instances.Portfolio(8, switches: false, curved: false).Sample(problem =>
    {
        IReadOnlyList<Term> Scaled(IReadOnlyList<Term> terms) => [.. terms.Select(t => t.Variable == 0 ? t with { Coefficient = t.Coefficient / unit } : t)];
        var scaled = problem with
        {
            Variables = [.. problem.Variables.Select((v, i) => i == 0 ? v with { Upper = v.Upper * unit, Value = v.Value / unit, Variance = v.Variance / unit / unit } : v)],
            Rows = [.. problem.Rows.Select(r => r with { Terms = Scaled(r.Terms) })],
            Factors = [.. problem.Factors.Select(f => f with { Loadings = Scaled(f.Loadings) })],
        };
        var (plain, other) = (MeanVarianceSolver.Solve(problem, Options), MeanVarianceSolver.Solve(scaled, Options));
        return other.Status == SolveStatus.Optimal && Math.Abs(plain.Objective - other.Objective) <= 3e-6 * Math.Max(0.01, Math.Abs(plain.Objective));
    }, iter: 20);

    [Fact]
    public void No_risk_at_all_is_a_linear_program() => Instances.Portfolio(8, switches: false, curved: false).Sample(problem =>
    {
        var riskless = problem with { Factors = [], Variables = [.. problem.Variables.Select(v => v with { Variance = 0 })] };
        return MeanVarianceSolver.Solve(riskless, Options).Status == SolveStatus.Optimal;
    }, iter: 30);

    [Fact]
    public void An_indefinite_covariance_is_refused_or_repaired_with_the_change_said()
    {
        var matrix = new[,] { { 1.0, 2.0 }, { 2.0, 1.0 } };
        Assert.Contains("eigenvalue", Assert.Throws<ArgumentException>(() => Covariance.Split(matrix, [0, 1], repair: false)).Message);
        var split = Covariance.Split(matrix, [0, 1], repair: true);
        // Eigenvalues 3 and −1 with vectors (1, 1)/√2 and (1, −1)/√2: the nearest is 1.5 throughout.
        Assert.Equal(0.5, split.Change, 1e-12);
        Assert.Equal(1.5, split.Factors.Sum(f => f.Loadings[0].Coefficient * f.Loadings[1].Coefficient), 1e-12);
    }

    [Fact]
    public void A_singular_covariance_is_taken_as_it_is()
    {
        var split = Covariance.Split(new[,] { { 0.04, 0.04 }, { 0.04, 0.04 } }, [0, 1], repair: false);
        Assert.Single(split.Factors);
        Assert.Equal(0, split.Change);
        Assert.All(split.Variances, variance => Assert.Equal(0, variance));
    }

    /// <summary>What a swap delivers is what it delivers: a cap on it is a cap on what goes in, not a reason to give less.</summary>
    [Theory]
    [InlineData(0.1, 0.1)]
    [InlineData(0, 0.179)]
    public void An_exact_curve_is_met_where_a_cap_holds_it_down(double minimum, double cap)
    {
        var problem = new Problem
        {
            Variables = [new("in", 0, 0.67, 0.018), new("out", 0, 0.8), new("on", 0, 1, IsBinary: true)],
            Rows = [new("cap", double.NegativeInfinity, cap, [new(1, 1)])],
            Switches = [new(2, 0, minimum)],
            Links = [new(1, 0, new QuadraticFunction(0.9, 0.313), IsExact: true)],
            Goal = new MeanVarianceGoal(0),
        };
        var most = (0.9 - Math.Sqrt(0.81 - 4 * 0.313 * cap)) / (2 * 0.313);
        foreach (var engine in new[] { Engine.Auto, Engine.Native, Engine.OrTools })
        {
            var answer = MeanVarianceSolver.Solve(problem, new() { Engine = engine });
            Assert.True(answer.Status == SolveStatus.Optimal, $"{engine}: {answer.Status} {answer.Message}");
            Assert.Equal(0.018 * most, answer.Objective, 1e-8);
        }
    }

    [Fact]
    public void A_lot_of_which_no_multiple_fits_is_infeasible() => Assert.Contains("no multiple of the lot", MeanVarianceSolver.Solve(new Problem
    {
        Variables = [new("a", 0.07, 0.22, 0.1, Lot: 0.25), new("b", 0, 1)],
        Rows = [new("budget", 1, 1, [new(0, 1), new(1, 1)])],
        Goal = new MeanVarianceGoal(1),
    }, new()).Message);

    [Fact]
    public void A_gain_without_risk_has_no_ratio()
    {
        var answer = MeanVarianceSolver.Solve(new Problem
        {
            Variables = [new("a", 0, 1, 0.1, 0.1), new("c", 0, 1, 0.03)],
            Rows = [new("budget", 1, 1, [new(0, 1), new(1, 1)])],
            Goal = new MaximumSharpeRatioGoal(0.02),
        }, new());
        Assert.Equal(SolveStatus.Infeasible, answer.Status);
        Assert.Contains("without risk", answer.Message, StringComparison.Ordinal);
    }

    /// <summary>With no time for the prices of risk that the bound is made of, it is far away and never below the answer.</summary>
    [Fact]
    public void A_ratio_without_time_has_no_bound_below_it()
    {
        var answered = 0;
        Instances.AnyShape(12, switches: true, hasGoals: false).Sample(problem =>
        {
            foreach (var seconds in (double[])[0.01, 0.03, 0.1])
            {
                var answer = MeanVarianceSolver.Solve(problem with { Goal = new MaximumSharpeRatioGoal(0) }, new() { TimeLimitSeconds = seconds });
                Assert.True(answer.Values.Count == 0 || answer.Bound >= answer.Objective * (1 - 1e-6), $"{answer.Objective} is above its bound {answer.Bound}");
                Interlocked.Add(ref answered, Math.Min(1, answer.Values.Count));
            }
        }, iter: 40);
        Assert.True(answered > 10, $"{answered} answers of 120");
    }

    [Fact]
    public void Amounts_in_money_are_as_good_as_parts_of_the_book()
    {
        var split = Covariance.Split(new[,] { { 0.166, -0.1057 }, { -0.1057, 0.1847 } }, [2, 1], repair: false);
        var problem = new Problem
        {
            Variables = [new("x0", 0, 280_000), new("x1", 0, 790_000, Variance: split.Variances[1]), new("x4", 0, 460_000, 0.034, split.Variances[0]), new("earned", -20_000, 20_000, 1)],
            Rows = [new("budget", 1_000_000, 1_000_000, [new(0, 1), new(1, 1), new(2, 1)])],
            Links = [new(3, 0, new SaturatingFunction(0.019, 880_000))],
            Factors = split.Factors,
            Goal = new MinimumRiskGoal(-1e9, []),
        };
        var answer = MeanVarianceSolver.Solve(problem, new());
        Assert.True(answer.Status == SolveStatus.Optimal, $"{answer.Status} {answer.Message}");
        Assert.Equal(280_000, answer.Values[0], 1);
    }

    [Fact]
    public void A_matrix_as_it_is_printed_is_taken_with_the_change_said()
    {
        var split = Covariance.Split(new[,] { { 0.04, 0.0123 }, { 0.0124, 0.04 } }, [0, 1], repair: false);
        Assert.Equal(0.00005, split.Change, 1e-12);
        Assert.Equal(0.01235, split.Factors.Sum(f => f.Loadings[0].Coefficient * f.Loadings[1].Coefficient), 1e-9);
        Assert.Contains("its mirror entry", Assert.Throws<ArgumentException>(() => Covariance.Split(new[,] { { 0.04, 0.01 }, { 0.02, 0.04 } }, [0, 1], repair: false)).Message);
    }

    [Fact]
    public void Shares_of_no_risk_are_said_to_be_that()
    {
        var split = Covariance.Split(new[,] { { 0.04, -0.04 }, { -0.04, 0.04 } }, [0, 1], repair: false);
        var answer = MeanVarianceSolver.Solve(new Problem
        {
            Variables = [new("long", 0, 1), new("short", 0, 1)],
            Rows = [new("budget", 1, 1, [new(0, 1), new(1, 1)])],
            Factors = split.Factors,
            Goal = new RiskParityGoal([1, 1]),
        }, new());
        Assert.Equal(SolveStatus.Optimal, answer.Status);
        Assert.Equal(0.5, answer.Values[0], 1e-6);
        Assert.Contains("no risk to share", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_covariance_is_split_into_as_much_of_each_own_as_can_be() => Gen.Select(Gen.Int[2, 30], Gen.Int[0, int.MaxValue]).Sample((n, seed) =>
    {
        // Three shared causes and something of each own: all of the latter is found, or more.
        var random = new Random(seed);
        var (loadings, own) = (new double[n, 3], new double[n]);
        for (var i = 0; i < n; i++)
        {
            own[i] = 0.01 + 0.05 * random.NextDouble();
            for (var f = 0; f < 3; f++)
                loadings[i, f] = 0.4 * (random.NextDouble() - 0.3);
        }

        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                matrix[i, j] = Enumerable.Range(0, 3).Sum(f => loadings[i, f] * loadings[j, f]) + (i == j ? own[i] : 0);
        }

        var split = Covariance.Split(matrix, [.. Enumerable.Range(0, n)], repair: false);
        Assert.All(split.Variances, variance => Assert.True(variance >= 0));
        Assert.True(split.Variances.Sum() > 0.99 * own.Sum(), $"{split.Variances.Sum()} of {own.Sum()}");
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                Assert.Equal(matrix[i, j], split.Factors.Sum(f => f.Loadings[i].Coefficient * f.Loadings[j].Coefficient) + (i == j ? split.Variances[i] : 0), 1e-9);
        }
    }, iter: 30);

    [Fact]
    public void A_variable_named_twice_in_a_row_is_refused() => Assert.Contains("'x' appears twice", Assert.Throws<ArgumentException>(() =>
        MeanVarianceSolver.Solve(new Problem { Variables = [new("x", 0, 1)], Rows = [new("budget", 0, 1, [new(0, 1), new(0, 2)])], Goal = new MeanVarianceGoal(0) }, Options)).Message);

    [Fact]
    public void What_a_curve_earns_at_zero_is_earned_while_off()
    {
        // Off earns 0.02 by the curve; on, it could earn 0.025 less a charge of 0.01.
        var problem = new Problem
        {
            Variables = [new("x", 0, 1), new("on", 0, 1, -0.01, IsBinary: true), new("earned", -1, 1, 1)],
            Rows = [],
            Switches = [new(1, 0, 0.1)],
            Links = [new(2, 0, new TabulatedFunction([0, 1], [0.02, 0.025], [0.006, 0.004]))],
            Goal = new MeanVarianceGoal(0),
        };
        var answer = MeanVarianceSolver.Solve(problem, Options);
        Assert.Equal((SolveStatus.Optimal, 0.02), (answer.Status, Math.Round(answer.Objective, 9)));
        Assert.InRange(answer.Bound, answer.Objective - 1e-9, 0.0201);
    }

    [Fact]
    public void A_count_may_be_met_by_what_is_on_and_empty()
    {
        var problem = new Problem
        {
            Variables = [new("x", 0, 1, 0.05), new("on", 0, 1, -0.01, IsBinary: true)],
            Rows = [new("nothing goes in", double.NegativeInfinity, 0, [new(0, 1)]), new("one is on", 1, double.PositiveInfinity, [new(1, 1)])],
            Switches = [new(1, 0)],
            Goal = new MeanVarianceGoal(1),
        };
        var answer = MeanVarianceSolver.Solve(problem, Options);
        Assert.Equal((SolveStatus.Optimal, -0.01), (answer.Status, Math.Round(answer.Objective, 9)));
    }

    [Fact]
    public void No_time_for_a_tail_loss_is_said()
    {
        var problem = new Problem
        {
            Variables = [new("x", 0, 1)],
            Rows = [],
            Scenarios = new([0], [0.1, -0.1]),
            Goal = new MinimumCvarGoal(0.5, -1),
        };
        Assert.Equal(SolveStatus.TimedOut, MeanVarianceSolver.Solve(problem, Options with { TimeLimitSeconds = 1e-9 }).Status);
    }

    [Fact]
    public async Task Cancelled_on_the_way_it_stops()
    {
        using var source = new CancellationTokenSource();
        var problem = Instances.Portfolio(40, switches: true).Single();
        var started = Task.Run(() => MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-12, TimeLimitSeconds = 60 }, source.Token));
        await source.CancelAsync();
        Assert.True(await Task.WhenAny(started, Task.Delay(TimeSpan.FromSeconds(20))) == started, "still solving 20 s after it was cancelled");
    }

    [Fact]
    public void The_same_problem_gives_the_same_bits_on_any_thread() => Instances.AnyShape(10, switches: true).Sample(problem =>
    {
        var answers = Enumerable.Range(0, 3).AsParallel().Select(_ => MeanVarianceSolver.Solve(problem, Options with { Engine = Engine.Native })).ToArray();
        return answers.All(a => a.Values.SequenceEqual(answers[0].Values) && a.Bound.Equals(answers[0].Bound));
    }, iter: 40);
}
