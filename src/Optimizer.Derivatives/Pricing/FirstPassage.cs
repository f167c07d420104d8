namespace Optimizer.Derivatives;

/// <summary>The probability that a price reaches a level at some time within a window.</summary>
/// <remarks>Source: the reflection principle for Brownian motion with drift; E. G. Haug, The Complete Guide to Option Pricing Formulas, 2nd
/// ed. (2007), p. 95. The price is watched without gaps, so for one that is watched at times it is an upper bound.</remarks>
public static class FirstPassage
{
    private const int Bisections = 200;

    /// <summary>The probability that the price falls, or rises, to a multiple of today's.</summary>
    /// <param name="level">The level divided by today's price; &gt; 0.</param>
    /// <param name="volatility">Per √year.</param>
    /// <param name="years">The window.</param>
    /// <param name="drift">Yearly growth of the mean price, continuously compounded.</param>
    public static double Probability(double level, double volatility, double years, double drift = 0)
    {
        if (level == 1)
            return 1;
        var deviation = volatility * Math.Sqrt(years);
        if (deviation == 0)
            return level < 1 ? Math.Log(level) >= drift * years ? 1 : 0 : Math.Log(level) <= drift * years ? 1 : 0;
        // Rising to a level is falling to its inverse in the mirror.
        var side = level < 1 ? 1 : -1;
        var (distance, tilt) = (side * Math.Log(level), side * (drift - 0.5 * volatility * volatility));
        var ends = StandardNormal.Cumulative((distance - tilt * years) / deviation);
        var returns = Math.Exp(2 * tilt * distance / (volatility * volatility)) * StandardNormal.Cumulative((distance + tilt * years) / deviation);
        return Math.Min(ends + returns, 1);
    }

    /// <summary>The level that the price falls to with a given probability: today's health factor has to be at least its inverse.</summary>
    /// <inheritdoc cref="Probability"/>
    /// <param name="probability">Between 0 and 1, both excluded.</param>
    /// <param name="volatility">Per √year; &gt; 0.</param>
    /// <param name="years">The window; &gt; 0.</param>
    /// <param name="drift">Yearly growth of the mean price.</param>
    public static double Level(double probability, double volatility, double years, double drift = 0)
    {
        var (low, high) = (-40 * volatility * Math.Sqrt(years) - Math.Abs(drift) * years, 0.0);
        for (var i = 0; i < Bisections && high - low > 1e-16; i++)
        {
            var middle = 0.5 * (low + high);
            if (Probability(Math.Exp(middle), volatility, years, drift) < probability)
                low = middle;
            else
                high = middle;
        }

        return Math.Exp(0.5 * (low + high));
    }

    /// <summary>The same without a drift of the price's logarithm, in closed form: e^(σ√T·N⁻¹(p/2)).</summary>
    /// <inheritdoc cref="Level"/>
    public static double LevelWithoutDrift(double probability, double volatility, double years) => Math.Exp(volatility * Math.Sqrt(years) * StandardNormal.Quantile(probability / 2));
}
