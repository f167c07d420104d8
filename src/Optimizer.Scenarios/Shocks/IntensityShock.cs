using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Sets the intensity of an event: it becomes more or less likely.</summary>
public sealed record IntensityShock : Shock
{
    /// <summary>The event.</summary>
    public required string Event { get; init; }

    /// <summary>The new intensity, in strikes per year.</summary>
    [Between(0, 1_000)]
    public required double PerYear { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Shift> Shifts(Market market) => [new(new(RiskFactorKind.Intensity, Event), ShiftMode.Set, PerYear)];

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => [new("event", "event", Event)];
}
