namespace Optimizer.Solver;

/// <summary>Tightens variable bounds by means of exact links.</summary>
/// <remarks>result = f(argument) is not a convex set, so engines get the relaxation result ≤ f and result ≥ chord of f. Where f is
/// increasing, bounds of the result imply bounds of the argument and vice versa. Tighter bounds bring the chord closer to f.</remarks>
internal static class ExactLinks
{
    /// <summary>Reductions below this fraction of the bounds are ignored.</summary>
    private const double Negligible = 1e-9;

    /// <summary>The problem with tighter bounds; the same problem if no bound can be tightened.</summary>
    public static Problem Tightened(Problem problem)
    {
        if (!problem.Links.Any(link => link.IsExact))
            return problem;
        var variables = problem.Variables.ToArray();
        var (lower, upper) = (variables.Select(v => v.Lower).ToArray(), variables.Select(v => v.Upper).ToArray());
        // A row with one variable is a bound.
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
            // A switched variable may be zero, whatever its curve implies.
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

    /// <summary>The two neighbouring doubles between which an increasing function reaches a value.</summary>
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
