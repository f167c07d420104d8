namespace Optimizer.Solver.Engines;

/// <summary>Builds the programs that engines accept; curved parts are replaced by cuts.</summary>
/// <remarks>
/// Variables and rows keep their index. Then follow the factors as y = Fᵀx, then one epigraph variable per square. A cut is a line that
/// touches a curve and lies nowhere on its wrong side, so every program is a relaxation and its bound holds for the problem (Kelley, The
/// cutting-plane method for solving convex programs, 1960). The square of a switched variable gets the cut t ≥ 2·a·x − a²·z, the
/// perspective of
/// x² under its switch z (Frangioni and Gentile, Perspective cuts for a class of convex 0–1 mixed integer programs, 2006).
/// </remarks>
internal sealed class Formulation
{
    private readonly Problem _problem;
    private readonly List<Square> _squares = [];
    private readonly List<Row> _cuts = [];
    private readonly TangentPoints _points = new();
    private readonly bool _linear;
    private readonly bool[] _inRows;

    /// <summary>Expected magnitude of each squared variable: its largest value at exact points, times <see cref="Room"/>.</summary>
    private readonly Dictionary<int, double> _expected = [];
    private readonly Dictionary<int, int> _switchOf;

    /// <param name="problem">The problem.</param>
    /// <param name="linear">Whether squares are replaced by cuts; otherwise they stay in the objective, for PDLP.</param>
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

    /// <summary>Coefficients below this are rounding errors.</summary>
    private const double Negligible = 1e-12;

    /// <summary>Positions of the first tangents, as fractions of the interval between the argument's bounds.</summary>
    public static readonly double[] FirstTangents = [0, 0.02, 0.1, 0.3, 1];

    /// <summary>Safety margin by which the goal's risk limit is tightened, because an engine's tolerance would otherwise exceed
    /// it.</summary>
    public double RiskMargin { get; set; }

    /// <summary>Adds cuts at the given values wherever a curve is misjudged by more than a tolerance.</summary>
    /// <returns>The largest amount by which a link's result exceeds its function.</returns>
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

    /// <summary>A row that excludes exactly one assignment of the binary variables.</summary>
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

    /// <summary>The mixed-integer program for a goal.</summary>
    public QuadraticProgram MixedInteger(Goal goal) => Build(goal, keepBinaries: true);

    /// <summary>The slope-scaling program for a goal: each switch costs in proportion to its variable, and at the given size as much as in
    /// the problem. Minima are ignored.</summary>
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
    /// <param name="settled">Fixed values of arguments and results of exact links, by variable.</param>
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

    /// <summary>Fixes binaries at zero, with the variables that they switch and everything that depends on these.</summary>
    /// <param name="program">A program of this formulation.</param>
    /// <param name="isOut">Per variable of the problem, whether it is a binary to fix at zero.</param>
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

    /// <summary>Fixes what depends on fixed variables: squares, and links that occur only in the value.</summary>
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
            program.Add(variable.Lower, variable.Upper, goal is MinimumRiskGoal or MinimumCvarGoal ? 0 : -variable.Value,
                integer: keepBinaries && variable.IsBinary);
        }

        foreach (var (v, toll) in goal is MinimumRiskGoal charged ? charged.Toll : [])
            program.Cost[v] += toll;
        program.Rows.AddRange(_problem.Rows);
        AddSwitches(program, sizes);
        AddRisk(program, goal switch { MeanVarianceGoal utility => utility.RiskWeight, MinimumRiskGoal => 1, _ => 0 });
        program.Rows.AddRange(_cuts);
        if (goal is MinimumRiskGoal least)
            program.Rows.Add(new("value at least", least.ValueAtLeast, double.PositiveInfinity, ValueTerms()));
        if (goal is MinimumCvarGoal tail)
            program.Rows.Add(new("value at least", tail.ValueAtLeast, double.PositiveInfinity, ValueTerms()));
        if (goal is MaximumReturnGoal most)
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

    /// <summary>A tangent of a link's function: it lies nowhere below the function.</summary>
    /// <param name="link">The link.</param>
    /// <param name="at">The argument at which it touches.</param>
    /// <param name="binary">The binary that switches the argument, if there is one. The amount by which the tangent at zero exceeds the
    /// function is then multiplied by the binary (perspective cut).</param>
    public static Row Tangent(Link link, double at, int? binary)
    {
        var (slope, atZero) = (link.Function.SlopeAt(at), link.Function.At(0));
        var start = link.Function.At(at) - slope * at;
        return binary is { } z && start > atZero + Negligible
            ? new("link", double.NegativeInfinity, atZero, [new(link.Result, 1), new(link.Argument, -slope), new(z, atZero - start)])
            : new("link", double.NegativeInfinity, start, [new(link.Result, 1), new(link.Argument, -slope)]);
    }

    /// <summary>Lower limit of an exact link: a concave function lies above its chord.</summary>
    public static Row Chord(Link link, Variable argument)
    {
        var (start, end) = (link.Function.At(argument.Lower), link.Function.At(argument.Upper));
        var slope = argument.Upper > argument.Lower ? (end - start) / (argument.Upper - argument.Lower) : 0;
        return new("chord", start - slope * argument.Lower, double.PositiveInfinity, [new(link.Result, 1), new(link.Argument, -slope)]);
    }

    /// <summary>The binary of each switched variable.</summary>
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

    /// <summary>The range of a linear expression over the variables' bounds; finite, so that the dual bound is finite.</summary>
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

    /// <summary>Per variable, whether it occurs in a row of the problem.</summary>
    public static bool[] InRows(Problem problem)
    {
        var found = new bool[problem.Variables.Count];
        foreach (var term in problem.Rows.SelectMany(row => row.Terms))
            found[term.Variable] = true;
        return found;
    }

    /// <summary>The term weight·x², with the indices of its epigraph variable and its switch.</summary>
    private sealed record Square(int Variable, double Weight, int Epigraph, int Binary, double Lower, double Upper);
}
