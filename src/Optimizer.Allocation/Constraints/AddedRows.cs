namespace Optimizer.Allocation;

/// <summary>A limit on the maximum of very many rows: a row is added when an answer violates it, until none is violated.</summary>
public abstract record AddedRows : AllocationConstraint
{
    /// <inheritdoc/>
    public sealed override bool IsOneLimit() => true;

    /// <inheritdoc/>
    public sealed override IEnumerable<Requirement> Rows(AllocationProblem problem) => [new(Title(), Row(problem, null))];

    /// <inheritdoc/>
    public sealed override Inequality? Tightest(AllocationProblem problem, IReadOnlyList<double> values) => Row(problem, values);

    /// <inheritdoc/>
    public sealed override double Reached(AllocationProblem problem, IReadOnlyList<double> values) => Row(problem, values).Lesser.At(values);

    /// <inheritdoc/>
    public sealed override Requirement? Missing(AllocationProblem problem, IReadOnlyList<double> values)
    {
        var row = Row(problem, values);
        return row.Lesser.At(values) > row.Greater.At(values) + TailRows.Trace ? new(Title(), row) : null;
    }

    /// <summary>The row that is tightest at an allocation.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The allocation; null for the holdings before the plan.</param>
    protected abstract Inequality Row(AllocationProblem problem, IReadOnlyList<double>? values);
}
