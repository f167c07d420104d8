namespace Optimizer.Solver.Engines;

/// <summary>Solves problems whose binary variables are absent, fixed or relaxed.</summary>
/// <remarks>
/// Two ways. Cuts: GLOP on linear programs, each round adding cuts where the last answer misjudged a curve; exact
/// vertices, so it copes with flows and fees that are tiny beside the book. Quadratic: PDLP with the squares in its
/// objective; a first-order method, fast on plain portfolios and hopeless where costs differ by a millionth of the
/// book (docs/decisions).
/// </remarks>
internal sealed class CuttingPlanes(Problem problem, Formulation formulation, OrToolsEngine engine, double gap, Deadline deadline)
{
    private const double LinkTolerance = 1e-10;
    private const int MaximumRounds = 200;

    /// <summary>What a linear program may take after the deadline: values found in time are made exact all the same.</summary>
    private const double PolishSeconds = 2;

    private const string PdlpParameters =
        "termination_criteria { simple_optimality_criteria { eps_optimal_absolute: 1e-9 eps_optimal_relative: 1e-9 } } num_threads: 1";

    private const string GlopParameters = "primal_feasibility_tolerance: 1e-9 dual_feasibility_tolerance: 1e-9";

    private const string ScipParameters = "limits/gap = 0\nnumerics/feastol = 1e-9\nnumerics/dualfeastol = 1e-9";

    private readonly bool[] _inRows = InRows(problem);

    /// <summary>Solves for the problem's goal, cuts refined until the curves are met.</summary>
    /// <param name="binaries">Fixed values of the binary variables by index; null relaxes them to [0, 1].</param>
    /// <param name="rounds">The most programs to solve.</param>
    /// <returns>The best point; null when the rows admit none.</returns>
    public Point? Solve(IReadOnlyList<double>? binaries, int rounds = MaximumRounds) => Solve(binaries, null, rounds);

    /// <summary>Solves with fixed binaries and every exact link exact.</summary>
    /// <remarks>Links are cut from above, so a point may leave an exact link short of its function where that pays.
    /// Then what goes into those links is settled at the point's values, and the rest solved again.</remarks>
    /// <returns>The best point; null when none keeps the links exact.</returns>
    public Point? Polish(IReadOnlyList<double> binaries)
    {
        var point = Solve(binaries, null, MaximumRounds);
        if (point is null)
            return null;
        var shortfall = problem.Links.Where(l => l.IsExact && l.Function.At(point.Values[l.Argument]) - point.Values[l.Result] > 1e-9).ToArray();
        if (shortfall.Length == 0)
            return point;
        var settled = new Dictionary<int, double>();
        foreach (var link in shortfall)
        {
            settled[link.Argument] = point.Values[link.Argument];
            settled[link.Result] = link.Function.At(point.Values[link.Argument]);
        }

        return Solve(binaries, settled, MaximumRounds);
    }

    private Point? Solve(IReadOnlyList<double>? binaries, IReadOnlyDictionary<int, double>? settled, int rounds)
    {
        Point? best = null;
        var minimises = problem.Goal is MinimizeRisk;
        double bestObjective, lastObjective = double.NaN, lastBound = double.NaN;
        var stalled = 0;
        var bound = minimises ? double.NegativeInfinity : double.PositiveInfinity;
        formulation.RiskMargin = 0;
        for (var round = 0; round < rounds; round++)
        {
            var program = formulation.Continuous(problem.Goal, binaries, settled);
            if (Run(program) is not { } answer)
                return null;
            // The program minimises; value and utility are its negative.
            var proven = engine == OrToolsEngine.Scip ? answer.Bound : program.LowerBound(answer.Multipliers);
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
            if (stalled == 3 && problem.Goal is MaximizeValue most && Check.Risk(problem, values) - most.RiskAtMost is > 0 and var over && !isFeasible && binaries is not null)
            {
                formulation.RiskMargin += 1.5 * over;
                best = null;
                stalled = 0;
                continue;
            }

            if ((isClose && isFeasible) || stalled == 3 || deadline.SecondsLeft < -PolishSeconds)
                break;
            (lastObjective, lastBound) = (bestObjective, bound);
        }

        formulation.RiskMargin = 0;
        return best;
    }

    /// <summary>The best point between the best so far and the last program's vertex: feasible by convexity, and a far
    /// better place for cuts than the vertex, which lies where the program knows least.</summary>
    private double[] Along(double[] best, double[] vertex)
    {
        double[] At(double share) =>
            Exact([.. best.Select((value, v) => value == vertex[v] ? value : (1 - share) * value + share * vertex[v])]);
        double Merit(double[] values)
        {
            var missed = Check.Missed(problem.Goal, Check.Value(problem, values), Check.Risk(problem, values));
            return missed > 1e-10 ? -1e6 * (1 + missed)
                : problem.Goal is MinimizeRisk ? -Check.Objective(problem, values)
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

    /// <summary>Raises or lowers every linked variable that only adds to the value to its exact function.</summary>
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
        var scaling = new Scaling(program);
        var used = engine == OrToolsEngine.Pdlp && program.IsLinear ? OrToolsEngine.Glop : engine;
        var answer = Call(scaling.Program, used, used switch { OrToolsEngine.Pdlp => PdlpParameters, OrToolsEngine.Glop => GlopParameters, _ => ScipParameters });
        if (answer.Status == EngineStatus.Failed && used == OrToolsEngine.Glop)
        {
            // Numerical trouble of the simplex method: without preprocessing it takes another path; SCIP brings its own.
            answer = Call(scaling.Program, OrToolsEngine.Glop, GlopParameters + " use_preprocessing: false");
            if (answer.Status == EngineStatus.Failed)
                answer = Call(scaling.Program, OrToolsEngine.Scip, ScipParameters);
        }

        return answer.Values.Length > 0 ? scaling.Restore(answer)
            : answer.Status == EngineStatus.Infeasible ? null
            : throw new EngineException($"{used} ended without values: {answer.Status} {answer.Message}".TrimEnd());
    }

    private EngineAnswer Call(QuadraticProgram program, OrToolsEngine called, string parameters) => OrTools.Solve(
        program, called, Math.Max(deadline.SecondsLeft, PolishSeconds), parameters,
        // The tolerances of linear engines are absolute, and objectives are around a hundredth.
        called == OrToolsEngine.Pdlp ? 1 : 100, cancellation: deadline.Cancellation);

    /// <summary>Values within their bounds, and exact zeros where an engine left dust.</summary>
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

    private static bool[] InRows(Problem problem)
    {
        var found = new bool[problem.Variables.Count];
        foreach (var term in problem.Rows.SelectMany(row => row.Terms))
            found[term.Variable] = true;
        return found;
    }
}
