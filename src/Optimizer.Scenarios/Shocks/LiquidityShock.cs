using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Changes the amount that can be withdrawn from opportunities at once.</summary>
public sealed record LiquidityShock : OpportunityShock
{
    /// <summary>The new amount.</summary>
    public Limit? Withdrawable { get; init; }

    /// <summary>The factor, instead of an amount.</summary>
    [Between(0, 1_000)]
    public double? Multiply { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if ((Withdrawable is null) == (Multiply is null))
            yield return ("", "expected exactly one of withdrawable and multiply");
        foreach (var wrong in MustBeMoney("withdrawable", Withdrawable))
            yield return wrong;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Shift> Shifts(Market market, Opportunity opportunity) =>
        [new(new(RiskFactorKind.Liquidity, opportunity.Id), Multiply is null ? ShiftMode.Set : ShiftMode.Multiply, Multiply ?? Tokens(market, opportunity, Withdrawable!.Value.Amount))];
}
