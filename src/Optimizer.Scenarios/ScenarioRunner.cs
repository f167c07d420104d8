using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Planning;

namespace Optimizer.Scenarios;

/// <summary>Runs a scenario: allocation, plan and report.</summary>
public static class ScenarioRunner
{
    /// <summary>Solves, plans and reports.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SolveResult Run(LoadedScenario loaded, CancellationToken cancellation = default) => Run(loaded, Limit(loaded, cancellation)).Result;

    /// <summary>The deadline of a scenario's time limit.</summary>
    internal static Solver.Deadline Limit(LoadedScenario loaded, CancellationToken cancellation) => new(loaded.Settings.Solver.TimeLimit.Seconds, cancellation);

    /// <summary>Solves, plans and reports until a deadline.</summary>
    /// <returns>The result, and the solver's allocation; null for a book without positive value.</returns>
    internal static (SolveResult Result, Allocated? Allocated) Run(LoadedScenario loaded, Solver.Deadline deadline)
    {
        if (Book.ValueUsd(loaded.Market, loaded.Scenario) is <= 0 and var worth)
            return (Worthless(loaded, worth), null);
        var (result, allocated) = Solve(loaded, null, deadline);
        for (var round = 0; round < MostWaits && !deadline.HasPassed && result.Plan is { } plan && Report.MissedUsd(result, loaded.Settings) > 0 && allocated.Problem.Objective.IsMoney(); round++)
        {
            // Money waits longer in the plan than the solver assumed: solve again with the waiting times.
            var problem = allocated.Problem;
            var (again, stated) = Solve(loaded, problem.Lessons with { DelaysUsd = Waits.Of(problem, plan) }, deadline);
            if (again.Plan is null || again.Certificate.ObjectiveRecomputed <= result.Certificate.ObjectiveRecomputed)
                break;
            var bound = result.Objective!.Bound;
            (result, allocated) = (Report.Bounded(again, bound, loaded.Settings), stated);
        }

        return (StaysPut(loaded, result, allocated.Problem, deadline) ?? result, allocated);
    }

    /// <summary>Runs a scenario and adds the comparison with the answer for <c>rateDoubt: 0</c>.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SolveResult RunCompared(LoadedScenario loaded, CancellationToken cancellation = default)
    {
        var deadline = Limit(loaded, cancellation);
        return Compared(loaded, Run(loaded, deadline).Result, deadline);
    }

    /// <summary>Adds the comparison with the answer for <c>rateDoubt: 0</c>, if there is time.</summary>
    internal static SolveResult Compared(LoadedScenario loaded, SolveResult result, Solver.Deadline deadline)
    {
        if (result.Objective is not { DoubtUsd: > 0.5 } objective || deadline.SecondsLeft < 1)
            return result;
        var settings = loaded.Settings with { Risk = loaded.Settings.Risk with { RateDoubt = 0 }, Solver = loaded.Settings.Solver with { Verify = false } };
        var other = Run(loaded with { Settings = settings }, deadline).Result;
        if (other.Objective is not { } without)
            return result;
        var held = result.Positions.ToDictionary(p => p.Opportunity, p => p.Usd);
        var changes = other.Positions.Select(p => p.Opportunity).Union(held.Keys)
            .Select(id => new DoubtedChange(id, (other.Positions.FirstOrDefault(p => p.Opportunity == id)?.Usd ?? 0) - held.GetValueOrDefault(id)))
            .Where(change => Math.Abs(change.Usd) >= Math.Max(1, 1e-4 * result.BookUsd)).OrderByDescending(change => Math.Abs(change.Usd)).ThenBy(change => change.Opportunity, StringComparer.Ordinal);
        return result with { WithoutDoubt = new(without.ReturnPerYear, without.ReturnPerYear - objective.ReturnPerYear, [.. changes]) };
    }

    /// <summary>The most times that the problem is solved again with the plan's waiting times.</summary>
    private const int MostWaits = 3;

    /// <summary>The answer of doing nothing if the plan gains less than <c>minimumGain</c>; null if it gains enough, or if it must be
    /// executed.</summary>
    private static SolveResult? StaysPut(LoadedScenario loaded, SolveResult result, AllocationProblem problem, Solver.Deadline deadline)
    {
        var least = loaded.Settings.Moves.MinimumGain.InUsd(result.BookUsd);
        if (least <= 0 || result.Plan is not { Steps.Count: > 0 } || !problem.Objective.IsMoney())
            return null;
        var (staying, _) = Solve(loaded with { Scenario = loaded.Scenario with { Mode = ScenarioMode.Hold } }, null, deadline);
        var gain = result.Certificate.ObjectiveRecomputed - staying.Certificate.ObjectiveRecomputed;
        return staying.Objective is null || staying.Constraints.Any(constraint => constraint.Broken) || gain >= least ? null : staying with
        {
            Comparisons = result.Comparisons,
            Unmoved = result.Unmoved,
            Message = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"nothing is moved: {result.Plan.Steps.Count} steps would add {gain:#,0.00} USD after costs and effort, less than the minimum gain of {least:#,0.##} USD"),
        };
    }

    private static (SolveResult Result, Allocated Allocated) Solve(LoadedScenario loaded, PlanLessons? lessons, Solver.Deadline deadline)
    {
        var (_, scenario, market, settings) = loaded;
        var allocated = Allocator.Solve(market, scenario, settings, lessons, deadline);
        var answer = allocated.Answer;
        var result = new SolveResult
        {
            Scenario = scenario.Name,
            Snapshot = market.Snapshot.Name,
            Status = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(answer.Status.ToString()),
            Message = WhyNone(allocated.Problem, answer),
            Notes = [.. loaded.Notes.Select(note => note.ToString()), .. allocated.GaveWay.Select(kept => $"dropped because the scenario's constraints contradict it: {kept}"), .. new[] { allocated.Note }.OfType<string>(), .. NotKept(loaded), .. Doubts(allocated.Problem)],
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
            return (result, allocated);
        try
        {
            var (plan, after) = Planner.Make(market, scenario, allocated.Target, Waiting(allocated.Problem, answer));
            return (Report.Complete(result, allocated, plan, after), allocated);
        }
        catch (ObjectiveException none)
        {
            return (result with { Status = "failed", Message = none.Message }, allocated);
        }
        catch (PlanException late) when (late.GasIsLateOn is { } chain && !allocated.Problem.Lessons.GasIsLate.Contains(chain))
        {
            // The steps that bring gas need gas themselves: solve again with gas before all flows from that chain.
            return Solve(loaded, allocated.Problem.Lessons with { GasIsLate = new HashSet<string>([.. allocated.Problem.Lessons.GasIsLate, chain]) }, deadline);
        }
        catch (PlanException impossible)
        {
            return (result with { Status = "failed", Message = $"no plan reaches the allocation: {impossible.Message}" }, allocated);
        }
    }

    /// <summary>Explains why there is no answer, or why nothing can move; null if there is nothing to explain.</summary>
    private static string? WhyNone(AllocationProblem problem, Solver.Answer answer)
    {
        var isNone = answer.Status == Solver.SolveStatus.Infeasible;
        var said = isNone ? problem.Objective.WhyNone(problem, answer) ?? (answer.Message.Length > 0 ? answer.Message : Stuck(problem)) : answer.Message.Length > 0 ? answer.Message : null;
        return problem.HasGas ? said
            : $"{(said is null ? "" : $"{said}; ")}no chain of the holdings or the universe has enough native token for a transaction, so nothing can move";
    }

    /// <summary>Note for objectives that minimise risk: they do not keep exposure.</summary>
    private static IEnumerable<string> NotKept(LoadedScenario loaded) => loaded.Scenario is { Exposure: ExposureRule.Keep, Mode: ScenarioMode.Resolve }
        && !((AllocationObjective)loaded.Scenario.Objective).KeepsExposure()
        && Allocator.KeptExposures(loaded.Market, loaded.Scenario with { Objective = new MeanVariance { RiskAversion = 0 } }) is { Count: > 0 } given
            ? [$"minimising risk does not keep: {string.Join(", ", given)}; use a minimum limit on the asset"] : [];

    /// <summary>The answer for a book whose debts exceed its assets.</summary>
    private static SolveResult Worthless(LoadedScenario loaded, double bookUsd) => new()
    {
        Scenario = loaded.Scenario.Name,
        Snapshot = loaded.Market.Snapshot.Name,
        Status = "infeasible",
        Message = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the book is worth {bookUsd:#,0} USD: debts exceed assets, so there is nothing to allocate"),
        Notes = [.. loaded.Notes.Select(note => note.ToString())],
        HorizonDays = loaded.Scenario.Horizon.Days,
        Numeraire = loaded.Scenario.Numeraire,
        BookUsd = bookUsd,
        BookBeforeShocksUsd = loaded.Scenario.Shocks.Count > 0 ? Book.ValueUsd(loaded.Unshocked, loaded.Scenario) : null,
        Certificate = new("none", "nothing", 0, 0, 0),
    };

    /// <summary>Positions that cannot be left now, to explain infeasibility.</summary>
    private static string? Stuck(AllocationProblem problem)
    {
        var from = problem.Market.Snapshot.TakenAt;
        var stuck = problem.Positions.Where(position => position is { Before: > 0, WithdrawalSwitch: null }).Select(position => position.Opportunity is var o && o.Maturity > from
            ? $"{o.Id} (until {o.Maturity:yyyy-MM-dd})" : $"{position.Opportunity.Id} (locked, or no liquidity)").ToArray();
        return stuck.Length == 0 ? null : $"these positions cannot be left now: {string.Join(", ", stuck)}";
    }

    /// <summary>Warnings about rates that matter for the answer: those of positions held, and of opportunities that may be added
    /// to.</summary>
    private static IEnumerable<string> Doubts(AllocationProblem problem) => problem.Positions
        .Where(position => position.Before > 0 || (!position.Deposit.IsConstant && !problem.Scenario.Constraints.OfType<Eligibility>().Any(mandate => mandate.Denies(position.Opportunity))))
        .Select(position => problem.Rates.Doubt(position.Opportunity, position.Before > 0) is { } doubt ? $"{position.Opportunity.Id} {doubt}" : null).OfType<string>();

    private static Waiting Waiting(AllocationProblem problem, Solver.Answer answer) => new(
        problem.Rates.ReferenceRate, problem.Settings.Moves.Effort.InUsd(problem.BookUsd),
        problem.Scenario.Constraints.OfType<CostBudget>().Select(budget => budget.SpareUsd(problem, answer.Values)).DefaultIfEmpty(double.PositiveInfinity).Min());

    /// <summary>The result of the second engine in one sentence.</summary>
    internal static string Describe(Solver.Verification second) =>
        second.Agrees is not { } agrees ? $"none; {second.Message}" :
        $"{second.Engine} {(agrees ? "agrees" : "does not agree")}{(second.Message.Length > 0 ? $": {second.Message}" : "")}";
}
