using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Sets the exit delay of opportunities.</summary>
public sealed record ExitDelayShock : OpportunityShock
{
    /// <summary>Time from the withdrawal request to receipt of the money.</summary>
    public required Duration Delay { get; init; }

    /// <inheritdoc/>
    protected override IEnumerable<Shift> Shifts(Market market, Opportunity opportunity) =>
        [new(new(RiskFactorKind.ExitDelay, opportunity.Id), ShiftMode.Set, Delay.Days)];
}
