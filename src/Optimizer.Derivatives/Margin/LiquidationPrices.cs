using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Finds the prices at which maintenance margin is used up.</summary>
internal static class LiquidationPrices
{
    private const double Lowest = 0.01;
    private const double Highest = 10;

    /// <summary>Step of the search in the price's logarithm.</summary>
    private const double Step = 0.005;

    /// <summary>They narrow a step to the last digits.</summary>
    private const int Bisections = 45;

    /// <summary>The nearest prices on both sides.</summary>
    /// <param name="account">Gives volatility and time.</param>
    /// <param name="asset">The asset that moves.</param>
    /// <param name="price">Its price now, in USD.</param>
    /// <param name="excess">Maintenance excess in USD at multiples of the price.</param>
    /// <param name="kinks">Multiples at which the excess may have a narrow dip between two steps, such as strikes.</param>
    /// <exception cref="PricingException">The excess is not a number somewhere.</exception>
    public static LiquidationPrice Of(MarginAccount account, string asset, double price, Func<double[], double[]> excess, IEnumerable<double>? kinks = null)
    {
        double[] at = [.. Grid().Concat(kinks ?? []).Append(1).Where(factor => factor is >= Lowest and <= Highest).Distinct().Order()];
        var values = excess(at);
        if (values.Any(double.IsNaN))
            throw new PricingException("the margin is not a number at some prices; look for figures that are too large or zero");
        var now = Array.IndexOf(at, 1.0);
        double? below = null, above = null;
        if (values[now] < 0)
        {
            (below, above) = (1, 1);
        }
        else
        {
            for (var i = now - 1; i >= 0 && below is null; i--)
                below = values[i] < 0 ? Crossing(excess, at[i + 1], at[i]) : null;
            for (var i = now + 1; i < at.Length && above is null; i++)
                above = values[i] < 0 ? Crossing(excess, at[i - 1], at[i]) : null;
        }

        double? Probability(double? factor) => factor is { } level && account.Within is { } within && account.Volatilities.TryGetValue(asset, out var volatility)
            ? FirstPassage.Probability(level, volatility, within.Years) : null;
        return new(asset, price, below * price, above * price, Probability(below), Probability(above));
    }

    private static IEnumerable<double> Grid()
    {
        for (var at = Math.Log(Lowest); at < Math.Log(Highest); at += Step)
            yield return Math.Exp(at);
        yield return Highest;
    }

    private static double Crossing(Func<double[], double[]> excess, double held, double gone)
    {
        for (var i = 0; i < Bisections && held != gone; i++)
        {
            var middle = 0.5 * (held + gone);
            if (excess([middle])[0] < 0)
                gone = middle;
            else
                held = middle;
        }

        return gone;
    }
}
