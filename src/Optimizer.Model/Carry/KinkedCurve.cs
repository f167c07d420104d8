using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>Aave v3 and its forks: the borrow rate rises gently up to an optimal utilisation and steeply beyond; the
/// supply rate is borrow rate × utilisation × (1 − reserve factor).</summary>
/// <remarks>Source: aave-v3-origin, DefaultReserveInterestRateStrategyV2.</remarks>
public sealed record KinkedCurve : UtilisationCurve
{
    /// <summary>Utilisation of the kink, a fraction.</summary>
    [Between(0.01, 0.99)]
    public required Figure OptimalUtilisation { get; init; }

    /// <summary>Borrow rate at zero utilisation, a fraction per year.</summary>
    [Between(0, 10)]
    public required Figure BaseRate { get; init; }

    /// <summary>Rise of the borrow rate from zero to the optimal utilisation, a fraction per year.</summary>
    [Between(0, 10)]
    public required Figure Slope1 { get; init; }

    /// <summary>Rise of the borrow rate from the optimal to full utilisation, a fraction per year.</summary>
    [Between(0, 100)]
    public required Figure Slope2 { get; init; }

    /// <summary>Share of the interest that the protocol keeps, a fraction.</summary>
    [Between(0, 1)]
    public required Figure ReserveFactor { get; init; }

    /// <inheritdoc/>
    protected override double TargetUtilisation => OptimalUtilisation;

    /// <inheritdoc/>
    protected override double SupplyRate(double utilisation) =>
        BorrowRate(utilisation) * utilisation * (1 - ReserveFactor);

    /// <inheritdoc/>
    protected override double SupplyRateSlope(double utilisation)
    {
        var rise = utilisation <= OptimalUtilisation ? Slope1 / OptimalUtilisation : Slope2 / (1 - OptimalUtilisation);
        return (BorrowRate(utilisation) + rise * utilisation) * (1 - ReserveFactor);
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Parameters => ["baseRate", "slope1", "slope2", "optimalUtilisation", "reserveFactor", "supplied", "borrowed"];

    /// <inheritdoc/>
    public override CarryCurve With(Shift shift) => shift.Key.Parameter switch
    {
        "baseRate" => this with { BaseRate = shift.Of(BaseRate) },
        "slope1" => this with { Slope1 = shift.Of(Slope1) },
        "slope2" => this with { Slope2 = shift.Of(Slope2) },
        "optimalUtilisation" => this with { OptimalUtilisation = shift.Of(OptimalUtilisation) },
        "reserveFactor" => this with { ReserveFactor = shift.Of(ReserveFactor) },
        "supplied" => this with { Supplied = shift.Of(Supplied) },
        "borrowed" => this with { Borrowed = shift.Of(Borrowed) },
        _ => base.With(shift),
    };

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) => this with
    {
        BaseRate = BaseRate.With(BaseRate * factor),
        Slope1 = Slope1.With(Slope1 * factor),
        Slope2 = Slope2.With(Slope2 * factor),
    };

    private double BorrowRate(double utilisation) => utilisation <= OptimalUtilisation
        ? BaseRate + Slope1 * utilisation / OptimalUtilisation
        : BaseRate + Slope1 + Slope2 * (utilisation - OptimalUtilisation) / (1 - OptimalUtilisation);
}
