using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Multiplies gas prices, on all chains or on some.</summary>
public sealed record GasShock : Shock
{
    /// <summary>The factor.</summary>
    [Between(0, 100_000)]
    public required double Multiply { get; init; }

    /// <summary>The chains; all where empty.</summary>
    public IReadOnlyList<string> Chains { get; init; } = [];

    /// <inheritdoc/>
    public override IEnumerable<Shift> Shifts(Market market) => market.Snapshot.Chains
        .Where(chain => Chains.Count == 0 || Chains.Contains(chain.Id))
        .Select(chain => new Shift(new(RiskFactorKind.Gas, chain.Id), ShiftMode.Multiply, Multiply));

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => Chains.Select(chain => new Reference("chains", "chain", chain));
}
