using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Maximum return within a risk limit.</summary>
public sealed record MaximumReturn : AllocationObjective
{
    /// <summary>The maximum yearly volatility of the book.</summary>
    public required Percentage RiskAtMost { get; init; }

    /// <inheritdoc/>
    public override bool IsMoney() => true;

    /// <inheritdoc/>
    public override string Demand() => $"risk at most {RiskAtMost}";

    /// <inheritdoc/>
    public override Goal Goal(AllocationProblem problem) => new MaximumReturnGoal(RiskAtMost.Fraction * RiskAtMost.Fraction);

    /// <inheritdoc/>
    public override double InUnit(AllocationProblem problem, Answer answer, double figure) => figure * problem.BookUsd;

    /// <inheritdoc/>
    public override (string Title, double Usd, double LimitUsd, bool IsLeast)? Demanded(AllocationProblem problem, Outcome outcome) =>
        ($"volatility at most {RiskAtMost} a year", Math.Sqrt(outcome.Risk.Variance) * problem.BookUsd, RiskAtMost.Fraction * problem.BookUsd, false);

    /// <inheritdoc/>
    public override double Of(AllocationProblem problem, Outcome outcome) => outcome.ValueUsd;
}
