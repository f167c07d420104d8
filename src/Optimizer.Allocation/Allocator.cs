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
        var started = TimeProvider.System.GetTimestamp();
        var problem = new AllocationProblem(market, scenario, settings);
        var answer = MeanVarianceSolver.Solve(problem.ToProblem(), Options(settings), cancellation);
        if (answer.Status == SolveStatus.Infeasible && scenario.Exposure == ExposureRule.Keep && KeptExposure.Of(market, scenario).Any())
        {
            // What a person asked for goes before what nobody said.
            var free = Solve(market, scenario with { Exposure = ExposureRule.Free }, settings, cancellation);
            return free.Target is null ? free : free with { GaveWay = [.. KeptExposure.Of(market, scenario).Select(kept => kept.Title())] };
        }

        // Seldom does money run in a circle: for a better zone of a fee, a minimum, or a rule that pays more than the market.
        for (var round = 0; round < MostRounds && Circles.Find(problem, answer) is { Count: > 0 } circle; round++)
        {
            problem.ForbidCircles(circle);
            var left = settings.Solver.TimeLimit.Seconds - TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            answer = left > LeastSeconds
                ? MeanVarianceSolver.Solve(problem.ToProblem(), Options(settings) with { TimeLimitSeconds = left }, cancellation)
                : answer with { Status = SolveStatus.TimedOut, Message = "no answer without money in a circle was found within the time limit" };
        }

        return answer.Status switch
        {
            SolveStatus.Infeasible => new(problem, answer, Conflicts.Find(market, scenario, settings, cancellation), null),
            SolveStatus.Optimal or SolveStatus.Feasible => new(problem, answer, [], ToTarget(problem, answer.Values)),
            _ => new(problem, answer, [], null),
        };
    }

    /// <summary>With less time left nothing is tried again.</summary>
    private const double LeastSeconds = 0.2;

    /// <summary>As many sets of tokens as can each have a circle of their own.</summary>
    private const int MostRounds = 10;

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
