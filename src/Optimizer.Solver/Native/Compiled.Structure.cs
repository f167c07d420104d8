namespace Optimizer.Solver.Native;

/// <summary>What a problem's variables are to the kernels: items, switches, openers and curves.</summary>
internal sealed partial class Compiled
{
    /// <summary>Finds the links whose result is nothing but value: they become curves of their argument.</summary>
    private void FindCurves()
    {
        if (_problem.Links.Count == 0)
            return;
        var used = new bool[_problem.Variables.Count];
        foreach (var row in _problem.Rows)
            Mark(row.Terms);
        foreach (var factor in _problem.Factors)
            Mark(factor.Loadings);
        var isSwitched = new bool[used.Length];
        foreach (var s in _problem.Switches)
            isSwitched[s.Variable] = used[s.Variable] = used[s.Binary] = true;
        var hasCurve = new bool[_problem.Variables.Count];
        for (var l = 0; l < _problem.Links.Count; l++)
        {
            var link = _problem.Links[l];
            var result = _problem.Variables[link.Result];
            if (used[link.Result] || result.Variance > 0 || result.Value < 0 || result.IsBinary || hasCurve[link.Argument] || _curveOf[link.Result] >= 0)
            {
                Refusal = $"'{result.Name}' is a curve that rows or other curves use";
                return;
            }

            if (!link.Function.IsSmooth)
            {
                Refusal = $"'{result.Name}' has kinks, which cuts meet exactly";
                return;
            }

            // While its item is off, the kernels take a curve to earn nothing.
            if (isSwitched[link.Argument] && link.Function.At(0) != 0)
            {
                Refusal = $"'{result.Name}' is not zero at zero, and its argument may be off";
                return;
            }

            hasCurve[link.Argument] = true;
            _curveOf[link.Result] = l;
        }

        void Mark(IReadOnlyList<Term> terms)
        {
            foreach (var term in terms.AsSpan())
                used[term.Variable] = true;
        }
    }

    /// <summary>What no part of the program can say.</summary>
    private string? WhatDoesNotFit()
    {
        const double Span = 1e6;
        if (_problem.Variables.FirstOrDefault(v => v.IsBinary && v.Variance > 0) is { } binary)
            return $"binary '{binary.Name}' has a variance";
        if (!_problem.Variables.Any(v => v.IsBinary))
            return null;
        foreach (var row in _problem.Rows)
        {
            var (least, most) = (double.PositiveInfinity, 0.0);
            foreach (var (v, c) in row.Terms.AsSpan())
            {
                if (c != 0)
                    (least, most) = (Math.Min(least, Math.Abs(c)), Math.Max(most, Math.Abs(c)));
            }

            if (most > Span * least)
                return $"row '{row.Name}' weighs {least:g2} against {most:g2}, which takes the exact vertices of a simplex method";
        }

        return _problem.Factors.FirstOrDefault(f => f.Loadings.Any(t => _problem.Variables[t.Variable].IsBinary)) is { } factor
            ? $"factor '{factor.Name}' loads on a binary variable"
            : null;
    }

    private readonly Dictionary<int, int> _openerRows = [];
    private readonly Dictionary<int, int> _openerRowTarget = [];

    private int Openers { get; set; }

    /// <summary>Gives every switched variable its binary; what is left of the switches becomes rows.</summary>
    /// <returns>Per variable the switch that is its own, or −1.</returns>
    private int[] AssignSwitches(out List<Row> extraRows)
    {
        var rule = Filled(_problem.Variables.Count);
        extraRows = [];
        for (var s = 0; s < _problem.Switches.Count; s++)
        {
            var (z, x, minimum) = _problem.Switches[s];
            var (binary, variable) = (_problem.Variables[z], _problem.Variables[x]);
            if (minimum > variable.Upper && variable.Lower == 0)
            {
                rule[x] = rule[z] = Never;
                continue;
            }

            if (rule[x] == -1 && rule[z] == -1 && _switchOf[z] < 0 && variable.Lower == 0 && variable.Upper > 0 && binary is { Lower: 0, Upper: 1 })
            {
                (rule[x], _switchOf[z]) = (s, x);
                continue;
            }

            extraRows.Add(new($"{variable.Name} only if {binary.Name}", double.NegativeInfinity, 0, [new(x, 1), new(z, -variable.Upper)]));
            if (minimum > 0)
                extraRows.Add(new($"{variable.Name} at least its minimum", 0, double.PositiveInfinity, [new(x, 1), new(z, -minimum)]));
        }

        return rule;
    }

    /// <summary>Finds rows z ≤ y, where z is an item's switch and y a binary that is none.</summary>
    private void AssignOpeners(int[] switchRule)
    {
        if (_problem.Switches.Count == 0)
            return;
        var hasOpener = new bool[_problem.Variables.Count];
        for (var r = 0; r < _problem.Rows.Count; r++)
        {
            var row = _problem.Rows[r];
            if (row.Terms.Count != 2 || row.Upper != 0 || !double.IsNegativeInfinity(row.Lower) || row.Terms[0].Coefficient != -row.Terms[1].Coefficient)
                continue;
            var (z, y) = row.Terms[0].Coefficient > 0 ? (row.Terms[0].Variable, row.Terms[1].Variable) : (row.Terms[1].Variable, row.Terms[0].Variable);
            var opener = _problem.Variables[y];
            if (_switchOf[z] < 0 || hasOpener[z] || _switchOf[y] >= 0 || switchRule[y] >= 0 || opener is not { IsBinary: true, Lower: 0, Upper: 1 })
                continue;
            hasOpener[z] = true;
            if (_openerOf[y] < 0)
                _openerOf[y] = Openers++;
            _openerRows[r] = z;
            _openerRowTarget[r] = y;
        }
    }
}
