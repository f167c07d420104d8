using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Gas becomes so many times as dear, everywhere or on some chains.</summary>
public sealed record Gas : Shock
{
    /// <summary>The factor.</summary>
    [Between(0, 100_000)]
    public required double Multiply { get; init; }

    /// <summary>The chains; all where empty.</summary>
    public IReadOnlyList<string> Chains { get; init; } = [];

    /// <inheritdoc/>
    public override Snapshot Apply(Market market) => market.Snapshot with
    {
        Chains = [.. market.Snapshot.Chains.Select(chain =>
            Chains.Count == 0 || Chains.Contains(chain.Id) ? chain with { Gas = chain.Gas.Times(Multiply) } : chain)],
    };

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => Chains.Select(chain => new Reference("chains", "chain", chain));
}
