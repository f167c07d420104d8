using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A fixed budget shared by all who supply: reward programmes. The rate is budget / supply.</summary>
public sealed record EmissionCurve : CarryCurve
{
    /// <summary>What is given out per year, in USD; ≥ 0.</summary>
    [Between(0)]
    public required Figure UsdPerYear { get; init; }

    /// <summary>What shares it now, in USD; &gt; 0.</summary>
    [Between(1)]
    public required Figure SuppliedUsd { get; init; }

    /// <inheritdoc/>
    public override double SpotRate(double addedUsd) => UsdPerYear / Math.Max(SuppliedUsd + addedUsd, 1);

    /// <inheritdoc/>
    public override double SpotSlope(double addedUsd) =>
        -SpotRate(addedUsd) / Math.Max(SuppliedUsd + addedUsd, 1);

    /// <summary>What the budget pays at today's supply: a withdrawal does not count as raising it.</summary>
    [JsonIgnore]
    public override double RateAtTarget => UsdPerYear / SuppliedUsd;

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) => this with { UsdPerYear = UsdPerYear.With(UsdPerYear * factor) };
}
