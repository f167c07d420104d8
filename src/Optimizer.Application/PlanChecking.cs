using Optimizer.Chains.Markets;
using Optimizer.Chains.Readers;
using Optimizer.Chains.Rpc;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Policies;

namespace Optimizer.Application;

/// <summary>A plan held against its scenario.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Loaded">Its scenario.</param>
/// <param name="Made">What the scenario gives now; without a plan if it has no answer.</param>
/// <param name="Violations">What is wrong; empty if the plan is sound.</param>
/// <param name="SawFiles">Whether the files beside the plan were compared: only if the plan has its own name.</param>
public sealed record CheckedPlan(TransactionPlan Plan, LoadedScenario Loaded, SolveResult Made, IReadOnlyList<Violation> Violations, bool SawFiles)
{
    /// <summary>The outcome.</summary>
    public Outcome Outcome => Made.Plan is null ? Outcomes.Of(Made) : Violations.Count > 0 ? Outcome.PlanInvalid : Outcome.Done;
}

/// <summary>What has changed on the chains of a plan.</summary>
/// <param name="Drifts">The changes; the worst first.</param>
/// <param name="Unread">Chains that could not be read.</param>
public sealed record PlanDrift(IReadOnlyList<Drift> Drifts, IReadOnlyList<Finding> Unread)
{
    /// <summary>The outcome.</summary>
    public Outcome Outcome => Drifts.Count == 0 ? Outcome.Done : Drifts[0].Kind == DriftKind.Dangerous ? Outcome.PlanDangerous : Outcome.PlanOutdated;
}

/// <summary>Verifies plan files, and compares them with the market.</summary>
/// <param name="endpoints">Where nodes are.</param>
/// <param name="time">The clock.</param>
/// <param name="activity">Is told what is being done.</param>
public sealed class PlanChecking(IEndpoints endpoints, TimeProvider time, IActivity activity)
{
    /// <summary>Rule: a file beside the plan differs from the file generated from the plan.</summary>
    private const string FilesRule = "files";

    /// <summary>Solves the scenario again, builds every call again, and compares.</summary>
    /// <param name="planFile">The plan file.</param>
    /// <param name="scenario">The scenario of the plan.</param>
    /// <param name="policy">A policy file; null if everything is allowed.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="InputException">A file has an error.</exception>
    public CheckedPlan Check(string planFile, string scenario, string? policy, CancellationToken cancellation)
    {
        var (plan, loaded) = (ScenarioFiles.LoadPlan(planFile), new ScenarioFiles().Load(scenario));
        var isInItsFolder = Path.GetFileName(planFile) == PlanFolder.PlanFile;
        var made = activity.During($"planning {loaded.Scenario.Name} again", () => ScenarioRunner.Run(loaded, cancellation));
        if (made.Plan is null)
            return new(plan, loaded, made, [], false);
        var wrong = PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, made.Plan).ToList();
        if (wrong.All(violation => violation.Rule != PlanVerifier.Account && violation.Rule != PlanVerifier.Call) && policy is not null)
            wrong.AddRange(PolicyCheck.Check(plan, ScenarioFiles.LoadPolicy(policy), loaded.Market));
        if (wrong.Count == 0 && isInItsFolder)
            wrong.AddRange(Beside(planFile, plan, loaded.Market));
        if (time.GetUtcNow() > plan.ValidUntil)
            wrong.Add(new(PlanVerifier.Deadline, null, $"the plan expired at {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC"));
        return new(plan, loaded, made, wrong, isInItsFolder);
    }

    /// <summary>Reads the plan's chains and reports what has changed.</summary>
    public async Task<PlanDrift> DriftAsync(TransactionPlan plan, LoadedScenario loaded, CancellationToken cancellation)
    {
        var (market, settings) = (loaded.Market, loaded.Settings);
        var chains = plan.Steps.SelectMany(step => new[] { step.Chain, step.ReceivedToken?.Chain ?? step.Chain }).Distinct().Select(market.Chain).ToArray();
        var limits = EndpointLimits.Within(settings.Reading.RequestTimeout.Seconds);
        var reader = new MarketReader(endpoints.Of, market, settings.Reading, limits, time);
        var readings = await activity.DuringAsync($"reading {chains.Length} chains", () => reader.ReadAsync(chains, cancellation)).ConfigureAwait(false);
        var snapshot = SnapshotAssembly.Join("now", readings, market.Snapshot, settings.Reading, time.GetUtcNow());
        var drifts = MarketDrift.Check(plan, market, market.With(snapshot), settings.Moves).ToList();
        using var nodes = new Nodes(endpoints, limits);
        // Chains that cannot be read are skipped; they are already reported as findings.
        foreach (var chain in chains.Where(chain => chain.ChainId is not null && plan.Accounts.ContainsKey(chain.Id) && snapshot.Chains.Any(state => state.Id == chain.Id)))
            drifts.AddRange(await activity.DuringAsync($"checking that contracts exist on {chain.Name}", () => MarketDrift.MissingAsync(plan, chain, nodes.ClientOf(chain, settings.Reading.TwoEndpoints), cancellation)).ConfigureAwait(false));
        return new([.. drifts.OrderByDescending(drift => drift.Kind)], [.. snapshot.Findings.Where(finding => finding.IsRefused && chains.Any(chain => chain.Id == finding.Subject))]);
    }

    /// <summary>Checks the files beside the plan, which are the ones signed: exactly those that the plan generates, with the same
    /// text.</summary>
    private static IEnumerable<Violation> Beside(string planFile, TransactionPlan plan, Market market)
    {
        var expected = PlanFolder.Files(plan, market).Where(known => known.Name != PlanFolder.PlanFile).ToDictionary(known => known.Name, known => known.Text);
        foreach (var other in new FileInfo(planFile).Directory!.EnumerateFiles().Where(other => PlanFolder.IsOurs(other.Name) && other.Name != PlanFolder.PlanFile))
        {
            if (!expected.Remove(other.Name, out var text))
                yield return new(FilesRule, null, $"{other.Name} is not a file of this plan");
            else if (File.ReadAllText(other.FullName) != text)
                yield return new(FilesRule, null, $"{other.Name} differs from the file that the plan generates; write it again");
        }

        foreach (var missing in expected.Keys)
            yield return new(FilesRule, null, $"{missing} is missing");
    }
}
