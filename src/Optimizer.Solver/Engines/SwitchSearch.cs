namespace Optimizer.Solver.Engines;

/// <summary>Decides binary variables with SCIP, then makes the point exact with GLOP.</summary>
/// <remarks>
/// With many binaries, SCIP first gets a kernel of them (Angelelli, Mansini and Speranza, Kernel search, 2010). The kernel holds the
/// binaries that
/// slope scaling uses: linear programs in which each fixed charge is spread over the last size of its variable, so that small flows become
/// expensive and flows concentrate (Kim and Pardalos, A solution approach to the fixed charge network flow problem using a dynamic slope
/// scaling procedure, 1999). A point of the kernel is feasible for the whole problem, and the root's bound stays valid.
/// </remarks>
/// <param name="problem">A valid problem with binary variables.</param>
/// <param name="options">The solver options.</param>
/// <param name="deadline">When to stop.</param>
/// <param name="root">The last point of the relaxation, with its bound.</param>
internal sealed class SwitchSearch(Problem problem, SolveOptions options, Deadline deadline, Point root)
{
    /// <summary>Up to this many binaries, SCIP gets all of them at once.</summary>
    private const int Few = 250;

    /// <summary>Above this many binaries, SCIP never gets all of them: it would end without a point.</summary>
    private const int TooMany = 1_600;

    private readonly bool _minimises = problem.Goal is MinimumRiskGoal;
    private double _bound = root.Bound;
    private string _boundBy = "weak duality at the root, recomputed";
    private Answer? _best;

    /// <summary>Whether assignments were excluded that may have feasible points; later bounds then do not cover them.</summary>
    private bool _hasSkipped;

    /// <summary>Solves.</summary>
    /// <param name="formulation">The problem's programs, with the cuts of the root.</param>
    /// <param name="continuous">Solves the relaxations.</param>
    public Answer Solve(Formulation formulation, CuttingPlanes continuous)
    {
        const int Rounds = 30;
        var binaries = problem.Variables.Count(v => v.IsBinary);
        var ended = EngineStatus.TimedOut;
        if (binaries > Few)
            SearchKernel(continuous);
        if ((binaries <= TooMany || _best is null) && !(_best?.Gap <= options.Gap))
            ended = Decide(formulation, continuous, null, Rounds, deadline.SecondsLeft);
        if (_best is not null)
            return _best;
        return ended == EngineStatus.Infeasible && !_hasSkipped ? Certificate.Of(problem, options, null, "", "SCIP") : new Answer
        {
            Status = deadline.HasPassed || ended == EngineStatus.TimedOut ? SolveStatus.TimedOut : SolveStatus.Failed,
            Message = _hasSkipped ? CuttingPlanes.NoExactPoint : "SCIP found no binary values that are feasible for the exact problem",
            Bound = _bound,
            BoundBy = _boundBy,
            Engine = "SCIP",
        };
    }

    private void SearchKernel(CuttingPlanes continuous)
    {
        const int Rounds = 6;
        const double ShareOfTime = 0.5;
        if (Kernel(continuous, out var values) is not { } isOut)
            return;
        // The root's many cuts mostly lie far from these points and slow SCIP down: start with cuts at these points only.
        var formulation = new Formulation(problem, linear: true);
        foreach (var point in values)
            formulation.CutAt(point);
        var exact = new CuttingPlanes(problem, formulation, OrToolsEngine.Glop, options.PolishGap, deadline);
        Decide(formulation, exact, isOut, Rounds, ShareOfTime * deadline.SecondsLeft);
    }

    /// <summary>The switches outside the kernel.</summary>
    /// <param name="continuous">Solves the relaxations.</param>
    /// <param name="points">The last points of slope scaling.</param>
    /// <returns>Per variable, whether it is a switch outside the kernel; null if the relaxation failed.</returns>
    private bool[]? Kernel(CuttingPlanes continuous, out List<double[]> points)
    {
        const int Settling = 4;
        const int Counting = 4;
        points = [];
        var sizes = new double[problem.Switches.Count];
        for (var s = 0; s < sizes.Length; s++)
            sizes[s] = SizeOf(s, root.Values) ?? Math.Max(problem.Variables[problem.Switches[s].Variable].Upper, 1e-12);
        var isOut = new bool[problem.Variables.Count];
        foreach (var s in problem.Switches)
            isOut[s.Binary] = true;
        for (var round = 0; round < Settling + Counting && !deadline.HasPassed; round++)
        {
            if (continuous.Spread(sizes) is not { } values)
                return null;
            for (var s = 0; s < sizes.Length; s++)
            {
                if (SizeOf(s, values) is not { } size)
                    continue;
                sizes[s] = size;
                if (round >= Settling)
                    isOut[problem.Switches[s].Binary] = false;
            }

            if (round >= Settling)
                points.Add(values);
        }

        return isOut;
    }

    /// <summary>Alternates SCIP (binaries) and GLOP (exact point) until the gap is reached or a round brings no gain.</summary>
    /// <param name="formulation">The problem's programs.</param>
    /// <param name="continuous">Solves with binaries fixed.</param>
    /// <param name="isOut">Per variable, whether it is a binary fixed at zero; null to fix none, in which case SCIP's bound is
    /// valid.</param>
    /// <param name="rounds">The most calls of SCIP.</param>
    /// <param name="seconds">The most seconds.</param>
    private EngineStatus Decide(Formulation formulation, CuttingPlanes continuous, bool[]? isOut, int rounds, double seconds)
    {
        var until = deadline.Elapsed + seconds;
        var ended = EngineStatus.TimedOut;
        var engine = isOut is null ? "SCIP + GLOP" : $"SCIP on the {isOut.Count(o => !o) - problem.Variables.Count(v => !v.IsBinary)} kernel binaries + GLOP";
        for (var round = 0; round < rounds && deadline.Elapsed < until; round++)
        {
            var program = formulation.MixedInteger(problem.Goal);
            if (isOut is not null)
                formulation.LeaveOut(program, isOut);
            var decided = Scip(program, until - deadline.Elapsed);
            ended = decided.Status;
            var proven = _minimises ? decided.Bound : -decided.Bound;
            if (isOut is null && !_hasSkipped && double.IsFinite(proven) && IsBetter(_bound, proven))
                (_bound, _boundBy) = (proven, "SCIP branch and bound");
            if (decided.Values.Length == 0)
                break;
            var binaries = decided.Values.Take(problem.Variables.Count).Select(value => Math.Round(value)).ToArray();
            if (continuous.Polish(binaries) is not { } polished)
            {
                // SCIP accepted the assignment only within its tolerance, or no point with exact links was found for it.
                _hasSkipped |= continuous.WasShort;
                formulation.Forbid(binaries);
                continue;
            }

            formulation.Refine(decided.Values, 1e-12);
            var answer = Certificate.Of(problem, options, polished with { Bound = _bound }, _boundBy, engine);
            var before = _best;
            if (_best is null || _best.Status == SolveStatus.Failed || (answer.Status != SolveStatus.Failed && IsBetter(answer.Objective, _best.Objective)))
                _best = answer;
            _best = Certificate.Rebound(problem, _best, _bound, _boundBy, options);
            var gained = before is null ? double.PositiveInfinity : Math.Abs(_best.Objective - before.Objective);
            if (_best.Gap <= options.Gap || ended != EngineStatus.Optimal
                || (isOut is not null && gained <= 0.1 * options.Gap * Math.Abs(_best.Objective)))
                break;
        }

        if (_best is not null)
            _best = Certificate.Rebound(problem, _best, _bound, _boundBy, options);
        return ended;
    }

    /// <summary>Compares two objectives: true if the first is better. Compares two bounds: true if the second is tighter.</summary>
    private bool IsBetter(double objective, double than) => _minimises ? objective < than : objective > than;

    private EngineAnswer Scip(QuadraticProgram program, double seconds)
    {
        // SCIP's tolerances are absolute: scale the objective to about a thousand. One round of separation is enough: the relaxation is
        // already tight, and more rounds took five times as long on every scenario tried. The caller handles Ctrl-C.
        var size = Math.Max(Math.Abs(root.Bound), 1e-6);
        var parameters = string.Join('\n', $"limits/gap = {options.Gap / 40}", $"randomization/randomseedshift = {options.Seed}",
            "numerics/feastol = 1e-8", "separating/maxroundsroot = 1", "separating/maxrounds = 0", "misc/catchctrlc = FALSE");
        return new Reduction(program).Solve(reduced =>
        {
            var scaling = new Scaling(reduced);
            var until = deadline.Elapsed + seconds;
            EngineAnswer Ask(string with) => OrTools.Solve(scaling.Program, OrToolsEngine.Scip, Math.Max(until - deadline.Elapsed, 0.1), with, 1000 / size, cancellation: deadline.Cancellation);
            var answer = Ask(parameters);
            // SCIP's presolving has reported feasible problems as infeasible: confirm without presolving.
            return scaling.Restore(answer.Status == EngineStatus.Infeasible ? Ask($"{parameters}\npresolving/maxrounds = 0") : answer);
        });
    }

    /// <summary>The size of a switched variable, at least its minimum; null if it is zero.</summary>
    private double? SizeOf(int s, double[] values)
    {
        const double Zero = 1e-10;
        var (_, x, minimum) = problem.Switches[s];
        return values[x] > Zero ? Math.Max(values[x], minimum) : null;
    }
}
