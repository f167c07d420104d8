using System.Globalization;
using Optimizer.Application;
using Optimizer.Model;
using Optimizer.Transactions.Following;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Shows the state of a plan's steps, and writes the files to sign next.</summary>
internal static class PlanStatusView
{
    /// <summary>Shows the state of a plan and writes the requested files.</summary>
    /// <returns>The exit code.</returns>
    public static int Show(Terminal terminal, PlanStatus status, PlanStatusOptions wishes)
    {
        var (plan, followed, progress) = (status.Plan, status.Followed, status.Followed.Progress);
        var table = Text.Table("#", "Chain", "Step", "State", "Time", "Transaction");
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
            terminal.Result.WriteLine($"Step {step.Step.Id} was executed AGAIN in {string.Join(", ", step.Again.Select(again => again.Hash))}.");
        foreach (var step in progress.Steps.Where(step => step.Failed.Count > 0 && step.State != StepState.Done))
            terminal.Result.WriteLine($"Step {step.Step.Id} failed in {string.Join(", ", step.Failed.Select(failed => failed.Hash))}.");
        foreach (var (chain, foreign) in progress.Foreign.Where(pair => pair.Value.Count > 0))
            terminal.Result.WriteLine($"{Text.Counted(foreign.Count, "transaction")} of the account on {chain} since then do not belong to this plan.");
        foreach (var step in progress.Steps.Where(step => step.IsShort))
            terminal.Result.WriteLine($"Step {step.Step.Id} brought {step.Arrived} base units of {step.Step.ReceivedToken}, but the plan needs {step.Step.MinimumReceived}: do not sign the steps after it; plan again with --rest.");
        foreach (var receive in progress.Steps.Where(step => step.State == StepState.InFlight))
        {
            if (progress.SenderOf(receive.Step) is not { Last: { } sending } sent)
                continue;
            var (left, due) = (sending.Block.Time, sending.Block.Time.AddSeconds(Math.Max(sent.Step.DurationSeconds, receive.Step.DurationSeconds)));
            var isLate = TimeProvider.System.GetUtcNow() > due;
            terminal.Result.WriteLine($"Step {receive.Step.Id} {(receive.Step.Kind == StepKind.Claim ? "waits in a queue" : "is on its way")} since {left:yyyy-MM-dd HH:mm} UTC and {(isLate ? "was" : "is")} expected by {due:yyyy-MM-dd HH:mm}{(receive.Claim is null ? "" : "; it can be claimed now")}.");
        }

        foreach (var (chain, reasons) in status.Doubts)
        {
            foreach (var reason in reasons)
                terminal.Result.WriteLine($"{chain}: {reason}.");
        }

        foreach (var chain in status.Waiting.Select(phase => phase.Chain).Distinct())
            terminal.Result.WriteLine($"{Text.Counted((int)followed.Accounts[chain].Unmined, "transaction")} of the account on {chain} pending: sign nothing more there until mined.");
        if (progress.IsDone)
            terminal.Result.WriteLine("All steps are done.");
        else if (status.IsLate && !progress.IsUntouched)
            terminal.Result.WriteLine($"The plan expired at {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC: plan the remaining moves again with --rest.");
        else if (status.IsLate)
            terminal.Result.WriteLine($"The plan expired at {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC and no step was executed: make a new plan.");
        foreach (var phase in status.Ready)
        {
            terminal.Result.WriteLine($"To sign now: {(phase.Number == 0 ? "the claim" : $"phase {phase.Number}")} on {phase.Chain}, {Text.Counted(phase.Calls.Count(), "call")} (steps {string.Join(", ", phase.Steps.Select(step => step.Id))})"
                + (followed.Accounts.TryGetValue(phase.Chain, out var account) && account.SafeNonce is { } nonce ? $"; first check that the Safe's queue does not contain it already (next nonce: {nonce})." : "."));
        }

        if (status.Doubts.Count > 0)
        {
            terminal.Result.WriteLine($"On {string.Join(" and ", status.Doubts.Select(doubt => doubt.Key))} more may have been executed than was found: sign nothing there before you have checked it yourself (--sure).");
            if (wishes.Rest is not null)
                terminal.Result.WriteLine("--rest was not written: the holdings are not known for sure.");
        }

        if (wishes.Output is { } output && !Write(terminal, status, output, wishes.Policy))
            return (int)Outcome.PlanInvalid;
        if (wishes.Rest is { } rest && status.Doubts.Count == 0)
        {
            PlanFollowing.WriteRest(status, rest, wishes.On!);
            terminal.Result.WriteLine($"Scenario with today's holdings: {rest.FullName}");
        }

        return (int)status.Outcome;
    }

    /// <summary>Writes the files to sign now.</summary>
    /// <returns>False if the policy forbids it; the violations are shown.</returns>
    private static bool Write(Terminal terminal, PlanStatus status, DirectoryInfo output, FileInfo? policy)
    {
        if (status.Ready.Count == 0)
        {
            terminal.Result.WriteLine("No files were written: there is nothing to sign now.");
            return true;
        }

        if (PlanFollowing.WriteSignable(status, output, policy?.FullName) is { Count: > 0 } forbidden)
        {
            PlanCommand.Show(terminal, forbidden);
            terminal.Result.WriteLine($"No files were written: {policy!.Name} forbids these steps.");
            return false;
        }

        terminal.Result.WriteLine($"{Text.Counted(status.Ready.Count, "file")} to sign: {output.FullName}");
        return true;
    }

    private static string StateOf(StepProgress step) => step.State switch
    {
        StepState.Done when step.IsTold => "done (confirmed by you)",
        StepState.Partly => $"{step.Made.Count(made => made is not null)} of {step.Made.Count} calls",
        StepState.InFlight => "in flight",
        StepState.GivenBack => "refunded (confirmed by you)",
        _ => Text.Words(step.State.ToString()),
    };
}
