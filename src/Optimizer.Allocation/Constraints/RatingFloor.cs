using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Nothing is added where any event that can strike is rated worse than so much; what strikes a pool's collateral alone is left
/// out, as in all limits.</summary>
public sealed record RatingFloor : AllocationConstraint
{
    /// <summary>The worst rating that is accepted.</summary>
    public required Rating Min { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem) =>
        from position in problem.Positions
        let worst = problem.Market.OwnEventsOf(position.Opportunity).Select(e => problem.Market.Event(e.Event).Rating.Rank).DefaultIfEmpty(0).Max()
        where worst > Min.Rank
        select new Requirement($"{Title()}: {position.Opportunity.Id}", position.Deposit <= 0, IsReported: false);

    /// <inheritdoc/>
    protected override string Describe() => $"rating at least {Min}";
}
