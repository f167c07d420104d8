namespace Optimizer.Allocation;

/// <summary>A limit on turnover: on the sum of deposits into positions, and on the sum of withdrawals from them.</summary>
public sealed record Turnover : AllocationConstraint
{
    /// <summary>The maximum of each sum.</summary>
    public required Model.Limit Max { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        var most = Max.InUsd(problem.BookUsd) / problem.BookUsd;
        yield return new($"{Title()} (in)", LinearExpression.Sum(problem.Positions.Select(p => Math.Abs(p.EntryPerUnit) * p.Deposit)) <= most);
        yield return new($"{Title()} (out)", LinearExpression.Sum(problem.Positions.Select(p => Math.Abs(p.Capital) * p.Withdrawal)) <= most);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"turnover at most {Max}";
}
