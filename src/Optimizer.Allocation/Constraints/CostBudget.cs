namespace Optimizer.Allocation;

/// <summary>Which costs a budget covers.</summary>
public enum CostKind
{
    /// <summary>Gas and fees.</summary>
    All,

    /// <summary>Gas alone.</summary>
    Gas,

    /// <summary>Fees and price impact alone.</summary>
    Fees,
}

/// <summary>A limit on the costs of moving.</summary>
public sealed record CostBudget : AllocationConstraint
{
    /// <summary>Which costs count.</summary>
    public CostKind Of { get; init; } = CostKind.All;

    /// <summary>The maximum.</summary>
    public required Model.Limit Max { get; init; }

    /// <summary>Unused part of the budget, in USD, for gas that the solver does not know of.</summary>
    public double SpareUsd(AllocationProblem problem, IReadOnlyList<double> values) =>
        Of == CostKind.Fees ? double.PositiveInfinity : Math.Max(0, Max.InUsd(problem.BookUsd) - Counted(problem).At(values) * problem.BookUsd);

    private LinearExpression Counted(AllocationProblem problem) => Of switch
    {
        CostKind.Gas => ObjectiveTerms.Gas(problem),
        CostKind.Fees => ObjectiveTerms.Fees(problem),
        _ => ObjectiveTerms.Costs(problem),
    };

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        var mostUsd = Max.InUsd(problem.BookUsd);
        yield return new(Title(), Counted(problem) <= mostUsd / problem.BookUsd);
        if (Of == CostKind.Fees)
            yield break;
        // A cent on a book of millions is below the solver's tolerance: switch off actions that alone cost more than the budget.
        foreach (var action in problem.Gas.Where(action => action.GasUsd > mostUsd))
            yield return new(Title(), LinearExpression.Of(action.Switch) <= 0, LimitUnit.Count, IsReported: false);
    }

    /// <inheritdoc/>
    protected override string Describe() => Of == CostKind.All ? $"costs at most {Max}" : $"{Of.ToString().ToLowerInvariant()} at most {Max}";
}
