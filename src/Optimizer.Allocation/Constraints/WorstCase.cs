namespace Optimizer.Allocation;

/// <summary>A limit on the loss over the horizon in the single worst draw.</summary>
public sealed record WorstCase : LossLimit
{
    /// <inheritdoc/>
    protected override string Describe() => $"loss of the worst draw at most {AtMost}";

    /// <inheritdoc/>
    protected override LinearExpression Loss(AllocationProblem problem, IReadOnlyList<double>? values) =>
        problem.Tail.MeanLoss(problem.Tail.Worst(1, values));
}
