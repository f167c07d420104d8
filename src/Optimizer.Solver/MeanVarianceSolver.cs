namespace Optimizer.Solver;

/// <summary>Solves problems and checks every answer by its own arithmetic.</summary>
/// <remarks>
/// Without binary variables: PDLP, or GLOP with cuts. With them: the relaxation first, for cuts and a bound; then SCIP
/// on the perspective cuts decides the binaries; then GLOP, binaries fixed, makes the rest exact and gives shadow
/// prices. When the exact curves show that SCIP saw too rosy a picture, cuts are added and it is asked again.
/// </remarks>
public static class MeanVarianceSolver
{
    private const int MaximumScipRounds = 30;

    /// <summary>Solves the problem.</summary>
    /// <exception cref="ArgumentException">The problem itself is unsound; the message names the field.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Answer Solve(Problem problem, SolveOptions options, CancellationToken cancellation = default)
    {
        Check.Sound(problem);
        var deadline = new Deadline(options.TimeLimitSeconds, cancellation);
        try
        {
            var answer = problem.Variables.Any(variable => variable.IsBinary)
                ? MixedInteger(problem, options, deadline)
                : WithoutBinaries(problem, options, deadline);
            return answer with { Seconds = deadline.Elapsed };
        }
        catch (EngineException broken)
        {
            return new Answer
            {
                Status = deadline.HasPassed ? SolveStatus.TimedOut : SolveStatus.Failed,
                Message = broken.Message,
                Seconds = deadline.Elapsed,
            };
        }
    }

    private static Answer WithoutBinaries(Problem problem, SolveOptions options, Deadline deadline)
    {
        var engine = options.Continuous switch
        {
            ContinuousEngine.Scip => Engine.Scip,
            ContinuousEngine.Pdlp when problem.Goal is not MaximizeValue => Engine.Pdlp,
            _ => Engine.Glop,
        };
        var formulation = new Formulation(problem, linear: engine != Engine.Pdlp);
        var point = new Continuous(problem, formulation, engine, Polish(options), deadline).Solve(null);
        return Certify(problem, options, point, engine == Engine.Scip ? "SCIP" : "weak duality, recomputed", engine.ToString().ToUpperInvariant());
    }

    private static Answer MixedInteger(Problem problem, SolveOptions options, Deadline deadline)
    {
        const int RootRounds = 12;
        var formulation = new Formulation(problem, linear: true);
        var continuous = new Continuous(problem, formulation, Engine.Glop, Polish(options), deadline);
        if (continuous.Solve(null, RootRounds) is not { } root)
            return Certify(problem, options, null, "", "GLOP");
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
                return best ?? Certify(problem, options, null, "", "SCIP");
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
            var answer = Certify(problem, options, polished with { Bound = bound }, boundBy, "SCIP + GLOP");
            if (best is null || (minimises ? answer.Objective < best.Objective : answer.Objective > best.Objective))
                best = answer;
            best = Rebound(problem, best, bound, boundBy, options);
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
        return scaling.Restore(OrTools.Solve(scaling.Program, Engine.Scip, deadline.SecondsLeft, parameters, 1000 / size,
            cancellation: deadline.Cancellation));
    }

    /// <summary>The relative gap to which the continuous part is driven: well below what is asked of the whole.</summary>
    private static double Polish(SolveOptions options) => Math.Max(options.Gap * 1e-2, 1e-9);

    private static Answer Certify(Problem problem, SolveOptions options, Point? point, string boundBy, string engine)
    {
        if (point is null)
            return new Answer { Status = SolveStatus.Infeasible, Engine = engine };
        var value = Check.Value(problem, point.Values);
        var risk = Check.Risk(problem, point.Values);
        return Rebound(problem, new Answer
        {
            Status = SolveStatus.Feasible,
            Values = point.Values,
            ShadowPrices = [.. point.Multipliers.Take(problem.Rows.Count).Select(Math.Abs)],
            GoalShadowPrice = problem.Goal is MaximizeUtility ? 0 : Math.Abs(point.Multipliers[^1]),
            Value = value,
            Risk = risk,
            Objective = Check.Objective(problem, point.Values),
            MaxViolation = Check.Violation(problem, point.Values),
            Engine = engine,
        }, point.Bound, boundBy, options);
    }

    private static Answer Rebound(Problem problem, Answer answer, double bound, string boundBy, SolveOptions options)
    {
        const double Tolerable = 1e-6;
        var least = problem.Goal is MinimizeRisk ? Answer.LeastRisk : Answer.LeastValue;
        var gap = Math.Abs(bound - answer.Objective) / Math.Max(Math.Abs(answer.Objective), least);
        return answer with
        {
            Bound = bound,
            BoundBy = boundBy,
            Gap = gap,
            Status = answer.MaxViolation > Tolerable ? SolveStatus.Failed
                : gap <= options.Gap ? SolveStatus.Optimal
                : SolveStatus.Feasible,
            Message = answer.MaxViolation > Tolerable
                ? $"the engine's answer breaks a constraint by {answer.MaxViolation:g3} of the problem's unit"
                : "",
        };
    }
}
