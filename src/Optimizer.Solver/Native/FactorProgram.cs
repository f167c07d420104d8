using System.Buffers;

namespace Optimizer.Solver.Native;

/// <summary>The convex program of the built-in kernels, in arrays: items with factors, rows and switches.</summary>
/// <remarks>
/// <code>
/// minimise   Σ zᵢ·ψᵢ(xᵢ/zᵢ) + chargeᵢ·zᵢ  +  Σ openCost_g·y_g  +  (κ/2)·‖offset + Fᵀx‖²
/// where      ψᵢ(r) = costᵢ·r + (κ/2)·varianceᵢ·r² − curveWeightᵢ·curveᵢ(r)
/// subject to Σ a·x + b·z + c·y ≤ or = right side,  lowerᵢ·zᵢ ≤ xᵢ ≤ upperᵢ·zᵢ,  0 ≤ zᵢ ≤ 1 or y_g,  0 ≤ y_g ≤ 1
/// </code>
/// An item without a switch has zᵢ = 1. With zᵢ in {0, 1} this is the mixed-integer problem. With zᵢ in [0, 1] it is its perspective
/// relaxation
/// (Günlük and Linderoth, Perspective reformulations of mixed integer nonlinear programs, 2010), the tightest convex relaxation of the
/// single
/// items. Memory is O(n·k) for n items and k dense factors.
/// </remarks>
internal sealed record FactorProgram
{
    /// <summary>The number of items.</summary>
    public required int Count { get; init; }

    /// <summary>Linear cost of x.</summary>
    public required double[] Cost { get; init; }

    /// <summary>Own variance of x; ≥ 0.</summary>
    public required double[] Variance { get; init; }

    /// <summary>Least x when on.</summary>
    public required double[] Lower { get; init; }

    /// <summary>Greatest x when on.</summary>
    public required double[] Upper { get; init; }

    /// <summary>Concave earnings as functions of x; null if no item has any.</summary>
    public IConcaveFunction?[]? Curve { get; init; }

    /// <summary>Gain per unit of the curve's value.</summary>
    public double[]? CurveWeight { get; init; }

    /// <summary>Whether each item may be off; null if none may.</summary>
    public bool[]? IsSwitched { get; init; }

    /// <summary>Fixed charge of an item that is on.</summary>
    public double[]? Charge { get; init; }

    /// <summary>The opener that each item needs in order to be on, or −1.</summary>
    public int[]? Opener { get; init; }

    /// <summary>The number of dense factors.</summary>
    public required int Factors { get; init; }

    /// <summary>Row length of <see cref="Loadings"/> (padded).</summary>
    public int Stride => Kernels.Pad(Factors);

    /// <summary>Loadings on the dense factors: one row of <see cref="Stride"/> per item.</summary>
    public required double[] Loadings { get; init; }

    /// <summary>Exposure of fixed variables to the dense factors.</summary>
    public required double[] FactorOffset { get; init; }

    /// <summary>The number of sparse factors, on which few items load.</summary>
    public required int SparseFactors { get; init; }

    /// <summary>Exposure of fixed variables to the sparse factors.</summary>
    public required double[] SparseOffset { get; init; }

    /// <summary>Right side of every row.</summary>
    public required double[] RightSide { get; init; }

    /// <summary>Whether a row is an equality; otherwise it is ≤.</summary>
    public required bool[] IsEquality { get; init; }

    /// <summary>Per item: sparse factors (by index) and rows (after them) with their coefficients of x.</summary>
    public required SparseRows OfX { get; init; }

    /// <summary>Per item: rows with their coefficients of z. Empty lists if no item is switched.</summary>
    public required SparseRows OfZ { get; init; }

    /// <summary>Per opener: rows with their coefficients of y.</summary>
    public SparseRows OfY { get; init; } = SparseRows.Empty;

    /// <summary>Cost of every opener.</summary>
    public double[] OpenCost { get; init; } = [];

    /// <summary>κ: the cost of a unit of ½·risk; ≥ 0.</summary>
    public required double RiskWeight { get; init; }

    /// <summary>Constant part of the objective.</summary>
    public double Constant { get; init; }

    /// <summary>For a part of a program: the index of each row in the whole program.</summary>
    public int[]? RowOrigin { get; init; }

    /// <summary>The number of rows.</summary>
    public int Rows => RightSide.Length;

    /// <summary>The number of openers.</summary>
    public int Openers => OpenCost.Length;

    /// <summary>Whether an item has a switch, so that it may be off.</summary>
    public bool Switches(int item) => IsSwitched is not null && IsSwitched[item];

    /// <summary>The dense factors of an item.</summary>
    public ReadOnlySpan<double> LoadingsOf(int item) => Loadings.AsSpan(item * Stride, Stride);

    /// <summary>ψ at a size.</summary>
    public double Psi(int item, double r)
    {
        var value = (Cost[item] + 0.5 * RiskWeight * Variance[item] * r) * r;
        return Curve?[item] is { } curve ? value - CurveWeight![item] * curve.At(r) : value;
    }

    /// <summary>ψ′ at a size.</summary>
    public double PsiSlope(int item, double r)
    {
        var slope = Cost[item] + RiskWeight * Variance[item] * r;
        return Curve?[item] is { } curve ? slope - CurveWeight![item] * curve.SlopeAt(r) : slope;
    }

    /// <summary>ψ″ at a size; ≥ 0.</summary>
    public double PsiCurvature(int item, double r)
    {
        var curvature = RiskWeight * Variance[item];
        return Curve?[item] is { } curve ? curvature + Math.Max(0, -CurveWeight![item] * curve.CurvatureAt(r)) : curvature;
    }

    /// <summary>The objective at a point.</summary>
    /// <param name="x">Sizes.</param>
    /// <param name="z">Switches: 1 for on, 0 for off, values between in a relaxation; null for all on.</param>
    /// <param name="y">Openers, as z.</param>
    public double Objective(ReadOnlySpan<double> x, ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        var total = Constant;
        var dense = FactorOffset.AsSpan().ToArray();
        var sparse = SparseOffset.AsSpan().ToArray();
        for (var i = 0; i < Count; i++)
        {
            var on = z.IsEmpty ? 1 : z[i];
            if (Switches(i))
                total += Charge![i] * on;
            if (on > 0 && (x[i] != 0 || Curve is not null))
                total += on * Psi(i, x[i] / on);
            if (x[i] == 0)
                continue;
            Kernels.AddScaled(x[i], LoadingsOf(i), dense);
            foreach (var (index, coefficient) in OfX[i])
            {
                if (index < SparseFactors)
                    sparse[index] += coefficient * x[i];
            }
        }

        for (var g = 0; g < Openers; g++)
            total += OpenCost[g] * y[g];
        return total + 0.5 * RiskWeight * (Kernels.Dot(dense, dense) + Kernels.Dot(sparse, sparse));
    }

    /// <summary>The largest violation of a row.</summary>
    public double Violation(ReadOnlySpan<double> x, ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        var activity = Activity(x, z, y);
        var worst = 0.0;
        for (var r = 0; r < Rows; r++)
        {
            var excess = activity[r] - RightSide[r];
            worst = Math.Max(worst, IsEquality[r] ? Math.Abs(excess) : excess);
        }

        return worst;
    }

    /// <summary>The left-hand side of every row.</summary>
    public double[] Activity(ReadOnlySpan<double> x, ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        var activity = new double[Rows];
        for (var i = 0; i < Count; i++)
        {
            if (x[i] != 0)
                Add(OfX[i], x[i], activity);
            if (Switches(i) && !z.IsEmpty && z[i] != 0)
                Add(OfZ[i], z[i], activity);
        }

        for (var g = 0; g < y.Length; g++)
            Add(OfY[g], y[g], activity);
        return activity;
    }

    /// <summary>The program restricted to some items and rows; all other items are zero.</summary>
    /// <remarks>Its loadings use pooled memory: return it with <see cref="GiveBack"/>.</remarks>
    public FactorProgram Select(ReadOnlySpan<int> items, ReadOnlySpan<int> rows)
    {
        var n = items.Length;
        var map = new int[SparseFactors + Rows];
        for (var s = 0; s < SparseFactors; s++)
            map[s] = s;
        map.AsSpan(SparseFactors).Fill(-1);
        for (var r = 0; r < rows.Length; r++)
            map[SparseFactors + rows[r]] = SparseFactors + r;
        var loadings = ArrayPool<double>.Shared.Rent(n * Stride);
        for (var i = 0; i < n; i++)
            LoadingsOf(items[i]).CopyTo(loadings.AsSpan(i * Stride));
        Span<int> openers = stackalloc int[Openers <= 256 ? Openers : 0];
        if (openers.IsEmpty)
            openers = new int[Openers];
        for (var g = 0; g < Openers; g++)
            openers[g] = g;
        return this with
        {
            Count = n,
            Cost = Pick(Cost, items),
            Variance = Pick(Variance, items),
            Lower = Pick(Lower, items),
            Upper = Pick(Upper, items),
            Curve = Curve is null ? null : Pick(Curve, items),
            CurveWeight = CurveWeight is null ? null : Pick(CurveWeight, items),
            IsSwitched = IsSwitched is null ? null : Pick(IsSwitched, items),
            Charge = Charge is null ? null : Pick(Charge, items),
            Opener = Opener is null ? null : Pick(Opener, items),
            Loadings = loadings,
            RightSide = Pick(RightSide, rows),
            IsEquality = Pick(IsEquality, rows),
            OfX = OfX.Select(items, map),
            OfZ = OfZ.Select(items, map),
            OfY = OfY.Select(openers, map),
            RowOrigin = null,
        };
    }

    /// <summary>Returns the pooled memory of <see cref="Select"/>; the program must not be used afterwards.</summary>
    public void GiveBack() => ArrayPool<double>.Shared.Return(Loadings);

    /// <summary>Items that rows force to zero: items that cannot be negative and whose sum must be zero.</summary>
    public bool[] FindDead()
    {
        var isDead = new bool[Count];
        var rowOf = new bool[SparseFactors + Rows];
        for (var isNew = true; isNew;)
        {
            isNew = false;
            Array.Clear(rowOf);
            for (var r = 0; r < Rows; r++)
                rowOf[SparseFactors + r] = RightSide[r] is <= 0 and > -1e-12;
            for (var g = 0; g < Openers; g++)
            {
                foreach (var (index, _) in OfY[g])
                    rowOf[index] = false;
            }

            for (var i = 0; i < Count; i++)
            {
                if (isDead[i])
                    continue;
                foreach (var (index, c) in OfX[i])
                    rowOf[index] &= c > 0 && (Switches(i) ? Charge![i] >= 0 : Lower[i] == 0);
                if (!Switches(i))
                    continue;
                foreach (var (index, c) in OfZ[i])
                    rowOf[index] &= c > 0;
            }

            for (var i = 0; i < Count; i++)
            {
                if (isDead[i] || (!Switches(i) && Lower[i] != 0) || MayBeWantedOn(i))
                    continue;
                foreach (var (index, _) in OfX[i])
                    isDead[i] |= rowOf[index];
                isNew |= isDead[i];
            }
        }

        return isDead;
    }

    /// <summary>Whether a row may require an item to be on with size zero, such as a minimum count.</summary>
    private bool MayBeWantedOn(int i)
    {
        if (!Switches(i) || Lower[i] > 0)
            return false;
        foreach (var (_, c) in OfZ[i])
        {
            if (c < 0)
                return true;
        }

        return false;
    }

    /// <summary>The chosen entries of an array.</summary>
    internal static T[] Pick<T>(T[] from, ReadOnlySpan<int> indices)
    {
        var picked = new T[indices.Length];
        for (var i = 0; i < indices.Length; i++)
            picked[i] = from[indices[i]];
        return picked;
    }

    private void Add(SparseRow row, double factor, double[] activity)
    {
        foreach (var (index, coefficient) in row)
        {
            if (index >= SparseFactors)
                activity[index - SparseFactors] += coefficient * factor;
        }
    }
}
