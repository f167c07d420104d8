using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>A cap is set anew: what an opportunity may hold in all, or what can still be added to it.</summary>
public sealed record Capacity : OpportunityShock
{
    /// <summary>What may lie there in all.</summary>
    public Limit? Total { get; init; }

    /// <summary>What can still be added.</summary>
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
