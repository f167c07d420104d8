using System.Buffers;

namespace Optimizer.Solver.Native;

/// <summary>Solves a <see cref="FactorProgram"/> without switches from a guess of which bounds and rows bind: a
/// primal-dual active-set method.</summary>
/// <remarks>
/// With the binding bounds and rows held as equalities, the optimum solves one linear system in the free items and the multipliers of the
/// binding rows: O((f + m)³) for f free items and m binding rows. If a free item leaves its bounds, or a multiplier has the wrong sign, the
/// guess is
/// corrected and the system is solved again (Hintermüller, Ito and Kunisch, The primal–dual active set strategy as a semismooth Newton
/// method,
/// 2002). A good guess needs few corrections. Convergence is not guaranteed, so the caller falls back on the interior point.
/// </remarks>
internal sealed class ActiveSet
{
    private readonly FactorProgram _p;
    private readonly sbyte[] _at;
    private readonly bool[] _binds;
    private readonly double[] _x;
    private readonly double[] _gradient;
    private bool _isConsistent;

    public ActiveSet(FactorProgram program)
    {
        _p = program;
        _at = new sbyte[program.Count];
        _binds = new bool[program.Rows];
        _x = new double[program.Count];
        _gradient = new double[program.Count];
        Prices = new(program);
    }

    /// <summary>Sizes.</summary>
    public double[] X => _x;

    /// <summary>Prices (multipliers) at the answer.</summary>
    public Prices Prices { get; }

    /// <summary>Sets the guess for an item: −1 at its lower bound, 1 at its upper bound, 0 between.</summary>
    public void Guess(int item, int side) => _at[item] = (sbyte)side;

    /// <summary>Sets the guess for a row: whether it binds, and its price.</summary>
    public void GuessRow(int row, bool binds, double price)
    {
        _binds[row] = binds || _p.IsEquality[row];
        Prices.Rows[row] = price;
    }

    /// <summary>Solves from the guess.</summary>
    /// <param name="corrections">The most corrections of the guess.</param>
    /// <param name="largest">The largest system to solve; the cost grows with the cube of its size.</param>
    /// <returns>Whether the answer is optimal up to rounding.</returns>
    public bool Solve(int corrections, int largest = 400)
    {
        for (var system = 0; system <= corrections; system++)
        {
            if (!SolveSystem(largest))
                return false;
            if (!Correct())
                return _isConsistent;
        }

        return false;
    }

    /// <summary>Derivatives of sizes and row prices with respect to the weight of a gain, while the same bounds and rows bind.</summary>
    /// <param name="gain">What each item gains per unit of the weight.</param>
    /// <param name="dx">Change of every size.</param>
    /// <param name="dRows">Change of every row's price.</param>
    /// <returns>Whether the derivatives are unique.</returns>
    public bool Direction(ReadOnlySpan<double> gain, double[] dx, double[] dRows)
    {
        Array.Clear(dx);
        Array.Clear(dRows);
        int[] items = [.. Enumerable.Range(0, _p.Count).Where(i => _at[i] == 0)];
        int[] binding = [.. Enumerable.Range(0, _p.Rows).Where(r => _binds[r])];
        var rowAt = new int[_p.Rows];
        Array.Fill(rowAt, -1);
        for (var r = 0; r < binding.Length; r++)
            rowAt[binding[r]] = r;
        var (size, stride) = (items.Length + binding.Length, Kernels.Pad(items.Length + binding.Length));
        var (system, right) = (new double[size * stride], new double[stride]);
        Build(items, rowAt, system, stride);
        Kernels.FactorLdl(system, size, stride);
        for (var f = 0; f < items.Length; f++)
        {
            if (system[f * stride + f] is <= 0 or >= 1e100)
                return false;
            right[f] = gain[items[f]];
        }

        Kernels.SolveLdl(system, size, stride, right.AsSpan(0, size));
        for (var f = 0; f < items.Length; f++)
            dx[items[f]] = right[f];
        for (var r = 0; r < binding.Length; r++)
            dRows[binding[r]] = right[items.Length + r];
        return Array.TrueForAll(right, double.IsFinite);
    }

    /// <summary>Solves for the guess without correcting it.</summary>
    public bool SolveAsGuessed()
    {
        if (!SolveSystem(largest: 2_000))
            return false;
        Prices.PriceFactors(_x);
        for (var i = 0; i < _p.Count; i++)
            _gradient[i] = Prices.Rest(i) + _p.PsiSlope(i, _x[i]);
        return true;
    }

    /// <summary>Updates the guess at the change that <see cref="StepTo"/> found.</summary>
    public void Turn(int item, int row, int side)
    {
        if (item >= 0)
            _at[item] = (sbyte)side;
        else
            GuessRow(row, side != 0, 0);
    }

    /// <summary>How far the weight of a gain can grow until a bound or row becomes active or inactive.</summary>
    /// <returns>The step; the item that reaches a bound (side −1 or 1) or leaves it (0), or else the row that becomes active (1) or
    /// inactive (0).</returns>
    public (double Step, int Item, int Row, int Side) StepTo(ReadOnlySpan<double> gain, double[] dx, double[] dRows)
    {
        const double Still = 1e-13;
        var next = (Step: double.PositiveInfinity, Item: -1, Row: -1, Side: 0);
        var change = new Prices(_p);
        change.PriceFactors(dx, withOffset: false);
        dRows.CopyTo(change.Rows);
        void Offer(double step, int item, int row, int side)
        {
            if (step < next.Step)
                next = (Math.Max(step, 0), item, row, side);
        }

        for (var i = 0; i < _p.Count; i++)
        {
            if (_at[i] == 0)
            {
                if (Math.Abs(dx[i]) > Still)
                    Offer(((dx[i] > 0 ? _p.Upper[i] : _p.Lower[i]) - _x[i]) / dx[i], i, -1, Math.Sign(dx[i]));
                continue;
            }

            var slope = change.Rest(i) - gain[i];
            if (_at[i] < 0 ? slope < -Still : slope > Still)
                Offer(-_gradient[i] / slope, i, -1, 0);
        }

        var (activity, moved) = (_p.Activity(_x, [], []), _p.Activity(dx, [], []));
        for (var r = 0; r < _p.Rows; r++)
        {
            if (_p.IsEquality[r])
                continue;
            if (_binds[r] && dRows[r] < -Still)
                Offer(-Prices.Rows[r] / dRows[r], -1, r, 0);
            else if (!_binds[r] && moved[r] > Still)
                Offer((_p.RightSide[r] - activity[r]) / moved[r], -1, r, 1);
        }

        return next;
    }

    private bool SolveSystem(int largest)
    {
        var (free, rows) = (0, 0);
        for (var i = 0; i < _p.Count; i++)
            free += _at[i] == 0 ? 1 : 0;
        for (var r = 0; r < _p.Rows; r++)
            rows += _binds[r] ? 1 : 0;
        if (free + rows > largest)
            return false;
        var items = new int[free];
        var rowAt = new int[_p.Rows];
        var binding = new int[rows];
        (free, rows) = (0, 0);
        for (var i = 0; i < _p.Count; i++)
        {
            if (_at[i] == 0)
                items[free++] = i;
            else
                _x[i] = _at[i] < 0 ? _p.Lower[i] : _p.Upper[i];
        }

        for (var r = 0; r < _p.Rows; r++)
        {
            rowAt[r] = _binds[r] ? rows : -1;
            if (_binds[r])
                binding[rows++] = r;
        }

        // Curved carry needs Newton steps with the same system.
        for (var step = 0; step < (_p.Curve is null ? 1 : 12); step++)
        {
            if (!NewtonStep(items, binding, rowAt, out var moved))
                return false;
            if (moved <= 1e-14)
                break;
        }

        return true;
    }

    private bool NewtonStep(int[] items, int[] binding, int[] rowAt, out double moved)
    {
        moved = double.PositiveInfinity;
        var (free, rows) = (items.Length, binding.Length);
        var (size, stride) = (free + rows, Kernels.Pad(free + rows));
        var system = ArrayPool<double>.Shared.Rent(size * stride);
        var copy = ArrayPool<double>.Shared.Rent(size * stride);
        var right = ArrayPool<double>.Shared.Rent(stride);
        var solution = ArrayPool<double>.Shared.Rent(stride);
        try
        {
            Array.Clear(system, 0, size * stride);
            Build(items, rowAt, system, stride);
            system.AsSpan(0, size * stride).CopyTo(copy);
            // A free item needs positive curvature; otherwise the system does not determine it.
            for (var f = 0; f < free; f++)
                system[f * stride + f] += 1e-13 * (1 + system[f * stride + f]);
            Kernels.FactorLdl(system, size, stride);
            for (var q = 0; q < free; q++)
            {
                if (system[q * stride + q] is < 0 or >= 1e100 || system[q * stride + q] < 1e-12 * copy[q * stride + q])
                    return false;
            }

            // A row implied by others has lost its pivot and keeps its price. One step of iterative refinement against the unperturbed
            // system.
            foreach (var i in items)
                _x[i] = Math.Clamp(_x[i], _p.Lower[i], _p.Upper[i]);
            Gradient(items, binding, right);
            right.AsSpan(0, size).CopyTo(solution);
            Kernels.SolveLdl(system, size, stride, solution.AsSpan(0, size));
            for (var q = 0; q < size; q++)
            {
                var sum = right[q];
                for (var j = 0; j < size; j++)
                    sum -= (j <= q ? copy[q * stride + j] : copy[j * stride + q]) * solution[j];
                right[q] = sum;
            }

            Kernels.SolveLdl(system, size, stride, right.AsSpan(0, size));
            moved = 0;
            for (var f = 0; f < free; f++)
            {
                var change = solution[f] + right[f];
                moved = Math.Max(moved, Math.Abs(change));
                _x[items[f]] += change;
            }

            for (var r = 0; r < rows; r++)
                Prices.Rows[binding[r]] += solution[free + r] + right[free + r];
            return double.IsFinite(moved);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(system);
            ArrayPool<double>.Shared.Return(copy);
            ArrayPool<double>.Shared.Return(right);
            ArrayPool<double>.Shared.Return(solution);
        }
    }

    /// <summary>Lower triangle of [H Aᵀ; A 0] over free items and binding rows.</summary>
    private void Build(int[] items, int[] rowAt, double[] system, int stride)
    {
        var free = items.Length;
        for (var f = 0; f < free; f++)
        {
            var i = items[f];
            var row = system.AsSpan(f * stride, stride);
            for (var g = 0; g <= f; g++)
                row[g] = _p.RiskWeight * Common(i, items[g]);
            row[f] += _p.PsiCurvature(i, Math.Clamp(_x[i], _p.Lower[i], _p.Upper[i]));
            foreach (var (index, c) in _p.OfX[i])
            {
                if (index >= _p.SparseFactors && rowAt[index - _p.SparseFactors] is var r and >= 0)
                    system[(free + r) * stride + f] = c;
            }
        }
    }

    /// <summary>Covariance of two items through all factors.</summary>
    private double Common(int i, int j)
    {
        var sum = _p.Stride > 0 ? Kernels.Dot(_p.LoadingsOf(i), _p.LoadingsOf(j)) : 0;
        if (_p.SparseFactors == 0)
            return sum;
        foreach (var (a, x) in _p.OfX[i])
        {
            if (a >= _p.SparseFactors)
                continue;
            foreach (var (b, y) in _p.OfX[j])
                sum += a == b ? x * y : 0;
        }

        return sum;
    }

    /// <summary>Right-hand side: minus the gradient over free items, and the residuals of binding rows.</summary>
    private void Gradient(int[] items, int[] binding, double[] right)
    {
        Prices.PriceFactors(_x);
        for (var r = 0; r < _p.Rows; r++)
            Prices.Rows[r] = _binds[r] ? Prices.Rows[r] : 0;
        for (var f = 0; f < items.Length; f++)
            right[f] = -(Prices.Rest(items[f]) + _p.PsiSlope(items[f], _x[items[f]]));
        var activity = _p.Activity(_x, [], []);
        for (var r = 0; r < binding.Length; r++)
            right[items.Length + r] = _p.RightSide[binding[r]] - activity[binding[r]];
    }

    /// <summary>Corrects the guess where the answer contradicts it.</summary>
    /// <returns>Whether anything was corrected.</returns>
    private bool Correct()
    {
        const double Tolerance = 1e-12;
        Prices.PriceFactors(_x);
        var isCorrected = false;
        var scale = 1e-3;
        for (var i = 0; i < _p.Count; i++)
        {
            _gradient[i] = Prices.Rest(i) + _p.PsiSlope(i, Math.Clamp(_x[i], _p.Lower[i], _p.Upper[i]));
            scale = Math.Max(scale, Math.Abs(_p.Cost[i]));
        }

        _isConsistent = true;
        for (var i = 0; i < _p.Count; i++)
        {
            // Newton's method on a curve may not have converged.
            _isConsistent &= _at[i] != 0 || Math.Abs(_gradient[i]) <= 1e-9 * scale;
            var next = _at[i] switch
            {
                0 => _x[i] < _p.Lower[i] - Tolerance ? -1 : _x[i] > _p.Upper[i] + Tolerance ? 1 : 0,
                < 0 => _gradient[i] < -Tolerance * scale ? 0 : -1,
                _ => _gradient[i] > Tolerance * scale ? 0 : 1,
            };
            isCorrected |= next != _at[i];
            _at[i] = (sbyte)next;
        }

        var activity = _p.Activity(_x, [], []);
        for (var r = 0; r < _p.Rows; r++)
        {
            // The system does not meet a binding row without free items, or one that contradicts others.
            _isConsistent &= !_binds[r] || Math.Abs(activity[r] - _p.RightSide[r]) <= 1e-10 * Math.Max(1, Math.Abs(_p.RightSide[r]));
            if (_p.IsEquality[r])
                continue;
            var binds = _binds[r]
                ? Prices.Rows[r] > -Tolerance * scale
                : activity[r] > _p.RightSide[r] + Tolerance * Math.Max(1, Math.Abs(_p.RightSide[r]));
            isCorrected |= binds != _binds[r];
            _binds[r] = binds;
        }

        if (isCorrected)
            return true;
        for (var i = 0; i < _p.Count; i++)
            _x[i] = Math.Clamp(_x[i], _p.Lower[i], _p.Upper[i]);
        return false;
    }
}
