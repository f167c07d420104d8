using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Multiplies rates, or adds to them; rates may become negative.</summary>
public sealed record RatesShock : OpportunityShock
{
    /// <summary>The factor.</summary>
    [Between(-20, 20)]
    public double? Multiply { get; init; }

    /// <summary>The amount added, per year: <c>75 bps</c>.</summary>
    public Percentage? Add { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if ((Multiply is null) == (Add is null))
            yield return ("", "expected exactly one of multiply and add");
        if (Add?.Fraction is < -1 or > 10)
            yield return ("add", $"{Add} is out of range; expected −100 % to 1,000 %");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Shift> Shifts(Market market, Opportunity opportunity) =>
        [new(new(RiskFactorKind.Rate, opportunity.Id), Add is null ? ShiftMode.Multiply : ShiftMode.Add, Add?.Fraction ?? Multiply!.Value)];
}
