using MathNet.Numerics.Distributions;
using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>When a cost is earned back by an advantage that others compete away.</summary>
/// <remarks>
/// An advantage of a dollars a day now and b in the end is b + (a − b)·2^(−t/h) at day t, and has earned
/// E(t) = b·t + (a − b)·h/ln 2·(1 − 2^(−t/h)). b is what is left when all rates are those of the middle of the market: nothing for money
/// that goes from place to place, the median for idle money that is put to work. The half-life is not known: it is taken to be
/// log-normal around its median, a factor of two being one standard deviation. Where b &lt; a the days fall as h grows, so that their
/// quantiles are those of h the other way round, without any simulation.
/// </remarks>
public static class BreakEven
{
    /// <summary>The factor by which the half-life is one standard deviation off.</summary>
    public const double Spread = 2;

    /// <summary>Costs that take longer are not earned back: a hundred years.</summary>
    private const double MostDays = 36_500;

    /// <summary>When a cost is earned back.</summary>
    /// <param name="costUsd">The cost; ≥ 0.</param>
    /// <param name="gainUsdPerDay">The advantage at the start.</param>
    /// <param name="laterUsdPerDay">The advantage in the end.</param>
    /// <param name="halfLife">The median of its half-life.</param>
    public static BreakEvenResult Of(double costUsd, double gainUsdPerDay, double laterUsdPerDay, Duration halfLife)
    {
        if (costUsd <= 0 || (gainUsdPerDay <= 0 && laterUsdPerDay <= 0))
        {
            var days = costUsd <= 0 ? 0 : (double?)null;
            return new(days, halfLife.Days, days, days, days, days is null ? 1 : 0);
        }

        double? Days(double life) => FirstDay(costUsd, gainUsdPerDay, laterUsdPerDay, life);
        double? Quantile(double quantile) => Days(halfLife.Days * Math.Pow(Spread, Normal.InvCDF(0, 1, laterUsdPerDay <= gainUsdPerDay ? 1 - quantile : quantile)));
        return new(gainUsdPerDay > 0 ? costUsd / gainUsdPerDay : null, halfLife.Days, Quantile(0.1), Quantile(0.5), Quantile(0.9), Never(Days, halfLife));
    }

    /// <summary>The first day on which the cost is earned; null where there is none.</summary>
    private static double? FirstDay(double cost, double now, double later, double life)
    {
        var rate = Math.Log(2) / life;
        double Earned(double t) => later * t + (now - later) / rate * (1 - Math.Exp(-rate * t));
        // Where the advantage turns into a disadvantage, most is earned the moment that it does.
        var end = later < 0 && now > 0 ? Math.Log((now - later) / -later) / rate : MostDays;
        if (Earned(end) < cost)
            return null;
        var (low, high) = (0.0, end);
        for (var step = 0; step < 200 && high - low > 1e-12 * high; step++)
        {
            var middle = (low + high) / 2;
            if (Earned(middle) < cost)
                low = middle;
            else
                high = middle;
        }

        return high;
    }

    /// <summary>The probability that the cost is never earned: that of all half-lives that are too short.</summary>
    private static double Never(Func<double, double?> days, Duration halfLife)
    {
        const double Far = 40;
        double? At(double deviations) => days(halfLife.Days * Math.Pow(Spread, deviations));
        var (low, high) = (-Far, Far);
        if (At(low) is null == At(high) is null)
            return At(low) is null ? 1 : 0;
        var isShortBad = At(low) is null;
        for (var step = 0; step < 100; step++)
        {
            var middle = (low + high) / 2;
            if ((At(middle) is null) == isShortBad)
                low = middle;
            else
                high = middle;
        }

        return isShortBad ? Normal.CDF(0, 1, high) : 1 - Normal.CDF(0, 1, low);
    }
}
