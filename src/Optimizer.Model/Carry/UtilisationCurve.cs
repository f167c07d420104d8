using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A lending market: what borrowers pay is shared by suppliers, so the rate follows the utilisation
/// U = borrowed / supplied, and a deposit lowers it.</summary>
public abstract record UtilisationCurve : CarryCurve
{
    /// <summary>Total supplied, including what is lent out, in whole tokens; &gt; 0.</summary>
    [Between(1e-9)]
    public required Figure Supplied { get; init; }

    /// <summary>Total borrowed, in whole tokens; 0 to <see cref="Supplied"/>.</summary>
    [Between(0)]
    public required Figure Borrowed { get; init; }

    /// <summary>The utilisation that the protocol steers to: its kink or target, a fraction.</summary>
    protected abstract double TargetUtilisation { get; }

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override double RateAtTarget => SupplyRate(TargetUtilisation);

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override double Withdrawable => Math.Max(0, Supplied - Borrowed / TargetUtilisation);

    /// <inheritdoc/>
    public sealed override double SpotRate(double added) => SupplyRate(Utilisation(added));

    /// <inheritdoc/>
    public sealed override double SpotSlope(double added)
    {
        var utilisation = Utilisation(added);
        return utilisation >= 1 ? 0 : -SupplyRateSlope(utilisation) * utilisation / (Supplied + added);
    }

    /// <summary>The supply rate at a utilisation, in the curve's basis.</summary>
    /// <param name="utilisation">0 to 1.</param>
    protected abstract double SupplyRate(double utilisation);

    /// <summary>The derivative of <see cref="SupplyRate"/>; at a kink, that of its left side (a deposit lowers U).</summary>
    protected abstract double SupplyRateSlope(double utilisation);

    private double Utilisation(double added)
    {
        var supplied = Supplied + added;
        return Borrowed <= 0 ? 0 : supplied <= Borrowed ? 1 : Borrowed / supplied;
    }
}
