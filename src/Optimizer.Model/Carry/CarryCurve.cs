using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>The yearly rate that an opportunity pays on every unit supplied, as a function of the amount supplied.</summary>
[OneOf]
public abstract record CarryCurve
{
    /// <summary>How the curve's rates compound.</summary>
    public required RateBasis Basis { get; init; }

    /// <summary>The rate that is paid once <paramref name="added"/> more is supplied, in the curve's own
    /// <see cref="Basis"/>, as a fraction per year.</summary>
    /// <param name="added">Whole tokens of the opportunity's first input on top of what the snapshot shows; negative for a
    /// withdrawal.</param>
    public abstract double SpotRate(double added);

    /// <summary>The derivative of <see cref="SpotRate"/> per token added. At a kink: the derivative towards more supply.</summary>
    public abstract double SpotSlope(double added);

    /// <summary>The rate at the protocol's target utilisation: the most that lasts. Above target, borrowers repay or
    /// others deposit within hours or days, so a higher spot rate is a spike and not income. Infinite where the rate
    /// does not depend on utilisation.</summary>
    [JsonIgnore]
    public virtual double RateAtTarget => double.PositiveInfinity;

    /// <summary>The largest withdrawal, in whole tokens, that keeps utilisation at or below its target; ≥ 0.</summary>
    [JsonIgnore]
    public virtual double Withdrawable => double.PositiveInfinity;

    /// <summary>The effective annual rate that a holder may count on: the lower of spot and the rate at target.</summary>
    public double CreditedRate(double added) =>
        Basis.ToEffective(Math.Min(SpotRate(added), RateAtTarget));

    /// <summary>The derivative of <see cref="CreditedRate"/> per token added; zero where the rate at target holds.</summary>
    public double CreditedSlope(double added)
    {
        var spot = SpotRate(added);
        return spot > RateAtTarget ? 0 : Basis.EffectiveSlope(spot) * SpotSlope(added);
    }

    /// <summary>For a rate that moves by itself at today's utilisation: its mean over the coming years, divided by today's rate. 1 for a
    /// rate that does not move by itself.</summary>
    /// <param name="years">≥ 0.</param>
    public virtual double MeanDrift(double years) => 1;

    /// <summary>The names of the parameters that <see cref="With"/> can shift; may be empty.</summary>
    [JsonIgnore]
    public virtual IReadOnlyList<string> Parameters => [];

    /// <summary>The same curve with one of its <see cref="Parameters"/> shifted.</summary>
    /// <exception cref="ArgumentException">It has no such parameter.</exception>
    public virtual CarryCurve With(Shift shift) => throw new ArgumentException($"a {GetType().Name} has no parameter '{shift.Key.Parameter}'", nameof(shift));

    /// <summary>The same curve with every rate multiplied, for shocks.</summary>
    /// <param name="factor">≥ 0.</param>
    public abstract CarryCurve Times(double factor);
}
