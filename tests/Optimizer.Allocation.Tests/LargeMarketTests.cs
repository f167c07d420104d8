using Optimizer.Solver;

namespace Optimizer.Allocation.Tests;

public sealed class LargeMarketTests
{
    [Fact]
    public void A_thousand_opportunities_are_solved_with_a_proven_gap()
    {
        var large = LargeMarket.Of(copies: 11);

        // Ends when the gap is closed; a slow machine gets the time that it needs.
        var patient = large.Settings with { Solver = large.Settings.Solver with { TimeLimit = Model.Duration.FromSeconds(180), Gap = new(4e-3) } };
        var solved = Allocator.Solve(large.Market, large.Scenario, patient);

        Assert.True(solved.Problem.Positions.Count > 1_000);
        Assert.True(solved.Answer.Status is SolveStatus.Optimal or SolveStatus.Feasible, $"{solved.Answer.Status} {solved.Answer.Message}");
        Assert.InRange(solved.Answer.Gap, 0, 5e-3);
        Assert.InRange(solved.Answer.MaxViolation, 0, 1e-6);
        Assert.True(solved.Answer.Bound >= solved.Answer.Objective);
    }
}
