using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Liquidity in a range of prices.</summary>
/// <remarks>Source: H. Adams et al., Uniswap v3 Core (2021), section 6: x = L(1/√P − 1/√b), y = L(√P − √a), with the price P held in [a, b].</remarks>
public static class RangeLiquidity
{
    /// <summary>What the position holds: units of the underlying, and USD.</summary>
    public static (double Units, double Usd) Amounts(RangeInstrument range, double price)
    {
        var root = Math.Sqrt(Math.Clamp(price, range.Lower, range.Upper));
        return (range.Liquidity * (1 / root - 1 / Math.Sqrt(range.Upper)), range.Liquidity * (root - Math.Sqrt(range.Lower)));
    }

    /// <summary>The value in USD.</summary>
    public static double Value(RangeInstrument range, double price) => Amounts(range, price) is var (units, usd) ? units * price + usd : 0;

    /// <summary>The change of value per USD of the price: the units it holds.</summary>
    public static double Delta(RangeInstrument range, double price) => Amounts(range, price).Units;

    /// <summary>The change of delta per USD of the price: −½·L·P^(−3/2) inside the range, 0 outside.</summary>
    public static double Gamma(RangeInstrument range, double price) =>
        price > range.Lower && price < range.Upper ? -0.5 * range.Liquidity / (price * Math.Sqrt(price)) : 0;
}
