using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Minimum CVaR (mean loss of the worst draws) with a minimum return.</summary>
/// <remarks>The loss is a variable of the problem, bounded below by the mean over any set of that many draws. Rows for the sets that are
/// worst for an answer are added until the variable equals the answer's true loss (Künzi-Bay and Mayer 2006, for Rockafellar and Uryasev
/// 2000).</remarks>
public sealed record MinimumCvar : AllocationObjective
{
    private const string Loss = "mean loss of the worst draws";

    /// <summary>CVaR confidence level α: 95 % averages the worst 5 %.</summary>
    public required Percentage Confidence { get; init; }

    /// <summary>The minimum net return per year of the book; none where absent.</summary>
    public Percentage? ReturnAtLeast { get; init; }

    /// <inheritdoc/>
    public override bool AddsRows() => true;

    /// <inheritdoc/>
    public override bool KeepsExposure() => false;

    /// <inheritdoc/>
    public override bool IsMinimised() => true;

    /// <inheritdoc/>
    public override string? Demand() => ReturnAtLeast is { } least ? $"return at least {least}" : null;

    /// <inheritdoc/>
    public override double? TailConfidence() => Confidence.Fraction;

    /// <inheritdoc/>
    public override LinearExpression Value(AllocationProblem problem) => -1 * problem.Named(Loss) - MinimumRisk.Toll * ObjectiveTerms.Burden(problem);

    /// <inheritdoc/>
    public override Goal Goal(AllocationProblem problem) => new MeanVarianceGoal(0);

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        if (ReturnAtLeast is { } least)
            yield return new($"net return at least {least} a year", ObjectiveTerms.NetReturn(problem) >= least.Fraction * problem.Scenario.Horizon.Years);
        yield return Row(problem, problem.Tail.Worst(Confidence.Fraction, null));
    }

    /// <inheritdoc/>
    public override Requirement? Missing(AllocationProblem problem, IReadOnlyList<double> values)
    {
        var row = Row(problem, problem.Tail.Worst(Confidence.Fraction, values));
        return row.Inequality.Lesser.At(values) > row.Inequality.Greater.At(values) + TailRows.Trace ? row : null;
    }

    /// <inheritdoc/>
    public override double InUnit(AllocationProblem problem, Answer answer, double figure) =>
        (problem.Named(Loss).At(answer.Values) - (figure - answer.Objective)) * problem.BookUsd;

    /// <inheritdoc/>
    public override double Of(AllocationProblem problem, Outcome outcome) => outcome.TailLossUsd(Confidence.Fraction);

    private static Requirement Row(AllocationProblem problem, IReadOnlyList<int> draws) => new(Loss, problem.Tail.MeanLoss(draws) <= problem.Named(Loss), IsReported: false);
}
