namespace Optimizer.Allocation;

/// <summary>At most so much moves on a day. A plan is a day's work: what it leaves undone is for the next day's plan.</summary>
/// <remarks>Four sums are held to it, each by itself: what enters positions, what leaves them, what crosses chains, and what is
/// swapped or wrapped. So no chain of moves counts twice, and none gets round it by another way.</remarks>
public sealed record DailyMovement : AllocationConstraint
{
    /// <summary>The most that may move on a day.</summary>
    public required Model.Limit Max { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        var most = Max.InUsd(problem.BookUsd) / problem.BookUsd;
        yield return new($"{Title()} (in)", LinearExpression.Sum(problem.Positions.Select(p => Math.Abs(p.EntryPerUnit) * p.Deposit)) <= most);
        yield return new($"{Title()} (out)", LinearExpression.Sum(problem.Positions.Select(p => Math.Abs(p.Capital) * p.Withdrawal)) <= most);
        yield return new($"{Title()} (across chains)", LinearExpression.Sum(problem.Flows.Where(f => f.Route.CrossesChains()).Select(f => f.In)) <= most);
        yield return new($"{Title()} (swapped)", LinearExpression.Sum(problem.Flows.Where(f => !f.Route.CrossesChains()).Select(f => f.In)) <= most);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"at most {Max} a day";
}
