using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>Problems without binary variables: two engines, and what must hold of every answer.</summary>
public sealed class ContinuousTests
{
    private static readonly SolveOptions Tight = new() { Gap = 1e-6, Engine = Engine.OrTools };

    [Fact]
    public void Pdlp_and_glop_with_cuts_agree() => Instances.Portfolio(25, switches: false, curved: false).Sample(problem =>
    {
        var pdlp = MeanVarianceSolver.Solve(problem, Tight);
        var glop = MeanVarianceSolver.Solve(problem, Tight with { Continuous = ContinuousEngine.Glop });
        Assert.True(pdlp.Status == SolveStatus.Optimal, $"PDLP: {pdlp.Status}, gap {pdlp.Gap:g3}, objective {pdlp.Objective}, bound {pdlp.Bound}, violation {pdlp.MaxViolation:g3}");
        Assert.True(glop.Status == SolveStatus.Optimal, $"GLOP: {glop.Status}, gap {glop.Gap:g3}, objective {glop.Objective}, bound {glop.Bound}, violation {glop.MaxViolation:g3}");
        Assert.Equal(glop.Objective, pdlp.Objective, 1e-6 * Math.Max(Math.Abs(glop.Objective), 1e-3));
    }, iter: 60);

    [Fact]
    public void Scip_and_glop_agree_on_curved_carry() => Instances.Portfolio(15, switches: false).Sample(problem =>
    {
        var scip = MeanVarianceSolver.Solve(problem, Tight with { Continuous = ContinuousEngine.Scip });
        var glop = Solve(problem);
        Assert.True(scip.Status == SolveStatus.Optimal, $"SCIP: {scip.Status}, gap {scip.Gap:g3}, violation {scip.MaxViolation:g3}");
        Assert.Equal(glop.Objective, scip.Objective, 1e-6 * Math.Max(Math.Abs(glop.Objective), 1e-2));
    }, iter: 30);

    [Fact]
    public void Answers_are_feasible_and_within_their_bound() => Instances.Portfolio(25, switches: false).Sample(problem =>
    {
        var answer = MeanVarianceSolver.Solve(problem, Tight with { Continuous = ContinuousEngine.Glop });
        return answer.Status == SolveStatus.Optimal && answer.MaxViolation <= 1e-8
            && answer.Bound >= answer.Objective - 1e-9 && answer.Gap <= Tight.Gap;
    }, iter: 60);

    [Fact]
    public void A_tighter_row_never_improves() => Gen.Select(Instances.Portfolio(15, switches: false), Gen.Double[0.2, 1]).Sample((problem, factor) =>
    {
        var tighter = problem with { Rows = [.. problem.Rows.Select((row, r) => r == 0 ? row with { Upper = row.Upper * factor } : row)] };
        return Solve(tighter).Objective <= Solve(problem).Objective + 1e-6;
    }, iter: 40);

    [Fact]
    public void The_order_of_variables_does_not_matter() => Gen.Select(Instances.Portfolio(12, switches: false, curved: false), Gen.Int[0, 1000]).Sample((problem, seed) =>
    {
        var n = problem.Variables.Count;
        var order = Enumerable.Range(0, n).ToArray();
        new Random(seed).Shuffle(order);
        var place = order.Select((old, at) => (old, at)).ToDictionary(p => p.old, p => p.at);
        IReadOnlyList<Term> Move(IReadOnlyList<Term> terms) => [.. terms.Select(t => t with { Variable = place[t.Variable] })];
        var moved = problem with
        {
            Variables = [.. order.Select(i => problem.Variables[i])],
            Rows = [.. problem.Rows.Select(r => r with { Terms = Move(r.Terms) })],
            Factors = [.. problem.Factors.Select(f => f with { Loadings = Move(f.Loadings) })],
        };
        return Math.Abs(Solve(moved).Objective - Solve(problem).Objective) <= 1e-6 * Math.Max(1e-3, Math.Abs(Solve(problem).Objective));
    }, iter: 30);

    [Fact]
    public void Minimum_risk_is_utility_as_aversion_grows() => Instances.Portfolio(10, switches: false, curved: false).Sample(problem =>
    {
        // Fully invested, or the least risk would be to hold nothing.
        var invested = problem with { Rows = [problem.Rows[0] with { Lower = 0.3 }] };
        var least = Solve(invested with { Goal = new MinimumRiskGoal(-10, []) });
        var averse = Solve(invested with { Goal = new MeanVarianceGoal(1e5) });
        return Math.Abs(averse.Risk - least.Risk) <= 1e-3 * least.Risk + 1e-7;
    }, iter: 30);

    [Fact]
    public void Most_value_within_a_risk_and_least_risk_for_that_value_are_the_same_point() => Instances.Portfolio(10, switches: false).Sample(problem =>
    {
        var free = Solve(problem with { Goal = new MeanVarianceGoal(0) });
        var limit = 0.3 * free.Risk;
        if (limit < 1e-6)
            return true;
        var most = Solve(problem with { Goal = new MaximumReturnGoal(limit) });
        var least = Solve(problem with { Goal = new MinimumRiskGoal(most.Value, []) });
        return most.Risk <= limit * (1 + 1e-5) + 1e-9 && Math.Abs(least.Risk - most.Risk) <= 2e-3 * most.Risk + 1e-7;
    }, iter: 40);

    [Fact]
    public void Contradictory_rows_are_infeasible()
    {
        var problem = new Problem
        {
            Variables = [new("x", 0, 1, 1)],
            Rows = [new("low", 0.7, double.PositiveInfinity, [new(0, 1)]), new("high", double.NegativeInfinity, 0.5, [new(0, 1)])],
            Goal = new MeanVarianceGoal(1),
        };
        Assert.Equal(SolveStatus.Infeasible, MeanVarianceSolver.Solve(problem, Tight).Status);
    }

    [Fact]
    public void A_shadow_price_is_what_loosening_by_a_little_brings() => Instances.Portfolio(10, switches: false, curved: false).Sample(problem =>
    {
        const double Little = 1e-3;
        var answer = Solve(problem);
        var looser = Solve(problem with { Rows = [problem.Rows[0] with { Upper = problem.Rows[0].Upper + Little }, .. problem.Rows.Skip(1)] });
        var gained = (looser.Objective - answer.Objective) / Little;
        // Concave in the limit: the price is an upper estimate of the gain.
        return gained <= answer.ShadowPrices[0] + 2e-3 && gained >= 0 - 2e-3;
    }, iter: 30);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Figures_that_are_not_finite_are_refused_by_name(double figure)
    {
        var problem = new Problem { Variables = [new("aave", 0, 1, figure)], Rows = [], Goal = new MeanVarianceGoal(1) };
        Assert.Contains("aave: value", Assert.Throws<ArgumentException>(() => MeanVarianceSolver.Solve(problem, Tight)).Message);
    }

    [Fact]
    public void Cancelled_before_it_starts_it_stops() => Assert.Throws<OperationCanceledException>(() =>
        MeanVarianceSolver.Solve(Instances.Portfolio(5, switches: true).Single(), Tight, new CancellationToken(canceled: true)));

    private static Answer Solve(Problem problem) =>
        MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-6 });
}
