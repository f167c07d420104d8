using System.CommandLine;
using Optimizer.Application;
using Optimizer.Model;

namespace Optimizer.Cli;

/// <summary>The arguments and options of <c>optimizer plan status</c>.</summary>
internal sealed class PlanStatusArguments
{
    private readonly Argument<FileInfo> _plan = new("PLAN") { Description = "The plan file (plan.json)." };
    private readonly Argument<FileInfo> _scenario = new("SCENARIO") { Description = "The scenario of the plan." };
    private readonly Option<string[]> _transactions = new("--transaction") { Description = "A transaction of the plan that was not found automatically, such as base=0x…." };
    private readonly Option<int[]> _done = new("--done") { Description = "Number of a step that you confirm as done, if it cannot be looked up." };
    private readonly Option<int[]> _givenBack = new("--given-back") { Description = "Number of a bridge arrival that will not come because the bridge refunded the transfer." };
    private readonly Option<string[]> _sure = new("--sure") { Description = "A chain that you checked yourself: nothing was done there except what was found and what you confirm." };
    private readonly Option<DirectoryInfo?> _output = new("--out") { Description = "A folder for the files to sign now; must be new, or contain only such files." };
    private readonly Option<FileInfo?> _rest = new("--rest") { Description = "A scenario file to write, in the folder of the plan's scenario: the same scenario with today's holdings and the snapshot of --on." };
    private readonly Option<FileInfo?> _on = new("--on") { Description = "For --rest: a snapshot taken after the last executed step." };
    private readonly Option<FileInfo?> _policy = PlanCommand.Policy();

    /// <summary>Adds the arguments and options to a command.</summary>
    public PlanStatusArguments(Command command)
    {
        command.Arguments.Add(_plan);
        command.Arguments.Add(_scenario);
        foreach (var option in (Option[])[_transactions, _done, _givenBack, _sure, _output, _rest, _on, _policy])
            command.Options.Add(option);
    }

    /// <summary>The plan file.</summary>
    public FileInfo PlanOf(ParseResult parsed) => parsed.GetValue(_plan)!;

    /// <summary>The scenario file.</summary>
    public FileInfo ScenarioOf(ParseResult parsed) => parsed.GetValue(_scenario)!;

    /// <summary>Reads the options.</summary>
    public PlanStatusOptions Read(ParseResult parsed) => new(parsed.GetValue(_output), parsed.GetValue(_rest), parsed.GetValue(_on), parsed.GetValue(_policy),
        parsed.GetValue(_transactions) ?? [], parsed.GetValue(_done) ?? [], parsed.GetValue(_givenBack) ?? [], [.. parsed.GetValue(_sure) ?? []]);
}

/// <summary>The options of <c>optimizer plan status</c>.</summary>
/// <param name="Output">Folder for the files to sign now; null for none.</param>
/// <param name="Rest">File for the scenario of the remaining plan; null for none.</param>
/// <param name="On">Snapshot for that scenario.</param>
/// <param name="Policy">Policy file; null if everything is allowed.</param>
/// <param name="Transactions">Transactions, as <c>chain=hash</c>.</param>
/// <param name="Done">Steps confirmed as done.</param>
/// <param name="GivenBack">Bridge arrivals that will not come.</param>
/// <param name="Sure">Chains on which nothing unknown was done.</param>
internal sealed record PlanStatusOptions(
    DirectoryInfo? Output, FileInfo? Rest, FileInfo? On, FileInfo? Policy, IReadOnlyList<string> Transactions, IReadOnlyList<int> Done, IReadOnlyList<int> GivenBack, HashSet<string> Sure)
{
    /// <summary>The transactions given by the user, with their chains.</summary>
    public IReadOnlyList<(string Chain, string Transaction)> Named => [.. Transactions.Select(text => text.Split('=')).Select(parts => (parts[0], parts[^1].ToLowerInvariant()))];

    /// <summary>The first error in the options; null if there is none.</summary>
    public string? Wrong(TransactionPlan plan, FileInfo planFile, FileInfo scenario)
    {
        int? Unknown(IEnumerable<int> steps) => steps.Cast<int?>().FirstOrDefault(id => id < 1 || id > plan.Steps.Count);
        if (EnvironmentEndpoints.Instance.Wrong() is { } variable)
            return $"{variable} has no http or https address";
        if (Sure.FirstOrDefault(chain => !plan.Accounts.ContainsKey(chain)) is { } chain)
            return $"--sure: the plan has no account on '{chain}'";
        if (Transactions.FirstOrDefault(text => !IsTransaction(text, plan)) is { } transaction)
            return $"--transaction: '{transaction}' is not a chain of the plan and a hash; expected {plan.Accounts.Keys.FirstOrDefault() ?? "base"}=0x… with 64 digits";
        if (Unknown(Done.Concat(GivenBack)) is { } step)
            return $"--done and --given-back: the plan has no step {step}; it has {plan.Steps.Count}";
        if (GivenBack.Cast<int?>().FirstOrDefault(id => plan.Steps[id!.Value - 1].Kind != StepKind.BridgeReceive) is { } other)
            return $"--given-back: step {other} is not a bridge arrival";
        // The plan's own folder contains its journal.
        if (Output is not null && planFile.FullName.StartsWith($"{Output.FullName.TrimEnd(Path.DirectorySeparatorChar)}{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            return $"--out: {Output} contains the plan itself; expected another folder";
        if (Output is not null && PlanFolder.Foreign(Output, isWhole: false) is { } foreign)
            return foreign;
        if (Rest is null)
            return On is null ? null : "--on needs --rest";
        if (Rest.Directory!.FullName != scenario.Directory!.FullName || Rest.FullName == scenario.FullName)
            return $"--rest: {Rest} must be in the same folder as {scenario}, and a different file";
        return On is null ? "--rest: give a snapshot taken after the last executed step with --on" : null;
    }

    private static bool IsTransaction(string text, TransactionPlan plan) => text.Split('=') is [var chain, ['0', 'x', .. { Length: 64 } digits]] && plan.Accounts.ContainsKey(chain) && digits.All(char.IsAsciiHexDigit);
}
