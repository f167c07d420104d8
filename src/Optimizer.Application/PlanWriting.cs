using System.Numerics;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Policies;

namespace Optimizer.Application;

/// <summary>How a plan is to be written as files.</summary>
/// <param name="Folder">The folder; new, or with only an earlier plan.</param>
/// <param name="Nonces">Next nonces of Safes, by chain.</param>
/// <param name="SafeVersion">The Safes' version; null for the usual one.</param>
/// <param name="Policy">A policy file; null if everything is allowed.</param>
/// <param name="Late">Whether to write even if the snapshot is too old to execute the plan.</param>
public sealed record PlanRequest(DirectoryInfo Folder, IReadOnlyDictionary<string, BigInteger> Nonces, string? SafeVersion, string? Policy, bool Late);

/// <summary>A plan that was written, or why it was not.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Plan">The plan; without steps if the current allocation is best, and then not written.</param>
/// <param name="Violations">What the policy forbids, or what is wrong with the plan.</param>
public sealed record PlanWritten(Outcome Outcome, TransactionPlan Plan, IReadOnlyList<Violation> Violations);

/// <summary>Writes plans as files that a multisig can sign.</summary>
/// <param name="time">The clock.</param>
public sealed class PlanWriting(TimeProvider time)
{
    /// <summary>Builds the calls of a plan, verifies them and writes the files.</summary>
    /// <exception cref="RequestException">The folder, a nonce or the snapshot's age forbids it, or a step cannot be built as a call.</exception>
    /// <exception cref="InputException">The policy file has an error.</exception>
    public PlanWritten Write(LoadedScenario loaded, Plan moves, PlanRequest request)
    {
        // Only files written by this use case may be replaced.
        if (PlanFolder.Foreign(request.Folder, isWhole: true) is { } foreign)
            throw new RequestException(Outcome.BadInput, foreign);
        if (request.Nonces.Keys.FirstOrDefault(chain => !loaded.Scenario.Accounts.ContainsKey(chain) || loaded.Market.Chain(chain).ChainId is null) is { } unknown)
            throw new RequestException(Outcome.BadInput, $"--nonce: the scenario has no Safe on '{unknown}'");
        TransactionPlan plan;
        try
        {
            plan = TransactionPlanner.Make(loaded.Market, loaded.Scenario, loaded.Settings.Moves, moves, request.Nonces, request.SafeVersion);
        }
        catch (TransactionException missing)
        {
            throw new RequestException(Outcome.NoData, $"no files were written, because some steps cannot be built as calls:\n{missing.Message}");
        }

        if (request.Policy is { } policy && PolicyCheck.Check(plan, ScenarioFiles.LoadPolicy(policy), loaded.Market) is { Count: > 0 } forbidden)
            return new(Outcome.PlanInvalid, plan, forbidden);
        if (!request.Late && time.GetUtcNow() > plan.ValidUntil)
            throw new RequestException(Outcome.NoData, $"snapshot '{plan.Snapshot}' was taken at {plan.SnapshotTakenAt:yyyy-MM-dd HH:mm} UTC, so the plan expired at {plan.ValidUntil:yyyy-MM-dd HH:mm}; take a new snapshot, or give --late to write the files anyway");
        if (PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, moves) is { Count: > 0 } unsound)
            return new(Outcome.Failed, plan, unsound);
        if (plan.Steps.Count > 0)
            PlanFolder.Write(request.Folder, PlanFolder.Files(plan, loaded.Market));
        return new(Outcome.Done, plan, []);
    }
}
