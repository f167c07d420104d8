namespace Optimizer.Solver.Native;

/// <summary>The dual side of a <see cref="FactorProgram"/>: prices (multipliers) of factors and rows, reduced costs of items, and the
/// bound.</summary>
/// <remarks>
/// For any prices ξ of the factors and ν of the rows (ν ≥ 0 where the row is ≤), with y = offset + Fᵀx,
/// (κ/2)‖y‖² ≥ ξᵀy − ‖ξ‖²/(2κ), so
/// <code>objective ≥ constant + ξᵀoffset − ‖ξ‖²/(2κ) − νᵀ(right side) + Σ min over each item of what is left</code>
/// The last minimum is computed exactly per item, with switches at zero or one. So the bound holds for the mixed-integer problem, whatever
/// numerical noise the prices contain (docs/solver.md).
/// </remarks>
/// <param name="program">The program.</param>
/// <param name="isDead">Items that rows force to zero, which cannot lower the bound; null for none.</param>
internal sealed class Prices(FactorProgram program, bool[]? isDead = null)
{
    /// <summary>Prices of the dense factors.</summary>
    public double[] Dense { get; } = new double[program.Stride];

    /// <summary>Prices of the sparse factors, then of the rows.</summary>
    public double[] Sparse { get; } = new double[program.SparseFactors + program.Rows];

    /// <summary>Prices of the rows.</summary>
    public Span<double> Rows => Sparse.AsSpan(program.SparseFactors);

    /// <summary>Reduced cost per unit of x.</summary>
    public double[] ReducedCost { get; } = new double[program.Count];

    /// <summary>Change of the bound when an item is turned on: its charge plus the minimum of its reduced cost over its sizes. For an item
    /// without a switch: only that minimum.</summary>
    public double[] Score { get; } = new double[program.Count];

    /// <summary>Change of the bound when an opener is opened together with all of its items whose score is negative.</summary>
    public double[] OpenScore { get; } = new double[program.Openers];

    /// <summary>The proven bound: no point has a better objective.</summary>
    public double Bound { get; private set; } = double.NegativeInfinity;

    /// <summary>Sets the factor prices from sizes: ξ = κ(offset + Fᵀx), or κ·Fᵀx.</summary>
    public void PriceFactors(ReadOnlySpan<double> x, bool withOffset = true)
    {
        program.FactorOffset.AsSpan(0, program.Stride).CopyTo(Dense);
        program.SparseOffset.AsSpan(0, program.SparseFactors).CopyTo(Sparse);
        if (!withOffset)
        {
            Array.Clear(Dense);
            Array.Clear(Sparse);
        }

        for (var i = 0; i < program.Count; i++)
        {
            if (x[i] == 0)
                continue;
            Kernels.AddScaled(x[i], program.LoadingsOf(i), Dense);
            foreach (var (index, c) in program.OfX[i])
            {
                if (index < program.SparseFactors)
                    Sparse[index] += c * x[i];
            }
        }

        for (var f = 0; f < Dense.Length; f++)
            Dense[f] *= program.RiskWeight;
        for (var f = 0; f < program.SparseFactors; f++)
            Sparse[f] *= program.RiskWeight;
    }

    /// <summary>Computes all reduced costs and the bound; O(n·k).</summary>
    public double Evaluate()
    {
        for (var r = 0; r < program.Rows; r++)
        {
            if (!program.IsEquality[r])
                Rows[r] = Math.Max(0, Rows[r]);
        }

        var bound = program.Constant + Kernels.Dot(Dense, program.FactorOffset.AsSpan(0, program.Stride))
            + Kernels.Dot(Sparse.AsSpan(0, program.SparseFactors), program.SparseOffset) - Kernels.Dot(Rows, program.RightSide);
        if (program.RiskWeight > 0)
        {
            bound -= (Kernels.Dot(Dense, Dense) + Kernels.Dot(Sparse.AsSpan(0, program.SparseFactors), Sparse.AsSpan(0, program.SparseFactors)))
                / (2 * program.RiskWeight);
        }

        for (var g = 0; g < program.Openers; g++)
            OpenScore[g] = program.OpenCost[g] + program.OfY[g].Dot(Sparse);
        for (var i = 0; i < program.Count; i++)
        {
            if (isDead?[i] == true)
            {
                (ReducedCost[i], Score[i]) = (0, 0);
                continue;
            }

            var rest = Rest(i);
            ReducedCost[i] = program.Cost[i] + rest;
            var least = Least(i, rest);
            if (!program.Switches(i))
            {
                Score[i] = least;
                bound += least;
                continue;
            }

            Score[i] = least + program.Charge![i] + program.OfZ[i].Dot(Sparse);
            var taken = Math.Min(0, Score[i]);
            if (program.Opener![i] is var g and >= 0)
                OpenScore[g] += taken;
            else
                bound += taken;
        }

        for (var g = 0; g < program.Openers; g++)
            bound += Math.Min(0, OpenScore[g]);
        return Bound = bound;
    }

    /// <summary>‖offset + Fᵀx‖² for the sizes from which the factor prices were set.</summary>
    public double SquaredExposure()
    {
        var sparse = Sparse.AsSpan(0, program.SparseFactors);
        return (Kernels.Dot(Dense, Dense) + Kernels.Dot(sparse, sparse)) / (program.RiskWeight * program.RiskWeight);
    }

    /// <summary>Reduced cost of one unit of an item without its own variance and curve; O(k).</summary>
    public double Rest(int item) => program.OfX[item].Dot(Sparse)
        + (program.RiskWeight > 0 && program.Stride > 0 ? Kernels.Dot(program.LoadingsOf(item), Dense) : 0);

    /// <summary>Change of the bound when one switched item is turned on, without its opener; O(k).</summary>
    public double ScoreOf(int item) => Least(item, Rest(item)) + program.Charge![item] + program.OfZ[item].Dot(Sparse);

    /// <summary>Rise of the bound when an item is forced on; ≥ 0.</summary>
    public double CostOfOn(int item)
    {
        var score = Score[item];
        if (program.Opener![item] is not (var g and >= 0))
            return Math.Max(0, score);
        return OpenScore[g] + Math.Max(0, score) - Math.Min(0, OpenScore[g]);
    }

    /// <summary>Rise of the bound when an item is forced off; ≥ 0.</summary>
    public double CostOfOff(int item)
    {
        var taken = Math.Min(0, Score[item]);
        if (program.Opener![item] is not (var g and >= 0))
            return -taken;
        return Math.Min(0, OpenScore[g] - taken) - Math.Min(0, OpenScore[g]);
    }

    /// <summary>The sizes of a switched item (when on) that raise the bound by at most <paramref name="room"/>.</summary>
    /// <returns>The smallest and the largest such size; if there is none, the first is above the second.</returns>
    public (double Low, double High) SizesWithin(int item, double room)
    {
        var rest = ReducedCost[item] - program.Cost[item];
        var (from, to) = Bracket(item, rest);
        var best = (from + to) / 2;
        var least = Least(item, rest);
        // Being on costs the bound something as well, besides the size.
        var left = room - CostOfOn(item);
        if (left < 0)
            return (1, 0);
        double Excess(double r) => program.Psi(item, r) + rest * r - least;
        double Outermost(double inside, double outside)
        {
            if (Excess(outside) <= left)
                return outside;
            for (var step = 0; step < 40; step++)
            {
                var middle = (inside + outside) / 2;
                if (Excess(middle) <= left)
                    inside = middle;
                else
                    outside = middle;
            }

            return outside;
        }

        return (Outermost(best, program.Lower[item]), Outermost(best, program.Upper[item]));
    }

    /// <summary>A lower bound of ψ(r) + rest·r over the item's sizes; exact up to rounding.</summary>
    private double Least(int i, double rest)
    {
        var (lower, upper) = (program.Lower[i], program.Upper[i]);
        if (program.Curve?[i] is null)
        {
            var (slope, bend) = (program.Cost[i] + rest, program.RiskWeight * program.Variance[i]);
            var at = bend > 0 ? Math.Clamp(-slope / bend, lower, upper) : slope > 0 ? lower : upper;
            return (slope + 0.5 * bend * at) * at;
        }

        var (low, high) = Bracket(i, rest);
        var middle = (low + high) / 2;
        // A convex function lies above its tangent, so this is below the minimum in the bracket.
        return program.Psi(i, middle) + rest * middle - Math.Abs(program.PsiSlope(i, middle) + rest) * (high - low) / 2;
    }

    /// <summary>Two nearly equal sizes that bracket the minimum of ψ(r) + rest·r.</summary>
    private (double Low, double High) Bracket(int i, double rest)
    {
        var (low, high) = (program.Lower[i], program.Upper[i]);
        if (program.Curve?[i] is null)
        {
            var (slope, bend) = (program.Cost[i] + rest, program.RiskWeight * program.Variance[i]);
            var at = bend > 0 ? Math.Clamp(-slope / bend, low, high) : slope > 0 ? low : high;
            return (at, at);
        }

        if (program.PsiSlope(i, low) + rest >= 0)
            return (low, low);
        if (program.PsiSlope(i, high) + rest <= 0)
            return (high, high);
        for (var step = 0; step < 60 && high - low > 1e-15 * Math.Abs(high); step++)
        {
            var middle = (low + high) / 2;
            if (program.PsiSlope(i, middle) + rest > 0)
                high = middle;
            else
                low = middle;
        }

        return (low, high);
    }
}
