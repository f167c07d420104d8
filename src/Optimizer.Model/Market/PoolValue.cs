namespace Optimizer.Model;

/// <summary>What a position in several tokens is worth once their prices have moved apart, against before.</summary>
/// <remarks>
/// Where nobody trades against the place, the tokens stay as they are: Σ shareᵢ·mᵢ. A pool of constant shares keeps its product:
/// Π mᵢ^shareᵢ. Liquidity between P/k and P·k of two even inputs has, at a relative price p against before, the value
/// b·(2√p − p/√k − 1/√k)/(2 − 2/√k) inside the range, and holds one input alone outside, where b is the second input's move; for
/// k → ∞ that is the constant product, and for k → 1 a stable pool, which ends up holding what has lost most. Source: Uniswap v3
/// whitepaper, section 6.2.
/// </remarks>
public static class PoolValue
{
    /// <summary>The value against before.</summary>
    /// <param name="opportunity">The place: its inputs' shares, and how its liquidity lies.</param>
    /// <param name="moves">Price of each input against before; ≥ 0.</param>
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

    /// <param name="first">Move of the first input's price.</param>
    /// <param name="second">Move of the second input's price.</param>
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
