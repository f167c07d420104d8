using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>An event strikes: its losses are taken, and the opportunities that it struck can be neither entered nor left.</summary>
public sealed record StrikeShock : Shock
{
    /// <summary>The event.</summary>
    public required string Event { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Shift> Shifts(Market market) => [Shift.Strike(Event)];

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => [new("event", "event", Event)];
}
