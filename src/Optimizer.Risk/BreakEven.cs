using MathNet.Numerics.Distributions;
using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>Break-even time: when an advantage that fades has repaid a cost.</summary>
/// <remarks>
/// An advantage of a USD per day now and b in the long run is b + (a − b)·2^(−t/h) at day t, and has earned
/// E(t) = b·t + (a − b)·h/ln 2·(1 − 2^(−t/h)). b is the advantage when all rates have reached their reference rates: zero for money that
/// moves
/// between opportunities, the median rate for idle money that is invested. The half-life h is uncertain: log-normal around its median, with
/// one
/// standard deviation equal to a factor of two. Where b &lt; a, the days fall as h grows, so their quantiles follow from those of h in
/// reverse order, without simulation.
/// </remarks>
public static class BreakEven
{
    /// <summary>One standard deviation of the half-life, as a factor.</summary>
    public const double Spread = 2;

    /// <summary>Longest time considered, in days (a hundred years); beyond it a cost counts as never earned back.</summary>
    private const double MostDays = 36_500;

    /// <summary>The break-even times of a cost.</summary>
    /// <param name="costUsd">The cost; ≥ 0.</param>
    /// <param name="gainUsdPerDay">The advantage at the start, in USD per day.</param>
    /// <param name="laterUsdPerDay">The advantage in the long run, in USD per day.</param>
    /// <param name="halfLife">The median half-life of the advantage.</param>
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

    /// <summary>The first day on which the cost is earned back; null if there is none.</summary>
    private static double? FirstDay(double cost, double now, double later, double life)
    {
        var rate = Math.Log(2) / life;
        double Earned(double t) => later * t + (now - later) / rate * (1 - Math.Exp(-rate * t));
        // Where the advantage turns negative, the total earned is largest at that moment.
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

    /// <summary>The probability that the cost is never earned back: that of the half-lives for which there is no such day.</summary>
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
