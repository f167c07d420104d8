using System.Buffers;

namespace Optimizer.Solver.Native;

/// <summary>A primal-dual interior point for <see cref="FactorProgram"/>: Mehrotra's predictor and corrector.</summary>
/// <remarks>
/// Every item's own unknowns (x, and z if it is switched) are eliminated by a 1×1 or 2×2 block. This leaves one dense quasi-definite system
/// in the
/// factors, rows and openers: O(n·k² + (k + m)³) per step for n items, k factors and m rows (derived in docs/solver.md). The ratio r = x/z
/// of a
/// switched item is a separate unknown with the equation x = r·z: Newton's method on the perspective x²/z itself diverges as z goes to
/// zero.
/// </remarks>
internal sealed partial class InteriorPoint : IDisposable
{
    private const int MaximumSteps = 80;

    /// <summary>Steps without improvement after which the best point is taken.</summary>
    private const int Patience = 12;

    /// <summary>Accepted violation of rows, relative to their right-hand side or to one.</summary>
    private const double PrimalTolerance = 1e-11;

    /// <summary>Smallest denominator of relative tolerances on the objective.</summary>
    private const double LeastObjective = 1e-5;

    private readonly FactorProgram _p;
    private readonly int _n, _rows, _openers, _size, _stride, _firstSparse, _firstRow, _firstOpener, _complementarities;
    private readonly List<double[]> _rented = [];

    // Sizes, their distances to lower and upper bound, and the multipliers of those.
    private readonly double[] _x, _low, _high, _a, _b;

    // Switched items: z, ratio r, distance of z to its cap, and its multiplier.
    private readonly double[] _z, _r, _cap, _d;

    // Rows: slack and multiplier. Openers: value and multiplier; distance to one and its multiplier.
    private readonly double[] _slack, _nu, _y, _f, _closed, _e;

    // Blocks' inverses, residuals, directions, second-order terms.
    private readonly double[] _h11, _h12, _h22, _rx, _rz, _rr, _ry, _rp;
    private readonly double[] _dx, _dz, _dr, _dLow, _dHigh, _dA, _dB, _dCap, _dD, _dSlack, _dNu, _dF, _dClosed, _dE;
    private readonly double[] _ca, _cb, _cd, _cn, _ce, _cf, _t1, _t2;
    private readonly double[] _system, _gram, _unknowns, _exposure;

    // The best point so far: copies of the arrays that Kept lists.
    private double[][]? _best;

    public InteriorPoint(FactorProgram program)
    {
        _p = program;
        (_n, _rows, _openers) = (program.Count, program.Rows, program.Openers);
        _firstSparse = program.RiskWeight > 0 ? program.Stride : 0;
        _firstRow = _firstSparse + program.SparseFactors;
        _firstOpener = _firstRow + _rows;
        _size = _firstOpener + _openers;
        _stride = Kernels.Pad(_size);
        var switched = program.IsSwitched is null ? 0 : program.IsSwitched.AsSpan(0, _n).Count(true);
        _complementarities = (2 * _n) + switched + program.IsEquality.AsSpan(0, _rows).Count(false) + (2 * _openers);
        var n = _n;
        var m = switched > 0 ? _n : 0;
        (_x, _low, _high, _a, _b) = (Rent(n), Rent(n), Rent(n), Rent(n), Rent(n));
        (_z, _r, _cap, _d) = (Rent(m), Rent(m), Rent(m), Rent(m));
        (_slack, _nu, _rp, _dSlack, _dNu, _cn) = (Rent(_rows), Rent(_rows), Rent(_rows), Rent(_rows), Rent(_rows), Rent(_rows));
        (_y, _closed, _e, _ry, _dClosed, _dE, _ce) = (Rent(_openers), Rent(_openers), Rent(_openers), Rent(_openers), Rent(_openers), Rent(_openers), Rent(_openers));
        (_h11, _rx, _dx, _dLow, _dHigh, _dA, _dB, _ca, _cb, _t1) =
            (Rent(n), Rent(n), Rent(n), Rent(n), Rent(n), Rent(n), Rent(n), Rent(n), Rent(n), Rent(n));
        (_h12, _h22, _rz, _rr, _dz, _dr, _dCap, _dD, _cd, _t2) =
            (Rent(m), Rent(m), Rent(m), Rent(m), Rent(m), Rent(m), Rent(m), Rent(m), Rent(m), Rent(m));
        (_f, _dF, _cf) = (Rent(_openers), Rent(_openers), Rent(_openers));
        _system = Rent(_size * _stride);
        _gram = Rent(_firstSparse * _firstSparse);
        _unknowns = Rent(_stride);
        _exposure = Rent(_firstRow);
    }

    /// <summary>Number of steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether the residuals and the complementarity are within the tolerance.</summary>
    public bool HasConverged { get; private set; }

    /// <summary>Sizes.</summary>
    public ReadOnlySpan<double> X => _x.AsSpan(0, _n);

    /// <summary>Switch values, 0 to 1; empty if no item is switched.</summary>
    public ReadOnlySpan<double> Z => _z.AsSpan(0, _z.Length == 0 ? 0 : _n);

    /// <summary>Openers.</summary>
    public ReadOnlySpan<double> Y => _y.AsSpan(0, _openers);

    /// <summary>Multipliers of the lower bounds; ≥ 0.</summary>
    public ReadOnlySpan<double> LowerMultipliers => _a.AsSpan(0, _n);

    /// <summary>Multipliers of the upper bounds; ≥ 0.</summary>
    public ReadOnlySpan<double> UpperMultipliers => _b.AsSpan(0, _n);

    /// <summary>Slacks of the rows.</summary>
    public ReadOnlySpan<double> Slacks => _slack.AsSpan(0, _rows);

    /// <summary>Multipliers of the rows; ≥ 0 for inequalities.</summary>
    public ReadOnlySpan<double> RowMultipliers => _nu.AsSpan(0, _rows);

    /// <summary>Solves.</summary>
    /// <param name="tolerance">Complementarity at which to stop, relative to the objective or to one.</param>
    /// <param name="cancellation">Cancels.</param>
    public void Solve(double tolerance, CancellationToken cancellation = default)
    {
        // If a start runs into a corner, start again with more complementarity, further inside; at last with less.
        foreach (var complementarities in (ReadOnlySpan<double>)[1, 100, 10_000, 0.01])
        {
            Attempt(tolerance, complementarities, cancellation);
            if (HasConverged)
                return;
        }
    }

    private void Attempt(double tolerance, double complementarities, CancellationToken cancellation)
    {
        Start(complementarities);
        var (bestMerit, leastPrimal, sinceBest) = (double.PositiveInfinity, double.PositiveInfinity, 0);
        for (Steps = 0; Steps < MaximumSteps && sinceBest < Patience; Steps++)
        {
            cancellation.ThrowIfCancellationRequested();
            Residuals(out var complementarity, out var dual, out var primal, out var objective);
            // The dual residual is weighted with the width of the bounds; this overstates its effect on the bound about a thousandfold.
            var scale = tolerance * Math.Max(LeastObjective, Math.Abs(objective));
            var merit = Math.Max(Math.Max(complementarity / scale, 1e-3 * dual / scale), primal / PrimalTolerance);
            if (!double.IsFinite(merit))
                break;
            // While rows are still violated, complementarity may rise for many steps.
            sinceBest = primal < 0.99 * leastPrimal ? 0 : sinceBest + 1;
            leastPrimal = Math.Min(leastPrimal, primal);
            if (merit < bestMerit)
            {
                (bestMerit, sinceBest) = (merit, 0);
                // Rounding errors may spoil the steps after a good point.
                if (merit < 1e6)
                    Remember();
            }

            if (merit <= 1)
                break;
            Assemble();
            Kernels.FactorLdl(_system, _size, _stride);
            var mu = complementarity / Math.Max(_complementarities, 1);
            var reached = Direction(0, isCorrector: false);
            var ratio = mu > 0 ? After(reached) / Math.Max(_complementarities, 1) / mu : 0;
            var centring = Math.Clamp(ratio * ratio * ratio, _z.Length > 0 ? 1e-3 : 0, 1);
            var step = Math.Min(1, 0.995 * Direction(centring * mu, isCorrector: true));
            Move(step);
            if (step < 1e-9)
                break;
        }

        HasConverged = bestMerit <= 10;
        Restore();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var array in _rented)
            ArrayPool<double>.Shared.Return(array);
        _rented.Clear();
    }

    private void Remember()
    {
        _best ??= [.. Kept().Select(array => array.Length == 0 ? array : Rent(array.Length))];
        var kept = Kept();
        for (var q = 0; q < kept.Length; q++)
            kept[q].AsSpan(0, Math.Min(kept[q].Length, _best[q].Length)).CopyTo(_best[q]);
    }

    private void Restore()
    {
        if (_best is null)
            return;
        var kept = Kept();
        for (var q = 0; q < kept.Length; q++)
            _best[q].AsSpan(0, Math.Min(kept[q].Length, _best[q].Length)).CopyTo(kept[q]);
    }

    private double[][] Kept() => [_x, _a, _b, _z, _slack, _nu, _y];

    private double[] Rent(int length)
    {
        if (length == 0)
            return [];
        var array = ArrayPool<double>.Shared.Rent(length);
        Array.Clear(array);
        _rented.Add(array);
        return array;
    }

    private bool IsSwitched(int i) => _z.Length > 0 && _p.IsSwitched![i];

    /// <summary>A starting point well inside the bounds, at which rows with coefficients of one sign hold if possible.</summary>
    private void Start(double complementarities)
    {
        const double SwitchedShare = 0.3;
        var (least, width, switched, ons) = (new double[_rows], new double[_rows], new double[_rows], new double[_rows]);
        for (var i = 0; i < _n; i++)
        {
            foreach (var (index, c) in _p.OfX[i])
            {
                if (index < _p.SparseFactors)
                    continue;
                var (r, reach) = (index - _p.SparseFactors, _p.Upper[i] - _p.Lower[i]);
                if (IsSwitched(i))
                    switched[r] += c < 0 ? double.NegativeInfinity : c * (_p.Lower[i] + SwitchedShare * reach);
                else
                    (least[r], width[r]) = (least[r] + c * _p.Lower[i], width[r] + (c < 0 ? double.NegativeInfinity : c * reach));
            }

            if (!IsSwitched(i))
                continue;
            foreach (var (index, c) in _p.OfZ[i])
                ons[index - _p.SparseFactors] += c < 0 ? double.NegativeInfinity : c;
        }

        double share = 0.5, on = 0.5;
        for (var r = 0; r < _rows; r++)
        {
            var room = 0.8 * (_p.RightSide[r] - least[r]);
            if (room > 0 && width[r] + switched[r] + ons[r] is > 0 and var all)
                (share, on) = (width[r] > 0 ? Math.Min(share, room / all) : share, switched[r] + ons[r] > 0 ? Math.Min(on, room / all) : on);
        }

        on = Math.Clamp(on, 1e-4, 0.5);
        share = Math.Clamp(share, 1e-5, 0.5);
        for (var g = 0; g < _openers; g++)
            (_y[g], _closed[g]) = ((1 + on) / 2, (1 - on) / 2);
        for (var i = 0; i < _n; i++)
        {
            var range = _p.Upper[i] - _p.Lower[i];
            var (z, at) = IsSwitched(i) ? (on, SwitchedShare) : (1, share);
            _low[i] = z * at * range;
            _high[i] = z * (1 - at) * range;
            _x[i] = z * _p.Lower[i] + _low[i];
            if (IsSwitched(i))
                (_z[i], _r[i], _cap[i]) = (on, _x[i] / on, (_p.Opener![i] >= 0 ? _y[_p.Opener[i]] : 1) - on);
        }

        var activity = _p.Activity(X, Z, Y);
        for (var r = 0; r < _rows; r++)
        {
            if (!_p.IsEquality[r])
                _slack[r] = Math.Max(_p.RightSide[r] - activity[r], 0.1 * Math.Max(Math.Abs(_p.RightSide[r]), 1));
        }

        // Start with as much complementarity as the objective's slopes are worth: with far less, the first steps run into the bounds.
        var mu = complementarities * Math.Max(SlopesWorth(), 1e-9);
        for (var i = 0; i < _n; i++)
        {
            (_a[i], _b[i]) = (mu / _low[i], mu / _high[i]);
            if (IsSwitched(i))
                _d[i] = mu / _cap[i];
        }

        for (var g = 0; g < _openers; g++)
            (_e[g], _f[g]) = (mu / _closed[g], mu / _y[g]);
        for (var r = 0; r < _rows; r++)
            _nu[r] = _p.IsEquality[r] ? 0 : mu / _slack[r];
    }

    /// <summary>The mean, over items, of the objective's slope times the distance to the nearer bound, without the prices of
    /// rows.</summary>
    private double SlopesWorth()
    {
        foreach (var multipliers in (double[][])[_a, _b, _d, _e, _f, _nu])
            Array.Clear(multipliers);
        Residuals(out _, out _, out _, out _);
        var worth = 0.0;
        for (var i = 0; i < _n; i++)
            worth += Math.Abs(_rx[i]) * Math.Min(_low[i], _high[i]);
        return worth / Math.Max(_n, 1);
    }

    private void Residuals(out double complementarity, out double dual, out double primal, out double objective)
    {
        var exposure = _exposure.AsSpan(0, _firstRow);
        var dense = exposure[.._firstSparse];
        _p.FactorOffset.AsSpan(0, dense.Length).CopyTo(dense);
        _p.SparseOffset.AsSpan().CopyTo(exposure[_firstSparse..]);
        var rp = _rp.AsSpan(0, _rows);
        for (var r = 0; r < _rows; r++)
            rp[r] = _slack[r] - _p.RightSide[r];
        var sparse = _unknowns.AsSpan(0, _p.SparseFactors + _rows);
        sparse.Clear();
        for (var i = 0; i < _n; i++)
        {
            if (dense.Length > 0)
                Kernels.AddScaled(_x[i], _p.LoadingsOf(i), dense);
            _p.OfX[i].AddTo(sparse, _x[i]);
            if (IsSwitched(i))
                _p.OfZ[i].AddTo(sparse, _z[i]);
        }

        for (var g = 0; g < _openers; g++)
        {
            _p.OfY[g].AddTo(sparse, _y[g]);
            _ry[g] = _p.OpenCost[g] + _e[g] - _f[g];
        }

        for (var s = 0; s < _p.SparseFactors; s++)
            exposure[_firstSparse + s] += sparse[s];
        for (var r = 0; r < _rows; r++)
            rp[r] += sparse[_p.SparseFactors + r];

        // From here on, sparse holds the prices of sparse factors and rows.
        var kappa = _p.RiskWeight;
        for (var s = 0; s < _p.SparseFactors; s++)
            sparse[s] = kappa * exposure[_firstSparse + s];
        _nu.AsSpan(0, _rows).CopyTo(sparse[_p.SparseFactors..]);
        (complementarity, dual, primal, objective) = (0, 0, 0, 0.5 * kappa * Kernels.Dot(exposure, exposure) + _p.Constant);
        for (var i = 0; i < _n; i++)
        {
            var risk = dense.Length > 0 ? kappa * Kernels.Dot(_p.LoadingsOf(i), dense) : 0;
            var ratio = IsSwitched(i) ? _r[i] : _x[i];
            var slope = _p.PsiSlope(i, ratio);
            _rx[i] = slope + risk + _p.OfX[i].Dot(sparse) - _a[i] + _b[i];
            complementarity += _a[i] * _low[i] + _b[i] * _high[i];
            if (!IsSwitched(i))
            {
                dual += Math.Abs(_rx[i]) * (_p.Upper[i] - _p.Lower[i]);
                objective += _p.Psi(i, ratio);
                continue;
            }

            var psi = _p.Psi(i, ratio);
            objective += psi * _z[i] + _p.Charge![i] * _z[i];
            _rr[i] = _x[i] - _r[i] * _z[i];
            _rz[i] = psi - slope * ratio + _p.Charge[i] + _p.OfZ[i].Dot(sparse) + _p.Lower[i] * _a[i] - _p.Upper[i] * _b[i] + _d[i];
            // Weight a switched item's residuals with its z.
            dual += (Math.Abs(_rx[i]) * (_p.Upper[i] - _p.Lower[i]) + Math.Abs(_rz[i])) * _z[i]
                + Math.Abs(_rr[i]) * _p.PsiCurvature(i, ratio) * (_p.Upper[i] - _p.Lower[i]);
            complementarity += _d[i] * _cap[i];
            if (_p.Opener![i] is var g and >= 0)
                _ry[g] -= _d[i];
        }

        for (var g = 0; g < _openers; g++)
        {
            _ry[g] += _p.OfY[g].Dot(sparse);
            objective += _p.OpenCost[g] * _y[g];
            complementarity += _e[g] * _closed[g] + _f[g] * _y[g];
            dual += Math.Abs(_ry[g]);
        }

        for (var r = 0; r < _rows; r++)
        {
            primal = Math.Max(primal, Math.Abs(rp[r]) / (1 + Math.Abs(_p.RightSide[r])));
            complementarity += _nu[r] * _slack[r];
        }
    }
}
