namespace Optimizer.Solver.Engines;

/// <summary>Turns a problem into programs that engines accept, its curved parts replaced by cuts.</summary>
/// <remarks>
/// Variables and rows keep their index; factors follow as y = Fᵀx; then one epigraph variable per square. A cut is a
/// line that touches a curve and lies nowhere on its wrong side, so every program is a relaxation and its bound holds
/// for the problem (Kelley, The cutting-plane method for solving convex programs, 1960). The square of a switched
/// variable gets the cut t ≥ 2·a·x − a²·z, which is the perspective of x² under its switch z (Frangioni and Gentile,
/// Perspective cuts for a class of convex 0–1 mixed integer programs, 2006).
/// </remarks>
internal sealed class Formulation
{
    private readonly Problem _problem;
    private readonly List<Square> _squares = [];
    private readonly List<Row> _cuts = [];
    private readonly TouchPoints _points = new();
    private readonly bool _linear;
    private readonly bool[] _inRows;

    /// <summary>How large what is squared has been at exact points, times <see cref="Room"/>.</summary>
    private readonly Dictionary<int, double> _expected = [];
    private readonly Dictionary<int, int> _switchOf;

    /// <param name="problem">The problem.</param>
    /// <param name="linear">Whether squares become cuts; otherwise they stay in the objective, for PDLP.</param>
    public Formulation(Problem problem, bool linear)
    {
        _problem = problem;
        _linear = linear;
        _inRows = InRows(problem);
        _switchOf = BinaryOf(problem);
        var next = problem.Variables.Count + problem.Factors.Count;
        for (var v = 0; v < problem.Variables.Count; v++)
        {
            var variable = problem.Variables[v];
            if (variable.Variance > 0)
                _squares.Add(new(v, variable.Variance, next++, _switchOf.TryGetValue(v, out var z) ? z : -1, variable.Lower, variable.Upper));
        }

        for (var f = 0; f < problem.Factors.Count; f++)
        {
            var (lower, upper) = Range(problem.Factors[f].Loadings);
            _squares.Add(new(problem.Variables.Count + f, 1, next++, -1, lower, upper));
        }

        foreach (var link in problem.Links)
        {
            var argument = problem.Variables[link.Argument];
            if (link.IsExact)
                _cuts.Add(Chord(link, argument));
            foreach (var share in FirstTangents)
                CutLink(link, argument.Lower + share * (argument.Upper - argument.Lower));
        }

        if (!linear)
            return;
        foreach (var square in _squares)
        {
            foreach (var share in (double[])[0.02, 0.1, 0.3, 1])
            {
                CutSquare(square, share * square.Upper);
                if (square.Lower < 0)
                    CutSquare(square, share * square.Lower);
            }
        }
    }

    private const double Room = 4;

    /// <summary>A coefficient that rounding has left.</summary>
    private const double Negligible = 1e-12;

    /// <summary>Where functions get their first tangents, as shares of the way between the bounds of their argument.</summary>
    public static readonly double[] FirstTangents = [0, 0.02, 0.1, 0.3, 1];

    /// <summary>By how much the goal's limit on risk is drawn in, where an engine's tolerance would overstep it.</summary>
    public double RiskMargin { get; set; }

    /// <summary>Adds cuts at the given values wherever a curved part is misjudged by more than a tolerance.</summary>
    /// <returns>The largest overstatement of a link.</returns>
    public double Refine(IReadOnlyList<double> values, double tolerance)
    {
        var largest = 0.0;
        foreach (var link in _problem.Links)
        {
            var excess = values[link.Result] - link.Function.At(values[link.Argument]);
            largest = Math.Max(largest, excess);
            if (excess > tolerance)
                CutLink(link, values[link.Argument]);
        }

        if (!_linear)
            return largest;
        foreach (var square in _squares)
        {
            var x = values[square.Variable];
            if (square.Weight * (x * x - values[square.Epigraph]) > tolerance)
                CutSquare(square, x);
        }

        return largest;
    }

    /// <summary>Adds cuts at a point where every curve is known exactly.</summary>
    public void CutAt(IReadOnlyList<double> values)
    {
        foreach (var link in _problem.Links)
        {
            if (values[link.Argument] > 0)
                CutLink(link, values[link.Argument]);
        }

        if (!_linear)
            return;
        foreach (var square in _squares)
        {
            var x = square.Variable < _problem.Variables.Count
                ? values[square.Variable]
                : Check.Sum(_problem.Factors[square.Variable - _problem.Variables.Count].Loadings, values);
            if (x == 0)
                continue;
            CutSquare(square, x);
            _expected[square.Variable] = Math.Max(_expected.GetValueOrDefault(square.Variable), Room * Math.Abs(x));
        }
    }

    /// <summary>Forbids one assignment of the binary variables.</summary>
    public void Forbid(IReadOnlyList<double> binaries) => _cuts.Add(Forbidden(_problem, binaries));

    /// <summary>A row that one assignment of the binary variables breaks, and no other.</summary>
    public static Row Forbidden(Problem problem, IReadOnlyList<double> binaries)
    {
        var on = 0;
        var terms = new List<Term>();
        for (var v = 0; v < problem.Variables.Count; v++)
        {
            if (!problem.Variables[v].IsBinary)
                continue;
            var isOn = binaries[v] > 0.5;
            on += isOn ? 1 : 0;
            terms.Add(new(v, isOn ? -1 : 1));
        }

        return new("forbidden assignment", 1 - on, double.PositiveInfinity, terms);
    }

    /// <summary>The program for a goal, with binaries kept as they are.</summary>
    public QuadraticProgram MixedInteger(Goal goal) => Build(goal, keepBinaries: true);

    /// <summary>The program for a goal in which every switch costs in proportion to its variable, as much at the given
    /// size as in the problem; minima are left aside.</summary>
    /// <param name="goal">The goal.</param>
    /// <param name="sizes">One per switch; above 0.</param>
    public QuadraticProgram Spread(Goal goal, IReadOnlyList<double> sizes)
    {
        var program = Build(goal, keepBinaries: false, sizes);
        for (var s = 0; s < sizes.Count; s++)
        {
            var (z, x, _) = _problem.Switches[s];
            program.Upper[z] = Math.Max(program.Upper[z], _problem.Variables[x].Upper / sizes[s]);
        }

        return program;
    }

    /// <summary>The program for a goal, with binaries relaxed to [0, 1], or fixed where given.</summary>
    /// <param name="goal">The goal.</param>
    /// <param name="binaries">Values of the binary variables by index, or null.</param>
    /// <param name="settled">Values of exact links that are no longer decided, by variable.</param>
    public QuadraticProgram Continuous(Goal goal, IReadOnlyList<double>? binaries, IReadOnlyDictionary<int, double>? settled = null)
    {
        var program = Build(goal, keepBinaries: false);
        foreach (var (v, value) in settled ?? new Dictionary<int, double>())
            program.Lower[v] = program.Upper[v] = value;
        if (binaries is null)
            return program;
        for (var v = 0; v < _problem.Variables.Count; v++)
        {
            if (_problem.Variables[v].IsBinary)
                program.Lower[v] = program.Upper[v] = binaries[v];
        }

        foreach (var s in _problem.Switches)
        {
            if (settled?.ContainsKey(s.Variable) == true)
                continue;
            program.Upper[s.Variable] *= binaries[s.Binary];
            program.Lower[s.Variable] = Math.Max(program.Lower[s.Variable], binaries[s.Binary] * s.Minimum);
        }

        FixFollowers(program);
        return program;
    }

    /// <summary>Leaves binaries out of a program, with what they switch and what depends on that.</summary>
    /// <param name="program">A program of this formulation.</param>
    /// <param name="isOut">Per variable of the problem whether it is a binary that stays zero.</param>
    public void LeaveOut(QuadraticProgram program, bool[] isOut)
    {
        for (var v = 0; v < isOut.Length; v++)
        {
            if (isOut[v])
                program.Upper[v] = program.Lower[v];
        }

        foreach (var s in _problem.Switches)
        {
            if (isOut[s.Binary])
                program.Upper[s.Variable] = program.Lower[s.Variable];
        }

        FixFollowers(program);
    }

    /// <summary>What hangs on a variable with one value has one value: squares, and links that only add to the value.</summary>
    private void FixFollowers(QuadraticProgram program)
    {
        foreach (var square in _squares)
        {
            if (_linear && program.Lower[square.Variable] == program.Upper[square.Variable])
                program.Lower[square.Epigraph] = program.Upper[square.Epigraph] = program.Lower[square.Variable] * program.Lower[square.Variable];
        }

        foreach (var link in _problem.Links)
        {
            if (program.Lower[link.Argument] != program.Upper[link.Argument] || (!link.IsExact && (_inRows[link.Result] || program.Cost[link.Result] > 0)))
                continue;
            program.Lower[link.Result] = program.Upper[link.Result] = Math.Clamp(link.Function.At(program.Lower[link.Argument]), program.Lower[link.Result], program.Upper[link.Result]);
        }
    }

    private QuadraticProgram Build(Goal goal, bool keepBinaries, IReadOnlyList<double>? sizes = null)
    {
        var program = new QuadraticProgram();
        foreach (var variable in _problem.Variables)
        {
            program.Add(variable.Lower, variable.Upper, goal is MinimizeRisk or MinimizeTailLoss ? 0 : -variable.Value,
                integer: keepBinaries && variable.IsBinary);
        }

        foreach (var (v, toll) in goal is MinimizeRisk charged ? charged.Toll : [])
            program.Cost[v] += toll;
        program.Rows.AddRange(_problem.Rows);
        AddSwitches(program, sizes);
        AddRisk(program, goal switch { MaximizeUtility utility => utility.RiskWeight, MinimizeRisk => 1, _ => 0 });
        program.Rows.AddRange(_cuts);
        if (goal is MinimizeRisk least)
            program.Rows.Add(new("value at least", least.ValueAtLeast, double.PositiveInfinity, ValueTerms()));
        if (goal is MinimizeTailLoss tail)
            program.Rows.Add(new("value at least", tail.ValueAtLeast, double.PositiveInfinity, ValueTerms()));
        if (goal is MaximizeValue most)
            program.Rows.Add(new("risk at most", double.NegativeInfinity, most.RiskAtMost - RiskMargin,
                [.. _squares.Select(square => new Term(square.Epigraph, square.Weight))]));
        return program;
    }

    private void AddSwitches(QuadraticProgram program, IReadOnlyList<double>? sizes)
    {
        for (var s = 0; s < _problem.Switches.Count; s++)
        {
            var (z, x, minimum) = _problem.Switches[s];
            program.Rows.Add(new("switch", double.NegativeInfinity, 0, [new(x, 1), new(z, -(sizes?[s] ?? _problem.Variables[x].Upper))]));
            if (minimum > 0 && sizes is null)
                program.Rows.Add(new("minimum", 0, double.PositiveInfinity, [new(x, 1), new(z, -minimum)]));
        }
    }

    private void AddRisk(QuadraticProgram program, double weight)
    {
        foreach (var factor in _problem.Factors)
        {
            var (lower, upper) = Range(factor.Loadings);
            var y = program.Add(lower, upper, expected: _expected.GetValueOrDefault(program.Count));
            program.Rows.Add(new(factor.Name, 0, 0, [.. factor.Loadings, new(y, -1)]));
        }

        foreach (var square in _squares)
        {
            if (_linear)
                program.Add(0, Math.Max(square.Lower * square.Lower, square.Upper * square.Upper), weight * square.Weight, expected: Math.Pow(_expected.GetValueOrDefault(square.Variable), 2));
            else
                program.Curvature[square.Variable] = 2 * weight * square.Weight;
        }
    }

    private Term[] ValueTerms() =>
        [.. _problem.Variables.Select((variable, v) => new Term(v, variable.Value)).Where(term => term.Coefficient != 0)];

    private void CutLink(Link link, double at)
    {
        if (_points.Add(link, at, _problem.Variables[link.Argument].Upper))
            _cuts.Add(Tangent(link, at, _switchOf.TryGetValue(link.Argument, out var z) ? z : null));
    }

    /// <summary>A line that touches a link's function and lies nowhere below it.</summary>
    /// <param name="link">The link.</param>
    /// <param name="at">Where it touches.</param>
    /// <param name="binary">The binary that switches the argument, if one does: what the line lies above the function at zero is then there
    /// only while that is one (the perspective of the function).</param>
    public static Row Tangent(Link link, double at, int? binary)
    {
        var (slope, atZero) = (link.Function.SlopeAt(at), link.Function.At(0));
        var start = link.Function.At(at) - slope * at;
        return binary is { } z && start > atZero + Negligible
            ? new("link", double.NegativeInfinity, atZero, [new(link.Result, 1), new(link.Argument, -slope), new(z, atZero - start)])
            : new("link", double.NegativeInfinity, start, [new(link.Result, 1), new(link.Argument, -slope)]);
    }

    /// <summary>An exact link from below: a concave function lies above its chord.</summary>
    public static Row Chord(Link link, Variable argument)
    {
        var (start, end) = (link.Function.At(argument.Lower), link.Function.At(argument.Upper));
        var slope = argument.Upper > argument.Lower ? (end - start) / (argument.Upper - argument.Lower) : 0;
        return new("chord", start - slope * argument.Lower, double.PositiveInfinity, [new(link.Result, 1), new(link.Argument, -slope)]);
    }

    /// <summary>Per variable that is switched, its binary.</summary>
    public static Dictionary<int, int> BinaryOf(Problem problem) => problem.Switches.GroupBy(s => s.Variable).ToDictionary(same => same.Key, same => same.First().Binary);

    private void CutSquare(Square square, double at)
    {
        if (!_points.Add(square, at, Math.Max(Math.Abs(square.Lower), Math.Abs(square.Upper))))
            return;
        var terms = new List<Term> { new(square.Epigraph, 1), new(square.Variable, -2 * at) };
        if (square.Binary >= 0)
            terms.Add(new(square.Binary, at * at));
        _cuts.Add(new("square", square.Binary >= 0 ? 0 : -at * at, double.PositiveInfinity, terms));
    }

    /// <summary>The range of a sum over the box: finite, which keeps the dual bound finite.</summary>
    private (double Lower, double Upper) Range(IReadOnlyList<Term> terms)
    {
        double lower = 0, upper = 0;
        foreach (var (v, c) in terms)
        {
            lower += Math.Min(c * _problem.Variables[v].Lower, c * _problem.Variables[v].Upper);
            upper += Math.Max(c * _problem.Variables[v].Lower, c * _problem.Variables[v].Upper);
        }

        return (lower, upper);
    }

    /// <summary>Per variable whether some row of the problem has it.</summary>
    public static bool[] InRows(Problem problem)
    {
        var found = new bool[problem.Variables.Count];
        foreach (var term in problem.Rows.SelectMany(row => row.Terms))
            found[term.Variable] = true;
        return found;
    }

    /// <summary>weight·x², and where its epigraph and switch are.</summary>
    private sealed record Square(int Variable, double Weight, int Epigraph, int Binary, double Lower, double Upper);
}
