using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>The most return above what is safe, per unit of volatility (Sharpe 1966).</summary>
public sealed record MaximumSharpeRatio : AllocationObjective
{
    /// <summary>What is earned without risk, per year. Default 0 %.</summary>
    public Percentage RiskFreeRate { get; init; }

    /// <inheritdoc/>
    public override string Unit() => "ratio";

    /// <inheritdoc/>
    public override string Demand() => $"return above {RiskFreeRate}";

    /// <inheritdoc/>
    public override Goal Goal(AllocationProblem problem) => new MaximizeRatio(Safe(problem));

    /// <inheritdoc/>
    public override double InUnit(AllocationProblem problem, Answer answer, double figure) => figure / problem.Scenario.Horizon.Years;

    /// <inheritdoc/>
    public override double Of(AllocationProblem problem, Outcome outcome) =>
        (outcome.ValueUsd / problem.BookUsd - Safe(problem)) / Math.Sqrt(outcome.Risk.Variance) / problem.Scenario.Horizon.Years;

    /// <inheritdoc/>
    public override double PerValue(Answer answer) => 1 / Math.Sqrt(Math.Max(answer.Risk, 1e-300));

    private double Safe(AllocationProblem problem) => RiskFreeRate.Fraction * problem.Scenario.Horizon.Years;
}
