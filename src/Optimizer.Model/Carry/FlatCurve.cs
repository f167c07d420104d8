namespace Optimizer.Model;

/// <summary>A rate that does not depend on size: staking, savings rates, treasury bills, fixed terms.</summary>
public sealed record FlatCurve : CarryCurve
{
    /// <summary>The yearly rate as a fraction.</summary>
    [Between(-1, 10)]
    public required Figure RatePerYear { get; init; }

    /// <inheritdoc/>
    public override double SpotRate(double addedUsd) => RatePerYear;

    /// <inheritdoc/>
    public override double SpotSlope(double addedUsd) => 0;

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) =>
        this with { RatePerYear = RatePerYear.With(RatePerYear * factor) };
}
