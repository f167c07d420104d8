using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Planning;

namespace Optimizer.Scenarios;

/// <summary>Answers a scenario: allocation, plan, and the report of both.</summary>
public static class ScenarioRunner
{
    /// <summary>Solves, plans and reports.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SolveResult Run(LoadedScenario loaded, CancellationToken cancellation = default)
    {
        var (_, scenario, market, settings) = loaded;
        if (Book.ValueUsd(market, scenario) is <= 0 and var worth)
            return Worthless(loaded, worth);
        var allocated = Allocator.Solve(market, scenario, settings, cancellation);
        var answer = allocated.Answer;
        var result = new SolveResult
        {
            Scenario = scenario.Name,
            Snapshot = market.Snapshot.Name,
            Status = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(answer.Status.ToString()),
            Message = answer.Message.Length > 0 ? answer.Message
                : answer.Status == Solver.SolveStatus.Infeasible ? Stuck(allocated.Problem)
                : allocated.Problem.HasGas ? null
                : "no chain in play holds enough of its native token to pay for a transaction, so nothing can move",
            Notes = [.. loaded.Notes.Select(note => note.ToString()), .. allocated.GaveWay.Select(kept => $"given up for what was asked: {kept}"), .. Doubts(allocated.Problem)],
            Others = [.. scenario.Others.Select(other => new OtherResult(other.Other!, other.ValueUsd!.Value.Amount))],
            HorizonDays = scenario.Horizon.Days,
            Numeraire = scenario.Numeraire,
            BookUsd = allocated.Problem.BookUsd,
            BookBeforeShocksUsd = scenario.Shocks.Count > 0 ? Book.ValueUsd(loaded.Unshocked, scenario) : null,
            Conflict = allocated.Conflict,
            Certificate = new(answer.Engine, answer.BoundBy, answer.MaxViolation * allocated.Problem.BookUsd, 0, answer.Seconds,
                answer.EngineReason.Length > 0 ? answer.EngineReason : null, answer.Verification is { } second ? Describe(second) : null),
        };
        if (allocated.Target is null)
            return result;
        try
        {
            var (plan, after) = Planner.Make(market, scenario, allocated.Target, Waiting(allocated.Problem));
            return Report.Complete(result, allocated, plan, after);
        }
        catch (PlanException impossible)
        {
            return result with { Status = "failed", Message = $"the allocation cannot be carried out: {impossible.Message}" };
        }
    }

    /// <summary>The answer for a book that owes more than it has.</summary>
    private static SolveResult Worthless(LoadedScenario loaded, double bookUsd) => new()
    {
        Scenario = loaded.Scenario.Name,
        Snapshot = loaded.Market.Snapshot.Name,
        Status = "infeasible",
        Message = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the book is worth {bookUsd:#,0} USD: what is owed is more than what is held, so that there is nothing to allocate"),
        Notes = [.. loaded.Notes.Select(note => note.ToString())],
        HorizonDays = loaded.Scenario.Horizon.Days,
        Numeraire = loaded.Scenario.Numeraire,
        BookUsd = bookUsd,
        BookBeforeShocksUsd = loaded.Scenario.Shocks.Count > 0 ? Book.ValueUsd(loaded.Unshocked, loaded.Scenario) : null,
        Certificate = new("none", "nothing", 0, 0, 0),
    };

    /// <summary>What cannot be left now, for an answer that there is none.</summary>
    private static string? Stuck(AllocationProblem problem)
    {
        var from = problem.Market.Snapshot.TakenAt;
        var stuck = problem.Positions.Where(position => position is { Before: > 0, WithdrawalSwitch: null }).Select(position => position.Opportunity is var o && o.Maturity > from
            ? $"{o.Id} (until {o.Maturity:yyyy-MM-dd})" : $"{position.Opportunity.Id} (locked, or without liquidity)").ToArray();
        return stuck.Length == 0 ? null : $"cannot be left now: {string.Join(", ", stuck)}";
    }

    /// <summary>What is to be doubted about rates that bear on the answer: of what is held, and of what may be added to.</summary>
    private static IEnumerable<string> Doubts(AllocationProblem problem) => problem.Positions
        .Where(position => position.Before > 0 || (!position.Deposit.IsConstant && !problem.Scenario.Constraints.OfType<Eligibility>().Any(mandate => mandate.Denies(position.Opportunity))))
        .Select(position => problem.Rates.Doubt(position.Opportunity, position.Before > 0) is { } doubt ? $"{position.Opportunity.Id} {doubt}" : null).OfType<string>();

    private static Waiting Waiting(AllocationProblem problem) =>
        new(problem.Rates.ReferenceRate, problem.Settings.Moves.Effort.InUsd(problem.BookUsd));

    /// <summary>A second engine's word in a sentence.</summary>
    internal static string Describe(Solver.Verification second) =>
        second.Agrees is not { } agrees ? $"none; {second.Message}" :
        $"{second.Engine} {(agrees ? "agrees" : "does not agree")}{(second.Message.Length > 0 ? $": {second.Message}" : "")}";

    /// <summary>The exit code of an answer: 0 solved, 3 infeasible, 5 out of time, 1 failed.</summary>
    public static int ExitCode(SolveResult result) => ExitCode(result.Status);

    /// <summary>The exit code of a status as answers write it.</summary>
    public static int ExitCode(string status) => status switch
    {
        "optimal" or "feasible" => 0,
        "infeasible" => 3,
        "timedOut" => 5,
        _ => 1,
    };
}
