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
        var answer = Solve(problem.ToProblem(), Options(settings), cancellation);
        return answer.Status switch
        {
            SolveStatus.Infeasible => new(problem, answer, Conflicts.Find(market, scenario, settings, cancellation), null),
            SolveStatus.Optimal or SolveStatus.Feasible => new(problem, answer, [], ToTarget(problem, answer.Values)),
            _ => new(problem, answer, [], null),
        };
    }

    /// <summary>Solves; of the allocations whose risk is the least within the gap, takes the one that returns most.</summary>
    /// <remarks>Risk alone would scatter dust over every place and pay for moves that lower it by a millionth. So the
    /// risk that was found, loosened to the gap that was asked for, becomes the limit of a second solve.</remarks>
    private static Answer Solve(Problem problem, SolveOptions options, CancellationToken cancellation)
    {
        var answer = MeanVarianceSolver.Solve(problem, options, cancellation);
        if (problem.Goal is not MinimizeRisk least || answer.Status != SolveStatus.Optimal)
            return answer;
        var within = problem with
        {
            Goal = new MaximizeValue(Math.Max(answer.Risk, answer.Bound * (1 + options.Gap))),
            Rows = [.. problem.Rows, new("value at least", least.ValueAtLeast, double.PositiveInfinity,
                [.. problem.Variables.Select((v, i) => new Term(i, v.Value)).Where(t => t.Coefficient != 0)])],
        };
        var tidy = MeanVarianceSolver.Solve(within, options, cancellation);
        if (tidy.Status is not (SolveStatus.Optimal or SolveStatus.Feasible))
            return answer;
        var objective = tidy.Risk - MinimizeRisk.ValueWeight * tidy.Value;
        return answer with
        {
            Values = tidy.Values,
            Value = tidy.Value,
            Risk = tidy.Risk,
            Objective = objective,
            Gap = Math.Abs(objective - answer.Bound) / Math.Max(Math.Abs(objective), 1e-9),
            MaxViolation = tidy.MaxViolation,
            Seconds = answer.Seconds + tidy.Seconds,
        };
    }

    /// <summary>The solver's options from the settings.</summary>
    public static SolveOptions Options(Settings settings) => new()
    {
        Gap = settings.Solver.Gap.Fraction,
        TimeLimitSeconds = settings.Solver.TimeLimit.Seconds,
        Seed = settings.Solver.Seed,
    };

    private static Target ToTarget(AllocationProblem problem, IReadOnlyList<double> values)
    {
        double Usd(LinearExpression expression) => expression.At(values) * problem.BookUsd;
        bool IsOn(int? binary) => binary is { } b && values[b] > 0.5;
        return new()
        {
            Withdrawals = [.. problem.Positions
                .Where(p => IsOn(p.WithdrawalSwitch) && Usd(p.Withdrawal) > 0)
                .Select(p => new TargetWithdrawal(p.Opportunity, Usd(p.Capital * p.Withdrawal),
                    Usd(p.After) <= 1e-7 * p.Before * problem.BookUsd))],
            Deposits = [.. problem.Positions
                .Where(p => IsOn(p.DepositSwitch) && Usd(p.Deposit) > 0)
                .Select(p => new TargetDeposit(p.Opportunity, Usd(p.EntryPerUnit * p.Deposit)))],
            Flows = [.. problem.Flows
                .Where(f => IsOn(f.Switch) && Usd(f.In) > 0)
                .Select(f => new TargetFlow(f.Route, f.FeeRate * 10_000, Usd(f.In)))],
            IdleUsd = problem.Idles.ToDictionary(idle => idle.Token, idle => Usd(idle.After)),
        };
    }
}
