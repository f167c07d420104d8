namespace Optimizer.Allocation;

/// <summary>At least or at most so much of the book stays idle.</summary>
public sealed record IdleCash : AllocationConstraint
{
    /// <summary>At least so much.</summary>
    public Model.Limit? Min { get; init; }

    /// <summary>At most so much.</summary>
    public Model.Limit? Max { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        var idle = LinearExpression.Sum(problem.Idles.Select(i => i.After));
        if (Min is { } least)
            yield return new($"idle ≥ {least}", idle >= least.InUsd(problem.BookUsd) / problem.BookUsd);
        if (Max is { } most)
            yield return new($"idle ≤ {most}", idle <= most.InUsd(problem.BookUsd) / problem.BookUsd);
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (Min is null && Max is null)
            yield return ("", "limits nothing; expected min, max or both");
        if (Min is { } least && Max is { } most && least.IsShareOfBook == most.IsShareOfBook && least.Amount > most.Amount)
            yield return ("max", $"a cap of {most} is under the floor of {least}; expected a cap at or above the floor");
    }

    /// <inheritdoc/>
    protected override string Describe() => $"idle{(Min is null ? "" : $" ≥ {Min}")}{(Max is null ? "" : $" ≤ {Max}")}";
}
