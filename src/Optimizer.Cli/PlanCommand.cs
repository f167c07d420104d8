using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Optimizer.Chains;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan</c>: the steps alone, as files to sign, and whether such files are sound.</summary>
internal static class PlanCommand
{
    private const string PlanFile = "plan.json";

    /// <summary>A file beside the plan's is not what the plan gives.</summary>
    private const string FilesRule = "files";

    public static Command Create(Terminal terminal)
    {
        var command = new Command("plan", """
            Prints the ordered steps from the scenario's holdings to its allocation; with --out, writes them as files that a
            multisig can sign: a Safe Transaction Builder file for each chain and phase, unsigned transactions, a check-list
            and a table for accounting. The scenario names the accounts. No key is ever needed.

            Examples:
              optimizer plan scenarios/treasury-usdc.yaml
              optimizer plan scenarios/treasury-usdc.yaml --format json > plan.json
              optimizer plan scenarios/multisig.yaml --out plans/today --nonce ethereum=12 --late
              optimizer plan check plans/today/plan.json scenarios/multisig.yaml
              optimizer plan simulate plans/today/plan.json scenarios/multisig.yaml
            """);
        var scenario = new ScenarioArguments(command);
        var format = new Option<OutputFormat>("--format") { Description = "table (default) or json.", DefaultValueFactory = _ => OutputFormat.Table };
        format.AcceptOnlyFromAmong("table", "json");
        var output = new Option<DirectoryInfo?>("--out") { Description = "A folder to write the files into; it must not exist yet, or hold a plan." };
        var nonces = new Option<Dictionary<string, BigInteger>>("--nonce") { Description = "The Safe's next nonce on a chain, such as ethereum=12, for the hashes to compare.", CustomParser = Nonces, Arity = ArgumentArity.OneOrMore };
        command.Options.Add(format);
        command.Options.Add(output);
        var policy = Policy();
        command.Options.Add(nonces);
        command.Options.Add(policy);
        var late = new Option<bool>("--late") { Description = "Write the files even where the snapshot is too old for them to be carried out." };
        command.Options.Add(late);
        command.Subcommands.Add(Check(terminal));
        command.Subcommands.Add(Simulate(terminal));
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var loaded = scenario.Load(parsed);
            var result = Progress.Show(terminal, $"planning {loaded.Scenario.Name}", () => ScenarioRunner.Run(loaded, cancellation));
            if (result.Plan is null)
                SolveView.Show(terminal.Notes, result);
            else if (parsed.GetValue(output) is { } folder)
                return Write(terminal, folder, loaded, result.Plan, parsed.GetValue(nonces) ?? [], parsed.GetValue(policy), parsed.GetValue(late));
            else if (parsed.GetValue(format) == OutputFormat.Json)
                terminal.Output.WriteLine(Formats.Serialize(result.Plan));
            else
                PlanView.Show(terminal.Result, result);
            return ScenarioRunner.ExitCode(result);
        }, cancellation));
        return command;
    }

    private static int Write(Terminal terminal, DirectoryInfo folder, LoadedScenario loaded, Plan moves, Dictionary<string, BigInteger> nonces, FileInfo? policy, bool late)
    {
        // Only what this command wrote itself makes place for a new plan.
        if (folder.Exists && folder.EnumerateFileSystemInfos().FirstOrDefault(entry => entry is DirectoryInfo || !IsOurs(entry.Name)) is { } foreign)
        {
            terminal.Error.WriteLine($"{folder} holds {foreign.Name}, which is no file of a plan; expected a new folder, or one with a former plan and nothing else");
            return 2;
        }

        if (nonces.Keys.FirstOrDefault(chain => !loaded.Scenario.Accounts.ContainsKey(chain)) is { } unknown)
        {
            terminal.Error.WriteLine($"--nonce: the scenario names no account on '{unknown}'");
            return 2;
        }

        TransactionPlan plan;
        try
        {
            plan = TransactionPlanner.Make(loaded.Market, loaded.Scenario, loaded.Settings.Moves, moves, nonces);
        }
        catch (TransactionException missing)
        {
            terminal.Error.WriteLine($"no files were written, since not every step can be written as a call:\n{missing.Message}");
            return 4;
        }

        if (policy is not null && PolicyCheck.Check(plan, ScenarioFiles.LoadPolicy(policy.FullName), loaded.Market) is { Count: > 0 } forbidden)
        {
            Show(terminal, forbidden);
            terminal.Result.WriteLine($"Nothing was written: {policy.Name} does not allow this plan.");
            return 6;
        }

        if (!late && TimeProvider.System.GetUtcNow() > plan.ValidUntil)
        {
            terminal.Error.WriteLine($"snapshot '{plan.Snapshot}' is of {plan.SnapshotTakenAt:yyyy-MM-dd HH:mm} UTC, so that the plan was to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm}; take a new one, or give --late to see the files all the same");
            return 4;
        }

        if (PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, moves) is { Count: > 0 } unsound)
        {
            Show(terminal, unsound);
            terminal.Result.WriteLine("Nothing was written: the plan does not pass its own check, which is a bug.");
            return 1;
        }

        if (plan.Steps.Count == 0)
        {
            terminal.Result.WriteLine("Nothing to move: staying put is best. Nothing was written.");
            return 0;
        }

        // The folder appears whole or not at all: written beside, then put in the place of the former one.
        var target = folder.FullName.TrimEnd(Path.DirectorySeparatorChar);
        var (draft, former) = ($"{target}.{Guid.NewGuid():N}.draft", $"{target}.{Guid.NewGuid():N}.former");
        foreach (var (name, text) in Files(plan, loaded.Market))
            AtomicFile.Write(Path.Combine(draft, name), text);
        if (folder.Exists)
            Directory.Move(target, former);
        Directory.Move(draft, target);
        if (Directory.Exists(former))
            Directory.Delete(former, recursive: true);

        var table = Text.Table("#", "Phase", "On", "What", "Calls>", "After");
        var phaseOf = Phase.Of(plan).SelectMany(phase => phase.Steps.Select(step => (step.Id, phase.Number))).ToDictionary();
        foreach (var step in plan.Steps)
            table.AddRow($"{step.Id}", phaseOf.TryGetValue(step.Id, out var phase) ? $"{phase}" : "", step.Chain, Markup.Escape(step.Description), $"{step.Calls.Count}", string.Join(", ", step.DependsOn));
        terminal.Result.Write(table);
        terminal.Result.WriteLine($"{plan.Steps.Count} steps, {plan.Steps.Sum(step => step.Calls.Count)} calls, {Text.Cents(plan.CostUsd)} USD, to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC: {folder.FullName}");
        return 0;
    }

    /// <summary>All files of a plan.</summary>
    private static IEnumerable<(string Name, string Text)> Files(TransactionPlan plan, Market market) => new PlanExport(plan, market).Files().Append((PlanFile, Formats.Serialize(plan) + "\n"));

    private static bool IsOurs(string name) => name is PlanFile or "checklist.md" or "transactions.json" or "accounting.csv" || name.EndsWith(".safe.json", StringComparison.Ordinal);

    /// <summary>The files beside a plan's are what is signed: they have to be those that the plan gives, and no others.</summary>
    private static IEnumerable<Violation> Beside(FileInfo file, TransactionPlan plan, Market market)
    {
        var expected = Files(plan, market).Where(known => known.Name != PlanFile).ToDictionary(known => known.Name, known => known.Text);
        foreach (var other in file.Directory!.EnumerateFiles().Where(other => IsOurs(other.Name) && other.Name != PlanFile))
        {
            if (!expected.Remove(other.Name, out var text))
                yield return new(FilesRule, null, $"{other.Name} is no file of this plan");
            else if (File.ReadAllText(other.FullName) != text)
                yield return new(FilesRule, null, $"{other.Name} is not what the plan gives; write it again");
        }

        foreach (var missing in expected.Keys)
            yield return new(FilesRule, null, $"{missing} is missing");
    }

    private static Command Check(Terminal terminal)
    {
        var command = new Command("check", """
            Holds a plan's file against the scenario, the chain files and the snapshot that it was made from: every call is
            built anew and has to be the same, every amount has to come from somewhere, the moves have to be those that the
            scenario gives, and the files beside it, which are signed, have to be those of the plan. With --now, the chains of
            the plan are read as well: exit code 7 where figures have moved, 8 where a step would fail or should not be made. Ends in exit code 6 where anything is not as it has to be, and names the rule.
            """);
        var file = new Argument<FileInfo>("PLAN") { Description = "The plan's file (plan.json)." };
        var scenario = new Argument<FileInfo>("SCENARIO") { Description = "The scenario that it was made from." };
        command.Arguments.Add(file);
        command.Arguments.Add(scenario);
        var policy = Policy();
        var now = new Option<bool>("--now") { Description = "Read the chains of the plan and say what has changed since it was made." };
        command.Options.Add(policy);
        command.Options.Add(now);
        command.SetAction((parsed, cancellation) => Task.Run(async () =>
        {
            var plan = ScenarioFiles.LoadPlan(parsed.GetValue(file)!.FullName);
            var loaded = new ScenarioFiles().Load(parsed.GetValue(scenario)!.FullName);
            var isInItsFolder = parsed.GetValue(file)!.Name == PlanFile;
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
                return parsed.GetValue(now) ? await DriftAsync(terminal, plan, loaded, cancellation) : 0;
            }

            Show(terminal, wrong);
            terminal.Result.WriteLine("Do not sign.");
            return 6;
        }, cancellation));
        return command;
    }

    /// <summary>Reads the plan's chains and says what has changed.</summary>
    private static async Task<int> DriftAsync(Terminal terminal, TransactionPlan plan, LoadedScenario loaded, CancellationToken cancellation)
    {
        var (market, settings) = (loaded.Market, loaded.Settings);
        var chains = plan.Steps.SelectMany(step => new[] { step.Chain, step.ReceivedToken?.Chain ?? step.Chain }).Distinct().Select(market.Chain).ToArray();
        var limits = EndpointLimits.Within(settings.Reading.RequestTimeout.Seconds);
        var reader = new MarketReader(MarketArguments.EndpointsOf, market, settings.Reading, limits, TimeProvider.System);
        var readings = await Progress.ShowAsync(terminal, $"reading {chains.Length} chains", () => reader.ReadAsync(chains, cancellation));
        var snapshot = SnapshotAssembly.Join("now", readings, market.Snapshot, settings.Reading, TimeProvider.System.GetUtcNow());
        var drifts = MarketDrift.Check(plan, market, market.With(snapshot), settings.Moves);
        if (drifts.Count == 0)
        {
            terminal.Result.WriteLine("Valid: the market is as the plan counts on it.");
            return 0;
        }

        var table = Text.Table("", "Step", "What has changed");
        foreach (var drift in drifts.OrderByDescending(drift => drift.Kind))
            table.AddRow(Text.Words(drift.Kind.ToString()), $"{drift.Step}", Markup.Escape(drift.Message));
        terminal.Result.Write(table);
        var isDangerous = drifts.Any(drift => drift.Kind == DriftKind.Dangerous);
        terminal.Result.WriteLine(isDangerous ? "Do not sign: take a new snapshot and plan again." : "The plan can still be carried out, and may no longer be the best one.");
        return isDangerous ? 8 : 7;
    }

    private static Command Simulate(Terminal terminal)
    {
        var command = new Command("simulate", """
            Tries a plan on development nodes, such as forks of the chains by anvil, at the addresses in the chains'
            environment variables: every call is made as the account, what bridges bring is put where it would arrive, and
            everything is undone. Ends in exit code 6 where a step fails or delivers less than the plan counts on.
            """);
        var file = new Argument<FileInfo>("PLAN") { Description = "The plan's file (plan.json)." };
        var scenario = new Argument<FileInfo>("SCENARIO") { Description = "The scenario that it was made from." };
        command.Arguments.Add(file);
        command.Arguments.Add(scenario);
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = ScenarioFiles.LoadPlan(parsed.GetValue(file)!.FullName);
            var loaded = new ScenarioFiles().Load(parsed.GetValue(scenario)!.FullName);
            if (PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, null) is { Count: > 0 } unsound)
            {
                Show(terminal, unsound);
                terminal.Result.WriteLine("Nothing was tried: the plan is not sound.");
                return 6;
            }

            using var http = EndpointClient.Create(new EndpointLimits());
            var nodes = new Dictionary<string, JsonRpcClient>();
            foreach (var chain in plan.Accounts.Keys.Select(id => loaded.Market.Chain(id)))
            {
                var address = (MarketArguments.EndpointsOf(chain) ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
                if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
                {
                    await terminal.Error.WriteLineAsync($"{chain.RpcEnvironmentVariable} holds no address of a development node for {chain.Name}");
                    return 4;
                }

                nodes[chain.Id] = new(uri, chain.Id, http, new EndpointLimits());
            }

            try
            {
                var (steps, wrong) = await Progress.ShowAsync(terminal, "trying the plan", () => new PlanSimulator(loaded.Market, chain => nodes[chain]).RunAsync(plan, cancellation));
                var table = Text.Table("#", "On", "What", "Received>", "Expected>", "Gas>", "Gas in the plan>");
                foreach (var (step, received, gas, failure) in steps)
                {
                    string Whole(TokenId token, BigInteger amount) => new TokenAmount(amount, loaded.Market.Token(token).Decimals).ToString();
                    var native = loaded.Market.Chain(step.Chain).NativeTokenId();
                    table.AddRow($"{step.Id}", step.Chain, Markup.Escape(failure is null ? step.Description : $"FAILED: {step.Description}"), received is { } got ? Whole(step.ReceivedToken!.Value, got) : "",
                        received is null ? "" : Whole(step.ReceivedToken!.Value, step.Received), Whole(native, gas), Whole(native, step.Gas));
                }

                terminal.Result.Write(table);
                if (wrong.Count > 0)
                    Show(terminal, wrong);
                terminal.Result.WriteLine(wrong.Count == 0 ? $"All {steps.Count} steps do what the plan says." : "The plan does not do what it says. Do not sign.");
                return wrong.Count == 0 ? 0 : 6;
            }
            catch (ChainDataException unreachable)
            {
                await terminal.Error.WriteLineAsync(unreachable.Message);
                return 4;
            }
        });
        return command;
    }

    private static Option<FileInfo?> Policy() => new("--policy") { Description = "A policy file: what plans may call, and spend. What it does not allow is forbidden." };

    private static void Show(Terminal terminal, IReadOnlyList<Violation> violations)
    {
        var table = Text.Table("Rule", "Step", "What");
        foreach (var violation in violations)
            table.AddRow(violation.Rule, $"{violation.Step}", Markup.Escape(violation.Message));
        terminal.Result.Write(table);
    }

    private static Dictionary<string, BigInteger> Nonces(System.CommandLine.Parsing.ArgumentResult result)
    {
        var nonces = new Dictionary<string, BigInteger>();
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            var parts = text.Split('=');
            if (parts.Length == 2 && BigInteger.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var nonce) && nonce < long.MaxValue)
                nonces[parts[0]] = nonce;
            else
                result.AddError($"--nonce: '{text}' is no chain and number; expected ethereum=12");
        }

        return nonces;
    }
}
