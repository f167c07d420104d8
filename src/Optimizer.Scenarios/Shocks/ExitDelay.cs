using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Leaving an opportunity takes so long.</summary>
public sealed record ExitDelay : OpportunityShock
{
    /// <summary>From asking for the money to having it.</summary>
    public required Duration Delay { get; init; }

    /// <inheritdoc/>
    protected override IEnumerable<Shift> Shifts(Market market, Opportunity opportunity) =>
        [new(new(RiskFactorKind.ExitDelay, opportunity.Id), ShiftMode.Set, Delay.Days)];
}
