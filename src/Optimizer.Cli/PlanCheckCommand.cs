using System.CommandLine;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Policies;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan check</c>: verifies a plan file, and with <c>--now</c> compares it with the market.</summary>
internal static class PlanCheckCommand
{
    /// <summary>Rule: a file beside the plan differs from the file generated from the plan.</summary>
    private const string FilesRule = "files";

    public static Command Create(Terminal terminal)
    {
        var command = new Command("check", """
            Holds a plan's file against the scenario, the chain files and the snapshot that it was made from: every call is
            built anew and has to be the same, every amount has to come from somewhere, the moves have to be those that the
            scenario gives, and the files beside it, which are signed, have to be those of the plan. With --now, the chains of
            the plan are read as well.

            Exit code 6 where anything is not as it has to be, with the rule's name; with --now, 7 where figures have moved and
            8 where a step would fail or should not be made.
            """);
        var file = new Argument<FileInfo>("PLAN") { Description = "The plan's file (plan.json)." };
        var scenario = new Argument<FileInfo>("SCENARIO") { Description = "The scenario that it was made from." };
        command.Arguments.Add(file);
        command.Arguments.Add(scenario);
        var policy = PlanCommand.Policy();
        var now = new Option<bool>("--now") { Description = "Read the chains of the plan and say what has changed since it was made." };
        command.Options.Add(policy);
        command.Options.Add(now);
        command.SetAction((parsed, cancellation) => Task.Run(async () =>
        {
            var plan = ScenarioFiles.LoadPlan(parsed.GetValue(file)!.FullName);
            var loaded = new ScenarioFiles().Load(parsed.GetValue(scenario)!.FullName);
            var isInItsFolder = parsed.GetValue(file)!.Name == PlanFolder.PlanFile;
            var result = Progress.Show(terminal, $"planning {loaded.Scenario.Name} anew", () => ScenarioRunner.Run(loaded, cancellation));
            if (result.Plan is not { } made)
            {
                SolveView.Show(terminal.Notes, result);
                return ScenarioRunner.ExitCode(result);
            }

            var wrong = PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, made).ToList();
            if (wrong.All(violation => violation.Rule != PlanVerifier.Account && violation.Rule != PlanVerifier.Call) && parsed.GetValue(policy) is { } rules)
                wrong.AddRange(PolicyCheck.Check(plan, ScenarioFiles.LoadPolicy(rules.FullName), loaded.Market));
            if (wrong.Count == 0 && isInItsFolder)
                wrong.AddRange(Beside(parsed.GetValue(file)!, plan, loaded.Market));
            if (TimeProvider.System.GetUtcNow() > plan.ValidUntil)
                wrong.Add(new(PlanVerifier.Deadline, null, $"the plan was to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC"));
            if (wrong.Count == 0)
            {
                terminal.Result.WriteLine($"Sound: {plan.Steps.Count} steps, {plan.Steps.Sum(step => step.Calls.Count)} calls, to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC.");
                if (!isInItsFolder)
                    terminal.Result.WriteLine($"The files that are signed were not looked at: they lie beside {PlanFolder.PlanFile}, and this is {parsed.GetValue(file)!.Name}.");
                return parsed.GetValue(now) ? await DriftAsync(terminal, plan, loaded, cancellation) : 0;
            }

            PlanCommand.Show(terminal, wrong);
            terminal.Result.WriteLine("Do not sign.");
            return 6;
        }, cancellation));
        return command;
    }

    /// <summary>Reads the plan's chains and reports what has changed.</summary>
    private static async Task<int> DriftAsync(Terminal terminal, TransactionPlan plan, LoadedScenario loaded, CancellationToken cancellation)
    {
        var (market, settings) = (loaded.Market, loaded.Settings);
        var chains = plan.Steps.SelectMany(step => new[] { step.Chain, step.ReceivedToken?.Chain ?? step.Chain }).Distinct().Select(market.Chain).ToArray();
        var limits = EndpointLimits.Within(settings.Reading.RequestTimeout.Seconds);
        var reader = new MarketReader(Endpoints.Of, market, settings.Reading, limits, TimeProvider.System);
        var readings = await Progress.ShowAsync(terminal, $"reading {chains.Length} chains", () => reader.ReadAsync(chains, cancellation));
        var snapshot = SnapshotAssembly.Join("now", readings, market.Snapshot, settings.Reading, TimeProvider.System.GetUtcNow());
        var drifts = MarketDrift.Check(plan, market, market.With(snapshot), settings.Moves).ToList();
        using var http = EndpointClient.Create(limits);
        // Chains that cannot be read are skipped; they are already reported as findings.
        foreach (var chain in chains.Where(chain => chain.ChainId is not null && plan.Accounts.ContainsKey(chain.Id) && snapshot.Chains.Any(state => state.Id == chain.Id)))
            drifts.AddRange(await Progress.ShowAsync(terminal, $"looking for the contracts on {chain.Name}", () => MarketDrift.MissingAsync(plan, chain, Endpoints.ClientOf(chain, http, limits, settings.Reading.TwoEndpoints), cancellation)));
        if (drifts.Count == 0)
        {
            terminal.Result.WriteLine("Valid: the market is as the plan counts on it.");
            return 0;
        }

        var table = Text.Table("", "Step", "What has changed");
        foreach (var drift in drifts.OrderByDescending(drift => drift.Kind))
            table.AddRow(Text.Words(drift.Kind.ToString()), $"{drift.Step}", Markup.Escape(drift.Message));
        terminal.Result.Write(table);
        foreach (var finding in snapshot.Findings.Where(finding => finding.IsRefused && chains.Any(chain => chain.Id == finding.Subject)))
            terminal.Result.WriteLine($"{finding.Subject}: {finding.Message}");
        var isDangerous = drifts.Any(drift => drift.Kind == DriftKind.Dangerous);
        terminal.Result.WriteLine(isDangerous ? "Do not sign: take a new snapshot and plan again." : "The plan can still be carried out, and may no longer be the best one.");
        return isDangerous ? 8 : 7;
    }

    /// <summary>Checks the files beside the plan, which are the ones signed: exactly those that the plan generates, with the same
    /// text.</summary>
    private static IEnumerable<Violation> Beside(FileInfo file, TransactionPlan plan, Market market)
    {
        var expected = PlanFolder.Files(plan, market).Where(known => known.Name != PlanFolder.PlanFile).ToDictionary(known => known.Name, known => known.Text);
        foreach (var other in file.Directory!.EnumerateFiles().Where(other => PlanFolder.IsOurs(other.Name) && other.Name != PlanFolder.PlanFile))
        {
            if (!expected.Remove(other.Name, out var text))
                yield return new(FilesRule, null, $"{other.Name} is no file of this plan");
            else if (File.ReadAllText(other.FullName) != text)
                yield return new(FilesRule, null, $"{other.Name} is not what the plan gives; write it again");
        }

        foreach (var missing in expected.Keys)
            yield return new(FilesRule, null, $"{missing} is missing");
    }
}
