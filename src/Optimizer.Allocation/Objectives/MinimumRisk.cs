using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>The least variance among allocations that return enough.</summary>
public sealed record MinimumRisk : AllocationObjective
{
    /// <summary>What moving is charged, per unit of cost, where risk alone is made small: more than the variance that
    /// a unit of cash would add, so that money is never thrown away for safety's sake; far less than any risk worth
    /// having.</summary>
    public const double Toll = 0.01;

    /// <summary>The net return to reach, per year, of the book.</summary>
    public required Percentage ReturnAtLeast { get; init; }

    /// <inheritdoc/>
    public override bool KeepsExposure() => false;

    /// <inheritdoc/>
    public override bool IsMinimised() => true;

    /// <inheritdoc/>
    public override string Demand() => $"return at least {ReturnAtLeast}";

    /// <inheritdoc/>
    public override LinearExpression Value(AllocationProblem problem) => ObjectiveTerms.NetReturn(problem);

    /// <inheritdoc/>
    public override Goal Goal(AllocationProblem problem) =>
        new MinimizeRisk(ReturnAtLeast.Fraction * problem.Scenario.Horizon.Years, [.. (Toll * ObjectiveTerms.Burden(problem)).Terms]);

    /// <inheritdoc/>
    public override double InUnit(AllocationProblem problem, Answer answer, double figure) =>
        Math.Sqrt(Math.Max(answer.Risk + figure - answer.Objective, 0)) * problem.BookUsd;

    /// <inheritdoc/>
    public override double Of(AllocationProblem problem, Outcome outcome) => Math.Sqrt(outcome.Risk.Variance) * problem.BookUsd;

    /// <inheritdoc/>
    public override (string Title, double Usd, double LimitUsd, bool IsLeast)? Demanded(AllocationProblem problem, Outcome outcome) =>
        ($"net return at least {ReturnAtLeast} a year", outcome.NetReturnUsd, ReturnAtLeast.Fraction * problem.Scenario.Horizon.Years * problem.BookUsd, true);

    /// <inheritdoc/>
    public override double PerValue(Answer answer) => Math.Max(answer.GoalShadowPrice, 1e-300);
}
