using Optimizer.Solver.Native;

namespace Optimizer.Solver.Engines;

/// <summary>Solves problems by OR-Tools' engines.</summary>
/// <remarks>
/// Without binary variables: PDLP with the squares in its objective, or GLOP with cuts. With them: the relaxation first, for
/// cuts and a bound; then SCIP on the perspective cuts decides the binaries; then GLOP, binaries fixed, makes the rest
/// exact and gives shadow prices. When the exact curves show that SCIP saw too rosy a picture, cuts are added and it is
/// asked again.
/// </remarks>
internal static class OrToolsSolver
{
    private const int MaximumScipRounds = 30;

    /// <summary>Solves a sound problem.</summary>
    public static Answer Solve(Problem problem, SolveOptions options, Deadline deadline)
    {
        try
        {
            return problem.Variables.Any(variable => variable.IsBinary)
                ? MixedInteger(problem, options, deadline)
                : WithoutBinaries(problem, options, deadline);
        }
        catch (EngineException broken)
        {
            return new Answer
            {
                Status = deadline.HasPassed ? SolveStatus.TimedOut : SolveStatus.Failed,
                Message = broken.Message,
                Engine = "OR-Tools",
            };
        }
    }

    private static Answer WithoutBinaries(Problem problem, SolveOptions options, Deadline deadline)
    {
        // PDLP takes squares and no curves; as a first-order method it is lost among tangents (docs/decisions).
        var engine = options.Continuous switch
        {
            ContinuousEngine.Scip => OrToolsEngine.Scip,
            ContinuousEngine.Pdlp when problem.Goal is not MaximizeValue && problem.Links.Count == 0 => OrToolsEngine.Pdlp,
            _ => OrToolsEngine.Glop,
        };
        if (engine == OrToolsEngine.Pdlp)
            return SiftedPdlp(problem, options, deadline);
        var formulation = new Formulation(problem, linear: true);
        var point = new CuttingPlanes(problem, formulation, engine, Polish(options), deadline).Solve(null);
        return Certificate.Of(problem, options, point, engine == OrToolsEngine.Scip ? "SCIP" : "weak duality, recomputed", engine.ToString().ToUpperInvariant());
    }

    /// <summary>PDLP on the few variables and rows that matter; the prices of the rest are checked exactly.</summary>
    private static Answer SiftedPdlp(Problem problem, SolveOptions options, Deadline deadline)
    {
        var compiled = Compiled.Of(problem);
        if (compiled.ImpossibleRow is { } row)
            return new Answer { Status = SolveStatus.Infeasible, Engine = "PDLP", Message = $"'{row}' asks for what the bounds forbid" };
        var sifting = new Sifting(compiled.Program, new PdlpEngine(deadline));
        var relaxed = sifting.Solve(Math.Max(options.Gap, 1e-9), deadline.Cancellation);
        return relaxed.IsProvenInfeasible
            ? new Answer { Status = SolveStatus.Infeasible, Engine = "PDLP" }
            : Certificate.Of(problem, options, compiled.ToPoint(relaxed), "weak duality, recomputed", $"PDLP, {sifting.Rounds} rounds of sifting");
    }

    private static Answer MixedInteger(Problem problem, SolveOptions options, Deadline deadline)
    {
        const int RootRounds = 12;
        var formulation = new Formulation(problem, linear: true);
        var continuous = new CuttingPlanes(problem, formulation, OrToolsEngine.Glop, Polish(options), deadline);
        if (continuous.Solve(null, RootRounds) is not { } root)
            return Certificate.Of(problem, options, null, "", "GLOP");
        var minimises = problem.Goal is MinimizeRisk;
        var bound = root.Bound;
        var boundBy = "weak duality at the root, recomputed";
        Answer? best = null;
        var ended = EngineStatus.Optimal;
        for (var round = 0; round < MaximumScipRounds && !deadline.HasPassed; round++)
        {
            var decided = Scip(formulation.MixedInteger(problem.Goal), root, options, deadline);
            ended = decided.Status;
            if (decided.Status == EngineStatus.Infeasible)
                return best ?? Certificate.Of(problem, options, null, "", "SCIP");
            if (decided.Values.Length == 0)
                break;
            var proven = minimises ? decided.Bound : -decided.Bound;
            if (double.IsFinite(proven) && (minimises ? proven > bound : proven < bound))
                (bound, boundBy) = (proven, "SCIP branch and bound");
            var binaries = decided.Values.Take(problem.Variables.Count).Select(value => Math.Round(value)).ToArray();
            if (continuous.Polish(binaries) is not { } polished)
            {
                // SCIP accepted the assignment only within its tolerance.
                formulation.Forbid(binaries);
                continue;
            }

            formulation.Refine(decided.Values, 1e-12);
            var answer = Certificate.Of(problem, options, polished with { Bound = bound }, boundBy, "SCIP + GLOP");
            if (best is null || (minimises ? answer.Objective < best.Objective : answer.Objective > best.Objective))
                best = answer;
            best = Certificate.Rebound(problem, best, bound, boundBy, options);
            if (best.Gap <= options.Gap || ended != EngineStatus.Optimal)
                break;
        }

        return best ?? new Answer
        {
            Status = deadline.HasPassed || ended == EngineStatus.TimedOut ? SolveStatus.TimedOut : SolveStatus.Failed,
            Message = "SCIP found no values for the binary variables that the exact problem accepts",
            Bound = bound,
            BoundBy = boundBy,
            Engine = "SCIP",
        };
    }

    private static EngineAnswer Scip(QuadraticProgram program, Point root, SolveOptions options, Deadline deadline)
    {
        // SCIP's tolerances are absolute: bring the objective to about a thousand. One round of separation: the
        // relaxation is tight already, and more rounds took five times as long on every scenario tried. Ctrl-C is the
        // caller's to handle.
        var size = Math.Max(Math.Abs(root.Bound), 1e-6);
        var parameters = string.Join('\n', $"limits/gap = {options.Gap / 40}", $"randomization/randomseedshift = {options.Seed}",
            "numerics/feastol = 1e-8", "separating/maxroundsroot = 1", "separating/maxrounds = 0", "misc/catchctrlc = FALSE");
        var scaling = new Scaling(program);
        return scaling.Restore(OrTools.Solve(scaling.Program, OrToolsEngine.Scip, deadline.SecondsLeft, parameters, 1000 / size,
            cancellation: deadline.Cancellation));
    }

    /// <summary>The relative gap to which the continuous part is driven: well below what is asked of the whole.</summary>
    private static double Polish(SolveOptions options) => Math.Max(options.Gap * 1e-2, 1e-9);
}
