using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A rate that does not depend on size: staking, savings rates, treasury bills, fixed terms.</summary>
public sealed record FlatCurve : CarryCurve
{
    /// <summary>The yearly rate, a fraction.</summary>
    [Between(-1, 10)]
    public required Figure RatePerYear { get; init; }

    /// <inheritdoc/>
    public override double SpotRate(double added) => RatePerYear;

    /// <inheritdoc/>
    public override double SpotSlope(double added) => 0;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Parameters => ["ratePerYear"];

    /// <inheritdoc/>
    public override CarryCurve With(Shift shift) => shift.Key.Parameter switch
    {
        "ratePerYear" => this with { RatePerYear = shift.Of(RatePerYear) },
        _ => base.With(shift),
    };

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) =>
        this with { RatePerYear = RatePerYear.With(RatePerYear * factor) };
}
