using MathNet.Numerics.Distributions;
using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>When a cost is earned back by an advantage that others compete away.</summary>
/// <remarks>
/// An advantage of a dollars a day that halves every h days has earned a·h/ln 2·(1 − 2^(−t/h)) after t days. It earns back a cost c at
/// t = −h·log₂(1 − c·ln 2/(a·h)), and never where h is below c·ln 2/a. The half-life itself is not known: it is taken to be
/// log-normal around its median, a factor of two being one standard deviation. Since t falls as h grows, its quantiles are those of
/// h the other way round, without any simulation.
/// </remarks>
public static class BreakEven
{
    /// <summary>The factor by which the half-life is one standard deviation off.</summary>
    public const double Spread = 2;

    /// <summary>When a cost is earned back.</summary>
    /// <param name="costUsd">The cost; ≥ 0.</param>
    /// <param name="gainUsdPerDay">The advantage at the start.</param>
    /// <param name="halfLife">The median of its half-life.</param>
    public static BreakEvenResult Of(double costUsd, double gainUsdPerDay, Duration halfLife)
    {
        if (costUsd <= 0 || gainUsdPerDay <= 0)
        {
            var days = costUsd <= 0 ? 0 : (double?)null;
            return new(days, halfLife.Days, days, days, days, days is null ? 1 : 0);
        }

        var least = costUsd * Math.Log(2) / gainUsdPerDay;
        double? Days(double quantile)
        {
            var life = halfLife.Days * Math.Pow(Spread, Normal.InvCDF(0, 1, 1 - quantile));
            return life > least ? -life * Math.Log2(1 - least / life) : null;
        }

        return new(costUsd / gainUsdPerDay, halfLife.Days, Days(0.1), Days(0.5), Days(0.9), Normal.CDF(0, 1, Math.Log(least / halfLife.Days) / Math.Log(Spread)));
    }
}
