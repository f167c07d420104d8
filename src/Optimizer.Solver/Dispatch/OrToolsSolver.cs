using Optimizer.Solver.Engines;
using Optimizer.Solver.Native;

namespace Optimizer.Solver.Dispatch;

/// <summary>Solves problems with OR-Tools engines.</summary>
/// <remarks>
/// Without binary variables: PDLP with the squares in its objective, or GLOP with cuts. With binary variables: first the relaxation, for
/// cuts and a
/// bound; then SCIP decides the binaries, with perspective cuts; then GLOP solves with the binaries fixed, which makes the point exact and
/// gives shadow prices (<see cref="SwitchSearch"/>). If SCIP overestimated the objective on the exact curves, cuts are added and SCIP
/// solves again.
/// </remarks>
internal static class OrToolsSolver
{
    /// <summary>Solves a valid problem.</summary>
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
                Status = broken.IsTimedOut || deadline.HasPassed ? SolveStatus.TimedOut : SolveStatus.Failed,
                Message = broken.Message,
                Engine = "OR-Tools",
            };
        }
    }

    private static Answer WithoutBinaries(Problem problem, SolveOptions options, Deadline deadline)
    {
        // PDLP handles squares but no curves; as a first-order method it fails with many tangents (docs/decisions).
        var engine = options.Continuous switch
        {
            ContinuousEngine.Scip => OrToolsEngine.Scip,
            ContinuousEngine.Pdlp when problem.Goal is not MaximumReturnGoal && problem.Links.Count == 0 && !Check.IsLinear(problem) => OrToolsEngine.Pdlp,
            _ => OrToolsEngine.Glop,
        };
        if (engine == OrToolsEngine.Pdlp)
            return SiftedPdlp(problem, options, deadline);
        var formulation = new Formulation(problem, linear: true);
        var planes = new CuttingPlanes(problem, formulation, engine, options.PolishGap, deadline);
        var point = planes.Polish(null);
        if (planes.WasShort)
            return new Answer { Status = SolveStatus.Failed, Message = CuttingPlanes.NoExactPoint, Engine = engine.ToString().ToUpperInvariant() };
        return Certificate.Of(problem, options, point, engine == OrToolsEngine.Scip ? "SCIP" : "weak duality, recomputed", engine.ToString().ToUpperInvariant());
    }

    /// <summary>Solves with PDLP over the few variables and rows that matter; the reduced costs of the others are checked
    /// exactly.</summary>
    private static Answer SiftedPdlp(Problem problem, SolveOptions options, Deadline deadline)
    {
        var compiled = CompiledProblem.Of(problem);
        if (compiled.ImpossibleRow is { } row)
            return new Answer { Status = SolveStatus.Infeasible, Engine = "PDLP", Message = $"the variables' bounds contradict '{row}'" };
        var sifting = new Sifting(compiled.Program, new PdlpEngine(deadline));
        var relaxed = sifting.Solve(Math.Max(options.Gap, 1e-9), deadline.Cancellation);
        return relaxed.IsProvenInfeasible
            ? new Answer { Status = SolveStatus.Infeasible, Engine = "PDLP" }
            : Certificate.Of(problem, options, compiled.ToPoint(relaxed), "weak duality, recomputed", $"PDLP, {sifting.Rounds} rounds of sifting");
    }

    private static Answer MixedInteger(Problem problem, SolveOptions options, Deadline deadline)
    {
        const int RootRounds = 12;
        const double RootPart = 0.6;
        var formulation = new Formulation(problem, linear: true);
        var continuous = new CuttingPlanes(problem, formulation, OrToolsEngine.Glop, options.PolishGap, deadline);
        if (continuous.Relax(RootRounds, options.Gap / 10, RootPart) is not { } root)
            return Certificate.Of(problem, options, null, "", "GLOP");
        return new SwitchSearch(problem, options, deadline, root).Solve(formulation, continuous);
    }
}
