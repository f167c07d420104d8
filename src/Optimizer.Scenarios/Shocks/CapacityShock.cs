using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Sets an opportunity's cap: its total, or the room left for deposits.</summary>
public sealed record CapacityShock : OpportunityShock
{
    /// <summary>The new maximum total.</summary>
    public Limit? Total { get; init; }

    /// <summary>The new room for deposits.</summary>
    public Limit? Room { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if ((Total is null) == (Room is null))
            yield return ("", "expected exactly one of total and room");
        foreach (var wrong in MustBeMoney("total", Total).Concat(MustBeMoney("room", Room)))
            yield return wrong;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Shift> Shifts(Market market, Opportunity opportunity) =>
        [new(new(RiskFactorKind.Capacity, opportunity.Id), ShiftMode.Set, Room is { } room ? Tokens(market, opportunity, room.Amount) : Math.Max(0, Tokens(market, opportunity, Total!.Value.Amount) - opportunity.Total))];
}
