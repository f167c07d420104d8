namespace Optimizer.Allocation;

/// <summary>A limit that is the most of very many rows: those that answers break are added, until one breaks none.</summary>
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

    /// <summary>The row that is tightest for an allocation.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The allocation; what is held before where null.</param>
    protected abstract Inequality Row(AllocationProblem problem, IReadOnlyList<double>? values);
}
