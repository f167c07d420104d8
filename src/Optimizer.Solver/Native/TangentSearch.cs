using Optimizer.Solver.Engines;

namespace Optimizer.Solver.Native;

/// <summary>Solves problems with curves in rows, or with row coefficients that differ by a factor of a million, with the built-in
/// kernels.</summary>
/// <remarks>
/// Every curve that the kernels do not support is replaced by tangents, so the bound of branch and bound holds for the problem itself. A
/// simplex
/// method then makes the decided point exact on the problem's own curves. Where the tangents lay above a curve, more are added, and branch
/// and
/// bound runs again (outer approximation: Duran and Grossmann, An outer-approximation algorithm for a class of mixed-integer nonlinear
/// programs, 1986). A risk limit becomes a price of risk, the limit's multiplier at the best point: for every price w,
/// value ≤ max(value − w·risk) + w·limit.
/// </remarks>
internal sealed class TangentSearch
{
    private const int MaximumRounds = 40;

    /// <summary>Above this many rows, the kernels' dense systems are slower than a simplex method.</summary>
    private const int MostRows = 600;

    private readonly Problem _problem;
    private readonly bool[] _isTangent;
    private readonly TangentPoints _points = new();
    private readonly List<Row> _rows = [];
    private readonly Dictionary<int, int> _binaryOf;

    /// <summary>Whether the last point could not be made exact, and whether the simplex method failed on it.</summary>
    private bool _wasShort, _isBroken;

    /// <summary>Whether assignments were excluded that may have feasible points; bounds are then no longer valid.</summary>
    private bool _hasSkipped;

    /// <summary>Price of risk that replaces the goal's risk limit.</summary>
    private double _riskPrice;

    /// <param name="problem">A valid problem.</param>
    public TangentSearch(Problem problem)
    {
        _problem = problem;
        _binaryOf = Formulation.BinaryOf(problem);
        // The minimum value becomes a row of its own.
        _isTangent = [.. CompiledProblem.WhyNotCurves(problem).Select(why => why is not null || problem.Goal is MinimumRiskGoal)];
        for (var l = 0; l < _isTangent.Length; l++)
        {
            if (!_isTangent[l])
                continue;
            var (link, argument) = (problem.Links[l], problem.Variables[problem.Links[l].Argument]);
            if (link.IsExact)
                _rows.Add(Formulation.Chord(link, argument));
            foreach (var share in Formulation.FirstTangents)
                Touch(l, argument.Lower + share * (argument.Upper - argument.Lower));
        }

        var compiled = Compile();
        Refusal = compiled.Refusal ?? (compiled.Program.Rows > MostRows ? $"it has {compiled.Program.Rows} rows" : null);
    }

    /// <summary>Why the built-in kernels cannot solve the problem even with tangents; null if they can.</summary>
    public string? Refusal { get; }

    /// <summary>Solves; the answer is checked like every other.</summary>
    public Answer Solve(SolveOptions options, Deadline deadline)
    {
        var minimises = _problem.Goal is MinimumRiskGoal;
        var bound = minimises ? double.NegativeInfinity : double.PositiveInfinity;
        var nodes = 0;
        Answer? best = null;
        for (var round = 1; round <= MaximumRounds && !deadline.HasPassed; round++)
        {
            var compiled = Compile();
            if (compiled.ImpossibleRow is { } row)
                return best ?? new Answer { Status = SolveStatus.Infeasible, Engine = "native", Message = $"the variables' bounds contradict '{row}'" };
            var (values, proven, isInfeasible) = Decide(compiled, options, deadline, ref nodes);
            var engine = $"native: branch and bound on tangents, {nodes} node{(nodes == 1 ? "" : "s")} in {round} round{(round == 1 ? "" : "s")} + GLOP";
            if (isInfeasible && _hasSkipped)
                break;
            if (isInfeasible)
                return best ?? new Answer { Status = SolveStatus.Infeasible, Engine = engine };
            if (!_hasSkipped)
                bound = minimises ? Math.Max(bound, proven) : Math.Min(bound, -proven + (_problem.Goal is MaximumReturnGoal limited ? _riskPrice * limited.RiskAtMost : 0));
            if (values is null)
                break;
            var hasLearnt = false;
            if (Polished(values, options, deadline) is { } point)
            {
                var answer = Certificate.Of(_problem, options, point with { Bound = bound }, "branch and bound, recomputed at every node", engine);
                if (answer.Status != SolveStatus.Failed && (best is null || (minimises ? answer.Objective < best.Objective : answer.Objective > best.Objective)))
                    best = answer;
                hasLearnt = TouchAt(point.Values, 0) | Reprice(answer.GoalShadowPrice);
                if (IsOverRisk(values))
                    TouchRisk(point.Values);
            }
            else if (!_isBroken)
            {
                _hasSkipped |= _wasShort;
                hasLearnt = Forbid(values);
            }

            if (IsOverRisk(values))
            {
                TouchRisk(values);
                hasLearnt = true;
            }

            best = best is null ? null : Certificate.Rebound(_problem, best, bound, best.BoundBy, options) with { Engine = engine };
            if (best?.Status == SolveStatus.Optimal || !(TouchAt(values, 1e-12) | hasLearnt))
                break;
        }

        return best ?? new Answer
        {
            Status = deadline.HasPassed ? SolveStatus.TimedOut : SolveStatus.Failed,
            Message = _hasSkipped ? CuttingPlanes.NoExactPoint : "found no switch values that satisfy the rows",
            Bound = bound,
            BoundBy = "branch and bound, recomputed at every node",
            Engine = "native: branch and bound on tangents",
        };
    }

    private bool IsOverRisk(double[] values) => _problem.Goal is MaximumReturnGoal limited && Check.Risk(_problem, values) > limited.RiskAtMost * (1 + 1e-9);

    /// <summary>Adds the tangent of the risk at a point as a row; every point within the risk limit satisfies it. At zero sizes the tangent
    /// has the value −risk.</summary>
    private void TouchRisk(double[] values)
    {
        var slopes = Check.RiskSlopes(_problem, values);
        _rows.Add(new("risk", double.NegativeInfinity, ((MaximumReturnGoal)_problem.Goal).RiskAtMost + Check.Risk(_problem, values),
            [.. slopes.Select((slope, v) => new Term(v, slope)).Where(term => term.Coefficient != 0)]));
    }

    private bool Reprice(double price)
    {
        if (_problem.Goal is not MaximumReturnGoal || Math.Abs(price - _riskPrice) <= 1e-6 * Math.Max(price, _riskPrice))
            return false;
        _riskPrice = price;
        return true;
    }

    private CompiledProblem Compile() => CompiledProblem.Of(_problem with
    {
        Goal = _problem.Goal is MaximumReturnGoal ? new MeanVarianceGoal(_riskPrice) : _problem.Goal,
        Rows = [.. _problem.Rows, .. _rows],
        Links = [.. _problem.Links.Where((_, l) => !_isTangent[l])],
    }, isMadeExact: true);

    /// <summary>Solves the problem with its current tangents by branch and bound.</summary>
    /// <returns>Values of the problem's variables, null if none were found; the bound of the minimised objective; whether infeasibility is
    /// proven.</returns>
    private (double[]? Values, double Bound, bool IsInfeasible) Decide(CompiledProblem compiled, SolveOptions options, Deadline deadline, ref int nodes)
    {
        if (compiled.Program.IsSwitched is null)
        {
            var relaxed = new Sifting(compiled.Program, InteriorPointEngine.Instance).Solve(options.PolishGap, deadline.Cancellation);
            return (compiled.Values(relaxed.X, relaxed.Z, relaxed.Y), relaxed.Bound, relaxed.IsProvenInfeasible);
        }

        // Half of the gap is reserved for the error of the tangents.
        var result = new BranchAndBound(compiled.Program, 0.5 * options.Gap, Answer.LeastOf(_problem.Goal), deadline).Solve();
        nodes += result.Nodes;
        return (result.Best is { } found ? compiled.Values(found.X, found.Z, found.Y) : null, result.Bound, result.IsProvenInfeasible);
    }

    /// <summary>The best point on the problem's own curves, with the binaries of a given point.</summary>
    private Point? Polished(double[] values, SolveOptions options, Deadline deadline)
    {
        var formulation = new Formulation(_problem, linear: true);
        formulation.CutAt(values);
        var planes = new CuttingPlanes(_problem, formulation, OrToolsEngine.Glop, options.PolishGap, deadline);
        try
        {
            var point = planes.Polish(_problem.Variables.Any(v => v.IsBinary) ? [.. values.Select(value => Math.Round(value))] : null);
            (_wasShort, _isBroken) = (planes.WasShort, false);
            return point;
        }
        catch (EngineException)
        {
            _isBroken = true;
            return null;
        }
    }

    /// <summary>Excludes an assignment for which the exact problem has no point.</summary>
    private bool Forbid(double[] values)
    {
        if (!_problem.Variables.Any(v => v.IsBinary))
            return false;
        _rows.Add(Formulation.Forbidden(_problem, values));
        return true;
    }

    private bool TouchAt(double[] values, double tolerance)
    {
        var hasNew = false;
        for (var l = 0; l < _isTangent.Length; l++)
        {
            var link = _problem.Links[l];
            if (_isTangent[l] && (tolerance == 0 || values[link.Result] - link.Function.At(values[link.Argument]) > tolerance))
                hasNew |= Touch(l, values[link.Argument]);
        }

        return hasNew;
    }

    private bool Touch(int l, double at)
    {
        var link = _problem.Links[l];
        if (!_points.Add(link, at, _problem.Variables[link.Argument].Upper))
            return false;
        _rows.Add(Formulation.Tangent(link, at, _binaryOf.TryGetValue(link.Argument, out var z) ? z : null));
        return true;
    }
}
