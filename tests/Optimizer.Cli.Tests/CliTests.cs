using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static Optimizer.Cli.Tests.Cli;

namespace Optimizer.Cli.Tests;

/// <summary>The commands as a person or a script runs them.</summary>
public sealed partial class CliTests
{
    public static TheoryData<string> Scenarios => new(Repository.Scenarios);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Solve_prints_the_approved_tables(string scenario)
    {
        var run = await Run("solve", $"scenarios/{scenario}.yaml");
        Assert.Equal(scenario == "infeasible" ? 3 : 0, run.Code);
        Assert.Empty(run.Error);
        Approved.Match($"solve-{scenario}.txt", run.Output);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Solve_prints_the_approved_json(string scenario)
    {
        var run = await Run("solve", $"scenarios/{scenario}.yaml", "--format", "json");
        var json = JsonNode.Parse(run.Output)!;
        foreach (var key in (string[])["scenario", "status", "horizonDays", "bookUsd", "certificate"])
            Assert.NotNull(json[key]);
        json["certificate"]!["seconds"] = 0;
        // What could be had after each event is held by properties (RunTests).
        foreach (var risk in json["risks"]!.AsArray())
            risk!.AsObject().Remove("liquidity");
        Approved.Match($"solve-{scenario}.json", Rounded().Replace(json.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), match =>
            double.Parse(match.Value) is var number && Math.Abs(number) < 1e-4 ? "0" : number.ToString("G5")));
    }

    [NodeFact]
    public async Task Demo_reads_local_nodes_and_solves()
    {
        var run = await Run("demo", "--folder", Repository.Root);
        Assert.True(run.Code == 0, run.Error);
        foreach (var expected in (string[])["Ethereum (local)", "Base (local)", "Arbitrum One (local)", "Solana (local)", "kamino/solana/USDC", "Demo  optimal", "aave-v3/ethereum/USDC", "Certificate: meanVariance"])
            Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_written_whole_and_checked_and_a_changed_one_is_refused()
    {
        var folder = Path.Combine(Directory.CreateTempSubdirectory("optimizer-").FullName, "plan");
        var run = await Run("plan", "scenarios/multisig.yaml", "--out", folder, "--nonce", "ethereum=12");
        // The snapshot is of August.
        Assert.Equal((4, true), (run.Code, run.Error.Contains("take a new snapshot, or give --late", StringComparison.Ordinal)));
        run = await Run("plan", "scenarios/multisig.yaml", "--out", folder, "--nonce", "ethereum=12", "--late");
        Assert.True(run.Code == 0, run.Error);
        Assert.Equal(["1-ethereum.safe.json", "2-arbitrum.safe.json", "2-base.safe.json", "accounting.csv", "checklist.md", "plan.json", "transactions.json"], Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        var checklist = File.ReadAllText(Path.Combine(folder, "checklist.md"));
        Assert.Contains("tokenMessenger of Circle CCTP v2", checklist, StringComparison.Ordinal);
        Assert.Contains("on Base is yours and in use", checklist, StringComparison.Ordinal);
        Assert.Contains("SafeTx hash `0x", checklist, StringComparison.Ordinal);
        Assert.DoesNotContain("not in the chain files", checklist, StringComparison.Ordinal);
        // Sound but too old.
        var file = Path.Combine(folder, "plan.json");
        var late = await Run("plan", "check", file, "scenarios/multisig.yaml");
        Assert.Equal(6, late.Code);
        Assert.Contains("deadline", late.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("call ", late.Output, StringComparison.Ordinal);
        // What is signed is the file beside it.
        var batch = Path.Combine(folder, "1-ethereum.safe.json");
        var signed = File.ReadAllText(batch);
        File.WriteAllText(batch, signed.Replace("5afe3855358e112b5647b952709e6165e1c1eeee", "5afe3855358e112b5647b952709e6165e1c1eeef", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "3-ethereum.safe.json"), "{}");
        var beside = await Run("plan", "check", file, "scenarios/multisig.yaml");
        Assert.Contains("1-ethereum.safe.json differs from the file that the plan generates", beside.Output, StringComparison.Ordinal);
        Assert.Contains("3-ethereum.safe.json is not a file of this plan", beside.Output, StringComparison.Ordinal);
        File.WriteAllText(batch, signed);
        File.WriteAllText(file, File.ReadAllText(file).Replace("0x5aFE3855358E112B5647B952709E6165e1c1eEEe", "0x5aFE3855358E112B5647B952709E6165e1c1eEEf", StringComparison.Ordinal));
        var changed = await Run("plan", "check", file, "scenarios/multisig.yaml");
        Assert.Equal(6, changed.Code);
        Assert.Contains("is not the scenario's account on ethereum", changed.Output, StringComparison.Ordinal);
        // A second plan takes the first one's place; a folder with other things in it is left alone.
        Assert.Equal(0, (await Run("plan", "scenarios/multisig.yaml", "--out", folder, "--late")).Code);
        Assert.False(File.Exists(Path.Combine(folder, "3-ethereum.safe.json")));
        Assert.Equal((2, true), (await Run("plan", "scenarios/multisig.yaml", "--out", Repository.Path("docs"))) is var refused ? (refused.Code, refused.Error.Contains("which is not a plan file", StringComparison.Ordinal)) : default);
        Assert.Equal((4, true), (await Run("plan", "scenarios/treasury-usdc.yaml", "--out", Path.Combine(folder, "none"))) is var unnamed ? (unnamed.Code, unnamed.Error.Contains("has no account on", StringComparison.Ordinal)) : default);
    }

    [Fact]
    public async Task History_takes_in_prices_and_puts_them_in_the_place_of_judged_ones()
    {
        var folder = Directory.CreateTempSubdirectory("optimizer-").FullName;
        foreach (var file in Directory.EnumerateFiles(Repository.Path("chains")).Append(Repository.Path("scenarios", "snapshots", "2026-08-12.json")).Append(Repository.Path("optimizer.yaml")))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Task<(int Code, string Output, string Error)> History(params string[] arguments) => Run(["history", .. arguments, "--folder", folder]);
        Assert.Contains("The history is empty", (await History("list")).Output, StringComparison.Ordinal);
        foreach (var (asset, first) in (IEnumerable<(string, double)>)[("BTC", 90_000), ("ETH", 3_000), ("LINK", 20)])
        {
            var csv = Path.Combine(folder, $"{asset}.csv");
            File.WriteAllLines(csv, ["date,close", .. Enumerable.Range(0, 100).Select(day => $"{new DateTime(2026, 1, 1).AddDays(day):yyyy-MM-dd},{first * (1 + 0.01 * Math.Sin(day))}")]);
            Assert.Equal("100 values from " + asset + ".csv", (await History("add", csv, "--asset", asset)).Output.Trim());
        }

        Assert.Contains("3 snapshots and files", (await History("list")).Output, StringComparison.Ordinal);
        Assert.Matches(@"ETH\s+100\s+\d+\.\d %\s+1\.00", (await History("statistics")).Output);
        var applied = Path.Combine(folder, "scenarios", "snapshots", "measured.json");
        Assert.Equal(0, (await History("apply", "--out", applied)).Code);
        Assert.Equal(15, JsonNode.Parse(File.ReadAllText(applied))!["history"]!["series"]![0]!["closesUsd"]!.AsArray().Count);
        Assert.Equal(0, (await Run("validate", applied)).Code);
        Assert.Equal(2, (await History("export", "--out", Path.Combine(folder, "all.txt"))).Code);
        Assert.Equal((2, true), (await History("add", Path.Combine(folder, "none.csv"))) is var missing ? (missing.Code, missing.Error.Contains("file not found", StringComparison.Ordinal)) : default);
    }

    [Fact]
    public async Task Snapshot_says_which_chain_is_dead_and_keeps_keys_to_itself()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("optimizer-").FullName, "snapshot.json");
        Environment.SetEnvironmentVariable("OPTIMIZER_RPC_LINEA", "http://127.0.0.1:1/v3/a-secret-key");
        var run = await Run("snapshot", "--chain", "linea", "--out", file, "--folder", Repository.Root);
        Assert.Equal(4, run.Code);
        Assert.Contains("dead-chain", run.Output, StringComparison.Ordinal);
        Assert.Contains("linea #1 is unreachable", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Output + run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Snapshot_of_an_unknown_chain_is_bad_input()
    {
        var run = await Run("snapshot", "--chain", "moon", "--folder", Repository.Root);
        Assert.Equal(2, run.Code);
        Assert.Contains("unknown chain 'moon'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_gives_one_row_per_scenario_and_fails_none_for_another()
    {
        var broken = Path.Combine(Directory.CreateTempSubdirectory("optimizer-").FullName, "broken.yaml");
        File.WriteAllText(broken, "name: [");
        var run = await Run("batch", "scenarios", broken, "--format", "csv");
        Assert.Equal(0, run.Code);
        var rows = run.Output.TrimEnd().Split('\n');
        Assert.Equal(Repository.Scenarios.Count() + 2, rows.Length);
        Assert.StartsWith("name,status,exitCode,bookUsd,netReturnPerYear,volatilityPerYear,costsUsd,positions,steps,gap,seconds", rows[0]);
        Assert.Contains(rows, row => row.StartsWith("infeasible,infeasible,3,", StringComparison.Ordinal));
        Assert.Contains(rows, row => row.StartsWith("broken,badInput,2,", StringComparison.Ordinal));
        Assert.Equal(rows.Length - 3, rows.Count(row => row.Contains(",optimal,0,", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(2, "solve", "nowhere.yaml")]
    [InlineData(2, "solve", "scenarios/treasury-usdc.yaml", "--gap", "5")]
    [InlineData(2, "solve", "scenarios/treasury-usdc.yaml", "--format", "xml")]
    [InlineData(2, "sovle", "scenarios/treasury-usdc.yaml")]
    [InlineData(2, "validate", "README.md")]
    [InlineData(2, "batch", "scenarios", "--jobs", "0")]
    [InlineData(0, "validate", "optimizer.yaml", "chains/base.yaml")]
    [InlineData(0, "completion", "bash")]
    [InlineData(0, "--help")]
    [InlineData(0, "solve", "--help")]
    [InlineData(3, "explain", "scenarios/infeasible.yaml")]
    [InlineData(3, "plan", "scenarios/infeasible.yaml")]
    public async Task Exit_codes_say_what_happened(int expected, params string[] arguments)
    {
        var run = await Run(arguments);
        Assert.Equal(expected, run.Code);
        Assert.DoesNotContain("   at ", run.Error + run.Output, StringComparison.Ordinal);
        Assert.True(expected == 0 ? run.Error.Length == 0 : expected == 3 || run.Error.Length > 0);
    }

    [Fact]
    public async Task Out_of_time_is_said()
    {
        var run = await Run("solve", "scenarios/mixed-allocator.yaml", "--time-limit", "1 ms");
        Assert.Contains(run.Code, (int[])[0, 5]);
        if (run.Code == 0)
            Assert.Contains("gap", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Out_writes_the_same_answer_as_a_whole_file()
    {
        var folder = Directory.CreateTempSubdirectory("optimizer-").FullName;
        await Run("solve", "scenarios/sol-book.yaml", "--out", folder);
        var answer = JsonNode.Parse(File.ReadAllText(Assert.Single(Directory.EnumerateFiles(folder))))!;
        Assert.Equal("SOL book", (string?)answer["scenario"]);
    }

    [Fact]
    public async Task Explain_solves_again_without_each_constraint()
    {
        var json = JsonNode.Parse((await Run("explain", "scenarios/sol-book.yaml", "--format", "json")).Output)!;
        Assert.Equal(2, json["without"]!.AsArray().Count);
        Assert.All(json["without"]!.AsArray(), w => Assert.True((double)w!["gainUsdPerYear"]! >= 0));
    }

    [Fact]
    public async Task Frontier_draws_a_row_per_point()
    {
        var run = await Run("frontier", "scenarios/sol-book.yaml", "--points", "4");
        Assert.Equal(0, run.Code);
        Approved.Match("frontier-sol-book.txt", run.Output);
    }

    [Fact]
    public void Every_command_of_the_readme_is_one_that_works()
    {
        var readme = File.ReadAllText(Repository.Path("README.md"));
        var commands = CommandLines().Matches(readme).Select(m => m.Groups[1].Value.Split('#')[0].Split('>')[0].Trim()).Distinct().ToArray();
        Assert.NotEmpty(commands);
        // Those that ask nodes, or write into the project's folder, have tests of their own.
        Assert.All(commands.Where(command => command.Split(' ')[0] is not ("snapshot" or "demo" or "history") && !command.Contains("plans/", StringComparison.Ordinal)), command =>
        {
            var run = Run(command.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(Expand).ToArray()).Result;
            Assert.True(run.Code is 0 or 3, $"optimizer {command}: exit {run.Code}\n{run.Error}");
        });
    }

    [Fact]
    public void The_result_in_the_readme_is_a_real_one()
    {
        var shown = File.ReadAllText(Repository.Path("README.md")).Split("```text\n")[1].Split("```")[0].Split('\n').Select(line => line.TrimEnd());
        var real = File.ReadAllLines(Repository.Path("tests", "Optimizer.Cli.Tests", "Approved", "solve-treasury-usdc.txt"));
        Assert.All(shown.Where(line => line.Trim() is not ("" or "…")), line => Assert.Contains(line, real));
    }

    [GeneratedRegex(@"(?<=[ \[:,])-?\d+\.\d+(E[-+]?\d+)?|(?<=[ \[:,])-?\d+E[-+]?\d+")]
    private static partial Regex Rounded();

    [GeneratedRegex("^(?:optimizer|dotnet run --project src/Optimizer.Cli --) (.+)$", RegexOptions.Multiline)]
    private static partial Regex CommandLines();

    private static IEnumerable<string> Expand(string argument) => argument.Contains('*', StringComparison.Ordinal)
        ? Directory.EnumerateFiles(Repository.Path(Path.GetDirectoryName(argument)!), Path.GetFileName(argument)).Order(StringComparer.Ordinal)
        : [argument];

    [Fact]
    public async Task A_problem_file_is_solved_like_a_scenario()
    {
        var folder = Directory.CreateTempSubdirectory("optimizer-").FullName;
        var file = Path.Combine(folder, "dumped.json");
        Assert.Equal(0, (await Run("solve", "scenarios/sol-book.yaml", "--dump", file)).Code);
        var run = await Run("solve", "--problem", file, "--format", "json", "--engine", "ortools");
        Assert.Equal(0, run.Code);
        Assert.Contains("\"status\": \"optimal\"", run.Output);
        Assert.Equal(2, (await Run("solve", "--problem", file, "scenarios/sol-book.yaml")).Code);
        Assert.Equal(2, (await Run("solve")).Code);
        Assert.Equal([file], Directory.EnumerateFiles(folder));
    }
}
