using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>A bridge or another provider of routes, a protocol or a chain is down: its routes carry nothing, its
/// positions can be neither entered nor left.</summary>
public sealed record Outage : Shock
{
    /// <summary>Provider of routes.</summary>
    public string? Provider { get; init; }

    /// <summary>Protocol.</summary>
    public string? Protocol { get; init; }

    /// <summary>Chain.</summary>
    public string? Chain { get; init; }

    /// <inheritdoc/>
    public override Snapshot Apply(Market market)
    {
        bool IsDown(Opportunity o) => o.Protocol == Protocol || o.Chain == Chain;
        return market.Snapshot with
        {
            Routes = [.. market.Snapshot.Routes.Where(r => r.Provider != Provider && r.From.Chain != Chain && r.To.Chain != Chain)],
            Opportunities = [.. market.Snapshot.Opportunities.Select(o => IsDown(o)
                ? o with { CapacityUsd = o.TotalUsd.With(0), WithdrawableUsd = o.TotalUsd.With(0) } : o)],
        };
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions() =>
        References().Any() ? [] : [("", "strikes nothing; expected provider, protocol or chain")];

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() =>
        new[] { ("provider", Provider), ("protocol", Protocol), ("chain", Chain) }
            .Where(pair => pair.Item2 is not null).Select(pair => new Reference(pair.Item1, pair.Item1, pair.Item2!));
}
