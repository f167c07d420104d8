using System.CommandLine;
using Optimizer.Model;

namespace Optimizer.Cli;

/// <summary>The arguments and options of <c>optimizer plan status</c>.</summary>
internal sealed class PlanStatusArguments
{
    private readonly Argument<FileInfo> _plan = new("PLAN") { Description = "The plan's file (plan.json)." };
    private readonly Argument<FileInfo> _scenario = new("SCENARIO") { Description = "The scenario that it was made from." };
    private readonly Option<string[]> _transactions = new("--transaction") { Description = "A transaction that belongs to the plan, such as base=0x…, where it cannot be found." };
    private readonly Option<int[]> _done = new("--done") { Description = "A step that is done by your word, by its number, where it cannot be looked up." };
    private readonly Option<int[]> _givenBack = new("--given-back") { Description = "An arrival that does not come, since a bridge gave back what it was sent, by the step's number." };
    private readonly Option<string[]> _sure = new("--sure") { Description = "A chain on which you looked yourself: what was found, and what you say, is all that was done." };
    private readonly Option<DirectoryInfo?> _output = new("--out") { Description = "A folder to write what can be signed now into; it must not exist yet, or hold such files." };
    private readonly Option<FileInfo?> _rest = new("--rest") { Description = "A scenario's file to write, beside the plan's scenario: the same with the holdings of now, on the snapshot that --on names." };
    private readonly Option<FileInfo?> _on = new("--on") { Description = "For --rest: a snapshot that was taken after what has been done." };
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
    public PlanStatusWishes Read(ParseResult parsed) => new(parsed.GetValue(_output), parsed.GetValue(_rest), parsed.GetValue(_on), parsed.GetValue(_policy),
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
internal sealed record PlanStatusWishes(
    DirectoryInfo? Output, FileInfo? Rest, FileInfo? On, FileInfo? Policy, IReadOnlyList<string> Transactions, IReadOnlyList<int> Done, IReadOnlyList<int> GivenBack, HashSet<string> Sure)
{
    /// <summary>The transactions given by the user, with their chains.</summary>
    public IReadOnlyList<(string Chain, string Transaction)> Named => [.. Transactions.Select(text => text.Split('=')).Select(parts => (parts[0], parts[^1].ToLowerInvariant()))];

    /// <summary>The first error in the options; null if there is none.</summary>
    public string? Wrong(TransactionPlan plan, FileInfo planFile, FileInfo scenario)
    {
        int? Unknown(IEnumerable<int> steps) => steps.Cast<int?>().FirstOrDefault(id => id < 1 || id > plan.Steps.Count);
        if (Endpoints.WrongVariable() is { } variable)
            return $"{variable} holds no http or https address";
        if (Sure.FirstOrDefault(chain => !plan.Accounts.ContainsKey(chain)) is { } chain)
            return $"--sure: the plan has no account on '{chain}'";
        if (Transactions.FirstOrDefault(text => !IsTransaction(text, plan)) is { } transaction)
            return $"--transaction: '{transaction}' is not one of the plan's chains and a hash; expected {plan.Accounts.Keys.FirstOrDefault() ?? "base"}=0x… with 64 digits";
        if (Unknown(Done.Concat(GivenBack)) is { } step)
            return $"--done and --given-back: the plan has no step {step}; it has {plan.Steps.Count}";
        if (GivenBack.Cast<int?>().FirstOrDefault(id => plan.Steps[id!.Value - 1].Kind != StepKind.BridgeReceive) is { } other)
            return $"--given-back: step {other} is nothing that a bridge brings";
        // The plan's own folder contains its journal.
        if (Output is not null && planFile.FullName.StartsWith($"{Output.FullName.TrimEnd(Path.DirectorySeparatorChar)}{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            return $"--out: {Output} holds the plan itself; expected another folder";
        if (Output is not null && PlanFolder.Foreign(Output, isWhole: false) is { } foreign)
            return foreign;
        if (Rest is null)
            return On is null ? null : "--on is about --rest; give that as well";
        if (Rest.Directory!.FullName != scenario.Directory!.FullName || Rest.FullName == scenario.FullName)
            return $"--rest: {Rest} has to be another file beside {scenario}";
        return On is null ? "--rest: give the snapshot to plan the rest on, which was taken after what has been done, by --on" : null;
    }

    private static bool IsTransaction(string text, TransactionPlan plan) => text.Split('=') is [var chain, ['0', 'x', .. { Length: 64 } digits]] && plan.Accounts.ContainsKey(chain) && digits.All(char.IsAsciiHexDigit);
}
