namespace Optimizer.Solver.Engines;

/// <summary>Minimise Σ cost·v + ½ Σ curvature·v² over lower ≤ v ≤ upper and rows: what an engine is given.</summary>
/// <remarks>Factors have become variables y with rows y = Fᵀx; links, and squares where an engine takes only linear
/// programs, have become cuts. Binary variables may be fixed, relaxed or kept.</remarks>
internal sealed class QuadraticProgram
{
    public List<double> Cost { get; } = [];

    public List<double> Curvature { get; } = [];

    public List<double> Lower { get; } = [];

    public List<double> Upper { get; } = [];

    public List<bool> Integer { get; } = [];

    /// <summary>How large a variable is expected to be, where its bounds say little of that; 0 where they do.</summary>
    public List<double> Expected { get; } = [];

    public List<Row> Rows { get; } = [];

    public int Count => Cost.Count;

    public bool IsLinear => Curvature.TrueForAll(curvature => curvature == 0);

    public int Add(double lower, double upper, double cost = 0, double curvature = 0, bool integer = false, double expected = 0)
    {
        Cost.Add(cost);
        Curvature.Add(curvature);
        Lower.Add(lower);
        Upper.Add(upper);
        Integer.Add(integer);
        Expected.Add(expected);
        return Count - 1;
    }

    /// <summary>The least objective that any feasible point can have, from any multipliers of the rows.</summary>
    /// <remarks>
    /// Weak duality: for every λ, min over the box of Σ (c − Aᵀλ)·v + ½ q·v², plus Σ λ·(the row's bound on λ's side),
    /// is a lower bound (Boyd and Vandenberghe, Convex Optimization, section 5.1). Multipliers on the side of an
    /// infinite bound are dropped. Integrality only raises the objective, so the bound stays valid.
    /// </remarks>
    public double LowerBound(IReadOnlyList<double> multipliers)
    {
        var reduced = ReducedCosts(multipliers);
        var bound = 0.0;
        for (var r = 0; r < Rows.Count; r++)
        {
            if (multipliers[r] != 0 && Side(r, multipliers[r]) is var side && double.IsFinite(side))
                bound += multipliers[r] * side;
        }

        for (var v = 0; v < Count; v++)
        {
            var at = Curvature[v] > 0
                ? Math.Clamp(-reduced[v] / Curvature[v], Lower[v], Upper[v])
                : reduced[v] > 0 ? Lower[v] : Upper[v];
            bound += reduced[v] * at + 0.5 * Curvature[v] * at * at;
        }

        return bound;
    }

    /// <summary>c − Aᵀλ; multipliers on the side of an infinite bound are dropped.</summary>
    public double[] ReducedCosts(IReadOnlyList<double> multipliers)
    {
        var reduced = Cost.ToArray();
        for (var r = 0; r < Rows.Count; r++)
        {
            if (multipliers[r] == 0 || double.IsInfinity(Side(r, multipliers[r])))
                continue;
            foreach (var (v, c) in Rows[r].Terms.AsSpan())
                reduced[v] -= multipliers[r] * c;
        }

        return reduced;
    }

    private double Side(int row, double multiplier) => multiplier > 0 ? Rows[row].Lower : Rows[row].Upper;
}
