using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Following;
using Optimizer.Transactions.Policies;
using Optimizer.Transactions.Safe;
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
            there. --rest writes a scenario of what is held now, to plan the rest anew on a newer snapshot. Neither is written
            where more may have been done than could be found; look it up yourself, and say so by --sure and the chain.

            Examples:
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml --out plans/next
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml --rest scenarios/rest.yaml --on scenarios/snapshots/new.json

            Exit codes: 0 all is done, 9 something is left to do or to wait for, 4 what was done on a chain is not known for
            sure, 6 the plan is not sound.
            """);
        var file = new Argument<FileInfo>("PLAN") { Description = "The plan's file (plan.json)." };
        var scenario = new Argument<FileInfo>("SCENARIO") { Description = "The scenario that it was made from." };
        var told = new Option<string[]>("--transaction") { Description = "A transaction that belongs to the plan, such as base=0x…, where it cannot be found." };
        var done = new Option<int[]>("--done") { Description = "A step that is done by your word, by its number, where it cannot be looked up." };
        var givenBack = new Option<int[]>("--given-back") { Description = "An arrival that does not come, since a bridge gave back what it was sent, by the step's number." };
        var sure = new Option<string[]>("--sure") { Description = "A chain on which you looked yourself: what was found, and what you say, is all that was done." };
        var output = new Option<DirectoryInfo?>("--out") { Description = "A folder to write what can be signed now into; it must not exist yet, or hold such files." };
        var rest = new Option<FileInfo?>("--rest") { Description = "A scenario's file to write, beside the plan's scenario: the same with the holdings of now, on the snapshot that --on names." };
        var on = new Option<FileInfo?>("--on") { Description = "For --rest: a snapshot that was taken after what has been done." };
        var policy = PlanCommand.Policy();
        command.Arguments.Add(file);
        command.Arguments.Add(scenario);
        command.Options.Add(told);
        command.Options.Add(done);
        command.Options.Add(givenBack);
        command.Options.Add(sure);
        command.Options.Add(output);
        command.Options.Add(rest);
        command.Options.Add(on);
        command.Options.Add(policy);
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetValue(file)!;
            var plan = ScenarioFiles.LoadPlan(path.FullName);
            var loaded = new ScenarioFiles().Load(parsed.GetValue(scenario)!.FullName);
            var wishes = new Wishes(parsed.GetValue(output), parsed.GetValue(rest), parsed.GetValue(on), parsed.GetValue(policy), [.. parsed.GetValue(sure) ?? []]);
            int[] words = [.. parsed.GetValue(done) ?? [], .. parsed.GetValue(givenBack) ?? []];
            var named = Named(parsed.GetValue(told) ?? [], plan);
            var wrong = Endpoints.WrongVariable() is { } variable ? $"{variable} holds no http or https address"
                : wishes.Sure.FirstOrDefault(chain => !plan.Accounts.ContainsKey(chain)) is { } unknown ? $"--sure: the plan has no account on '{unknown}'"
                : named is null ? $"--transaction: expected one of the plan's chains and a hash, such as {plan.Accounts.Keys.FirstOrDefault() ?? "base"}=0x… with 64 digits"
                : Array.Find(words, id => id < 1 || id > plan.Steps.Count) is var none and not 0 ? $"--done and --given-back: the plan has no step {none}; it has {plan.Steps.Count}"
                : (parsed.GetValue(givenBack) ?? []).FirstOrDefault(id => plan.Steps[id - 1].Kind != StepKind.BridgeReceive) is var other and not 0 ? $"--given-back: step {other} is no arrival"
                : wishes.Wrong(path, parsed.GetValue(scenario)!);
            if (wrong is not null)
            {
                await terminal.Error.WriteLineAsync(wrong);
                return 2;
            }

            var journal = new PlanJournal(Path.Combine(path.Directory!.FullName, PlanJournal.FolderName), Fingerprint(plan));
            var known = journal.Read();
            // A plan that is followed cannot change any more; before that it has to be the scenario's.
            var made = known.Count > 0 ? null : Progress.Show(terminal, $"planning {loaded.Scenario.Name} anew", () => ScenarioRunner.Run(loaded, cancellation)).Plan;
            var unsound = PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, made).ToList();
            if (unsound.Count == 0 && wishes.Policy is { } rules)
                unsound.AddRange(PolicyCheck.Check(plan, ScenarioFiles.LoadPolicy(rules.FullName), loaded.Market));
            if (unsound.Count > 0)
            {
                PlanCommand.Show(terminal, unsound);
                terminal.Result.WriteLine("The plan is not sound; nothing was looked up.");
                return 6;
            }

            try
            {
                var followed = await FollowAsync(terminal, plan, loaded, known, named!, parsed.GetValue(done) ?? [], parsed.GetValue(givenBack) ?? [], cancellation);
                // Before anything is said: what was found is kept.
                journal.Add(followed.Found, TimeProvider.System.GetUtcNow());
                return Tell(terminal, plan, loaded, followed, wishes);
            }
            catch (ChainDataException unreachable)
            {
                await terminal.Error.WriteLineAsync($"{unreachable.Message}\nNothing can be said while a chain of the plan cannot be read: what has been done there would look as if it had not.");
                return 4;
            }
        });
        return command;
    }

    /// <summary>What is to be written, and what the owner says.</summary>
    private sealed record Wishes(DirectoryInfo? Output, FileInfo? Rest, FileInfo? On, FileInfo? Policy, HashSet<string> Sure)
    {
        /// <summary>Why they cannot be met; null where they can.</summary>
        public string? Wrong(FileInfo plan, FileInfo scenario)
        {
            // The plan's own folder holds what is known of it.
            if (Output is not null && $"{plan.FullName}{Path.DirectorySeparatorChar}".StartsWith($"{Output.FullName.TrimEnd(Path.DirectorySeparatorChar)}{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                return $"--out: {Output} holds the plan itself; expected another folder";
            if (Output is not null && PlanFolder.Foreign(Output) is { } foreign)
                return foreign;
            if (Rest is null)
                return On is null ? null : "--on is about --rest; give that as well";
            if (Rest.Directory!.FullName != scenario.Directory!.FullName || Rest.FullName == scenario.FullName)
                return $"--rest: {Rest} has to be another file beside {scenario}";
            return On is null ? "--rest: give the snapshot to plan the rest on, which was taken after what has been done, by --on" : null;
        }
    }

    private static async Task<FollowedPlan> FollowAsync(Terminal terminal, TransactionPlan plan, LoadedScenario loaded, IReadOnlyList<PlanJournalEntry> known, IReadOnlyList<(string, string)> named, IReadOnlyList<int> told, IReadOnlyList<int> givenBack, CancellationToken cancellation)
    {
        var limits = EndpointLimits.Within(loaded.Settings.Reading.RequestTimeout.Seconds);
        using var http = EndpointClient.Create(limits);
        var clients = plan.Accounts.Keys.Where(id => loaded.Market.Chain(id).ChainId is not null).ToDictionary(id => id, id => Endpoints.ClientOf(loaded.Market.Chain(id), http, limits, loaded.Settings.Reading.TwoEndpoints));
        JsonEndpoint Source(WebSource source) => new(Endpoints.WebOf(source.Name).Address ?? source.Address, source.Name, http, limits);
        var follower = new PlanFollower(loaded.Market, chain => clients[chain], loaded.Settings.Reading, Source, TimeProvider.System);
        return await Progress.ShowAsync(terminal, $"looking up {plan.Accounts.Count} chains", () => follower.FollowAsync(plan, known, named, told, givenBack, cancellation));
    }

    private static int Tell(Terminal terminal, TransactionPlan plan, LoadedScenario loaded, FollowedPlan followed, Wishes wishes)
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
        foreach (var receive in progress.Steps.Where(step => step.State == StepState.InFlight))
        {
            var sent = progress.Steps.First(step => receive.Step.DependsOn.Contains(step.Step.Id) && step.Step.Via == receive.Step.Via);
            if (sent.Last is not { } sending)
                continue;
            var (left, due) = (sending.Block.Time, sending.Block.Time.AddSeconds(Math.Max(sent.Step.DurationSeconds, receive.Step.DurationSeconds)));
            var isLate = TimeProvider.System.GetUtcNow() > due;
            terminal.Result.WriteLine($"Step {receive.Step.Id} is on its way since {left:yyyy-MM-dd HH:mm} UTC and {(isLate ? "was" : "is")} due by {due:yyyy-MM-dd HH:mm}{(receive.Claim is null ? "" : "; it can be claimed now")}.");
        }

        // Where all of the plan is done, nothing of it can be signed twice.
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
        // A claim only takes what is there already; all else was to be done in time.
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

    /// <summary>Writes what can be signed now.</summary>
    /// <returns>False where the policy does not allow it, which is said.</returns>
    private static bool Write(Terminal terminal, TransactionPlan plan, Market market, FollowedPlan followed, Phase[] ready, DirectoryInfo output, FileInfo? policy)
    {
        if (ready.Length == 0)
        {
            terminal.Result.WriteLine("Nothing was written: there is nothing to sign now.");
            return true;
        }

        var nonces = followed.Accounts.Where(account => account.Value.SafeNonce is not null).ToDictionary(account => account.Key, account => account.Value.SafeNonce!.Value);
        TransactionStep[] steps = [.. ready.SelectMany(phase => phase.Steps)];
        // A Safe says itself which version it is; Safes of several versions have no one contract for their batches.
        var versions = ready.Select(phase => followed.Accounts.GetValueOrDefault(phase.Chain)?.SafeVersion?.Split('+')[0]).OfType<string>().Distinct().ToArray();
        if (versions is not [var only] || !SafeTransaction.Versions.Contains(only))
            nonces = versions.Length == 0 ? nonces : [];
        var rest = plan with { Nonces = nonces, SafeVersion = versions is [var one] && SafeTransaction.Versions.Contains(one) ? one : plan.SafeVersion, Steps = steps, CostUsd = steps.Sum(step => step.GasUsd + step.FeeUsd) };
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

    /// <summary>Writes a scenario of what is held now.</summary>
    /// <returns>False where its snapshot is older than what has been done, which is said.</returns>
    private static bool WriteRest(Terminal terminal, LoadedScenario loaded, FollowedPlan followed, FileInfo rest, FileInfo on)
    {
        // On an older snapshot what this plan did would count as done by the next.
        var last = followed.Progress.Steps.SelectMany(step => step.Made.Append(step.Arrival)).OfType<EvmTransaction>().Select(transaction => transaction.Block.Time).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        var snapshot = new ScenarioFiles().LoadMarket(on.FullName).Market.Snapshot;
        if (snapshot.TakenAt <= last)
        {
            terminal.Error.WriteLine($"--on: snapshot '{snapshot.Name}' is of {snapshot.TakenAt:yyyy-MM-dd HH:mm:ss} UTC, and the last that was done of {last:yyyy-MM-dd HH:mm:ss}; take a new one");
            return false;
        }

        var holdings = Remainder.Of(followed, loaded.Market, loaded.Scenario);
        AtomicFile.Write(rest.FullName, ScenarioFiles.WithHoldings(loaded.File, $"{loaded.Scenario.Name}, the rest", Path.GetRelativePath(rest.Directory!.FullName, on.FullName).Replace('\\', '/'), holdings));
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

    private static List<(string, string)>? Named(string[] texts, TransactionPlan plan)
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
