using Optimizer.Solver.Engines;
using Optimizer.Solver.Goals;
using Optimizer.Solver.Native;

namespace Optimizer.Solver;

/// <summary>Solves problems and checks every answer by its own arithmetic.</summary>
public static class MeanVarianceSolver
{
    /// <summary>Solves the problem.</summary>
    /// <exception cref="ArgumentException">The problem itself is unsound; the message names the field.</exception>
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

        var hasLots = problem.Variables.Any(v => v.Lot > 0);
        var solved = hasLots ? Lots.WrittenOut(problem) : problem;
        var answer = ByGoal(solved, options, deadline);
        if (options.Verify)
            answer = Verified(solved, options, answer, cancellation);
        if (hasLots)
            answer = Lots.Read(problem, answer, options) with { Verification = answer.Verification };
        return answer with { Seconds = deadline.Elapsed };
    }

    private static Answer ByGoal(Problem problem, SolveOptions options, Deadline deadline) => problem.Goal switch
    {
        BudgetRisk shares => RiskBudgeting.Solve(problem, shares, options, deadline),
        MaximizeRatio ratio => RatioSearch.Solve(problem, ratio, options, deadline),
        MinimizeTailLoss tail => TailLoss.Solve(problem, tail, options, deadline),
        MaximizeValue { RiskAtMost: 0 } => NoRisk.Solve(problem, options, deadline),
        _ => Choose(problem, options, deadline),
    };

    private static Answer Choose(Problem problem, SolveOptions options, Deadline deadline)
    {
        if (options.Engine == Engine.OrTools)
            return OrToolsSolver.Solve(problem, options, deadline);
        if (options.Engine == Engine.Auto && IsForSimplex(problem))
            return OrToolsSolver.Solve(problem, options, deadline) with { EngineReason = $"OR-Tools, because the problem is linear and has {problem.Rows.Count} rows" };
        var native = new NativeSolver(problem);
        if (native.Refusal is { } refusal)
        {
            return options.Engine == Engine.Native
                ? new Answer { Status = SolveStatus.Failed, Message = $"the own kernels do not take this problem: {refusal}", Engine = "native" }
                : OrToolsSolver.Solve(problem, options, deadline) with { EngineReason = $"OR-Tools, because {refusal}" };
        }

        var answer = native.Solve(options, deadline);
        if (options.Engine == Engine.Native || answer.Status is SolveStatus.Optimal or SolveStatus.Infeasible || deadline.HasPassed)
            return answer;
        // Never silent: what the own kernels left open is said beside what OR-Tools made of it.
        var other = OrToolsSolver.Solve(problem, options, deadline);
        var reason = $"OR-Tools after the own kernels ended {answer.Status} with a gap of {answer.Gap:0.0e+0} {answer.Message}".TrimEnd();
        var minimises = problem.Goal is MinimizeRisk;
        var isBetter = other.Status is SolveStatus.Optimal or SolveStatus.Infeasible
            || (other.Values.Count > 0 && other.Status == SolveStatus.Feasible
                && (answer.Status != SolveStatus.Feasible || (minimises ? other.Objective < answer.Objective : other.Objective > answer.Objective)));
        return isBetter ? other with { EngineReason = reason } : answer with { EngineReason = $"own kernels; OR-Tools ended {other.Status} {other.Message}".TrimEnd() };
    }

    /// <summary>Linear, without whole numbers or curves, and of more rows than the interior point's dense systems are good for: what they cost
    /// grows with the third power of the rows.</summary>
    private static bool IsForSimplex(Problem problem)
    {
        const int MostRows = 150;
        return problem.Rows.Count > MostRows && problem.Links.Count == 0 && OrToolsSolver.IsLinear(problem) && !problem.Variables.Any(v => v.IsBinary);
    }

    /// <summary>Solves by the other engine too and says whether both agree.</summary>
    private static Answer Verified(Problem problem, SolveOptions options, Answer answer, CancellationToken cancellation)
    {
        if (problem.Goal is not (MaximizeUtility or MinimizeRisk or MaximizeValue))
            return answer with { Verification = new(null, "none", null, "this goal has one engine") };
        var isNative = answer.Engine.StartsWith("native", StringComparison.Ordinal);
        var deadline = new Deadline(options.TimeLimitSeconds, cancellation);
        Answer other;
        if (isNative)
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
