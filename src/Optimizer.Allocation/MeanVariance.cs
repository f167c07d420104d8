using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Mean-variance: net return less (γ/2)·variance; the default trade-off (Markowitz 1952).</summary>
public sealed record MeanVariance : AllocationObjective
{
    /// <summary>Risk aversion γ, 0 to 1,000. 0 considers only return; 4 is common.</summary>
    [Between(0, 1_000)]
    public required double RiskAversion { get; init; }

    /// <inheritdoc/>
    public override bool IsMoney() => true;

    /// <summary>Cost of a unit of yearly variance over the horizon.</summary>
    public double RiskWeight(AllocationProblem problem) => RiskAversion / 2 * problem.Scenario.Horizon.Years;

    /// <inheritdoc/>
    public override Goal Goal(AllocationProblem problem) => new MeanVarianceGoal(RiskWeight(problem));

    /// <inheritdoc/>
    public override double InUnit(AllocationProblem problem, Answer answer, double figure) => figure * problem.BookUsd;

    /// <inheritdoc/>
    public override double Of(AllocationProblem problem, Outcome outcome) => outcome.ValueUsd - RiskWeight(problem) * outcome.Risk.Variance * problem.BookUsd;
}
