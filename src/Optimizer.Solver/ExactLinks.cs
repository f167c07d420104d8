namespace Optimizer.Solver;

/// <summary>Bounds that exact links imply.</summary>
/// <remarks>result = f(argument) is no convex set, and engines see only result ≤ f and result ≥ its chord. Where f rises throughout, what the
/// result may be bounds the argument, and the other way round, so that the chord lies closer.</remarks>
internal static class ExactLinks
{
    /// <summary>What is cut off less than this, relative to the bounds, is left.</summary>
    private const double Negligible = 1e-9;

    /// <summary>The problem with bounds drawn in by its exact links; the same where there is nothing to draw.</summary>
    public static Problem Tightened(Problem problem)
    {
        if (!problem.Links.Any(link => link.IsExact))
            return problem;
        var variables = problem.Variables.ToArray();
        var (lower, upper) = (variables.Select(v => v.Lower).ToArray(), variables.Select(v => v.Upper).ToArray());
        // What a row of one variable says is a bound.
        foreach (var row in problem.Rows.Where(row => row.Terms.Count == 1 && row.Terms[0].Coefficient != 0))
        {
            var (v, c) = row.Terms[0];
            upper[v] = Math.Min(upper[v], (c > 0 ? row.Upper : row.Lower) / c);
            lower[v] = Math.Max(lower[v], (c > 0 ? row.Lower : row.Upper) / c);
        }

        var hasDrawn = false;
        foreach (var link in problem.Links.Where(link => link.IsExact))
        {
            var (argument, result) = (variables[link.Argument], variables[link.Result]);
            if (argument.Lower >= argument.Upper || link.Function.SlopeAt(argument.Upper) < 0)
                continue;
            var (least, most) = (argument.Lower, argument.Upper);
            if (link.Function.At(most) > upper[link.Result])
                most = Reached(link.Function, argument.Lower, argument.Upper, upper[link.Result]).High;
            if (link.Function.At(least) < lower[link.Result])
                least = Reached(link.Function, argument.Lower, argument.Upper, lower[link.Result]).Low;
            // What is switched may be zero whatever its curve asks.
            if (problem.Switches.Any(s => s.Variable == link.Argument))
                least = argument.Lower;
            if (least > most || (most > argument.Upper * (1 - Negligible) && least <= argument.Lower + Negligible * argument.Upper))
                continue;
            variables[link.Argument] = argument with { Lower = least, Upper = most };
            variables[link.Result] = result with { Lower = Math.Max(result.Lower, Math.Min(link.Function.At(least), result.Upper)) };
            hasDrawn = true;
        }

        return hasDrawn ? problem with { Variables = variables } : problem;
    }

    /// <summary>The two sides of where a rising function reaches a value, nearer than rounding tells apart.</summary>
    private static (double Low, double High) Reached(IConcaveFunction function, double low, double high, double value)
    {
        for (var step = 0; step < 200 && low < high; step++)
        {
            var middle = 0.5 * (low + high);
            if (middle <= low || middle >= high)
                break;
            if (function.At(middle) < value)
                low = middle;
            else
                high = middle;
        }

        return (low, high);
    }
}
