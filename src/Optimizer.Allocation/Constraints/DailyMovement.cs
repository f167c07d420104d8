namespace Optimizer.Allocation;

/// <summary>A limit on the amounts moved per day. A plan is one day's work; what it leaves undone is for the next day's plan.</summary>
/// <remarks>The limit applies to each of four sums: deposits, withdrawals, transfers between chains, and swaps or wraps. So a chain of
/// moves is not counted twice, and no way of moving is free of the limit.</remarks>
public sealed record DailyMovement : AllocationConstraint
{
    /// <summary>The maximum per day.</summary>
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
