namespace Optimizer.Model;

/// <summary>The value of a position in several tokens after a price move, divided by its value before.</summary>
/// <remarks>
/// Where nobody trades against the opportunity, its token amounts stay the same: Σ shareᵢ·mᵢ, where mᵢ is the price of input i divided by
/// its
/// price before. A pool of constant shares keeps its product: Π mᵢ^shareᵢ. Liquidity between P/k and P·k of two equal inputs has the value
/// b·(2√p − p/√k − 1/√k)/(2 − 2/√k) inside the range, where b is the second input's price factor and p the factor of the relative price;
/// outside the range it holds one input only. k → ∞ gives the constant product; k → 1 gives a stable pool, which ends up with the input
/// that fell most. Source: Uniswap v3
/// </remarks>
public static class PoolValue
{
    /// <summary>The value divided by the value before.</summary>
    /// <param name="opportunity">Gives the shares of the inputs and the concentration of the liquidity.</param>
    /// <param name="moves">Price of each input divided by its price before; ≥ 0.</param>
    /// <returns>≥ 0; 1 where nothing moved.</returns>
    public static double Of(Opportunity opportunity, IReadOnlyList<double> moves)
    {
        var inputs = opportunity.Inputs;
        if (inputs.Count == 1)
            return moves[0];
        if (opportunity.LiquidityConcentration is not { } concentration)
            return inputs.Select((input, i) => input.Share * moves[i]).Sum();
        return inputs.Count == 2 && inputs[0].Share == inputs[1].Share && concentration > 1
            ? InRange(moves[0], moves[1], 1 - 1 / concentration)
            : inputs.Select((input, i) => Math.Pow(moves[i], input.Share)).Aggregate(1.0, (product, factor) => product * factor);
    }

    /// <param name="first">Price of the first input divided by its price before.</param>
    /// <param name="second">Price of the second input divided by its price before.</param>
    /// <param name="inverseRoot">1/√k.</param>
    private static double InRange(double first, double second, double inverseRoot)
    {
        var all = 1 / inverseRoot - inverseRoot;
        var before = 2 - 2 * inverseRoot;
        if (first <= second * inverseRoot * inverseRoot)
            return first * all / before;
        if (second <= first * inverseRoot * inverseRoot)
            return second * all / before;
        return (2 * Math.Sqrt(first * second) - (first + second) * inverseRoot) / before;
    }
}
