using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Finds the prices at which maintenance margin is used up.</summary>
internal static class LiquidationPrices
{
    private const double Lowest = 0.01;
    private const double Highest = 10;

    /// <summary>Step of the search in the price's logarithm; an excess that dips below zero between two steps is not seen.</summary>
    private const double Step = 0.005;

    private const int Bisections = 60;

    /// <summary>The nearest prices on both sides.</summary>
    /// <param name="account">Gives volatility and time.</param>
    /// <param name="asset">The asset that moves.</param>
    /// <param name="price">Its price now.</param>
    /// <param name="excess">Maintenance excess in USD at a multiple of the price.</param>
    public static LiquidationPrice Of(MarginAccount account, string asset, double price, Func<double, double> excess)
    {
        var isGone = excess(1) < 0;
        var (below, above) = isGone ? (1, 1) : (Nearest(excess, -Step, Math.Log(Lowest)), Nearest(excess, Step, Math.Log(Highest)));
        double? Probability(double? factor) => factor is { } level && account.Within is { } within && account.Volatilities.TryGetValue(asset, out var volatility)
            ? FirstPassage.Probability(level, volatility, within.Years) : null;
        return new(asset, price, below * price, above * price, Probability(below), Probability(above));
    }

    private static double? Nearest(Func<double, double> excess, double step, double end)
    {
        for (var at = step; Math.Abs(at) <= Math.Abs(end); at += step)
        {
            if (excess(Math.Exp(at)) >= 0)
                continue;
            var (held, gone) = (at - step, at);
            for (var i = 0; i < Bisections; i++)
            {
                var middle = 0.5 * (held + gone);
                if (excess(Math.Exp(middle)) < 0)
                    gone = middle;
                else
                    held = middle;
            }

            return Math.Exp(gone);
        }

        return null;
    }
}
