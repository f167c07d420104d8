using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>The yearly rate that a place pays to every unit supplied, as a function of how much is supplied.</summary>
[OneOf]
public abstract record CarryCurve
{
    /// <summary>How the curve's rates compound.</summary>
    public required RateBasis Basis { get; init; }

    /// <summary>The rate that is paid once <paramref name="addedUsd"/> more is supplied, in the curve's own
    /// <see cref="Basis"/>, as a fraction per year.</summary>
    /// <param name="addedUsd">USD supplied on top of what the snapshot shows; negative for a withdrawal.</param>
    public abstract double SpotRate(double addedUsd);

    /// <summary>The derivative of <see cref="SpotRate"/> per USD added. At a kink, that of its right side.</summary>
    public abstract double SpotSlope(double addedUsd);

    /// <summary>The rate at the protocol's target utilisation: the most that lasts. Above target, borrowers repay or
    /// others deposit within hours or days, so a higher spot rate is a spike and not income. Infinite where the rate
    /// does not depend on utilisation.</summary>
    [JsonIgnore]
    public virtual double RateAtTarget => double.PositiveInfinity;

    /// <summary>The most (USD) that may be withdrawn without pushing utilisation above its target; ≥ 0.</summary>
    [JsonIgnore]
    public virtual double WithdrawableUsd => double.PositiveInfinity;

    /// <summary>The effective annual rate that a holder may count on: the lower of spot and the rate at target.</summary>
    public double CreditedRate(double addedUsd) =>
        Basis.ToEffective(Math.Min(SpotRate(addedUsd), RateAtTarget));

    /// <summary>The derivative of <see cref="CreditedRate"/> per USD added; zero where the rate at target holds.</summary>
    public double CreditedSlope(double addedUsd)
    {
        var spot = SpotRate(addedUsd);
        return spot > RateAtTarget ? 0 : Basis.EffectiveSlope(spot) * SpotSlope(addedUsd);
    }

    /// <summary>The same curve with every rate multiplied, for shocks.</summary>
    /// <param name="factor">≥ 0.</param>
    public abstract CarryCurve Times(double factor);
}
