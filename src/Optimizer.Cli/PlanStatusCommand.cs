using System.CommandLine;
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
using Optimizer.Transactions.Policies;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan status</c>: the steps done, the transfers in flight, and what to sign next.</summary>
internal static class PlanStatusCommand
{
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
        var arguments = new PlanStatusArguments(command);
        command.SetAction((parsed, cancellation) => RunAsync(terminal, arguments.PlanOf(parsed), arguments.ScenarioOf(parsed), arguments.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, FileInfo file, FileInfo scenario, PlanStatusWishes wishes, CancellationToken cancellation)
    {
        var plan = ScenarioFiles.LoadPlan(file.FullName);
        var loaded = new ScenarioFiles().Load(scenario.FullName);
        if (wishes.Wrong(plan, file, scenario) is { } wrong)
        {
            await terminal.Error.WriteLineAsync(wrong);
            return 2;
        }

        var journal = new PlanJournal(Path.Combine(file.Directory!.FullName, PlanJournal.FolderName), Fingerprint(plan));
        var known = journal.Read();
        // A plan in progress is fixed; before that, it must equal the plan of its scenario.
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
            var followed = await FollowAsync(terminal, plan, loaded, known, wishes, cancellation);
            // Save the findings before showing them.
            journal.Add(followed.Found, TimeProvider.System.GetUtcNow());
            return PlanStatusView.Show(terminal, plan, loaded, followed, wishes);
        }
        catch (ChainDataException unreachable)
        {
            await terminal.Error.WriteLineAsync($"{unreachable.Message}\nNothing can be said while a chain of the plan cannot be read: what has been done there would look as if it had not.");
            return 4;
        }
    }

    private static async Task<FollowedPlan> FollowAsync(Terminal terminal, TransactionPlan plan, LoadedScenario loaded, IReadOnlyList<PlanJournalEntry> known, PlanStatusWishes wishes, CancellationToken cancellation)
    {
        var limits = EndpointLimits.Within(loaded.Settings.Reading.RequestTimeout.Seconds);
        using var http = EndpointClient.Create(limits);
        var clients = plan.Accounts.Keys.Where(id => loaded.Market.Chain(id).ChainId is not null).ToDictionary(id => id, id => Endpoints.ClientOf(loaded.Market.Chain(id), http, limits, loaded.Settings.Reading.TwoEndpoints));
        JsonEndpoint Source(WebSource source) => new(Endpoints.WebOf(source.Name).Address ?? source.Address, source.Name, http, limits);
        var follower = new PlanFollower(loaded.Market, chain => clients[chain], loaded.Settings.Reading, Source, TimeProvider.System);
        return await Progress.ShowAsync(terminal, $"looking up {plan.Accounts.Count} chains", () => follower.FollowAsync(plan, known, wishes.Named, wishes.Done, wishes.GivenBack, cancellation));
    }

    private static string Fingerprint(TransactionPlan plan) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Formats.Serialize(plan))));
}
