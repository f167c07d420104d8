using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Policies;
using Optimizer.Transactions.Safe;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan</c>: prints only the steps, or writes them as files to sign.</summary>
internal static class PlanCommand
{
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
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml
            """);
        var scenario = new ScenarioArguments(command);
        var format = new Option<OutputFormat>("--format") { Description = "table (default) or json.", DefaultValueFactory = _ => OutputFormat.Table };
        format.AcceptOnlyFromAmong("table", "json");
        var output = new Option<DirectoryInfo?>("--out") { Description = "A folder to write the files into; it must not exist yet, or hold a plan." };
        var nonces = new Option<Dictionary<string, BigInteger>>("--nonce") { Description = "The Safe's next nonce on a chain, such as ethereum=12, for the hashes to compare.", CustomParser = Nonces, Arity = ArgumentArity.OneOrMore };
        var version = new Option<string?>("--safe-version") { Description = $"The version of the Safes, for the hashes of batches: {string.Join(", ", SafeTransaction.Versions)}; {SafeTransaction.UsualVersion} by default." };
        version.AcceptOnlyFromAmong([.. SafeTransaction.Versions]);
        command.Options.Add(version);
        command.Options.Add(format);
        command.Options.Add(output);
        var policy = Policy();
        command.Options.Add(nonces);
        command.Options.Add(policy);
        var late = new Option<bool>("--late") { Description = "Write the files even where the snapshot is too old for them to be carried out." };
        command.Options.Add(late);
        command.Subcommands.Add(PlanCheckCommand.Create(terminal));
        command.Subcommands.Add(PlanSimulateCommand.Create(terminal));
        command.Subcommands.Add(PlanStatusCommand.Create(terminal));
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            if (parsed.GetValue(output) is null && (parsed.GetValue(policy) is not null || parsed.GetValue(nonces) is not null || parsed.GetValue(version) is not null))
            {
                terminal.Error.WriteLine("--policy, --nonce and --safe-version are about files to sign; give --out as well");
                return 2;
            }

            var loaded = scenario.Load(parsed);
            var result = Progress.Show(terminal, $"planning {loaded.Scenario.Name}", () => ScenarioRunner.Run(loaded, cancellation));
            if (result.Plan is null)
                SolveView.Show(terminal.Notes, result);
            else if (parsed.GetValue(output) is { } folder)
                return Write(terminal, folder, loaded, result.Plan, parsed.GetValue(nonces) ?? [], parsed.GetValue(version), parsed.GetValue(policy), parsed.GetValue(late));
            else if (parsed.GetValue(format) == OutputFormat.Json)
                terminal.Output.WriteLine(Formats.Serialize(result.Plan));
            else
                PlanView.Show(terminal.Result, result);
            return ScenarioRunner.ExitCode(result);
        }, cancellation));
        return command;
    }

    private static int Write(Terminal terminal, DirectoryInfo folder, LoadedScenario loaded, Plan moves, Dictionary<string, BigInteger> nonces, string? version, FileInfo? policy, bool late)
    {
        // Only files written by this command may be replaced.
        if (PlanFolder.Foreign(folder, isWhole: true) is { } foreign)
        {
            terminal.Error.WriteLine(foreign);
            return 2;
        }

        if (nonces.Keys.FirstOrDefault(chain => !loaded.Scenario.Accounts.ContainsKey(chain) || loaded.Market.Chain(chain).ChainId is null) is { } unknown)
        {
            terminal.Error.WriteLine($"--nonce: the scenario names no Safe on '{unknown}'");
            return 2;
        }

        TransactionPlan plan;
        try
        {
            plan = TransactionPlanner.Make(loaded.Market, loaded.Scenario, loaded.Settings.Moves, moves, nonces, version);
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

        PlanFolder.Write(folder, PlanFolder.Files(plan, loaded.Market));
        var table = Text.Table("#", "Phase", "On", "What", "Calls>", "After");
        var phaseOf = Phase.Of(plan).SelectMany(phase => phase.Steps.Select(step => (step.Id, phase.Number))).ToDictionary();
        foreach (var step in plan.Steps)
            table.AddRow($"{step.Id}", phaseOf.TryGetValue(step.Id, out var phase) ? $"{phase}" : "", step.Chain, Markup.Escape(step.Description), $"{step.Calls.Count}", string.Join(", ", step.DependsOn));
        terminal.Result.Write(table);
        terminal.Result.WriteLine($"{plan.Steps.Count} steps, {plan.Steps.Sum(step => step.Calls.Count)} calls, {Text.Cents(plan.CostUsd)} USD, to be carried out before {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC: {folder.FullName}");
        return 0;
    }

    /// <summary>The option for a policy file.</summary>
    public static Option<FileInfo?> Policy() => new("--policy") { Description = "A policy file: what plans may call, and spend. What it does not allow is forbidden." };

    /// <summary>Shows the violations of a plan.</summary>
    public static void Show(Terminal terminal, IReadOnlyList<Violation> violations)
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
            if (nonces.ContainsKey(parts[0]))
                result.AddError($"--nonce: two nonces for '{parts[0]}'");
            else if (parts.Length == 2 && BigInteger.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var nonce) && nonce < long.MaxValue)
                nonces[parts[0]] = nonce;
            else
                result.AddError($"--nonce: '{text}' is no chain and number; expected ethereum=12");
        }

        return nonces;
    }
}
