namespace Optimizer.Solver.Native;

/// <summary>One step of the interior point: the system of factors, rows and openers, and the resulting direction.</summary>
internal sealed partial class InteriorPoint
{
    /// <summary>Builds the dense system that remains once every item is eliminated.</summary>
    private void Assemble()
    {
        var system = _system.AsSpan(0, _size * _stride);
        system.Clear();
        var gram = _gram.AsSpan(0, _firstSparse * _firstSparse);
        gram.Clear();
        for (var i = 0; i < _n; i++)
            Invert(i);
        if (_firstSparse > 0)
            Kernels.AddWeightedGram(_p.Loadings.AsSpan(0, _n * _firstSparse), _firstSparse, _h11.AsSpan(0, _n), gram);
        for (var f = 0; f < _firstSparse; f++)
        {
            for (var g = 0; g <= f; g++)
                system[f * _stride + g] = gram[g * _firstSparse + f];
            system[f * _stride + f] += 1 / _p.RiskWeight;
        }

        for (var s = _firstSparse; s < _firstRow; s++)
            system[s * _stride + s] = _p.RiskWeight > 0 ? 1 / _p.RiskWeight : 1e128;
        for (var r = 0; r < _rows; r++)
            system[(_firstRow + r) * _stride + _firstRow + r] = _p.IsEquality[r] ? 0 : _slack[r] / _nu[r];
        for (var g = 0; g < _openers; g++)
        {
            var at = _firstOpener + g;
            system[at * _stride + at] = -(_e[g] / _closed[g]) - (_f[g] / _y[g]);
            foreach (var (index, c) in _p.OfY[g])
                system[at * _stride + _firstSparse + index] = -c;
        }

        for (var i = 0; i < _n; i++)
            AddItem(i, system);
    }

    /// <summary>Inverts the block of an item: 1×1, or 2×2 with a determinant written as a sum of positive terms.</summary>
    private void Invert(int i)
    {
        var (a, b) = (_a[i] / _low[i], _b[i] / _high[i]);
        if (!IsSwitched(i))
        {
            _h11[i] = 1 / (_p.PsiCurvature(i, _x[i]) + a + b);
            return;
        }

        var (t, l, u, d) = (_r[i], _p.Lower[i], _p.Upper[i], _d[i] / _cap[i]);
        var q = _p.PsiCurvature(i, t) / _z[i];
        var determinant = q * a * (t - l) * (t - l) + q * b * (t - u) * (t - u) + a * b * (u - l) * (u - l) + d * (q + a + b);
        _h11[i] = (q * t * t + a * l * l + b * u * u + d) / determinant;
        _h12[i] = (q * t + a * l + b * u) / determinant;
        _h22[i] = (q + a + b) / determinant;
    }

    private void AddItem(int i, Span<double> system)
    {
        var loadings = _p.LoadingsOf(i)[.._firstSparse];
        var ofX = _p.OfX[i];
        var h11 = _h11[i];
        foreach (var (index, c) in ofX)
        {
            var row = system.Slice((_firstSparse + index) * _stride, _stride);
            if (_firstSparse > 0)
                Kernels.AddScaled(c * h11, loadings, row);
            foreach (var (other, k) in ofX)
            {
                if (other <= index)
                    row[_firstSparse + other] += c * h11 * k;
            }
        }

        if (!IsSwitched(i))
            return;
        var (h12, h22) = (_h12[i], _h22[i]);
        foreach (var (index, c) in _p.OfZ[i])
            AddSwitchEntry(_firstSparse + index, c, system, loadings, i, h12, h22);
        if (_p.Opener![i] is var g and >= 0)
        {
            var coupling = -_d[i] / _cap[i];
            AddSwitchEntry(_firstOpener + g, coupling, system, loadings, i, h12, h22);
            system[(_firstOpener + g) * _stride + _firstOpener + g] += coupling;
        }
    }

    /// <summary>Adds the contribution of one coefficient of z: with the entries of x, with those of z, and with itself.</summary>
    private void AddSwitchEntry(int at, double c, Span<double> system, ReadOnlySpan<double> loadings, int i, double h12, double h22)
    {
        var row = system.Slice(at * _stride, _stride);
        if (_firstSparse > 0)
            Kernels.AddScaled(c * h12, loadings, row);
        foreach (var (index, k) in _p.OfX[i])
        {
            var other = _firstSparse + index;
            if (other < at)
                row[other] += c * h12 * k;
            else if (other > at)
                system[other * _stride + at] += c * h12 * k;
            else
                row[at] += 2 * c * h12 * k;
        }

        foreach (var (index, k) in _p.OfZ[i])
        {
            if (_firstSparse + index <= at)
                row[_firstSparse + index] += c * h22 * k;
        }

        if (at >= _firstOpener)
            row[at] += c * c * h22;
    }

    /// <summary>Solves for the direction towards a complementarity of <paramref name="target"/> per pair.</summary>
    /// <returns>The largest feasible step length, at most 1.</returns>
    private double Direction(double target, bool isCorrector)
    {
        for (var i = 0; i < _n; i++)
        {
            _ca[i] = (target - (isCorrector ? _dLow[i] * _dA[i] : 0)) / _low[i] - _a[i];
            _cb[i] = (target - (isCorrector ? _dHigh[i] * _dB[i] : 0)) / _high[i] - _b[i];
        }

        for (var r = 0; r < _rows; r++)
            _cn[r] = _p.IsEquality[r] ? 0 : (target - (isCorrector ? _dSlack[r] * _dNu[r] : 0)) / _slack[r] - _nu[r];
        for (var g = 0; g < _openers; g++)
            (_ce[g], _cf[g]) = ((target - (isCorrector ? _dClosed[g] * _dE[g] : 0)) / _closed[g] - _e[g], (target + (isCorrector ? _dClosed[g] * _dF[g] : 0)) / _y[g] - _f[g]);
        RightSide(target, isCorrector);
        Kernels.SolveLdl(_system, _size, _stride, _unknowns.AsSpan(0, _size));
        return Unfold();
    }

    private void RightSide(double target, bool isCorrector)
    {
        var unknowns = _unknowns.AsSpan(0, _stride);
        unknowns.Clear();
        var dense = unknowns[.._firstSparse];
        var sparse = unknowns.Slice(_firstSparse, _p.SparseFactors + _rows);
        for (var i = 0; i < _n; i++)
        {
            var r1 = -_rx[i] + _ca[i] - _cb[i];
            if (!IsSwitched(i))
            {
                _t1[i] = _h11[i] * r1;
            }
            else
            {
                _cd[i] = (target - (isCorrector ? _dCap[i] * _dD[i] : 0)) / _cap[i] - _d[i];
                _dr[i] = (_rr[i] - (isCorrector ? _dr[i] * _dz[i] : 0)) / _z[i];
                var bend = _p.PsiCurvature(i, _r[i]) * _dr[i];
                r1 -= bend;
                var r2 = -_rz[i] - _p.Lower[i] * _ca[i] + _p.Upper[i] * _cb[i] - _cd[i] + _r[i] * bend;
                _t1[i] = _h11[i] * r1 + _h12[i] * r2;
                _t2[i] = _h12[i] * r1 + _h22[i] * r2;
                _p.OfZ[i].AddTo(sparse, _t2[i]);
                if (_p.Opener![i] is var g and >= 0)
                    unknowns[_firstOpener + g] += -_d[i] / _cap[i] * _t2[i] - _cd[i];
            }

            if (_firstSparse > 0)
                Kernels.AddScaled(_t1[i], _p.LoadingsOf(i), dense);
            _p.OfX[i].AddTo(sparse, _t1[i]);
        }

        for (var r = 0; r < _rows; r++)
            unknowns[_firstRow + r] += _rp[r] + (_p.IsEquality[r] ? 0 : _cn[r] * _slack[r] / _nu[r]);
        for (var g = 0; g < _openers; g++)
            unknowns[_firstOpener + g] += _ry[g] + _ce[g] - _cf[g];
    }

    /// <summary>Computes the changes of all other unknowns from those of factors, rows and openers.</summary>
    private double Unfold()
    {
        var unknowns = _unknowns.AsSpan(0, _size);
        var dense = unknowns[.._firstSparse];
        var sparse = unknowns.Slice(_firstSparse, _p.SparseFactors + _rows);
        var longest = double.PositiveInfinity;
        void Limit(double value, double change)
        {
            if (change < 0 && value < longest * -change)
                longest = -value / change;
        }

        for (var i = 0; i < _n; i++)
        {
            var v1 = _p.OfX[i].Dot(sparse) + (_firstSparse > 0 ? Kernels.Dot(_p.LoadingsOf(i), dense) : 0);
            if (!IsSwitched(i))
            {
                _dx[i] = _t1[i] - _h11[i] * v1;
                (_dLow[i], _dHigh[i]) = (_dx[i], -_dx[i]);
            }
            else
            {
                var g = _p.Opener![i];
                var v2 = _p.OfZ[i].Dot(sparse) - (g >= 0 ? _d[i] / _cap[i] * unknowns[_firstOpener + g] : 0);
                _dx[i] = _t1[i] - _h11[i] * v1 - _h12[i] * v2;
                _dz[i] = _t2[i] - _h12[i] * v1 - _h22[i] * v2;
                _dr[i] += (_dx[i] - _r[i] * _dz[i]) / _z[i];
                _dLow[i] = _dx[i] - _p.Lower[i] * _dz[i];
                _dHigh[i] = _p.Upper[i] * _dz[i] - _dx[i];
                _dCap[i] = (g >= 0 ? unknowns[_firstOpener + g] : 0) - _dz[i];
                _dD[i] = _cd[i] - _d[i] / _cap[i] * _dCap[i];
                Limit(_cap[i], _dCap[i]);
                Limit(_d[i], _dD[i]);
            }

            _dA[i] = _ca[i] - _a[i] / _low[i] * _dLow[i];
            _dB[i] = _cb[i] - _b[i] / _high[i] * _dHigh[i];
            Limit(_low[i], _dLow[i]);
            Limit(_high[i], _dHigh[i]);
            Limit(_a[i], _dA[i]);
            Limit(_b[i], _dB[i]);
        }

        for (var r = 0; r < _rows; r++)
        {
            _dNu[r] = unknowns[_firstRow + r];
            if (_p.IsEquality[r])
                continue;
            _dSlack[r] = (_cn[r] - _dNu[r]) * _slack[r] / _nu[r];
            Limit(_slack[r], _dSlack[r]);
            Limit(_nu[r], _dNu[r]);
        }

        for (var g = 0; g < _openers; g++)
        {
            _dClosed[g] = -unknowns[_firstOpener + g];
            _dE[g] = _ce[g] - _e[g] / _closed[g] * _dClosed[g];
            _dF[g] = _cf[g] + _f[g] / _y[g] * _dClosed[g];
            Limit(_closed[g], _dClosed[g]);
            Limit(_e[g], _dE[g]);
            Limit(_y[g], -_dClosed[g]);
            Limit(_f[g], _dF[g]);
        }

        return Math.Min(1, longest);
    }

    /// <summary>The complementarity after a step along the direction.</summary>
    private double After(double step)
    {
        var sum = 0.0;
        for (var i = 0; i < _n; i++)
        {
            sum += (_low[i] + step * _dLow[i]) * (_a[i] + step * _dA[i]) + (_high[i] + step * _dHigh[i]) * (_b[i] + step * _dB[i]);
            if (IsSwitched(i))
                sum += (_cap[i] + step * _dCap[i]) * (_d[i] + step * _dD[i]);
        }

        for (var r = 0; r < _rows; r++)
            sum += (_slack[r] + step * _dSlack[r]) * (_nu[r] + step * _dNu[r]) * (_p.IsEquality[r] ? 0 : 1);
        for (var g = 0; g < _openers; g++)
            sum += (_closed[g] + step * _dClosed[g]) * (_e[g] + step * _dE[g]) + (_y[g] - step * _dClosed[g]) * (_f[g] + step * _dF[g]);
        return sum;
    }

    private void Move(double step)
    {
        for (var i = 0; i < _n; i++)
        {
            _x[i] += step * _dx[i];
            _low[i] += step * _dLow[i];
            _high[i] += step * _dHigh[i];
            _a[i] += step * _dA[i];
            _b[i] += step * _dB[i];
            if (!IsSwitched(i))
                continue;
            _z[i] += step * _dz[i];
            _r[i] += step * _dr[i];
            _cap[i] += step * _dCap[i];
            _d[i] += step * _dD[i];
        }

        for (var r = 0; r < _rows; r++)
        {
            _nu[r] += step * _dNu[r];
            if (!_p.IsEquality[r])
                _slack[r] += step * _dSlack[r];
        }

        for (var g = 0; g < _openers; g++)
        {
            _y[g] -= step * _dClosed[g];
            _closed[g] += step * _dClosed[g];
            _e[g] += step * _dE[g];
            _f[g] += step * _dF[g];
        }
    }
}
