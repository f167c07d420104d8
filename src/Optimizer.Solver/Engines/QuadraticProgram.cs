namespace Optimizer.Solver.Engines;

/// <summary>The input of an engine: minimise Σ cost·v + ½ Σ curvature·v² over lower ≤ v ≤ upper and rows.</summary>
/// <remarks>Factors are variables y with rows y = Fᵀx. Links, and squares for linear engines, are cuts. Binary variables may be fixed,
/// relaxed or integer.</remarks>
internal sealed class QuadraticProgram
{
    public List<double> Cost { get; } = [];

    public List<double> Curvature { get; } = [];

    public List<double> Lower { get; } = [];

    public List<double> Upper { get; } = [];

    public List<bool> Integer { get; } = [];

    /// <summary>Expected magnitude of a variable, where its bounds are much wider; 0 to use the bounds.</summary>
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

    /// <summary>A lower bound of the objective over all feasible points, from any multipliers of the rows.</summary>
    /// <remarks>
    /// Weak duality: for every λ, min over the bounds of Σ (c − Aᵀλ)·v + ½ q·v², plus Σ λ·(the row's limit on the side of λ), is a lower
    /// bound (Boyd
    /// and Vandenberghe, Convex Optimization, section 5.1). Multipliers on the side of an infinite limit are ignored. Integrality only
    /// raises
    /// the optimum, so the bound stays valid.
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

    /// <summary>Reduced costs c − Aᵀλ; multipliers on the side of an infinite limit are ignored.</summary>
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
