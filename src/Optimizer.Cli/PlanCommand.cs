using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Optimizer.Application;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Optimizer.Transactions.Safe;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan</c>: prints only the steps, or writes them as files to sign.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("plan", """
            Prints the ordered steps from the scenario's holdings to its allocation. With --out, writes files that a multisig can
            sign: a Safe Transaction Builder file for each chain and phase, unsigned transactions, a checklist and a table for
            accounting. The accounts are those in the scenario. No private key is needed.

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
        var output = new Option<DirectoryInfo?>("--out") { Description = "A folder for the files; must be new, or contain only an earlier plan." };
        var nonces = new Option<Dictionary<string, BigInteger>>("--nonce") { Description = "The Safe's next nonce on a chain, such as ethereum=12; used to compute the Safe transaction hashes.", CustomParser = Nonces, Arity = ArgumentArity.OneOrMore };
        var version = new Option<string?>("--safe-version") { Description = $"The Safe version, used to compute the hashes of batches: {string.Join(", ", SafeTransaction.Versions)}; default: {SafeTransaction.UsualVersion}." };
        version.AcceptOnlyFromAmong([.. SafeTransaction.Versions]);
        command.Options.Add(version);
        command.Options.Add(format);
        command.Options.Add(output);
        var policy = Policy();
        command.Options.Add(nonces);
        command.Options.Add(policy);
        var late = new Option<bool>("--late") { Description = "Write the files even if the snapshot is too old to execute them." };
        command.Options.Add(late);
        command.Subcommands.Add(PlanCheckCommand.Create(terminal));
        command.Subcommands.Add(PlanSimulateCommand.Create(terminal));
        command.Subcommands.Add(PlanStatusCommand.Create(terminal));
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            if (parsed.GetValue(output) is null && (parsed.GetValue(policy) is not null || parsed.GetValue(nonces) is not null || parsed.GetValue(version) is not null))
            {
                terminal.Error.WriteLine("--policy, --nonce and --safe-version need --out");
                return (int)Outcome.BadInput;
            }

            var loaded = scenario.Load(parsed);
            var result = Progress.Show(terminal, $"planning {loaded.Scenario.Name}", () => ScenarioRunner.Run(loaded, cancellation));
            if (result.Plan is null)
                SolveView.Show(terminal.Notes, result);
            else if (parsed.GetValue(output) is { } folder)
                return Write(terminal, loaded, result.Plan, new(folder, parsed.GetValue(nonces) ?? [], parsed.GetValue(version), parsed.GetValue(policy)?.FullName, parsed.GetValue(late)));
            else if (parsed.GetValue(format) == OutputFormat.Json)
                terminal.Output.WriteLine(Formats.Serialize(result.Plan));
            else
                PlanView.Show(terminal.Result, result);
            return (int)Outcomes.Of(result);
        }, cancellation));
        return command;
    }

    private static int Write(Terminal terminal, LoadedScenario loaded, Plan moves, PlanRequest request)
    {
        var (outcome, plan, violations) = new PlanWriting(TimeProvider.System).Write(loaded, moves, request);
        if (violations.Count > 0)
        {
            Show(terminal, violations);
            terminal.Result.WriteLine(outcome == Outcome.PlanInvalid ? $"No files were written: {Path.GetFileName(request.Policy)} forbids this plan." : "No files were written: the new plan fails its verification; this is a bug.");
        }
        else if (plan.Steps.Count == 0)
        {
            terminal.Result.WriteLine("No moves: the current allocation is best. No files were written.");
        }
        else
        {
            var table = Text.Table("#", "Phase", "Chain", "Step", "Calls>", "After steps");
            var phaseOf = Phase.Of(plan).SelectMany(phase => phase.Steps.Select(step => (step.Id, phase.Number))).ToDictionary();
            foreach (var step in plan.Steps)
                table.AddRow($"{step.Id}", phaseOf.TryGetValue(step.Id, out var phase) ? $"{phase}" : "", step.Chain, Markup.Escape(step.Description), $"{step.Calls.Count}", string.Join(", ", step.DependsOn));
            terminal.Result.Write(table);
            terminal.Result.WriteLine($"{plan.Steps.Count} steps, {plan.Steps.Sum(step => step.Calls.Count)} calls, {Text.Cents(plan.CostUsd)} USD, valid until {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC: {request.Folder.FullName}");
        }

        return (int)outcome;
    }

    /// <summary>The option for a policy file.</summary>
    public static Option<FileInfo?> Policy() => new("--policy") { Description = "A policy file: the calls and amounts that a plan may have. Everything else is forbidden." };

    /// <summary>Shows the violations of a plan.</summary>
    public static void Show(Terminal terminal, IReadOnlyList<Violation> violations)
    {
        var table = Text.Table("Rule", "Step", "Violation");
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
                result.AddError($"--nonce: '{parts[0]}' has two nonces");
            else if (parts.Length == 2 && BigInteger.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var nonce) && nonce < long.MaxValue)
                nonces[parts[0]] = nonce;
            else
                result.AddError($"--nonce: '{text}' is not a chain and a number; expected the form ethereum=12");
        }

        return nonces;
    }
}
