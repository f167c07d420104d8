using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A lending market: what borrowers pay is shared by suppliers, so the rate follows the utilisation
/// U = borrowed / supplied, and a deposit lowers it.</summary>
public abstract record UtilisationCurve : CarryCurve
{
    /// <summary>Supplied in total, borrowed part included, in USD; &gt; 0.</summary>
    [Between(1)]
    public required Figure SuppliedUsd { get; init; }

    /// <summary>Borrowed in total, in USD; 0 to <see cref="SuppliedUsd"/>.</summary>
    [Between(0)]
    public required Figure BorrowedUsd { get; init; }

    /// <summary>The utilisation that the protocol steers to: its kink or target, a fraction.</summary>
    protected abstract double TargetUtilisation { get; }

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override double RateAtTarget => SupplyRate(TargetUtilisation);

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override double WithdrawableUsd => Math.Max(0, SuppliedUsd - BorrowedUsd / TargetUtilisation);

    /// <inheritdoc/>
    public sealed override double SpotRate(double addedUsd) => SupplyRate(Utilisation(addedUsd));

    /// <inheritdoc/>
    public sealed override double SpotSlope(double addedUsd)
    {
        var utilisation = Utilisation(addedUsd);
        return utilisation >= 1 ? 0 : -SupplyRateSlope(utilisation) * utilisation / (SuppliedUsd + addedUsd);
    }

    /// <summary>The supply rate at a utilisation, in the curve's basis.</summary>
    /// <param name="utilisation">0 to 1.</param>
    protected abstract double SupplyRate(double utilisation);

    /// <summary>The derivative of <see cref="SupplyRate"/>; at a kink, that of its left side (a deposit lowers U).</summary>
    protected abstract double SupplyRateSlope(double utilisation);

    private double Utilisation(double addedUsd)
    {
        var supplied = SuppliedUsd + addedUsd;
        return BorrowedUsd <= 0 ? 0 : supplied <= BorrowedUsd ? 1 : BorrowedUsd / supplied;
    }
}
