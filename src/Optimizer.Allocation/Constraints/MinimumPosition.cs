namespace Optimizer.Allocation;

/// <summary>Every position is zero or at least so large.</summary>
/// <remarks>A position that is smaller already may stay as it is, or go.</remarks>
public sealed record MinimumPosition : AllocationConstraint
{
    /// <summary>The least size of a position.</summary>
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
