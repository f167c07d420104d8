using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Optimizer.Chains;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Following;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan status</c>: what of a plan has been done, what is on its way, and what to sign next.</summary>
internal static class PlanStatusCommand
{
    /// <summary>A plan of which something is left to do, or to wait for.</summary>
    private const int UnderWay = 9;

    public static Command Create(Terminal terminal)
    {
        var command = new Command("status", """
            Looks up on the plan's chains (their environment variables hold endpoints) which of its calls were made, by a Safe
            or by an account that signs itself, and whether what they sent has arrived. What was found is kept in the folder
            'journal' beside the plan, so that it is not searched for again; money is always read anew.

            --out writes what can be signed now, without what has been done, with claims of bridges once their proofs are
            there. --rest writes a scenario of what is held now, to plan the rest anew.

            Examples:
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml --out plans/next
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml --rest scenarios/rest.yaml

            Exit codes: 0 all is done, 9 something is left to do or to wait for, 4 a chain cannot be read, 6 the plan is not sound.
            """);
        var file = new Argument<FileInfo>("PLAN") { Description = "The plan's file (plan.json)." };
        var scenario = new Argument<FileInfo>("SCENARIO") { Description = "The scenario that it was made from." };
        var told = new Option<string[]>("--transaction") { Description = "A transaction that belongs to the plan, such as base=0x…, where it cannot be found." };
        var done = new Option<int[]>("--done") { Description = "A step that is done by your word, by its number, where it cannot be looked up." };
        var output = new Option<DirectoryInfo?>("--out") { Description = "A folder to write what can be signed now into; it must not exist yet, or hold such files." };
        var rest = new Option<FileInfo?>("--rest") { Description = "A scenario's file to write, beside the plan's scenario: the same with the holdings of now." };
        command.Arguments.Add(file);
        command.Arguments.Add(scenario);
        command.Options.Add(told);
        command.Options.Add(done);
        command.Options.Add(output);
        command.Options.Add(rest);
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            var plan = ScenarioFiles.LoadPlan(path.FullName);
            var loaded = new ScenarioFiles().Load(parsed.GetValue(scenario)!.FullName);
            if (PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, null) is { Count: > 0 } unsound)
            {
                PlanCommand.Show(terminal, unsound);
                terminal.Result.WriteLine("The plan is not sound; nothing was looked up.");
                return 6;
            }

            if (parsed.GetValue(rest) is { } restFile && (!string.Equals(restFile.Directory!.FullName, parsed.GetValue(scenario)!.Directory!.FullName, StringComparison.Ordinal) || restFile.FullName == parsed.GetValue(scenario)!.FullName))
            {
                await terminal.Error.WriteLineAsync($"--rest: {restFile} has to be another file beside {parsed.GetValue(scenario)}, whose snapshot it names");
                return 2;
            }

            if (parsed.GetValue(output) is { } folder && PlanFolder.Foreign(folder) is { } foreign)
            {
                await terminal.Error.WriteLineAsync(foreign);
                return 2;
            }

            if (Told(parsed.GetValue(told) ?? [], plan) is not { } named)
            {
                await terminal.Error.WriteLineAsync($"--transaction: expected one of the plan's chains and a hash, such as {plan.Accounts.Keys.FirstOrDefault() ?? "base"}=0x… with 64 digits");
                return 2;
            }

            if ((parsed.GetValue(done) ?? []).FirstOrDefault(id => id < 1 || id > plan.Steps.Count) is var unknown and not 0)
            {
                await terminal.Error.WriteLineAsync($"--done: the plan has no step {unknown}; it has {plan.Steps.Count}");
                return 2;
            }

            try
            {
                var journal = new PlanJournal(Path.Combine(path.Directory!.FullName, PlanJournal.FolderName), Fingerprint(plan));
                var followed = await FollowAsync(terminal, plan, loaded, journal.Read(), named, parsed.GetValue(done) ?? [], cancellation);
                // Before anything is said: what was found is kept.
                journal.Add(followed.Found, TimeProvider.System.GetUtcNow());
                return Tell(terminal, plan, loaded, followed, parsed.GetValue(output), parsed.GetValue(rest));
            }
            catch (ChainDataException unreachable)
            {
                await terminal.Error.WriteLineAsync($"{unreachable.Message}\nNothing can be said while a chain of the plan cannot be read: what has been done there would look as if it had not.");
                return 4;
            }
        });
        return command;
    }

    private static async Task<FollowedPlan> FollowAsync(Terminal terminal, TransactionPlan plan, LoadedScenario loaded, IReadOnlyList<PlanJournalEntry> known, IReadOnlyList<(string, string)> named, IReadOnlyList<int> told, CancellationToken cancellation)
    {
        var limits = EndpointLimits.Within(loaded.Settings.Reading.RequestTimeout.Seconds);
        using var http = EndpointClient.Create(limits);
        var clients = plan.Accounts.Keys.Where(id => loaded.Market.Chain(id).ChainId is not null).ToDictionary(id => id, id => Endpoints.ClientOf(loaded.Market.Chain(id), http, limits, loaded.Settings.Reading.TwoEndpoints));
        JsonEndpoint Source(WebSource source) => new(Endpoints.WebOf(source.Name).Address ?? source.Address, source.Name, http, limits);
        var follower = new PlanFollower(loaded.Market, chain => clients[chain], loaded.Settings.Reading, Source, TimeProvider.System);
        return await Progress.ShowAsync(terminal, $"looking up {plan.Accounts.Count} chains", () => follower.FollowAsync(plan, known, named, told, cancellation));
    }

    private static int Tell(Terminal terminal, TransactionPlan plan, LoadedScenario loaded, FollowedPlan followed, DirectoryInfo? output, FileInfo? rest)
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
        foreach (var step in progress.Steps.Where(step => step.Failed.Count > 0 && step.State != StepState.Done))
            terminal.Result.WriteLine($"Step {step.Step.Id} was tried in {string.Join(", ", step.Failed.Select(failed => failed.Hash))} and failed.");
        foreach (var (chain, foreign) in progress.Foreign.Where(pair => pair.Value.Count > 0))
            terminal.Result.WriteLine($"{Text.Counted(foreign.Count, "transaction")} of the account on {chain} since then are none of this plan's.");
        foreach (var receive in progress.Steps.Where(step => step.State == StepState.InFlight))
        {
            var sent = progress.Steps.First(step => receive.Step.DependsOn.Contains(step.Step.Id) && step.Step.Via == receive.Step.Via);
            if (sent.Last is not { } sending)
                continue;
            var (left, due) = (sending.Block.Time, sending.Block.Time.AddSeconds(Math.Max(sent.Step.DurationSeconds, receive.Step.DurationSeconds)));
            var isLate = TimeProvider.System.GetUtcNow() > due;
            terminal.Result.WriteLine($"Step {receive.Step.Id} is on its way since {left:yyyy-MM-dd HH:mm} UTC and {(isLate ? "was" : "is")} due by {due:yyyy-MM-dd HH:mm}{(receive.Claim is null ? "" : "; it can be claimed now")}.");
        }

        var open = progress.Open;
        var isLateToSign = TimeProvider.System.GetUtcNow() > plan.ValidUntil;
        var waiting = open.Where(phase => followed.Accounts.TryGetValue(phase.Chain, out var account) && account.Unmined > 0).ToArray();
        foreach (var chain in waiting.Select(phase => phase.Chain).Distinct())
            terminal.Result.WriteLine($"{Text.Counted((int)followed.Accounts[chain].Unmined, "transaction")} of the account on {chain} wait for a block: nothing more is to be signed there before.");
        // A claim only takes what is there already; all else was to be done in time.
        var ready = open.Except(waiting).Where(phase => !isLateToSign || phase.Number == 0).ToArray();
        if (progress.IsDone)
            terminal.Result.WriteLine("All is done.");
        else if (isLateToSign && !progress.IsUntouched)
            terminal.Result.WriteLine($"The plan was to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC: plan the rest anew, with --rest.");
        else if (isLateToSign)
            terminal.Result.WriteLine($"The plan was to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC, and nothing of it has been: make a new one.");
        foreach (var phase in ready)
            terminal.Result.WriteLine($"To sign now: {(phase.Number == 0 ? "the claim" : $"phase {phase.Number}")} on {phase.Chain}, {Text.Counted(phase.Calls.Count(), "call")} (steps {string.Join(", ", phase.Steps.Select(step => step.Id))}).");

        if (output is not null && ready.Length == 0)
        {
            terminal.Result.WriteLine("Nothing was written: there is nothing to sign now.");
        }
        else if (output is not null)
        {
            var nonces = followed.Accounts.Where(account => account.Value.SafeNonce is not null).ToDictionary(account => account.Key, account => account.Value.SafeNonce!.Value);
            TransactionStep[] steps = [.. ready.SelectMany(phase => phase.Steps)];
            PlanFolder.Write(output, new PlanExport(plan with { Nonces = nonces, Steps = steps, CostUsd = steps.Sum(step => step.GasUsd + step.FeeUsd) }, market, ready).Files());
            terminal.Result.WriteLine($"{Text.Counted(ready.Length, "file")} to sign: {output.FullName}");
        }

        if (rest is not null)
        {
            var holdings = Remainder.Of(followed, market, loaded.Scenario);
            AtomicFile.Write(rest.FullName, ScenarioFiles.WithHoldings(loaded.File, $"{loaded.Scenario.Name}, the rest", holdings));
            terminal.Result.WriteLine($"The holdings of now: {rest.FullName}. Take a new snapshot and name it there before you plan.");
        }

        return progress.IsDone ? 0 : UnderWay;
    }

    private static string StateOf(StepProgress step) => step.State switch
    {
        StepState.Done when step.IsTold => "done, you say",
        StepState.Partly => $"{step.Made.Count(made => made is not null)} of {step.Made.Count} calls",
        StepState.InFlight => "in flight",
        _ => Text.Words(step.State.ToString()),
    };

    private static List<(string, string)>? Told(string[] texts, TransactionPlan plan)
    {
        var told = new List<(string, string)>();
        foreach (var text in texts)
        {
            if (text.Split('=') is not [var chain, var hash] || !plan.Accounts.ContainsKey(chain) || hash.Length != 66 || !hash.StartsWith("0x", StringComparison.Ordinal) || !hash.AsSpan(2).ToString().All(char.IsAsciiHexDigit))
                return null;
            told.Add((chain, hash.ToLowerInvariant()));
        }

        return told;
    }

    private static string Fingerprint(TransactionPlan plan) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Formats.Serialize(plan))));
}
