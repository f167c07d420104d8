using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Sets parameters of an opportunity's rate curve, as a governance vote would.</summary>
public sealed record CurveShock : Shock
{
    /// <summary>The opportunity.</summary>
    public required string Opportunity { get; init; }

    /// <summary>Borrow rate at zero utilisation, per year; for Compound, the supply rate at zero utilisation.</summary>
    public Percentage? BaseRate { get; init; }

    /// <summary>Rise of the borrow rate up to the optimal utilisation, per year.</summary>
    public Percentage? Slope1 { get; init; }

    /// <summary>Rise of the borrow rate from the optimal to full utilisation, per year.</summary>
    public Percentage? Slope2 { get; init; }

    /// <summary>The optimal utilisation.</summary>
    public Percentage? OptimalUtilisation { get; init; }

    /// <summary>Share of the interest that the protocol keeps.</summary>
    public Percentage? ReserveFactor { get; init; }

    /// <summary>Utilisation at Compound's supply kink.</summary>
    public Percentage? Kink { get; init; }

    /// <summary>Compound's rise of the supply rate below the kink, per year.</summary>
    public Percentage? SlopeLow { get; init; }

    /// <summary>Compound's rise of the supply rate above the kink, per year.</summary>
    public Percentage? SlopeHigh { get; init; }

    /// <summary>Morpho's borrow rate at target utilisation, per year.</summary>
    public Percentage? RateAtTargetPerYear { get; init; }

    /// <summary>Share of the interest that Morpho's market and vault keep.</summary>
    public Percentage? Fee { get; init; }

    /// <summary>A rate that does not depend on size, per year.</summary>
    public Percentage? RatePerYear { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Shift> Shifts(Market market) =>
        Given().Select(given => new Shift(new(RiskFactorKind.Curve, Opportunity, given.Parameter), ShiftMode.Set, given.Value.Fraction));

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => [new("opportunity", "opportunity", Opportunity)];

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (!Given().Any())
            yield return ("", "sets no parameter; expected one such as slope1 or optimalUtilisation");
        foreach (var (parameter, value) in Given())
        {
            var (least, most) = parameter is "optimalUtilisation" or "kink" ? (0.01, 0.99) : parameter is "reserveFactor" or "fee" ? (0, 1) : parameter is "ratePerYear" ? (-1, 10) : (0.0, 100.0);
            if (value.Fraction < least || value.Fraction > most)
                yield return (parameter, $"{value} is out of range; expected {new Percentage(least)} to {new Percentage(most)}");
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Unfit(Market market)
    {
        var curve = market.Opportunity(Opportunity).Carry.Base;
        return Given().Where(given => !curve.Parameters.Contains(given.Parameter))
            .Select(given => (given.Parameter, $"the curve of {Opportunity} has no such parameter; {(curve.Parameters.Count == 0 ? "it has none that can be set" : $"expected one of {string.Join(", ", curve.Parameters)}")}"));
    }

    private IEnumerable<(string Parameter, Percentage Value)> Given() => new (string, Percentage?)[]
    {
        ("baseRate", BaseRate), ("slope1", Slope1), ("slope2", Slope2), ("optimalUtilisation", OptimalUtilisation), ("reserveFactor", ReserveFactor),
        ("kink", Kink), ("slopeLow", SlopeLow), ("slopeHigh", SlopeHigh), ("rateAtTargetPerYear", RateAtTargetPerYear), ("fee", Fee), ("ratePerYear", RatePerYear),
    }.Where(pair => pair.Item2 is not null).Select(pair => (pair.Item1, pair.Item2!.Value));
}
