using System.Security.Cryptography;
using System.Text;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;
using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Following;
using Optimizer.Transactions.Policies;
using Optimizer.Transactions.Safe;

namespace Optimizer.Application;

/// <summary>What the owner says about a plan.</summary>
/// <param name="Transactions">Transactions of the plan that were not found, with their chains.</param>
/// <param name="Done">Steps that are done.</param>
/// <param name="GivenBack">Bridge arrivals that will not come.</param>
/// <param name="Sure">Chains on which nothing unknown was done.</param>
public sealed record OwnersWord(IReadOnlyList<(string Chain, string Transaction)> Transactions, IReadOnlyList<int> Done, IReadOnlyList<int> GivenBack, IReadOnlySet<string> Sure);

/// <summary>The status of a plan.</summary>
/// <param name="Loaded">Its scenario.</param>
/// <param name="Followed">What was found on the chains.</param>
/// <param name="Doubts">Why more may have been executed than was found, by chain.</param>
/// <param name="IsLate">Whether the plan has expired.</param>
public sealed record PlanStatus(LoadedScenario Loaded, FollowedPlan Followed, IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Doubts, bool IsLate)
{
    /// <summary>The plan.</summary>
    public TransactionPlan Plan => Followed.Progress.Plan;

    /// <summary>Phases that have to wait until transactions of their account are mined.</summary>
    public IReadOnlyList<Phase> Waiting { get; } = [.. Followed.Progress.Open.Where(phase => Followed.Accounts.TryGetValue(phase.Chain, out var account) && account.Unmined > 0)];

    /// <summary>Phases to sign now. Claims may be signed after the deadline, because they only collect tokens that are already there.</summary>
    public IReadOnlyList<Phase> Ready => [.. Followed.Progress.Open.Except(Waiting).Where(phase => Doubts.All(doubt => doubt.Key != phase.Chain) && (!IsLate || phase.Number == 0))];

    /// <summary>The outcome.</summary>
    public Outcome Outcome => Followed.Progress.IsDone ? Outcome.Done : Doubts.Count > 0 ? Outcome.NoData : Outcome.PlanInProgress;
}

/// <summary>Finds out what of a plan has been executed, and writes what is to be signed next.</summary>
/// <param name="endpoints">Where nodes are.</param>
/// <param name="time">The clock.</param>
/// <param name="activity">Is told what is being done.</param>
public sealed class PlanFollowing(IEndpoints endpoints, TimeProvider time, IActivity activity)
{
    /// <summary>Looks a plan up on its chains. What is found is kept in the journal beside the plan file.</summary>
    /// <param name="planFile">The plan file.</param>
    /// <param name="plan">Its content.</param>
    /// <param name="loaded">The scenario of the plan.</param>
    /// <param name="policy">A policy file; null if everything is allowed.</param>
    /// <param name="word">What the owner says.</param>
    /// <param name="needsAll">Whether all chains have to be known, not only those with open steps: an open step alone can be signed
    /// twice, but holdings are on all chains.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The status; or the violations of a plan that fails its verification, and then nothing was looked up.</returns>
    /// <exception cref="RequestException">A chain of the plan cannot be read.</exception>
    public async Task<(PlanStatus? Status, IReadOnlyList<Violation> Violations)> FollowAsync(
        FileInfo planFile, TransactionPlan plan, LoadedScenario loaded, string? policy, OwnersWord word, bool needsAll, CancellationToken cancellation)
    {
        var journal = new PlanJournal(Path.Combine(planFile.Directory!.FullName, PlanJournal.FolderName), Fingerprint(plan));
        var known = journal.Read();
        // A plan in progress is fixed; before that, it must equal the plan of its scenario.
        var made = known.Count > 0 ? null : activity.During($"planning {loaded.Scenario.Name} again", () => ScenarioRunner.Run(loaded, cancellation)).Plan;
        var unsound = PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, made).ToList();
        if (unsound.Count == 0 && policy is not null)
            unsound.AddRange(PolicyCheck.Check(plan, ScenarioFiles.LoadPolicy(policy), loaded.Market));
        if (unsound.Count > 0)
            return (null, unsound);
        try
        {
            var followed = await FollowAsync(plan, loaded, known, word, cancellation).ConfigureAwait(false);
            // Save the findings before showing them.
            journal.Add(followed.Found, time.GetUtcNow());
            var doubts = followed.Doubts.Where(doubt => !word.Sure.Contains(doubt.Key) && (needsAll || followed.Progress.Steps.Any(step => step.Step.Chain == doubt.Key && step.State != StepState.Done)));
            return (new(loaded, followed, [.. doubts], time.GetUtcNow() > plan.ValidUntil), []);
        }
        catch (ChainDataException unreachable)
        {
            throw new RequestException(Outcome.NoData, $"{unreachable.Message}\nThe status is unknown while a chain of the plan cannot be read: executed steps there would look as if they were open.");
        }
    }

    /// <summary>Writes the files to sign now.</summary>
    /// <returns>What the policy forbids; empty if the files were written.</returns>
    public static IReadOnlyList<Violation> WriteSignable(PlanStatus status, DirectoryInfo output, string? policy)
    {
        var (ready, accounts) = (status.Ready, status.Followed.Accounts);
        var nonces = accounts.Where(account => account.Value.SafeNonce is not null).ToDictionary(account => account.Key, account => account.Value.SafeNonce!.Value);
        TransactionStep[] steps = [.. ready.SelectMany(phase => phase.Steps)];
        // The version is read from each Safe. If Safes have different versions, hashes are left out, because the batch contract depends on
        // the version.
        string[] versions = [.. ready.Select(phase => accounts.GetValueOrDefault(phase.Chain)?.SafeVersion?.Split('+')[0]).OfType<string>().Distinct()];
        var version = versions is [var only] && SafeTransaction.Versions.Contains(only) ? only : null;
        if (versions.Length > 0 && version is null)
            nonces = [];
        var rest = status.Plan with { Nonces = nonces, SafeVersion = version ?? status.Plan.SafeVersion, Steps = steps, CostUsd = steps.Sum(step => step.GasUsd + step.FeeUsd) };
        if (policy is not null && PolicyCheck.Check(rest, ScenarioFiles.LoadPolicy(policy), status.Loaded.Market) is { Count: > 0 } forbidden)
            return forbidden;
        PlanFolder.Write(output, new PlanExport(rest, status.Loaded.Market, ready).Files());
        return [];
    }

    /// <summary>Writes a scenario with today's holdings.</summary>
    /// <exception cref="RequestException">The snapshot is older than the last executed step.</exception>
    public static void WriteRest(PlanStatus status, FileInfo rest, FileInfo on)
    {
        // With an older snapshot, the next plan would take the transactions of this plan for its own.
        var last = status.Followed.Progress.Steps.SelectMany(step => step.Made.Append(step.Arrival)).OfType<EvmTransaction>().Select(transaction => transaction.Block.Time).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        var (snapshot, loaded) = (new ScenarioFiles().LoadMarket(on.FullName).Market.Snapshot, status.Loaded);
        if (snapshot.TakenAt <= last)
            throw new RequestException(Outcome.BadInput, $"--on: snapshot '{snapshot.Name}' was taken at {snapshot.TakenAt:yyyy-MM-dd HH:mm:ss} UTC, but the last step was executed at {last:yyyy-MM-dd HH:mm:ss}; take a new one");
        var holdings = Remainder.Of(status.Followed, loaded.Market, loaded.Scenario);
        AtomicFile.Write(rest.FullName, ScenarioFiles.WithHoldings(loaded.File, $"{loaded.Scenario.Name}, remaining moves", Path.GetRelativePath(rest.Directory!.FullName, on.FullName).Replace('\\', '/'), [.. holdings, .. loaded.Scenario.Others]));
    }

    private async Task<FollowedPlan> FollowAsync(TransactionPlan plan, LoadedScenario loaded, IReadOnlyList<PlanJournalEntry> known, OwnersWord word, CancellationToken cancellation)
    {
        using var nodes = new Nodes(endpoints, EndpointLimits.Within(loaded.Settings.Reading.RequestTimeout.Seconds));
        var clients = plan.Accounts.Keys.Where(id => loaded.Market.Chain(id).ChainId is not null).ToDictionary(id => id, id => nodes.ClientOf(loaded.Market.Chain(id), loaded.Settings.Reading.TwoEndpoints));
        var follower = new PlanFollower(loaded.Market, chain => clients[chain], loaded.Settings.Reading, nodes.Source, time);
        return await activity.DuringAsync($"looking up {plan.Accounts.Count} chains", () => follower.FollowAsync(plan, known, word.Transactions, word.Done, word.GivenBack, cancellation)).ConfigureAwait(false);
    }

    private static string Fingerprint(TransactionPlan plan) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Formats.Serialize(plan))));
}
