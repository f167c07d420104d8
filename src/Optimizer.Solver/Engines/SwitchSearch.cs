namespace Optimizer.Solver.Engines;

/// <summary>Decides binary variables by SCIP and makes the rest exact by GLOP.</summary>
/// <remarks>
/// Where there are many, SCIP gets a kernel of them first (Angelelli, Mansini and Speranza, Kernel search, 2010): those used
/// by linear programs in which every charge is spread over the size that its variable had last, so that small flows become
/// dear and gather (Kim and Pardalos, A solution approach to the fixed charge network flow problem using a dynamic slope
/// scaling procedure, 1999). What is found there holds for the whole problem, and so does the bound of the root.
/// </remarks>
/// <param name="problem">A sound problem with binary variables.</param>
/// <param name="options">What is asked for.</param>
/// <param name="deadline">When to stop.</param>
/// <param name="root">The relaxation's last point, with its bound.</param>
internal sealed class SwitchSearch(Problem problem, SolveOptions options, Deadline deadline, Point root)
{
    /// <summary>With no more binaries than these, SCIP is given all of them at once.</summary>
    private const int Few = 250;

    /// <summary>With more binaries than these, SCIP is not given all of them at all: it ends without values.</summary>
    private const int TooMany = 1_600;

    private readonly bool _minimises = problem.Goal is MinimizeRisk;
    private double _bound = root.Bound;
    private string _boundBy = "weak duality at the root, recomputed";
    private Answer? _best;

    /// <summary>Whether assignments were skipped that may have points: what is proven from then on does not know of those.</summary>
    private bool _hasSkipped;

    /// <summary>Solves.</summary>
    /// <param name="formulation">The problem's programs, with the cuts of the root.</param>
    /// <param name="continuous">The relaxation's solver.</param>
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
            Message = _hasSkipped ? CuttingPlanes.NoExactPoint : "SCIP found no values for the binary variables that the exact problem accepts",
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
        // The root's cuts are many and most are far from here: SCIP takes its time over each.
        var formulation = new Formulation(problem, linear: true);
        foreach (var point in values)
            formulation.CutAt(point);
        var exact = new CuttingPlanes(problem, formulation, OrToolsEngine.Glop, options.PolishGap, deadline);
        Decide(formulation, exact, isOut, Rounds, ShareOfTime * deadline.SecondsLeft);
    }

    /// <summary>All switches but those that matter.</summary>
    /// <param name="continuous">The relaxation's solver.</param>
    /// <param name="points">The last points of the slope scaling.</param>
    /// <returns>Per variable whether it is a switch outside the kernel; null where the relaxation broke down.</returns>
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

    /// <summary>Lets SCIP decide and GLOP follow, until the gap is reached or another round brings nothing.</summary>
    /// <param name="formulation">The problem's programs.</param>
    /// <param name="continuous">Solves with binaries fixed.</param>
    /// <param name="isOut">Per variable whether it is a binary that stays zero; null leaves none out, and then SCIP's bound
    /// counts.</param>
    /// <param name="rounds">How often SCIP may be asked.</param>
    /// <param name="seconds">How long that may take.</param>
    private EngineStatus Decide(Formulation formulation, CuttingPlanes continuous, bool[]? isOut, int rounds, double seconds)
    {
        var until = deadline.Elapsed + seconds;
        var ended = EngineStatus.TimedOut;
        var engine = isOut is null ? "SCIP + GLOP" : $"SCIP on the {isOut.Count(o => !o) - problem.Variables.Count(v => !v.IsBinary)} binaries that matter + GLOP";
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
                // SCIP accepted the assignment only within its tolerance, or none of its points was found whose links are exact.
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

    /// <summary>Of two objectives the first; of two bounds the second is the tighter one.</summary>
    private bool IsBetter(double objective, double than) => _minimises ? objective < than : objective > than;

    private EngineAnswer Scip(QuadraticProgram program, double seconds)
    {
        // SCIP's tolerances are absolute: bring the objective to about a thousand. One round of separation: the
        // relaxation is tight already, and more rounds took five times as long on every scenario tried. Ctrl-C is the
        // caller's to handle.
        var size = Math.Max(Math.Abs(root.Bound), 1e-6);
        var parameters = string.Join('\n', $"limits/gap = {options.Gap / 40}", $"randomization/randomseedshift = {options.Seed}",
            "numerics/feastol = 1e-8", "separating/maxroundsroot = 1", "separating/maxrounds = 0", "misc/catchctrlc = FALSE");
        return new Reduction(program).Solve(reduced =>
        {
            var scaling = new Scaling(reduced);
            var until = deadline.Elapsed + seconds;
            EngineAnswer Ask(string with) => OrTools.Solve(scaling.Program, OrToolsEngine.Scip, Math.Max(until - deadline.Elapsed, 0.1), with, 1000 / size, cancellation: deadline.Cancellation);
            var answer = Ask(parameters);
            // SCIP's presolving has taken problems for infeasible that are not: it is only believed when it comes to that without.
            return scaling.Restore(answer.Status == EngineStatus.Infeasible ? Ask($"{parameters}\npresolving/maxrounds = 0") : answer);
        });
    }

    /// <summary>The size of a switched variable, at least its minimum; null where it is zero.</summary>
    private double? SizeOf(int s, double[] values)
    {
        const double Zero = 1e-10;
        var (_, x, minimum) = problem.Switches[s];
        return values[x] > Zero ? Math.Max(values[x], minimum) : null;
    }
}
