using System.Globalization;
using Optimizer.Chains.Evm;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Following;
using Optimizer.Transactions.Policies;
using Optimizer.Transactions.Safe;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Shows the state of a plan's steps, and writes the files to sign next.</summary>
internal static class PlanStatusView
{
    /// <summary>Exit code: plan incomplete, with steps to sign or transfers in flight.</summary>
    private const int UnderWay = 9;

    /// <summary>Shows the state of a plan and writes the requested files.</summary>
    /// <returns>The exit code.</returns>
    public static int Show(Terminal terminal, TransactionPlan plan, LoadedScenario loaded, FollowedPlan followed, PlanStatusWishes wishes)
    {
        var (progress, market) = (followed.Progress, loaded.Market);
        var table = Text.Table("#", "On", "What", "State", "When", "In");
        foreach (var step in progress.Steps)
        {
            var transaction = step.Arrival ?? step.Last;
            table.AddRow($"{step.Step.Id}", step.Step.Chain, Markup.Escape(step.Step.Description), StateOf(step),
                transaction is null ? "" : transaction.Block.Time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), transaction is null ? "" : $"{transaction.Hash[..10]}…");
        }

        terminal.Result.Write(table);
        foreach (var note in followed.Notes)
            terminal.Result.WriteLine(note);
        foreach (var step in progress.Steps.Where(step => step.Again.Count > 0))
            terminal.Result.WriteLine($"Step {step.Step.Id} was made ONCE MORE in {string.Join(", ", step.Again.Select(again => again.Hash))}.");
        foreach (var step in progress.Steps.Where(step => step.Failed.Count > 0 && step.State != StepState.Done))
            terminal.Result.WriteLine($"Step {step.Step.Id} was tried in {string.Join(", ", step.Failed.Select(failed => failed.Hash))} and failed.");
        foreach (var (chain, foreign) in progress.Foreign.Where(pair => pair.Value.Count > 0))
            terminal.Result.WriteLine($"{Text.Counted(foreign.Count, "transaction")} of the account on {chain} since then are none of this plan's.");
        foreach (var step in progress.Steps.Where(step => step.IsShort))
            terminal.Result.WriteLine($"Step {step.Step.Id} brought {step.Arrived} base units of {step.Step.ReceivedToken}, and the plan counts on {step.Step.MinimumReceived}: what waits for it is not to be signed; plan the rest anew, by --rest.");
        foreach (var receive in progress.Steps.Where(step => step.State == StepState.InFlight))
        {
            if (progress.SenderOf(receive.Step) is not { Last: { } sending } sent)
                continue;
            var (left, due) = (sending.Block.Time, sending.Block.Time.AddSeconds(Math.Max(sent.Step.DurationSeconds, receive.Step.DurationSeconds)));
            var isLate = TimeProvider.System.GetUtcNow() > due;
            terminal.Result.WriteLine($"Step {receive.Step.Id} {(receive.Step.Kind == StepKind.Claim ? "waits in a queue" : "is on its way")} since {left:yyyy-MM-dd HH:mm} UTC and {(isLate ? "was" : "is")} due by {due:yyyy-MM-dd HH:mm}{(receive.Claim is null ? "" : "; it can be claimed now")}.");
        }

        // Doubts matter only on chains with open steps, because only an open step can be signed twice; --rest needs all chains.
        var doubts = followed.Doubts.Where(doubt => !wishes.Sure.Contains(doubt.Key) && (wishes.Rest is not null || progress.Steps.Any(step => step.Step.Chain == doubt.Key && step.State != StepState.Done))).ToArray();
        foreach (var (chain, reasons) in doubts)
        {
            foreach (var reason in reasons)
                terminal.Result.WriteLine($"{chain}: {reason}.");
        }

        var open = progress.Open;
        var isLateToSign = TimeProvider.System.GetUtcNow() > plan.ValidUntil;
        var waiting = open.Where(phase => followed.Accounts.TryGetValue(phase.Chain, out var account) && account.Unmined > 0).ToArray();
        foreach (var chain in waiting.Select(phase => phase.Chain).Distinct())
            terminal.Result.WriteLine($"{Text.Counted((int)followed.Accounts[chain].Unmined, "transaction")} of the account on {chain} wait for a block: nothing more is to be signed there before.");
        // Claims may be signed after the deadline, because they only collect tokens that are already there.
        var ready = open.Except(waiting).Where(phase => doubts.All(doubt => doubt.Key != phase.Chain) && (!isLateToSign || phase.Number == 0)).ToArray();
        if (progress.IsDone)
            terminal.Result.WriteLine("All is done.");
        else if (isLateToSign && !progress.IsUntouched)
            terminal.Result.WriteLine($"The plan was to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC: plan the rest anew, with --rest.");
        else if (isLateToSign)
            terminal.Result.WriteLine($"The plan was to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC, and nothing of it has been: make a new one.");
        foreach (var phase in ready)
        {
            terminal.Result.WriteLine($"To sign now: {(phase.Number == 0 ? "the claim" : $"phase {phase.Number}")} on {phase.Chain}, {Text.Counted(phase.Calls.Count(), "call")} (steps {string.Join(", ", phase.Steps.Select(step => step.Id))})"
                + (followed.Accounts.TryGetValue(phase.Chain, out var account) && account.SafeNonce is { } nonce ? $"; nothing of it may wait in the Safe's queue already, where nonce {nonce} is next." : "."));
        }

        if (doubts.Length > 0)
        {
            terminal.Result.WriteLine($"On {string.Join(" and ", doubts.Select(doubt => doubt.Key))} more may have been done than was found: nothing is to be signed there before you have looked yourself (--sure).");
            if (wishes.Rest is not null)
                terminal.Result.WriteLine("--rest was not written: what is held is not known.");
        }

        if (wishes.Output is { } output && !Write(terminal, plan, market, followed, ready, output, wishes.Policy))
            return 6;
        if (wishes.Rest is { } rest && doubts.Length == 0 && !WriteRest(terminal, loaded, followed, rest, wishes.On!))
            return 2;
        return progress.IsDone ? 0 : doubts.Length > 0 ? 4 : UnderWay;
    }

    /// <summary>Writes the files to sign now.</summary>
    /// <returns>False if the policy forbids it; the violations are shown.</returns>
    private static bool Write(Terminal terminal, TransactionPlan plan, Market market, FollowedPlan followed, Phase[] ready, DirectoryInfo output, FileInfo? policy)
    {
        if (ready.Length == 0)
        {
            terminal.Result.WriteLine("Nothing was written: there is nothing to sign now.");
            return true;
        }

        var nonces = followed.Accounts.Where(account => account.Value.SafeNonce is not null).ToDictionary(account => account.Key, account => account.Value.SafeNonce!.Value);
        TransactionStep[] steps = [.. ready.SelectMany(phase => phase.Steps)];
        // The version is read from each Safe. If Safes have different versions, hashes are left out, because the batch contract depends on
        // the version.
        string[] versions = [.. ready.Select(phase => followed.Accounts.GetValueOrDefault(phase.Chain)?.SafeVersion?.Split('+')[0]).OfType<string>().Distinct()];
        var version = versions is [var only] && SafeTransaction.Versions.Contains(only) ? only : null;
        if (versions.Length > 0 && version is null)
            nonces = [];
        var rest = plan with { Nonces = nonces, SafeVersion = version ?? plan.SafeVersion, Steps = steps, CostUsd = steps.Sum(step => step.GasUsd + step.FeeUsd) };
        if (policy is not null && PolicyCheck.Check(rest, ScenarioFiles.LoadPolicy(policy.FullName), market) is { Count: > 0 } forbidden)
        {
            PlanCommand.Show(terminal, forbidden);
            terminal.Result.WriteLine($"Nothing was written: {policy.Name} does not allow it.");
            return false;
        }

        PlanFolder.Write(output, new PlanExport(rest, market, ready).Files());
        terminal.Result.WriteLine($"{Text.Counted(ready.Length, "file")} to sign: {output.FullName}");
        return true;
    }

    /// <summary>Writes a scenario with today's holdings.</summary>
    /// <returns>False if the snapshot is older than the last executed step; an error is shown.</returns>
    private static bool WriteRest(Terminal terminal, LoadedScenario loaded, FollowedPlan followed, FileInfo rest, FileInfo on)
    {
        // With an older snapshot, the next plan would take the transactions of this plan for its own.
        var last = followed.Progress.Steps.SelectMany(step => step.Made.Append(step.Arrival)).OfType<EvmTransaction>().Select(transaction => transaction.Block.Time).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        var snapshot = new ScenarioFiles().LoadMarket(on.FullName).Market.Snapshot;
        if (snapshot.TakenAt <= last)
        {
            terminal.Error.WriteLine($"--on: snapshot '{snapshot.Name}' is of {snapshot.TakenAt:yyyy-MM-dd HH:mm:ss} UTC, and the last that was done of {last:yyyy-MM-dd HH:mm:ss}; take a new one");
            return false;
        }

        var holdings = Remainder.Of(followed, loaded.Market, loaded.Scenario);
        AtomicFile.Write(rest.FullName, ScenarioFiles.WithHoldings(loaded.File, $"{loaded.Scenario.Name}, the rest", Path.GetRelativePath(rest.Directory!.FullName, on.FullName).Replace('\\', '/'), [.. holdings, .. loaded.Scenario.Others]));
        terminal.Result.WriteLine($"The holdings of now: {rest.FullName}");
        return true;
    }

    private static string StateOf(StepProgress step) => step.State switch
    {
        StepState.Done when step.IsTold => "done, you say",
        StepState.Partly => $"{step.Made.Count(made => made is not null)} of {step.Made.Count} calls",
        StepState.InFlight => "in flight",
        StepState.GivenBack => "given back, you say",
        _ => Text.Words(step.State.ToString()),
    };
}
