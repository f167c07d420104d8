using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Maximum net return above the risk-free rate per unit of volatility (Sharpe 1966). Doubt and effort do not count, because they
/// are not paid.</summary>
public sealed record MaximumSharpeRatio : AllocationObjective
{
    /// <summary>The risk-free rate per year. Default 0 %.</summary>
    public Percentage RiskFreeRate { get; init; }

    /// <inheritdoc/>
    public override string Unit() => "ratio";

    /// <inheritdoc/>
    public override string Demand() => $"return above {RiskFreeRate}";

    /// <inheritdoc/>
    public override LinearExpression Value(AllocationProblem problem) => ObjectiveTerms.NetReturn(problem);

    /// <inheritdoc/>
    public override string? WhyNone(AllocationProblem problem, Answer answer) => double.IsFinite(answer.Bound) && answer.Bound <= Safe(problem)
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no allocation earns more than {RiskFreeRate} a year; the maximum is {answer.Bound / problem.Scenario.Horizon.Years:P2}") : null;

    /// <inheritdoc/>
    public override Goal Goal(AllocationProblem problem) => new MaximumSharpeRatioGoal(Safe(problem));

    /// <inheritdoc/>
    public override double InUnit(AllocationProblem problem, Answer answer, double figure) => figure / problem.Scenario.Horizon.Years;

    /// <inheritdoc/>
    public override double Of(AllocationProblem problem, Outcome outcome) =>
        (outcome.NetReturnUsd / problem.BookUsd - Safe(problem)) / Math.Sqrt(outcome.Risk.Variance) / problem.Scenario.Horizon.Years;

    /// <inheritdoc/>
    public override double PerValue(Answer answer) => 1 / Math.Sqrt(Math.Max(answer.Risk, 1e-300));

    private double Safe(AllocationProblem problem) => RiskFreeRate.Fraction * problem.Scenario.Horizon.Years;
}
