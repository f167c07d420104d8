using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Forbids adding to opportunities with an event rated worse than a minimum. Events that strike only a pool's collateral do not
/// count, as in all limits.</summary>
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
