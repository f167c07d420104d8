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
        var allocated = Allocator.Solve(market, scenario, settings, cancellation);
        var answer = allocated.Answer;
        var result = new SolveResult
        {
            Scenario = scenario.Name,
            Snapshot = market.Snapshot.Name,
            Status = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(answer.Status.ToString()),
            Message = answer.Message.Length > 0 ? answer.Message
                : allocated.Problem.HasGas ? null
                : "no chain in play holds enough of its native token to pay for a transaction, so nothing can move",
            Notes = [.. loaded.Notes.Select(note => note.ToString())],
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
