using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Rates become so many times as high, or rise by so much; they may fall below zero.</summary>
public sealed record Rates : OpportunityShock
{
    /// <summary>The factor.</summary>
    [Between(-20, 20)]
    public double? Multiply { get; init; }

    /// <summary>What is added, per year: <c>75 bps</c>.</summary>
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
