using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>The volatility at which an option has its price.</summary>
public static class ImpliedVolatility
{
    private const int MostSteps = 100;

    /// <summary>Solves for the volatility; about six evaluations.</summary>
    /// <param name="side">Call or put.</param>
    /// <param name="price">The price in USD per unit.</param>
    /// <param name="forward">The forward of the expiry in USD; &gt; 0.</param>
    /// <param name="strike">The strike in USD; &gt; 0.</param>
    /// <param name="years">Time to expiry; &gt; 0.</param>
    /// <param name="discount">What one USD at expiry is worth.</param>
    /// <returns>Per √year, as a fraction; relative error 1e-12 from the price of the side out of the money.</returns>
    /// <exception cref="PricingException">No volatility gives the price: it is at most the intrinsic value, or not below the most that an
    /// option can be worth.</exception>
    public static double Of(OptionSide side, double price, double forward, double strike, double years, double discount = 1)
    {
        var (intrinsic, most) = (Black76.Intrinsic(side, forward, strike), side == OptionSide.Call ? forward : strike);
        var undiscounted = price / discount;
        var timeValue = undiscounted - intrinsic;
        // What is left of a price in the money when its own rounding is taken off is noise.
        if (!(timeValue > 1e-12 * intrinsic))
            throw new PricingException($"the price {price} is not above the intrinsic value {discount * intrinsic}, so that no volatility gives it");
        if (!(undiscounted < most))
            throw new PricingException($"the price {price} is not below {discount * most}, the most that this {side.Word()} can be worth at any volatility");
        return Deviation(Math.Abs(Math.Log(forward / strike)), timeValue / Math.Sqrt(forward * strike)) / Math.Sqrt(years);
    }

    /// <summary>The total deviation σ√T at which the option out of the money has a value.</summary>
    /// <param name="x">|ln(F/K)|.</param>
    /// <param name="value">The undiscounted value divided by √(FK), in (0, e^(−x/2)).</param>
    /// <remarks>Newton's method, kept in a bracket. Below the value's point of inflection √(2x) it is applied to the logarithm of the value,
    /// which is concave there; this is the split of P. Jäckel, By implication, Wilmott (2006).</remarks>
    private static double Deviation(double x, double value)
    {
        var inflection = Math.Sqrt(2 * x);
        var isLow = x > 0 && value < Black76.NormalisedTimeValue(x, inflection);
        var (low, high) = isLow ? (0.0, inflection) : (inflection, double.PositiveInfinity);
        var at = isLow ? Math.Clamp(x / Math.Sqrt(-2 * Math.Log(value)), 0.02 * inflection, inflection)
            : x > 0 ? inflection : value * Math.Sqrt(2 * Math.PI);
        for (var step = 0; step < MostSteps; step++)
        {
            var (now, slope) = (Black76.NormalisedTimeValue(x, at), Slope(x, at));
            if (now < value)
                low = at;
            else
                high = at;
            var move = isLow ? Math.Log(value / now) * now / slope : (value - now) / slope;
            var next = at + move;
            if (!double.IsFinite(next) || next <= low || next >= high)
                next = double.IsFinite(high) ? 0.5 * (low + high) : 2 * at;
            if (Math.Abs(next - at) <= 2e-16 * at || next == low || next == high)
                return next;
            at = next;
        }

        return at;
    }

    private static double Slope(double x, double deviation) => StandardNormal.Density(x / deviation) * Math.Exp(-0.125 * deviation * deviation);
}
