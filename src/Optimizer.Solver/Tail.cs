namespace Optimizer.Solver;

/// <summary>Finds the worst scenarios for given sizes.</summary>
internal sealed class Tail
{
    private readonly ScenarioMatrix _scenarios;
    private readonly double[] _gains;
    private readonly int[] _order;
    private double? _largest;

    public Tail(ScenarioMatrix scenarios, double confidence)
    {
        _scenarios = scenarios;
        // At least the single worst.
        Size = Math.Max(1, (1 - confidence) * scenarios.Count);
        _gains = new double[scenarios.Count];
        _order = new int[scenarios.Count];
    }

    public IReadOnlyList<int> Columns => _scenarios.Columns;

    public int Count => _scenarios.Count;

    /// <summary>The number of scenarios in the tail; the last may count in part.</summary>
    public double Size { get; }

    public double Gain(int scenario, int column) => _scenarios.Gains[(scenario * Columns.Count) + column];

    /// <summary>The mean tail loss and its gradient by column.</summary>
    public double At(IReadOnlyList<double> values, double[]? gradient)
    {
        var k = Columns.Count;
        var sizes = new double[k];
        for (var c = 0; c < k; c++)
            sizes[c] = values[Columns[c]];
        for (var s = 0; s < _gains.Length; s++)
            (_gains[s], _order[s]) = (Kernels.Dot(_scenarios.Gains.AsSpan(s * k, k), sizes), s);
        // Ascending order: the worst scenarios come first.
        Array.Sort(_gains, _order);
        var (sum, left) = (0.0, Size);
        for (var s = 0; left > 0 && s < _gains.Length; s++)
        {
            var part = Math.Min(1, left);
            left -= part;
            sum -= part * _gains[s];
            if (gradient is not null)
                Kernels.AddScaled(-part / Size, _scenarios.Gains.AsSpan(_order[s] * k, k), gradient);
        }

        return sum / Size;
    }

    /// <summary>Includes the scenarios of the last point whose loss exceeds an edge: worst first, at most 4/3 of the tail
    /// size.</summary>
    /// <returns>Whether a scenario was added.</returns>
    public bool AddBeyond(double edge, bool[] isIn)
    {
        var most = Math.Min(_gains.Length, (int)Math.Ceiling(Size * 4 / 3) + 1);
        var isNew = false;
        for (var s = 0; s < most; s++)
        {
            if (isIn[_order[s]] || (!double.IsPositiveInfinity(edge) && -_gains[s] <= edge + 1e-10))
                continue;
            isNew = isIn[_order[s]] = true;
        }

        return isNew;
    }

    /// <summary>The scenario multipliers, projected to [0, 1/size] with sum one.</summary>
    public double[] Weights(bool[] isIn, ReadOnlySpan<double> multipliers)
    {
        var weights = new double[Count];
        var (row, sum) = (0, 0.0);
        for (var s = 0; s < Count; s++)
        {
            if (isIn[s])
                sum += weights[s] = Math.Clamp(multipliers[row++], 0, 1 / Size);
        }

        for (var s = 0; s < Count && sum < 1; s++)
        {
            var more = Math.Min(1 / Size - weights[s], 1 - sum);
            weights[s] += more;
            sum += more;
        }

        for (var s = 0; s < Count && sum > 1; s++)
            weights[s] /= sum;
        return weights;
    }

    /// <summary>Adds the weighted loss to costs.</summary>
    public void Weigh(double[] weights, IList<double> costs)
    {
        var cost = new double[Columns.Count];
        for (var s = 0; s < Count; s++)
        {
            if (weights[s] > 0)
                Kernels.AddScaled(-weights[s], _scenarios.Gains.AsSpan(s * cost.Length, cost.Length), cost);
        }

        for (var c = 0; c < cost.Length; c++)
            costs[Columns[c]] += cost[c];
    }

    /// <summary>An upper bound of all losses and gains.</summary>
    public double Largest(Problem problem)
    {
        if (_largest is { } known)
            return known;
        var (k, largest) = (Columns.Count, 0.0);
        var reach = Columns.Select(v => Math.Max(Math.Abs(problem.Variables[v].Lower), Math.Abs(problem.Variables[v].Upper))).ToArray();
        for (var s = 0; s < Count; s++)
        {
            var sum = 0.0;
            for (var c = 0; c < k; c++)
                sum += Math.Abs(Gain(s, c)) * reach[c];
            largest = Math.Max(largest, sum);
        }

        _largest = largest;
        return largest;
    }
}
