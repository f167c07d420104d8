namespace Optimizer.Solver.Native;

/// <summary>Assigns the problem's variables their roles in the kernels: items, switches, openers and curves.</summary>
internal sealed partial class CompiledProblem
{
    /// <summary>Per link, the reason why the kernels cannot treat it as a curve of its argument; null if they can. They need a smooth
    /// function whose result occurs only in the value.</summary>
    public static string?[] WhyNotCurves(Problem problem)
    {
        var why = new string?[problem.Links.Count];
        if (why.Length == 0)
            return why;
        var used = new bool[problem.Variables.Count];
        foreach (var row in problem.Rows)
            Mark(row.Terms);
        foreach (var factor in problem.Factors)
            Mark(factor.Loadings);
        var isSwitched = new bool[used.Length];
        foreach (var s in problem.Switches)
            isSwitched[s.Variable] = used[s.Variable] = used[s.Binary] = true;
        var (hasCurve, isCurve) = (new bool[used.Length], new bool[used.Length]);
        for (var l = 0; l < why.Length; l++)
        {
            var link = problem.Links[l];
            var result = problem.Variables[link.Result];
            why[l] = used[link.Result] || result.Variance > 0 || result.Value < 0 || result.IsBinary || hasCurve[link.Argument] || isCurve[link.Result]
                ? $"'{result.Name}' is a curve that other rows or curves use"
                : !link.Function.IsSmooth ? $"'{result.Name}' has kinks, which need cuts"
                // The kernels assume that a curve earns nothing while its item is off.
                : isSwitched[link.Argument] && link.Function.At(0) != 0 ? $"'{result.Name}' is not zero at zero, and its argument may be off"
                : null;
            if (why[l] is null)
                hasCurve[link.Argument] = isCurve[link.Result] = true;
        }

        return why;

        void Mark(IReadOnlyList<Term> terms)
        {
            foreach (var term in terms.AsSpan())
                used[term.Variable] = true;
        }
    }

    /// <summary>Turns links whose result occurs only in the value into curves of their argument.</summary>
    private void FindCurves()
    {
        var why = WhyNotCurves(_problem);
        Refusal = Array.Find(why, reason => reason is not null);
        for (var l = 0; l < why.Length; l++)
        {
            if (why[l] is null)
                _curveOf[_problem.Links[l].Result] = l;
        }
    }

    /// <summary>The first feature of the problem that the kernels cannot represent; null if there is none.</summary>
    /// <param name="isMadeExact">Whether a simplex method makes the answer exact afterwards.</param>
    private string? WhatDoesNotFit(bool isMadeExact)
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

            if (most > Span * least && !isMadeExact)
                return $"the coefficients of row '{row.Name}' range from {least:g2} to {most:g2}, which needs a simplex method";
        }

        return _problem.Factors.FirstOrDefault(f => f.Loadings.Any(t => _problem.Variables[t.Variable].IsBinary)) is { } factor
            ? $"factor '{factor.Name}' loads on a binary variable"
            : null;
    }

    private readonly Dictionary<int, int> _openerRows = [];
    private readonly Dictionary<int, int> _openerRowTarget = [];

    private int Openers { get; set; }

    /// <summary>Assigns one binary to each switched variable; the other switches become rows.</summary>
    /// <returns>Per variable, the index of its switch, or −1.</returns>
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

    /// <summary>Finds openers: rows z ≤ y, where z switches an item and y is a binary that switches nothing.</summary>
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

        // A binary without items is treated as an opener too; only a limited number, because they enlarge the dense systems.
        const int MostAlone = 60;
        var alone = Enumerable.Range(0, hasOpener.Length)
            .Where(v => _problem.Variables[v] is { IsBinary: true, Lower: 0, Upper: 1 } && _switchOf[v] < 0 && _openerOf[v] < 0 && switchRule[v] == -1).ToArray();
        foreach (var v in alone.Length <= MostAlone ? alone : [])
            _openerOf[v] = Openers++;
    }
}
