using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Rates become so many times as high, everywhere or where the given words fit.</summary>
public sealed record Rates : Shock
{
    /// <summary>The factor.</summary>
    [Between(0, 20)]
    public required double Multiply { get; init; }

    /// <summary>Only on this chain.</summary>
    public string? Chain { get; init; }

    /// <summary>Only in this protocol.</summary>
    public string? Protocol { get; init; }

    /// <summary>Only in this opportunity.</summary>
    public string? Opportunity { get; init; }

    /// <inheritdoc/>
    public override Snapshot Apply(Market market) => market.Snapshot with
    {
        Opportunities = [.. market.Snapshot.Opportunities.Select(o =>
            (Chain ?? o.Chain) == o.Chain && (Protocol ?? o.Protocol) == o.Protocol && (Opportunity ?? o.Id) == o.Id
                ? o with { Carry = o.Carry.Times(Multiply) } : o)],
    };

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() =>
        new[] { ("chain", Chain), ("protocol", Protocol), ("opportunity", Opportunity) }
            .Where(pair => pair.Item2 is not null).Select(pair => new Reference(pair.Item1, pair.Item1, pair.Item2!));
}
