using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>A solved scenario, before its plan is made.</summary>
/// <param name="Problem">The problem that was stated.</param>
/// <param name="Answer">What the solver found.</param>
/// <param name="Conflict">For an infeasible problem: constraints that cannot hold together.</param>
/// <param name="Target">For a solved one: what is to be done.</param>
public sealed record Allocated(AllocationProblem Problem, Answer Answer, IReadOnlyList<ConflictResult> Conflict, Target? Target)
{
    /// <summary>What the tool would have kept, and gave up for what was asked.</summary>
    public IReadOnlyList<string> GaveWay { get; init; } = [];
}

/// <summary>Finds the allocation of a scenario.</summary>
public static class Allocator
{
    /// <summary>States, solves, and explains what cannot be solved.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Allocated Solve(Market market, Scenario scenario, Settings settings, CancellationToken cancellation = default)
    {
        var problem = new AllocationProblem(market, scenario, settings);
        var answer = Settle(problem, Options(settings), cancellation);
        if (answer.Status == SolveStatus.Infeasible && scenario.Exposure == ExposureRule.Keep && KeptExposure.Of(market, scenario).Any())
        {
            // What a person asked for goes before what nobody said.
            var free = Solve(market, scenario with { Exposure = ExposureRule.Free }, settings, cancellation);
            return free.Target is null ? free : free with { GaveWay = [.. KeptExposure.Of(market, scenario).Select(kept => kept.Title())] };
        }

        return answer.Status switch
        {
            SolveStatus.Infeasible => new(problem, answer, Conflicts.Find(market, scenario, settings, cancellation), null),
            SolveStatus.Optimal or SolveStatus.Feasible => new(problem, answer, [], ToTarget(problem, answer.Values)),
            _ => new(problem, answer, [], null),
        };
    }

    /// <summary>Solves a problem, and again with the rows that an answer shows to be missing: against money that runs in a circle (for a better
    /// zone of a fee, a minimum, or a rule that pays more than the market), and of constraints that too many rows would have to say.</summary>
    internal static Answer Settle(AllocationProblem problem, SolveOptions options, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var answer = MeanVarianceSolver.Solve(problem.ToProblem(), options, cancellation);
        while (answer.Status is SolveStatus.Optimal or SolveStatus.Feasible)
        {
            var circle = Circles.Find(problem, answer);
            if (circle.Count > 0)
                problem.ForbidCircles(circle);
            else if (problem.Scenario.Mode == ScenarioMode.Hold || !problem.RequireMissing(answer.Values))
                return answer;
            var left = options.TimeLimitSeconds - TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            answer = left > LeastSeconds
                ? MeanVarianceSolver.Solve(problem.ToProblem(), options with { TimeLimitSeconds = left }, cancellation)
                : answer with { Status = SolveStatus.TimedOut, Message = "no answer that does all that is asked was found within the time limit" };
        }

        return answer;
    }

    /// <summary>With less time left nothing is tried again.</summary>
    private const double LeastSeconds = 0.2;

    /// <summary>The solver's options from the settings.</summary>
    public static SolveOptions Options(Settings settings) => new()
    {
        Gap = settings.Solver.Gap.Fraction,
        TimeLimitSeconds = settings.Solver.TimeLimit.Seconds,
        Seed = settings.Solver.Seed,
        Engine = settings.Solver.Engine switch { SolverEngine.OrTools => Engine.OrTools, SolverEngine.Native => Engine.Native, _ => Engine.Auto },
        Verify = settings.Solver.Verify,
    };

    private static Target ToTarget(AllocationProblem problem, IReadOnlyList<double> values)
    {
        double Usd(LinearExpression expression) => expression.At(values) * problem.BookUsd;
        bool IsOn(int? binary) => binary is { } b && values[b] > 0.5;
        return new()
        {
            Withdrawals = [.. problem.Positions
                .Where(p => IsOn(p.WithdrawalSwitch) && Usd(p.Withdrawal) > 0)
                .Select(p => new TargetWithdrawal(p.Opportunity, Usd(Math.Abs(p.Capital) * p.Withdrawal),
                    Usd(p.After) <= 1e-7 * p.Before * problem.BookUsd))],
            Deposits = [.. problem.Positions
                .Where(p => IsOn(p.DepositSwitch) && Usd(p.Deposit) > 0)
                .Select(p => new TargetDeposit(p.Opportunity, Usd(Math.Abs(p.EntryPerUnit) * p.Deposit)))],
            Flows = [.. problem.Flows
                .Where(f => IsOn(f.Switch) && Usd(f.In) > 0)
                .Select(f => new TargetFlow(f.Terms, f.FeeRate, Usd(f.In)))],
            IdleUsd = problem.Idles.ToDictionary(idle => idle.Token, idle => Usd(idle.After)),
        };
    }
}
