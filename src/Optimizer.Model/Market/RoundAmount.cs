using System.Numerics;

namespace Optimizer.Model;

/// <summary>Amounts that are easy to read: whole multiples of 1, 2 or 5 times a power of ten of tokens.</summary>
public static class RoundAmount
{
    /// <summary>The largest such step, in base units, that is worth at most <paramref name="usd"/>; at least one base unit.</summary>
    /// <param name="market">The market.</param>
    /// <param name="token">The token.</param>
    /// <param name="usd">Upper bound of the step's value, in USD.</param>
    public static BigInteger Step(Market market, TokenId token, double usd)
    {
        var units = market.Units(token, usd * (1 + 1e-9));
        if (units.IsZero)
            return BigInteger.One;
        var power = BigInteger.Pow(10, units.ToString(System.Globalization.CultureInfo.InvariantCulture).Length - 1);
        return power * (units >= 5 * power ? 5 : units >= 2 * power ? 2 : 1);
    }

    /// <summary>Rounds an amount to the nearest multiple of a step.</summary>
    public static BigInteger Nearest(BigInteger amount, BigInteger step) => (amount + step / 2) / step * step;
}
