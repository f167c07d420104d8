namespace Optimizer.Allocation;

/// <summary>In no draw is more lost over the horizon than so much.</summary>
public sealed record WorstCase : AddedRows
{
    /// <summary>The most that may be lost.</summary>
    public required Model.Limit AtMost { get; init; }

    /// <inheritdoc/>
    protected override string Describe() => $"loss of the worst draw at most {AtMost}";

    /// <inheritdoc/>
    protected override Inequality Row(AllocationProblem problem, IReadOnlyList<double>? values) =>
        problem.Tail.MeanLoss(values is null ? problem.Tail.WorstBefore(1) : problem.Tail.Worst(1, values)) <= AtMost.InUsd(problem.BookUsd) / problem.BookUsd;
}
