namespace Optimizer.Allocation;

/// <summary>In no draw is more lost over the horizon than so much.</summary>
public sealed record WorstCase : LossLimit
{
    /// <inheritdoc/>
    protected override string Describe() => $"loss of the worst draw at most {AtMost}";

    /// <inheritdoc/>
    protected override LinearExpression Loss(AllocationProblem problem, IReadOnlyList<double>? values) =>
        problem.Tail.MeanLoss(problem.Tail.Worst(1, values));
}
