namespace Optimizer.Allocation;

/// <summary>A minimum size of positions: each is zero or at least this large.</summary>
/// <remarks>A position that is already smaller may stay as it is or be closed.</remarks>
public sealed record MinimumPosition : AllocationConstraint
{
    /// <summary>The minimum size.</summary>
    public required Model.Limit Min { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        var least = Min.InUsd(problem.BookUsd) / problem.BookUsd;
        foreach (var position in problem.Positions)
        {
            var held = position.Before * Math.Abs(position.Capital);
            var smallest = Math.Min(least, held > 0 ? held : least);
            yield return new($"{Title()}: {position.Opportunity.Id}",
                smallest * problem.Held(position) <= Math.Abs(position.Capital) * position.After, IsReported: false);
        }
    }

    /// <inheritdoc/>
    protected override string Describe() => $"positions of zero or at least {Min}";
}
