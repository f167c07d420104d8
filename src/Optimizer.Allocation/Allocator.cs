using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>A solved scenario, before its plan is made.</summary>
/// <param name="Problem">The problem that was stated.</param>
/// <param name="Answer">What the solver found.</param>
/// <param name="Conflict">For an infeasible problem: constraints that cannot hold together.</param>
/// <param name="Target">For a solved one: what is to be done.</param>
public sealed record Allocated(AllocationProblem Problem, Answer Answer, IReadOnlyList<ConflictResult> Conflict, Target? Target);

/// <summary>Finds the allocation of a scenario.</summary>
public static class Allocator
{
    /// <summary>States, solves, and explains what cannot be solved.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Allocated Solve(Market market, Scenario scenario, Settings settings, CancellationToken cancellation = default)
    {
        var problem = new AllocationProblem(market, scenario, settings);
        var answer = MeanVarianceSolver.Solve(problem.ToProblem(), Options(settings), cancellation);
        // Seldom does money run in a circle: for a better zone of a fee, a minimum, or a rule that pays more than the market.
        for (var round = 0; round < MostRounds && Circles.Find(problem, answer) is { Count: > 0 } circle; round++)
        {
            problem.ForbidCircles(circle);
            answer = MeanVarianceSolver.Solve(problem.ToProblem(), Options(settings), cancellation);
        }

        return answer.Status switch
        {
            SolveStatus.Infeasible => new(problem, answer, Conflicts.Find(market, scenario, settings, cancellation), null),
            SolveStatus.Optimal or SolveStatus.Feasible => new(problem, answer, [], ToTarget(problem, answer.Values)),
            _ => new(problem, answer, [], null),
        };
    }

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
