namespace Optimizer.Solver.Engines;

/// <summary>Solves problems whose binary variables are absent, fixed or relaxed.</summary>
/// <remarks>
/// Two methods. Cuts: GLOP solves linear programs; each round adds cuts where the last answer misjudged a curve. Vertices are exact, so
/// this works
/// with flows and fees that are tiny compared with the book. Quadratic: PDLP with the squares in its objective; a first-order method, fast
/// on
/// plain portfolios, but unusable where costs differ by a millionth of the book (docs/decisions).
/// </remarks>
internal sealed class CuttingPlanes(Problem problem, Formulation formulation, OrToolsEngine engine, double gap, Deadline deadline)
{
    private const double LinkTolerance = 1e-10;
    private const int MaximumRounds = 200;

    private const string PdlpParameters =
        "termination_criteria { simple_optimality_criteria { eps_optimal_absolute: 1e-9 eps_optimal_relative: 1e-9 } } num_threads: 1";

    private const string HighsParameters = "output_flag=false\nsmall_matrix_value=1e-12\nprimal_feasibility_tolerance=1e-9\ndual_feasibility_tolerance=1e-9";

    private const string ScipParameters = "limits/gap = 0\nnumerics/feastol = 1e-9\nnumerics/dualfeastol = 1e-9";

    private readonly string _glopParameters = OrTools.GlopParameters(hasTangents: !Check.IsLinear(problem) || problem.Links.Count > 0);
    private readonly bool[] _inRows = Formulation.InRows(problem);

    /// <summary>Per variable, whether it is a binary that relaxations fix at zero; null if there are none.</summary>
    private bool[]? _isOut;

    /// <summary>Relative change of a relaxation's bound below which another round is not worth it.</summary>
    private double _enough;

    /// <summary>Fraction of the time limit up to which the root bound is improved.</summary>
    private double _part = 1;

    private bool IsRootLate => deadline.Elapsed > _part * (deadline.Elapsed + deadline.SecondsLeft);

    /// <summary>Whether the binaries are fixed. Programs are then small, and variables are scaled by their expected magnitudes to keep
    /// precision.</summary>
    private bool _isDecided;

    /// <summary>Bound of the last relaxation (a minimisation) and its reduced costs.</summary>
    private (double Bound, double[] ReducedCosts) _last = (0, []);

    /// <summary>Solves with all binaries relaxed: first with some of the switches, then also with those that the reduced costs ask
    /// for.</summary>
    /// <remarks>The bound allows for every switch that is left out: the reduced cost of its variable, with the steepest slope of its curve,
    /// limits by how much it could lower the relaxation's objective (column generation). These switches stay out of <see cref="Spread"/>
    /// too.</remarks>
    /// <param name="rounds">The most programs to solve with the first set of switches.</param>
    /// <param name="enough">Relative change of the bound below which another round is not worth it.</param>
    /// <param name="part">Fraction of the time limit up to which the bound is improved.</param>
    public Point? Relax(int rounds, double enough, double part)
    {
        const int Batch = 250;
        (_enough, _part) = (enough, part);
        _isOut = Unpromising(Batch);
        if (_isOut is null)
            return Solve(null, rounds);
        Point? best = null;
        for (var pass = 0; ; pass++)
        {
            if (Solve(null, pass == 0 ? rounds : rounds / 3 + 1) is not { } point)
            {
                // The rows may need a switch that was left out: include all.
                _isOut = null;
                return Solve(null, rounds);
            }

            var prices = PricesOfOut(_isOut);
            var missed = prices.Sum(p => p.Price);
            var bound = problem.Goal is MinimumRiskGoal ? _last.Bound + missed : -(_last.Bound + missed);
            var isTighter = best is null || (problem.Goal is MinimumRiskGoal ? bound > best.Bound : bound < best.Bound);
            best = point with { Bound = isTighter ? bound : best!.Bound };
            if (-missed <= enough * Math.Abs(bound) || IsRootLate)
                return best;
            foreach (var (_, binary) in prices.OrderBy(p => p.Price).Take(Batch))
                _isOut[binary] = false;
        }
    }

    /// <summary>All switches with a profitable variable except the <paramref name="kept"/> best; null if there are only few.</summary>
    private bool[]? Unpromising(int kept)
    {
        var slope = new double[problem.Variables.Count];
        for (var v = 0; v < slope.Length; v++)
            slope[v] = problem.Variables[v].Value;
        foreach (var link in problem.Links)
            slope[link.Argument] += problem.Variables[link.Result].Value * link.Function.SlopeAt(0);
        var paying = problem.Switches.Where(s => slope[s.Variable] > 0).OrderByDescending(s => slope[s.Variable]).Skip(kept).ToArray();
        if (paying.Length < kept)
            return null;
        var isOut = new bool[problem.Variables.Count];
        foreach (var s in paying)
            isOut[s.Binary] = true;
        return isOut;
    }

    /// <summary>The most by which each omitted switch could lower the minimised objective; only negative entries are returned.</summary>
    private List<(double Price, int Binary)> PricesOfOut(bool[] isOut)
    {
        var reduced = (double[])_last.ReducedCosts.Clone();
        foreach (var link in problem.Links)
        {
            var result = reduced[link.Result];
            // A result rises at most with the slope of its curve at zero, and cannot fall below its lower bound.
            reduced[link.Argument] += result < 0 ? result * link.Function.SlopeAt(0)
                : result > 0 && problem.Variables[link.Argument].Upper > 0 ? Math.Min(0, problem.Variables[link.Result].Lower - link.Function.At(0)) * result / problem.Variables[link.Argument].Upper
                : 0;
        }

        return [.. problem.Switches.Where(s => isOut[s.Binary]).GroupBy(s => s.Binary)
            .Select(same => (Price: reduced[same.Key] + same.Sum(s => Math.Min(0, reduced[s.Variable]) * problem.Variables[s.Variable].Upper), same.Key)).Where(p => p.Price < 0)];
    }

    /// <summary>Solves for the problem's goal; cuts are added until all curves hold.</summary>
    /// <param name="binaries">Fixed values of the binary variables by index; null relaxes them to [0, 1].</param>
    /// <param name="rounds">The most programs to solve.</param>
    /// <returns>The best point; null if the rows allow none.</returns>
    public Point? Solve(IReadOnlyList<double>? binaries, int rounds = MaximumRounds) => Solve(binaries, null, rounds);

    /// <summary>Solves so that every exact link holds with equality.</summary>
    /// <remarks>Cuts bound links from above only, so the result of an exact link may be below its function. If raising it changes neither
    /// objective nor feasibility, it is raised. Otherwise the link's argument and result are fixed, and the rest is solved again.</remarks>
    /// <param name="binaries">Fixed values of the binary variables by index; null where there are none.</param>
    /// <returns>The best point; null if none was found at which the links are exact (<see cref="WasShort"/>), or if there is
    /// none.</returns>
    public Point? Polish(IReadOnlyList<double>? binaries)
    {
        const double Short = 1e-9;
        WasShort = false;
        var point = Solve(binaries, null, MaximumRounds);
        if (point is null)
            return null;
        var shortfall = problem.Links.Where(l => l.IsExact && l.Function.At(point.Values[l.Argument]) - point.Values[l.Result] > Short).ToArray();
        if (shortfall.Length == 0)
            return point;
        var raised = (double[])point.Values.Clone();
        foreach (var link in shortfall)
            raised[link.Result] = link.Function.At(raised[link.Argument]);
        if (Check.Violation(problem, raised, binaries is null) <= Short && Math.Abs(Check.Objective(problem, raised) - Check.Objective(problem, point.Values)) <= 1e-12)
            return point with { Values = raised };
        var settled = new Dictionary<int, double>();
        foreach (var link in shortfall)
        {
            settled[link.Argument] = point.Values[link.Argument];
            settled[link.Result] = raised[link.Result];
        }

        var exact = Solve(binaries, settled, MaximumRounds);
        WasShort = exact is null;
        return exact;
    }

    /// <summary>Message if no point with exact links was found.</summary>
    public const string NoExactPoint = "found no point at which every exact link lies on its curve; such a point may still exist";

    /// <summary>Whether no point with exact links was found in the last call. This proves nothing about other points with the same
    /// binaries.</summary>
    public bool WasShort { get; private set; }

    /// <summary>Slope scaling: solves one program in which each switch costs an amount proportional to its variable; adds cuts where the
    /// answer misjudged a curve.</summary>
    /// <param name="sizes">Per switch, the size at which the proportional cost equals the fixed cost; &gt; 0.</param>
    /// <returns>Values of the variables; null if the rows allow none.</returns>
    public double[]? Spread(IReadOnlyList<double> sizes)
    {
        var program = formulation.Spread(problem.Goal, sizes);
        if (_isOut is not null)
            formulation.LeaveOut(program, _isOut);
        if (Run(program) is not { } answer)
            return null;
        formulation.Refine(answer.Values, LinkTolerance);
        return Clean(program, answer.Values);
    }

    private Point? Solve(IReadOnlyList<double>? binaries, IReadOnlyDictionary<int, double>? settled, int rounds)
    {
        Point? best = null;
        var minimises = problem.Goal is MinimumRiskGoal;
        double bestObjective, lastObjective = double.NaN, lastBound = double.NaN;
        var (stalled, settling) = (0, 0);
        var bound = minimises ? double.NegativeInfinity : double.PositiveInfinity;
        formulation.RiskMargin = 0;
        _isDecided = binaries is not null;
        for (var round = 0; round < rounds; round++)
        {
            var program = formulation.Continuous(problem.Goal, binaries, settled);
            if (binaries is null && _isOut is not null)
                formulation.LeaveOut(program, _isOut);
            if (Run(program) is not { } answer)
                return null;
            // The program minimises: value and utility are the negative of its objective.
            var proven = engine == OrToolsEngine.Scip ? answer.Bound : program.LowerBound(answer.Multipliers);
            if (binaries is null && _isOut is not null)
                _last = (proven, program.ReducedCosts(answer.Multipliers));
            var before = bound;
            if (formulation.RiskMargin == 0)
                bound = minimises ? Math.Max(bound, proven) : Math.Min(bound, -proven);
            var vertex = Exact(Clean(program, answer.Values));
            var values = best is null ? vertex : Along(best.Values, vertex);
            bestObjective = Check.Objective(problem, values);
            best = new(values, answer.Multipliers, bound);
            formulation.Refine(answer.Values, LinkTolerance);
            formulation.CutAt(values);
            var isClose = Math.Abs(bound - bestObjective) <= gap * Math.Max(Math.Abs(bestObjective), 1e-9);
            var isFeasible = Check.Violation(problem, values, binaries is null) <= 1e-9;
            stalled = Math.Abs(bestObjective - lastObjective) + Math.Abs(bound - lastBound) < 1e-14 ? stalled + 1 : 0;
            if (stalled == 3 && problem.Goal is MaximumReturnGoal most && Check.Risk(problem, values) - most.RiskAtMost is > 0 and var over && !isFeasible && binaries is not null)
            {
                formulation.RiskMargin += 1.5 * over;
                best = null;
                stalled = 0;
                continue;
            }

            settling = binaries is null && _enough > 0 && Math.Abs(bound - before) <= _enough * Math.Abs(bound) ? settling + 1 : 0;
            if (settling == 2 || (binaries is null && _enough > 0 && IsRootLate))
                break;
            if ((isClose && isFeasible) || stalled == 3 || deadline.SecondsLeft < -deadline.Grace)
                break;
            (lastObjective, lastBound) = (bestObjective, bound);
        }

        formulation.RiskMargin = 0;
        return best;
    }

    /// <summary>The best point between the best so far and the last program's vertex. It is feasible by convexity, and cuts there are far
    /// better than at the vertex, where the program knows least about the curves.</summary>
    private double[] Along(double[] best, double[] vertex)
    {
        double[] At(double share) =>
            Exact([.. best.Select((value, v) => value == vertex[v] ? value : (1 - share) * value + share * vertex[v])]);
        double Merit(double[] values)
        {
            var missed = Math.Max(Check.Missed(problem.Goal, Check.Value(problem, values), Check.Risk(problem, values)), Overshoot(values));
            return missed > 1e-10 ? -1e6 * (1 + missed)
                : problem.Goal is MinimumRiskGoal ? -Check.Objective(problem, values)
                : Check.Objective(problem, values);
        }

        const double Golden = 0.6180339887498949;
        double low = 0, high = 1, left = 1 - Golden, right = Golden;
        double leftMerit = Merit(At(left)), rightMerit = Merit(At(right));
        for (var step = 0; step < 40; step++)
        {
            if (leftMerit >= rightMerit)
            {
                (high, right, rightMerit, left) = (right, left, leftMerit, right - Golden * (right - low));
                leftMerit = Merit(At(left));
            }
            else
            {
                (low, left, leftMerit, right) = (left, right, rightMerit, left + Golden * (high - left));
                rightMerit = Merit(At(right));
            }
        }

        return new[] { best, At((low + high) / 2), vertex }.MaxBy(Merit)!;
    }

    /// <summary>How far the result of a link in a row lies above its function: cuts are still missing there.</summary>
    private double Overshoot(double[] values)
    {
        var most = 0.0;
        foreach (var link in problem.Links)
        {
            if (_inRows[link.Result])
                most = Math.Max(most, values[link.Result] - link.Function.At(values[link.Argument]));
        }

        return most <= 1e-9 ? 0 : most;
    }

    /// <summary>Sets every linked variable that occurs only in the value to its exact function value.</summary>
    private double[] Exact(double[] values)
    {
        foreach (var link in problem.Links)
        {
            if (!_inRows[link.Result])
                values[link.Result] = Math.Min(link.Function.At(values[link.Argument]), problem.Variables[link.Result].Upper);
        }

        return values;
    }

    private EngineAnswer? Run(QuadraticProgram program)
    {
        // With binaries, most variables of a program are fixed at zero.
        var answer = problem.Switches.Count > 0 ? new Reduction(program).Solve(Scaled) : Scaled(program);
        return answer.Status == EngineStatus.Infeasible ? null
            : answer.Values.Length == program.Count ? answer
            : throw new EngineException($"{engine} ended without values: {answer.Status} {answer.Message}".TrimEnd(), answer.Status == EngineStatus.TimedOut);
    }

    private EngineAnswer Scaled(QuadraticProgram program)
    {
        var scaling = new Scaling(program, _isDecided);
        var used = engine == OrToolsEngine.Pdlp && program.IsLinear ? OrToolsEngine.Glop : engine;
        var answer = Call(scaling.Program, used, used switch { OrToolsEngine.Pdlp => PdlpParameters, OrToolsEngine.Glop => _glopParameters, _ => ScipParameters });
        if (answer.Status == EngineStatus.Failed && used == OrToolsEngine.Glop)
        {
            // Numerical trouble in the simplex method: retry without preprocessing, then with HiGHS.
            answer = Call(scaling.Program, OrToolsEngine.Glop, OrTools.GlopParameters(hasTangents: true) + " use_preprocessing: false");
            if (answer.Status == EngineStatus.Failed)
                answer = Call(scaling.Program, OrToolsEngine.Highs, HighsParameters);
        }

        return answer.Values.Length > 0 ? scaling.Restore(answer) : answer;
    }

    private EngineAnswer Call(QuadraticProgram program, OrToolsEngine called, string parameters) => OrTools.Solve(
        program, called, Math.Max(deadline.SecondsLeft, deadline.Grace), parameters,
        // Linear engines have absolute tolerances and objectives are about a hundredth: scale by 100. If the largest cost exceeds a
        // thousand, scale by less, because very large costs break the simplex method.
        called == OrToolsEngine.Pdlp ? 1 : 100 / Math.Max(1, 1e-3 * program.Cost.Select(Math.Abs).DefaultIfEmpty(0).Max()), cancellation: deadline.Cancellation);

    /// <summary>Clamps values to their bounds and sets tiny values to exactly zero.</summary>
    private double[] Clean(QuadraticProgram program, double[] values)
    {
        const double Dust = 1e-11;
        var clean = new double[problem.Variables.Count];
        for (var v = 0; v < clean.Length; v++)
        {
            var value = Math.Clamp(values[v], program.Lower[v], program.Upper[v]);
            clean[v] = Math.Abs(value) < Dust && program.Lower[v] <= 0 ? 0 : value;
        }

        return clean;
    }
}
