using Optimizer.Derivatives;
using Optimizer.Solver;
using Optimizer.Solver.Dispatch;

namespace Optimizer.Allocation.Tests;

/// <summary>Portfolio margin as rows of a solved problem.</summary>
public sealed class OptionsBookTests
{
    /// <summary>Where the margin binds, the exact engine finds the excess that was asked for; where it does not, more.</summary>
    [Theory]
    [InlineData(200, 90_000)]
    [InlineData(200, 0)]
    public void The_margin_of_the_answer_is_the_margin_that_was_asked_for(double premium, double excess)
    {
        var book = new OptionsBook(24, 300);
        var answer = MeanVarianceSolver.Solve(book.ToProblem(premium, excess), new SolveOptions { Gap = 1e-9 });
        Assert.Equal(SolveStatus.Optimal, answer.Status);
        var exact = PortfolioMargin.Of(book.With(answer.Values)).InitialExcessUsd;
        Assert.True(exact >= excess - 0.1, $"{exact} is less than {excess}");
        if (excess > 0)
            Assert.Equal(excess, exact, 1.0);
    }
}
