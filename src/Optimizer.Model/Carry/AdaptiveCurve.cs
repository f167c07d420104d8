using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>Morpho Blue's AdaptiveCurveIRM: a curve of fixed shape. Its rate at the target (90 % utilisation) drifts over time.</summary>
/// <remarks>Source: morpho-org/morpho-blue-irm, AdaptiveCurveIrm. The rate at target changes by 50 per year times the relative distance of
/// the utilisation from the target: at 88 % utilisation it falls to 57 % of its value in half a year.</remarks>
public sealed record AdaptiveCurve : UtilisationCurve
{
    private const double Target = 0.9;
    private const double Steepness = 4;
    private const double AdjustmentSpeedPerYear = 50;

    /// <summary>Borrow rate at target utilisation, continuously compounded, a fraction per year.</summary>
    [Between(0, 10)]
    public required Figure RateAtTargetPerYear { get; init; }

    /// <summary>Share of the interest that the market and the vault keep as fees, a fraction.</summary>
    [Between(0, 1)]
    public required Figure Fee { get; init; }

    /// <inheritdoc/>
    protected override double TargetUtilisation => Target;

    /// <inheritdoc/>
    protected override double SupplyRate(double utilisation) =>
        utilisation * (1 - Fee) * double.ExpM1(BorrowRate(utilisation));

    /// <inheritdoc/>
    protected override double SupplyRateSlope(double utilisation)
    {
        var borrow = BorrowRate(utilisation);
        var rise = RateAtTargetPerYear * (utilisation > Target ? (Steepness - 1) / (1 - Target) : (1 - 1 / Steepness) / Target);
        return (1 - Fee) * (double.ExpM1(borrow) + utilisation * Math.Exp(borrow) * rise);
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Parameters => ["rateAtTargetPerYear", "fee", "supplied", "borrowed"];

    /// <inheritdoc/>
    public override CarryCurve With(Shift shift) => shift.Key.Parameter switch
    {
        "rateAtTargetPerYear" => this with { RateAtTargetPerYear = shift.Of(RateAtTargetPerYear) },
        "fee" => this with { Fee = shift.Of(Fee) },
        "supplied" => this with { Supplied = shift.Of(Supplied) },
        "borrowed" => this with { Borrowed = shift.Of(Borrowed) },
        _ => base.With(shift),
    };

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) =>
        this with { RateAtTargetPerYear = RateAtTargetPerYear.With(RateAtTargetPerYear * factor) };

    /// <inheritdoc/>
    public override double MeanDrift(double years)
    {
        var exponent = AdjustmentSpeedPerYear * Error(Math.Min(1, Borrowed / Supplied)) * years;
        return Math.Abs(exponent) < 1e-9 ? 1 : double.ExpM1(exponent) / exponent;
    }

    private double BorrowRate(double utilisation) =>
        RateAtTargetPerYear * (1 + Error(utilisation) * (utilisation > Target ? Steepness - 1 : 1 - 1 / Steepness));

    /// <summary>Distance of the utilisation from the target, divided by the largest possible distance on that side: −1 to 1.</summary>
    private static double Error(double utilisation) => (utilisation - Target) / (utilisation > Target ? 1 - Target : Target);
}
