using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>A solved scenario, before its plan is made.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Answer">The solver's answer.</param>
/// <param name="Conflict">For an infeasible problem: constraints that cannot hold together.</param>
/// <param name="Target">For a solved problem: the changes to make.</param>
public sealed record Allocated(AllocationProblem Problem, Answer Answer, IReadOnlyList<ConflictResult> Conflict, Target? Target)
{
    /// <summary>A note on the answer; null if there is none.</summary>
    public string? Note { get; init; }

    /// <summary>Gain from loosening each limit by one step, by row (<see cref="LimitGains"/>).</summary>
    public IReadOnlyDictionary<int, double> Gains { get; init; } = new Dictionary<int, double>();

    /// <summary>Automatic constraints (kept exposures) that were dropped because they conflict with the scenario's own
    /// constraints.</summary>
    public IReadOnlyList<string> GaveWay { get; init; } = [];
}

/// <summary>Finds the allocation of a scenario.</summary>
public static class Allocator
{
    /// <summary>Builds and solves the problem; explains infeasibility.</summary>
    /// <param name="market">The market after shocks.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="settings">Settings after overrides.</param>
    /// <param name="lessons">Findings from earlier plans of the problem; none where absent.</param>
    /// <param name="deadline">The time limit; that of the settings where absent.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Allocated Solve(Market market, Scenario scenario, Settings settings, PlanLessons? lessons = null, Deadline? deadline = null)
    {
        deadline ??= new(settings.Solver.TimeLimit.Seconds);
        var problem = new AllocationProblem(market, scenario, settings, lessons: lessons);
        Answer answer;
        try
        {
            answer = new RowSearch(problem, Options(settings), deadline).Solve();
        }
        catch (ObjectiveException none)
        {
            return new(problem, new() { Status = SolveStatus.Infeasible, Message = none.Message, Engine = "none" }, [], null);
        }

        if (answer.Status == SolveStatus.Infeasible && scenario.Exposure == ExposureRule.Keep && KeptExposure.Of(market, scenario).Any())
        {
            // The scenario's own constraints come before automatic ones: try again without kept exposures.
            var free = Solve(market, scenario with { Exposure = ExposureRule.Free }, settings, lessons, deadline);
            return free.Target is null ? free : free with { GaveWay = [.. KeptExposure.Of(market, scenario).Select(kept => kept.Title())] };
        }

        return answer.Status switch
        {
            SolveStatus.Infeasible => Explained(problem, answer, deadline),
            SolveStatus.Optimal or SolveStatus.Feasible => Rounded(problem, answer, settings, deadline),
            _ => new(problem, answer, [], null),
        };
    }

    /// <summary>Note on a conflict that could not be reduced in time.</summary>
    public const string NotAllTried = "the time limit ended the search: a smaller set of these constraints may already conflict";

    private static Allocated Explained(AllocationProblem problem, Answer answer, Deadline deadline)
    {
        var conflict = Conflicts.Find(problem.Market, problem.Scenario, problem.Settings, deadline);
        return new(problem, answer, conflict, null)
        {
            Note = deadline.HasPassed && conflict.Count > 1 ? NotAllTried : null,
        };
    }

    /// <summary>The solver's options from the settings.</summary>
    public static SolveOptions Options(Settings settings) => new()
    {
        Gap = settings.Solver.Gap.Fraction,
        TimeLimitSeconds = settings.Solver.TimeLimit.Seconds,
        Seed = settings.Solver.Seed,
        Engine = settings.Solver.Engine switch { SolverEngine.OrTools => Engine.OrTools, SolverEngine.Native => Engine.Native, _ => Engine.Auto },
        Verify = settings.Solver.Verify,
    };

    /// <summary>Titles of the exposures that are kept because there is no view on them.</summary>
    public static IReadOnlyList<string> KeptExposures(Market market, Scenario scenario) => [.. KeptExposure.Of(market, scenario).Select(kept => kept.Title())];

    /// <summary>The answer with its target, rounded if <c>roundTo</c> is set.</summary>
    private static Allocated Rounded(AllocationProblem problem, Answer answer, Settings settings, Deadline deadline)
    {
        var isMoved = answer.Values.Count > 0 && problem.Gas.Any(action => answer.Values[action.Switch] > 0.5);
        if (settings.Moves.RoundTo is not { } roundTo || !isMoved)
            return new(problem, answer, [], ToTarget(problem, answer.Values)) { Gains = LimitGains.Of(problem, answer, Options(settings), deadline) };
        var step = roundTo.InUsd(problem.BookUsd);
        var rounding = new Rounding(problem, answer, step, Options(settings), deadline);
        return new(problem, rounding.Answer, [], ToTarget(problem, rounding.Answer.Values) with { RoundToUsd = step })
        {
            Note = rounding.Note,
            Gains = LimitGains.Of(problem, answer, Options(settings), deadline),
        };
    }

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
