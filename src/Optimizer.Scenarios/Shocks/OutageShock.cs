using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>An outage of a route provider, a route, a protocol, an opportunity or a chain: its routes are closed, and its positions can be
/// neither entered nor left.</summary>
public sealed record OutageShock : Shock
{
    /// <summary>A provider of routes, such as a bridge.</summary>
    public string? Provider { get; init; }

    /// <summary>A single route.</summary>
    public string? Route { get; init; }

    /// <summary>Protocol.</summary>
    public string? Protocol { get; init; }

    /// <summary>A single opportunity.</summary>
    public string? Opportunity { get; init; }

    /// <summary>Chain.</summary>
    public string? Chain { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Shift> Shifts(Market market) =>
    [
        .. market.Snapshot.Routes.Where(r => r.Provider == Provider || r.Id == Route || r.From.Chain == Chain || r.To.Chain == Chain)
            .Select(r => new Shift(new(RiskFactorKind.RouteOutage, r.Id), ShiftMode.Set, 1)),
        .. market.Snapshot.Opportunities.Where(o => o.Protocol == Protocol || o.Chain == Chain || o.Id == Opportunity)
            .Select(o => new Shift(new(RiskFactorKind.Outage, o.Id), ShiftMode.Set, 1)),
    ];

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions() =>
        References().Any() ? [] : [("", "selects nothing; expected provider, route, protocol, opportunity or chain")];

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() =>
        new[] { ("provider", Provider), ("route", Route), ("protocol", Protocol), ("opportunity", Opportunity), ("chain", Chain) }
            .Where(pair => pair.Item2 is not null).Select(pair => new Reference(pair.Item1, pair.Item1, pair.Item2!));
}
