using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Minimum variance with a minimum return.</summary>
public sealed record MinimumRisk : AllocationObjective
{
    /// <summary>Weight of the costs of moving where only risk is minimised: large enough that money is never wasted to look safer, and
    /// small compared with any relevant risk.</summary>
    public const double Toll = 0.01;

    /// <summary>The minimum net return per year of the book.</summary>
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
        new MinimumRiskGoal(ReturnAtLeast.Fraction * problem.Scenario.Horizon.Years, [.. (Toll * ObjectiveTerms.Burden(problem)).Terms]);

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
