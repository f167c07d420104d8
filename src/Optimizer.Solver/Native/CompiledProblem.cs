namespace Optimizer.Solver.Native;

/// <summary>Translates a <see cref="Problem"/> to a <see cref="FactorProgram"/>, and answers back.</summary>
/// <remarks>
/// A binary that switches a variable becomes the switch of that item. A binary y with rows z ≤ y becomes an opener. Any other binary
/// becomes an item
/// between 0 and 1. A linked variable that occurs only in the value becomes a curve of its argument. Rows that the bounds imply are
/// left out.
/// </remarks>
internal sealed partial class CompiledProblem
{
    /// <summary>Marks a variable whose switch can never be on, because its minimum is above the upper bound.</summary>
    private const int Never = -2;

    private readonly Problem _problem;
    private readonly int[] _itemOf;
    private readonly int[] _switchOf;
    private readonly int[] _openerOf;
    private readonly int[] _curveOf;
    private readonly List<(int Row, double Sign, double Scale)> _rows = [];

    /// <summary>Per variable, the scale of its item.</summary>
    private readonly double[] _unit;

    private CompiledProblem(Problem problem)
    {
        _problem = problem;
        var n = problem.Variables.Count;
        (_itemOf, _switchOf, _openerOf, _curveOf) = (Filled(n), Filled(n), Filled(n), Filled(n));
        _unit = new double[n];
        Array.Fill(_unit, 1);
    }

    /// <summary>The program; a minimisation.</summary>
    public FactorProgram Program { get; private set; } = null!;

    /// <summary>Why the built-in kernels cannot solve the problem; null if they can.</summary>
    public string? Refusal { get; private set; }

    /// <summary>A row that no values within the bounds satisfy; null if there is none.</summary>
    public string? ImpossibleRow { get; private set; }

    /// <summary>Translates a problem for its own goal.</summary>
    /// <param name="problem">A valid problem.</param>
    /// <param name="isMadeExact">Whether a simplex method makes the answer exact afterwards; coefficients of a row may then differ by a
    /// factor of a million.</param>
    public static CompiledProblem Of(Problem problem, bool isMadeExact = false) => Of(problem, problem.Goal switch
    {
        MeanVarianceGoal utility => utility.RiskWeight,
        MaximumReturnGoal => 0,
        _ => 1,
    }, problem.Goal is MinimumRiskGoal ? 0 : 1, isMadeExact);

    /// <summary>Translates a problem for given weights of risk and value.</summary>
    /// <param name="problem">A valid problem.</param>
    /// <param name="riskWeight">Cost of a unit of risk; ≥ 0.</param>
    /// <param name="valueWeight">Gain from a unit of value.</param>
    /// <param name="isMadeExact">Whether a simplex method makes the answer exact afterwards.</param>
    public static CompiledProblem Of(Problem problem, double riskWeight, double valueWeight = 1, bool isMadeExact = false)
    {
        var compiled = new CompiledProblem(problem);
        compiled.FindCurves();
        compiled.Refusal ??= compiled.WhatDoesNotFit(isMadeExact);
        compiled.Refusal ??= problem.Goal switch
        {
            MaximumReturnGoal when problem.Variables.Any(v => v.IsBinary) => "a risk limit with binary variables is a cone constraint, which SCIP solves with cuts",
            MinimumRiskGoal when problem.Links.Count > 0 => "the minimum value depends on curves",
            _ => null,
        };
        if (compiled.Refusal is null)
            compiled.Build(riskWeight, valueWeight);
        return compiled;
    }

    /// <summary>The values of the problem's variables.</summary>
    public double[] Values(ReadOnlySpan<double> x, ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        var values = new double[_problem.Variables.Count];
        for (var v = 0; v < values.Length; v++)
        {
            values[v] = _itemOf[v] >= 0 ? _unit[v] * x[_itemOf[v]]
                : _switchOf[v] >= 0 ? z[_switchOf[v]]
                : _openerOf[v] >= 0 ? y[_openerOf[v]]
                : _problem.Variables[v].Lower;
        }

        foreach (var link in _problem.Links)
            values[link.Result] = Math.Min(link.Function.At(values[link.Argument]), _problem.Variables[link.Result].Upper);
        return values;
    }

    /// <summary>Converts a relaxation's answer to a point of the problem.</summary>
    public Point ToPoint(Relaxed relaxed) => ToPoint(relaxed.X, relaxed.Z, relaxed.Y, relaxed.Prices, relaxed.Bound);

    /// <summary>Converts an answer to a point of the problem.</summary>
    public Point ToPoint(double[] x, double[] z, double[] y, Prices prices, double bound) =>
        new(Values(x, z, y), RowPrices(prices), _problem.Goal is MinimumRiskGoal ? bound : -bound);

    /// <summary>Dual values of the problem's rows, with the sign of a minimisation: ≥ 0 if the lower limit binds.</summary>
    public double[] RowPrices(Prices prices)
    {
        var all = new double[_problem.Rows.Count + (_problem.Goal is MinimumRiskGoal ? 1 : 0)];
        for (var r = 0; r < _rows.Count; r++)
        {
            var (row, sign, scale) = _rows[r];
            if (row >= 0)
                all[row] -= sign * prices.Rows[r] * scale;
        }

        return all;
    }

    /// <summary>A power of two that scales a variable's range to about one, if it is far from it.</summary>
    private double Unit(int v)
    {
        const double Far = 1e3;
        var reach = Math.Max(Math.Abs(_problem.Variables[v].Lower), Math.Abs(_problem.Variables[v].Upper));
        return reach is 0 or (> 1 / Far and < Far) || _problem.Links.Any(link => link.Argument == v) ? 1 : Math.ScaleB(1, Math.ILogB(reach));
    }

    private static int[] Filled(int length)
    {
        var array = new int[length];
        Array.Fill(array, -1);
        return array;
    }

    private void Build(double riskWeight, double valueWeight)
    {
        var switchRule = AssignSwitches(out var extraRows);
        AssignOpeners(switchRule);
        var items = AssignItems(switchRule);
        var toll = Toll();
        var columns = Columns(items, switchRule, toll, valueWeight);
        var constant = FixedObjective(toll, riskWeight, valueWeight);
        var (curve, curveWeight) = Curves(items.Count, valueWeight, ref constant);
        var sparse = SplitFactors(items.Count, riskWeight, out var dense, out var loadings, out var denseOffset, out var sparseOffset);
        var rows = new RowEntries(this, switchRule, columns.Upper, sparse, hasSwitches: columns.IsSwitched is not null);
        for (var r = 0; r < _problem.Rows.Count; r++)
        {
            if (_openerRows.TryGetValue(r, out var z))
                columns.Opener![_switchOf[z]] = _openerOf[_openerRowTarget[r]];
            else
                rows.Add(r, _problem.Rows[r]);
        }

        foreach (var row in extraRows)
            rows.Add(-1, row);
        if (_problem.Goal is MinimumRiskGoal least)
            rows.Add(_problem.Rows.Count, new("value at least", least.ValueAtLeast, double.PositiveInfinity, [.. _problem.Variables.Select((variable, v) => new Term(v, variable.Value)).Where(term => term.Coefficient != 0)]));
        if (items.Exists(v => _problem.Variables[v].IsBinary))
            Refusal = $"binary '{_problem.Variables[items.Find(v => _problem.Variables[v].IsBinary)].Name}' is neither a switch nor an opener";
        Program = new()
        {
            Count = items.Count,
            Cost = columns.Cost,
            Variance = columns.Variance,
            Lower = columns.Lower,
            Upper = columns.Upper,
            Curve = curve,
            CurveWeight = curveWeight,
            IsSwitched = columns.IsSwitched,
            Charge = columns.Charge,
            Opener = columns.Opener,
            Factors = dense.Count,
            Loadings = loadings,
            FactorOffset = denseOffset,
            SparseFactors = sparse.Count,
            SparseOffset = sparseOffset,
            RightSide = [.. rows.RightSide],
            IsEquality = [.. rows.IsEquality],
            OfX = rows.OfX.ToRows(items.Count),
            OfZ = rows.OfZ.ToRows(items.Count),
            OfY = rows.OfY.ToRows(Openers),
            OpenCost = OpenCost(toll, valueWeight),
            RiskWeight = 2 * riskWeight,
            Constant = constant,
        };
    }

    /// <summary>The variables that become items, in order. Until here the assignments name variables; from here on they name items.</summary>
    private List<int> AssignItems(int[] switchRule)
    {
        var (variables, items) = (_problem.Variables, new List<int>());
        for (var v = 0; v < variables.Count; v++)
        {
            // Variables that can only be off, or are fixed, are no items.
            if (_switchOf[v] >= 0 || _openerOf[v] >= 0 || _curveOf[v] >= 0 || switchRule[v] == Never || (switchRule[v] < 0 && variables[v].Lower == variables[v].Upper))
                continue;
            _itemOf[v] = items.Count;
            items.Add(v);
        }

        for (var v = 0; v < variables.Count; v++)
        {
            if (_switchOf[v] >= 0)
                _switchOf[v] = _itemOf[_switchOf[v]];
        }

        return items;
    }

    /// <summary>Costs, variances, bounds and switches of the items, in their units.</summary>
    private ItemColumns Columns(List<int> items, int[] switchRule, double[] toll, double valueWeight)
    {
        var n = items.Count;
        var isMixed = Array.Exists(switchRule, rule => rule >= 0);
        var columns = new ItemColumns(new double[n], new double[n], new double[n], new double[n], isMixed ? new bool[n] : null, isMixed ? new double[n] : null, isMixed ? Filled(n) : null);
        for (var i = 0; i < n; i++)
        {
            var variable = _problem.Variables[items[i]];
            var unit = _unit[items[i]] = Unit(items[i]);
            columns.Cost[i] = unit * (toll[items[i]] - valueWeight * variable.Value);
            columns.Variance[i] = unit * unit * variable.Variance;
            (columns.Lower[i], columns.Upper[i]) = (variable.Lower / unit, variable.Upper / unit);
            if (switchRule[items[i]] is not (var rule and >= 0))
                continue;
            var s = _problem.Switches[rule];
            columns.IsSwitched![i] = true;
            // A fixed size when on gets a tiny range, because the interior point needs an interior.
            (columns.Lower[i], columns.Upper[i]) = (Math.Min(s.Minimum, variable.Upper) / unit, Math.Max(variable.Upper, s.Minimum * (1 + 1e-9)) / unit);
            columns.Charge![i] = toll[s.Binary] - valueWeight * _problem.Variables[s.Binary].Value;
        }

        return columns;
    }

    /// <summary>What the variables that are fixed cost.</summary>
    private double FixedObjective(double[] toll, double riskWeight, double valueWeight)
    {
        var constant = 0.0;
        for (var v = 0; v < _problem.Variables.Count; v++)
        {
            var variable = _problem.Variables[v];
            if (_itemOf[v] < 0 && _switchOf[v] < 0 && _openerOf[v] < 0 && _curveOf[v] < 0)
                constant += (toll[v] - valueWeight * variable.Value) * variable.Lower + riskWeight * variable.Variance * variable.Lower * variable.Lower;
        }

        return constant;
    }

    private double[] OpenCost(double[] toll, double valueWeight)
    {
        var cost = new double[Openers];
        for (var v = 0; v < _problem.Variables.Count; v++)
        {
            if (_openerOf[v] >= 0)
                cost[_openerOf[v]] = toll[v] - valueWeight * _problem.Variables[v].Value;
        }

        return cost;
    }

    private double[] Toll()
    {
        var toll = new double[_problem.Variables.Count];
        if (_problem.Goal is MinimumRiskGoal least)
        {
            foreach (var (v, c) in least.Toll)
                toll[v] += c;
        }

        return toll;
    }

    private (IConcaveFunction?[]? Curve, double[]? Weight) Curves(int n, double valueWeight, ref double constant)
    {
        if (_problem.Links.Count == 0)
            return (null, null);
        var (curve, weight) = (new IConcaveFunction?[n], new double[n]);
        foreach (var link in _problem.Links)
        {
            var earned = valueWeight * _problem.Variables[link.Result].Value;
            if (_itemOf[link.Argument] is var item and >= 0)
                (curve[item], weight[item]) = (link.Function, earned);
            else
                constant -= earned * link.Function.At(_problem.Variables[link.Argument].Lower);
        }

        return (curve, weight);
    }

    /// <summary>Factors that many items load on become one dense matrix; the others stay sparse.</summary>
    private List<int> SplitFactors(
        int n, double riskWeight, out List<int> dense, out double[] loadings, out double[] denseOffset, out double[] sparseOffset)
    {
        const double Dense = 0.3;
        var (many, few) = (new List<int>(), new List<int>());
        for (var f = 0; riskWeight > 0 && f < _problem.Factors.Count; f++)
            (_problem.Factors[f].Loadings.Count >= Dense * _problem.Variables.Count ? many : few).Add(f);
        var stride = Kernels.Pad(many.Count);
        loadings = new double[n * stride];
        denseOffset = new double[stride];
        sparseOffset = new double[few.Count];
        // Copy in blocks that fit the cache: factors are stored by column and needed by row.
        const int Block = 512;
        var next = new int[many.Count];
        for (var end = Math.Min(Block, n); many.Count > 0; end = Math.Min(end + Block, n))
        {
            for (var k = 0; k < many.Count; k++)
            {
                var terms = _problem.Factors[many[k]].Loadings.AsSpan();
                for (; next[k] < terms.Length && (_itemOf[terms[next[k]].Variable] < end || end == n); next[k]++)
                {
                    var (v, c) = terms[next[k]];
                    if (_itemOf[v] >= 0)
                        loadings[_itemOf[v] * stride + k] += _unit[v] * c;
                    else
                        denseOffset[k] += c * _problem.Variables[v].Lower;
                }
            }

            if (end == n)
                break;
        }

        for (var s = 0; s < few.Count; s++)
        {
            foreach (var (v, c) in _problem.Factors[few[s]].Loadings.AsSpan())
            {
                if (_itemOf[v] < 0)
                    sparseOffset[s] += c * _problem.Variables[v].Lower;
            }
        }

        dense = many;
        return few;
    }

    /// <summary>Arrays by item; those of switches are null where no item has one.</summary>
    private sealed record ItemColumns(double[] Cost, double[] Variance, double[] Lower, double[] Upper, bool[]? IsSwitched, double[]? Charge, int[]? Opener);

    /// <summary>The rows of the program, with the sparse factors before them.</summary>
    private sealed class RowEntries
    {
        private readonly CompiledProblem _of;
        private readonly int[] _switchRule;
        private readonly double[] _upper;
        private readonly int _first;

        public RowEntries(CompiledProblem of, int[] switchRule, double[] upper, IReadOnlyList<int> sparseFactors, bool hasSwitches)
        {
            (_of, _switchRule, _upper, _first) = (of, switchRule, upper, sparseFactors.Count);
            var factors = of._problem.Factors;
            OfX = new(hasSwitches ? 0 : of._problem.Rows.Sum(row => row.Terms.Count) + sparseFactors.Sum(f => factors[f].Loadings.Count));
            for (var s = 0; s < sparseFactors.Count; s++)
            {
                foreach (var (v, c) in factors[sparseFactors[s]].Loadings.AsSpan())
                {
                    if (of._itemOf[v] >= 0)
                        OfX.Add(of._itemOf[v], s, of._unit[v] * c);
                }
            }
        }

        /// <summary>Coefficients of sizes.</summary>
        public SparseEntries OfX { get; }

        /// <summary>Coefficients of switches.</summary>
        public SparseEntries OfZ { get; } = new();

        /// <summary>Coefficients of openers.</summary>
        public SparseEntries OfY { get; } = new();

        public List<double> RightSide { get; } = [];

        public List<bool> IsEquality { get; } = [];

        /// <summary>Adds a row of the problem, once per limit that the bounds do not imply.</summary>
        /// <param name="index">Its index in the problem; −1 for a row of the kernels' own.</param>
        /// <param name="row">The row.</param>
        public void Add(int index, Row row)
        {
            var (least, most, fix, largest) = (0.0, 0.0, 0.0, 0.0);
            foreach (var (v, c) in row.Terms.AsSpan())
            {
                var variable = _of._problem.Variables[v];
                if (_of._itemOf[v] < 0 && _of._switchOf[v] < 0 && _of._openerOf[v] < 0)
                {
                    fix += c * variable.Lower;
                    continue;
                }

                var (low, high) = _switchRule[v] >= 0 ? (0, _of._unit[v] * _upper[_of._itemOf[v]]) : (variable.Lower, variable.Upper);
                least += Math.Min(c * low, c * high);
                most += Math.Max(c * low, c * high);
                largest = Math.Max(largest, Math.Abs(c) * (high - low));
            }

            // The scale is a power of two, so no digits are lost.
            var scale = largest > 0 ? Math.ScaleB(1, -Math.ILogB(largest)) : 1;
            var slack = 1e-12 * Math.Max(1, Math.Abs(fix) + Math.Abs(least) + Math.Abs(most));
            if (row.Lower > row.Upper || least + fix > row.Upper + 1e-9 + slack || most + fix < row.Lower - 1e-9 - slack)
                _of.ImpossibleRow ??= row.Name;
            if (row.Lower == row.Upper)
            {
                AddLimit(index, row, 1, scale, row.Upper - fix, isEquality: true);
                return;
            }

            if (most + fix > row.Upper)
                AddLimit(index, row, 1, scale, row.Upper - fix, isEquality: false);
            if (least + fix < row.Lower)
                AddLimit(index, row, -1, scale, row.Lower - fix, isEquality: false);
        }

        private void AddLimit(int index, Row row, double sign, double scale, double limit, bool isEquality)
        {
            if (row.Terms.Count == 0)
                return;
            var at = _first + RightSide.Count;
            _of._rows.Add((index, sign, scale));
            RightSide.Add(sign * scale * limit);
            IsEquality.Add(isEquality);
            foreach (var (v, c) in row.Terms.AsSpan())
            {
                if (_of._itemOf[v] >= 0)
                    OfX.Add(_of._itemOf[v], at, sign * scale * _of._unit[v] * c);
                else if (_of._switchOf[v] >= 0)
                    OfZ.Add(_of._switchOf[v], at, sign * scale * c);
                else if (_of._openerOf[v] >= 0)
                    OfY.Add(_of._openerOf[v], at, sign * scale * c);
            }
        }
    }
}
