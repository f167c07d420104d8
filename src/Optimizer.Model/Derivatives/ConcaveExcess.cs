namespace Optimizer.Model;

/// <summary>A margin excess as a concave piecewise-linear function of positions: a sum of positions and of auxiliaries, each of which is the
/// least of several such sums.</summary>
/// <remarks>A solver takes it as rows, one per sum: auxiliary ≤ sum. Without a solver it is evaluated directly, because a sum has earlier
/// auxiliaries only.</remarks>
public sealed class ConcaveExcess
{
    /// <param name="positions">Number of positions.</param>
    /// <param name="auxiliaries">Of each auxiliary, the sums of which it is the least; at least one.</param>
    /// <param name="total">The excess.</param>
    /// <exception cref="ArgumentException">A sum has a later auxiliary, one with a factor below zero, or an unknown position.</exception>
    public ConcaveExcess(int positions, IReadOnlyList<IReadOnlyList<Sum>> auxiliaries, Sum total)
    {
        (Positions, Auxiliaries, Total) = (positions, auxiliaries, total);
        for (var a = 0; a <= auxiliaries.Count; a++)
        {
            foreach (var sum in a < auxiliaries.Count ? auxiliaries[a] : [total])
            {
                if (sum.Auxiliaries.Any(term => term.Index >= a || term.Factor < 0) || sum.Positions.Any(term => term.Index < 0 || term.Index >= positions))
                    throw new ArgumentException($"a sum of auxiliary {a} is not concave in earlier ones, or names an unknown position", nameof(auxiliaries));
            }
        }
    }

    /// <summary>A factor times a position or an auxiliary.</summary>
    /// <param name="Index">Which.</param>
    /// <param name="Factor">USD per unit of a position; of an auxiliary, ≥ 0.</param>
    public readonly record struct Term(int Index, double Factor);

    /// <summary>A constant plus terms, in USD.</summary>
    /// <param name="Constant">In USD.</param>
    /// <param name="Positions">Terms in positions.</param>
    /// <param name="Auxiliaries">Terms in auxiliaries.</param>
    public sealed record Sum(double Constant, IReadOnlyList<Term> Positions, IReadOnlyList<Term> Auxiliaries);

    /// <summary>Number of positions.</summary>
    public int Positions { get; }

    /// <summary>Of each auxiliary, the sums of which it is the least.</summary>
    public IReadOnlyList<IReadOnlyList<Sum>> Auxiliaries { get; }

    /// <summary>The excess.</summary>
    public Sum Total { get; }

    /// <summary>The value in USD; linear in the number of terms.</summary>
    /// <param name="amounts">One per position.</param>
    public double Value(ReadOnlySpan<double> amounts) => Of(Total, amounts, Values(amounts));

    /// <summary>What a little more of each position adds, in USD per unit: at a kink, the slope upwards.</summary>
    /// <param name="amounts">One per position.</param>
    public double[] Slopes(double[] amounts)
    {
        const double Tie = 1e-14;
        var values = Values(amounts);
        var scale = Tie * (1 + values.Append(Of(Total, amounts, values)).Max(Math.Abs));
        // Of the sums that are the least, the one that grows least.
        var least = Auxiliaries.Select((sums, a) => sums.Where(sum => Of(sum, amounts, values) <= values[a] + scale).ToArray()).ToArray();
        var slopes = new double[Positions];
        var rises = new double[values.Length];
        for (var i = 0; i < slopes.Length; i++)
        {
            for (var a = 0; a < rises.Length; a++)
                rises[a] = least[a].Min(sum => Rise(sum, i));
            slopes[i] = Rise(Total, i);
        }

        return slopes;

        double Rise(Sum sum, int position) => sum.Positions.Where(term => term.Index == position).Sum(term => term.Factor) + sum.Auxiliaries.Sum(term => term.Factor * rises[term.Index]);
    }

    /// <summary>The range of each auxiliary over ranges of the positions. A solver's proof is the tighter, the narrower they are.</summary>
    /// <param name="low">Lower ends, one per position.</param>
    /// <param name="high">Upper ends.</param>
    public (double Low, double High)[] Ranges(double[] low, double[] high)
    {
        var ranges = new (double Low, double High)[Auxiliaries.Count];
        for (var a = 0; a < ranges.Length; a++)
            ranges[a] = (Auxiliaries[a].Min(sum => End(sum, isHigh: false)), Auxiliaries[a].Min(sum => End(sum, isHigh: true)));
        return ranges;

        double End(Sum sum, bool isHigh) => sum.Constant
            + sum.Positions.Sum(term => term.Factor * (term.Factor > 0 == isHigh ? high[term.Index] : low[term.Index]))
            + sum.Auxiliaries.Sum(term => term.Factor * (isHigh ? ranges[term.Index].High : ranges[term.Index].Low));
    }

    private double[] Values(ReadOnlySpan<double> amounts)
    {
        var values = new double[Auxiliaries.Count];
        for (var a = 0; a < values.Length; a++)
        {
            values[a] = double.PositiveInfinity;
            foreach (var sum in Auxiliaries[a])
                values[a] = Math.Min(values[a], Of(sum, amounts, values));
        }

        return values;
    }

    private static double Of(Sum sum, ReadOnlySpan<double> amounts, double[] values)
    {
        var value = sum.Constant;
        foreach (var term in sum.Positions)
            value += term.Factor * amounts[term.Index];
        foreach (var term in sum.Auxiliaries)
            value += term.Factor * values[term.Index];
        return value;
    }
}
