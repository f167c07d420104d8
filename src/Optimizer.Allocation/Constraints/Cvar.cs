namespace Optimizer.Allocation;

/// <summary>The mean loss of the worst draws over the horizon (conditional value at risk) is at most so much.</summary>
/// <remarks>Of the draws that an answer is revalued on, those that are worst for one allocation bound the mean loss of every allocation from
/// below: with x in place of that allocation, the mean loss over the same draws is a row. Rows are added for the answers that break the
/// limit until none does (Künzi-Bay and Mayer 2006, for the linear program of Rockafellar and Uryasev 2000).</remarks>
public sealed record Cvar : TailLimit
{
    /// <inheritdoc/>
    protected override string Describe() => $"mean loss of the worst {Worst()} at most {AtMost}";

    /// <inheritdoc/>
    protected override LinearExpression Loss(AllocationProblem problem, IReadOnlyList<double>? values) =>
        problem.Tail.MeanLoss(problem.Tail.Worst(Confidence.Fraction, values));
}
