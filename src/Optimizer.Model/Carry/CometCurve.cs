using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>Compound v3: the supply rate has its own curve, linear in the utilisation with one kink.</summary>
/// <remarks>Source: compound-finance/comet, Comet.getSupplyRate.</remarks>
public sealed record CometCurve : UtilisationCurve
{
    /// <summary>Utilisation of the supply kink, a fraction.</summary>
    [Between(0.01, 0.99)]
    public required Figure Kink { get; init; }

    /// <summary>Supply rate at zero utilisation, a fraction per year.</summary>
    [Between(0, 10)]
    public required Figure BaseRate { get; init; }

    /// <summary>Rise of the rate per unit of utilisation below the kink, a fraction per year.</summary>
    [Between(0, 10)]
    public required Figure SlopeLow { get; init; }

    /// <summary>Rise of the rate per unit of utilisation above the kink, a fraction per year.</summary>
    [Between(0, 100)]
    public required Figure SlopeHigh { get; init; }

    /// <inheritdoc/>
    protected override double TargetUtilisation => Kink;

    /// <inheritdoc/>
    protected override double SupplyRate(double utilisation) =>
        BaseRate + SlopeLow * Math.Min(utilisation, Kink) + SlopeHigh * Math.Max(0, utilisation - Kink);

    /// <inheritdoc/>
    protected override double SupplyRateSlope(double utilisation) => utilisation <= Kink ? SlopeLow : SlopeHigh;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Parameters => ["kink", "baseRate", "slopeLow", "slopeHigh", "supplied", "borrowed"];

    /// <inheritdoc/>
    public override CarryCurve With(Shift shift) => shift.Key.Parameter switch
    {
        "kink" => this with { Kink = shift.Of(Kink) },
        "baseRate" => this with { BaseRate = shift.Of(BaseRate) },
        "slopeLow" => this with { SlopeLow = shift.Of(SlopeLow) },
        "slopeHigh" => this with { SlopeHigh = shift.Of(SlopeHigh) },
        "supplied" => this with { Supplied = shift.Of(Supplied) },
        "borrowed" => this with { Borrowed = shift.Of(Borrowed) },
        _ => base.With(shift),
    };

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) => this with
    {
        BaseRate = BaseRate.With(BaseRate * factor),
        SlopeLow = SlopeLow.With(SlopeLow * factor),
        SlopeHigh = SlopeHigh.With(SlopeHigh * factor),
    };
}
