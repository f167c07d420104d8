using Optimizer.Solver.Goals;
using Optimizer.Solver.Native;

namespace Optimizer.Solver.Dispatch;

/// <summary>Solves problems, and checks every answer independently of the engine.</summary>
public static class MeanVarianceSolver
{
    /// <summary>Solves the problem.</summary>
    /// <exception cref="ArgumentException">The problem is invalid; the message names the field.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Answer Solve(Problem problem, SolveOptions options, CancellationToken cancellation = default)
    {
        Check.Sound(problem);
        cancellation.ThrowIfCancellationRequested();
        var deadline = new Deadline(options.TimeLimitSeconds, cancellation);
        if (problem.Variables.FirstOrDefault(v => v.Lower > v.Upper) is { } crossed)
        {
            return new Answer
            {
                Status = SolveStatus.Infeasible,
                Message = $"{crossed.Name}: lower bound {crossed.Lower} is above upper bound {crossed.Upper}",
                Engine = "none",
            };
        }

        if (problem.Variables.FirstOrDefault(v => v.Lot > 0 && Math.Floor(v.Upper / v.Lot + 1e-9) < Math.Ceiling(v.Lower / v.Lot - 1e-9)) is { } fractured)
        {
            return new Answer
            {
                Status = SolveStatus.Infeasible,
                Message = $"{fractured.Name}: no multiple of the lot {fractured.Lot} lies between {fractured.Lower} and {fractured.Upper}",
                Engine = "none",
            };
        }

        problem = ExactLinks.Tightened(problem);
        var hasLots = problem.Variables.Any(v => v.Lot > 0);
        var solved = hasLots ? LotEncoding.WrittenOut(problem) : problem;
        var answer = ByGoal(solved, options, deadline);
        if (options.Verify)
            answer = Verified(solved, options, answer, cancellation);
        if (hasLots)
            answer = LotEncoding.Read(problem, answer, options) with { Verification = answer.Verification };
        return answer with { Seconds = deadline.Elapsed };
    }

    private static Answer ByGoal(Problem problem, SolveOptions options, Deadline deadline) => problem.Goal switch
    {
        RiskParityGoal shares => RiskParitySolver.Solve(problem, shares, options, deadline),
        MaximumSharpeRatioGoal ratio => RatioSearch.Solve(problem, ratio, options, deadline),
        MinimumCvarGoal tail => CvarSolver.Solve(problem, tail, options, deadline),
        MaximumReturnGoal { RiskAtMost: 0 } => NoRisk.Solve(problem, options, deadline),
        _ => Choose(problem, options, deadline),
    };

    private static Answer Choose(Problem problem, SolveOptions options, Deadline deadline)
    {
        if (options.Engine == Engine.OrTools)
            return OrToolsSolver.Solve(problem, options, deadline);
        if (options.Engine == Engine.Auto && IsForSimplex(problem))
            return OrToolsSolver.Solve(problem, options, deadline) with { EngineReason = $"OR-Tools, because the problem is linear and has {problem.Rows.Count} rows" };
        var native = new NativeSolver(problem);
        if (options.Engine == Engine.Native)
            return native.Refusal is { } refusal ? new Answer { Status = SolveStatus.Failed, Message = $"the built-in kernels cannot solve this problem: {refusal}", Engine = "native" } : native.Solve(options, deadline);
        return native.Reservation is null ? OwnFirst(problem, native, options, deadline) : OrToolsFirst(problem, native, options, deadline);
    }

    private static Answer OwnFirst(Problem problem, NativeSolver native, SolveOptions options, Deadline deadline)
    {
        var answer = native.Solve(options, deadline);
        if (answer.Status is SolveStatus.Optimal or SolveStatus.Infeasible || deadline.HasPassed)
            return answer;
        // Report both: what the built-in kernels left open, and what OR-Tools made of it.
        var other = OrToolsSolver.Solve(problem, options, deadline);
        return Better(problem, options, answer, other) with { EngineReason = $"built-in: {Ended(answer)}; OR-Tools: {Ended(other)}" };
    }

    /// <summary>For curves in rows, SCIP on their tangents is usually faster; the built-in kernels continue if it leaves a gap.</summary>
    private static Answer OrToolsFirst(Problem problem, NativeSolver native, SolveOptions options, Deadline deadline)
    {
        var reason = $"OR-Tools, because {native.Reservation}";
        // The first engine gets at most half of the time, so that the second gets its turn.
        var half = native.Refusal is null ? new Deadline(0.5 * deadline.SecondsLeft, deadline.Cancellation) : deadline;
        var answer = OrToolsSolver.Solve(problem, options, half);
        if (native.Refusal is not null || answer.Status is SolveStatus.Optimal or SolveStatus.Infeasible || deadline.HasPassed)
            return answer with { EngineReason = reason };
        var other = native.Solve(options, deadline);
        return Better(problem, options, answer, other) with { EngineReason = $"{reason}: {Ended(answer)}; built-in: {Ended(other)}" };
    }

    private static string Ended(Answer answer) => $"{answer.Status} {(answer.Status == SolveStatus.Feasible ? $"with a gap of {answer.Gap:0.0e+0}" : answer.Message)}".TrimEnd();

    /// <summary>The better of two engines' answers, with the tighter of both bounds.</summary>
    private static Answer Better(Problem problem, SolveOptions options, Answer first, Answer second)
    {
        if (second.Status == SolveStatus.Infeasible)
            return second;
        var minimises = problem.Goal is MinimumRiskGoal;
        bool HasPoint(Answer answer) => answer.Values.Count > 0 && answer.Status is SolveStatus.Optimal or SolveStatus.Feasible;
        var isSecond = HasPoint(second) && (!HasPoint(first) || (minimises ? second.Objective < first.Objective : second.Objective > first.Objective));
        var (better, other) = isSecond ? (second, first) : (first, second);
        return HasPoint(better) && other.BoundBy.Length > 0 && double.IsFinite(other.Bound) && (minimises ? other.Bound > better.Bound : other.Bound < better.Bound)
            ? Certificate.Rebound(problem, better, other.Bound, other.BoundBy, options) : better;
    }

    /// <summary>Whether the simplex method suits: a linear problem without binaries and curves, with so many rows that the interior point's
    /// dense systems are too slow (their cost grows with the cube of the rows).</summary>
    private static bool IsForSimplex(Problem problem)
    {
        const int MostRows = 150;
        return problem.Rows.Count > MostRows && problem.Links.Count == 0 && Check.IsLinear(problem) && !problem.Variables.Any(v => v.IsBinary);
    }

    /// <summary>Solves with the other engine too, and reports whether both agree.</summary>
    private static Answer Verified(Problem problem, SolveOptions options, Answer answer, CancellationToken cancellation)
    {
        if (problem.Goal is not (MeanVarianceGoal or MinimumRiskGoal or MaximumReturnGoal or MaximumSharpeRatioGoal))
            return answer with { Verification = new(null, "none", null, "only one engine supports this goal") };
        var isNative = answer.Engine.StartsWith("native", StringComparison.Ordinal);
        var deadline = new Deadline(options.TimeLimitSeconds, cancellation);
        Answer other;
        if (problem.Goal is MaximumSharpeRatioGoal)
        {
            other = ByGoal(problem, options with { Engine = isNative ? Engine.OrTools : Engine.Native, Verify = false }, deadline);
        }
        else if (isNative)
        {
            other = OrToolsSolver.Solve(problem, options, deadline);
        }
        else
        {
            var native = new NativeSolver(problem);
            if (native.Refusal is { } refusal)
                return answer with { Verification = new(null, "native", null, $"not possible: {refusal}") };
            other = native.Solve(options, deadline);
        }

        if (other.Values.Count == 0 || answer.Values.Count == 0)
        {
            bool? agrees = other.Status is SolveStatus.TimedOut or SolveStatus.Failed ? null : other.Status == answer.Status;
            return answer with { Verification = new(agrees, other.Engine, null, $"{other.Status} {other.Message}".TrimEnd()) };
        }

        // Each objective lies within its own gap of the optimum.
        var allowed = Math.Max(1e-6, Math.Max(answer.Gap, options.Gap) + Math.Max(other.Gap, options.Gap)) * Math.Max(Math.Abs(answer.Objective), Answer.LeastOf(problem.Goal));
        var isClose = Math.Abs(other.Objective - answer.Objective) <= allowed;
        return answer with { Verification = new(isClose, other.Engine, other.Objective, isClose ? "" : $"the objectives differ by {Math.Abs(other.Objective - answer.Objective):g3}") };
    }
}
