using System.CommandLine;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Model;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer snapshot</c>: the market, read from nodes.</summary>
internal static class SnapshotCommand
{
    private const string SnapshotFolder = "scenarios/snapshots";

    public static Command Create(Terminal terminal)
    {
        var command = new Command("snapshot", """
            Reads the market from the nodes of chains and writes it as a file that scenarios refer to.

            Every chain file names the environment variable that holds the chain's endpoints, one or more, separated by
            spaces; the first that works is used. What chains do not know, such as ratings of events, comes from a former
            snapshot (--judged). What could not be read is left out, named in the file, and ends in exit code 4.

            Examples:
              OPTIMIZER_RPC_BASE=https://… optimizer snapshot
              optimizer snapshot --chain base --chain ethereum --out scenarios/snapshots/today.json
            """);
        var chains = new Option<string[]>("--chain") { Description = "Chains to read, by id; all whose environment variable is set by default." };
        var judged = new Option<FileInfo?>("--judged") { Description = $"The snapshot whose judgements are taken over; the last one in {SnapshotFolder} that was not read from chains by default." };
        var output = new Option<FileInfo?>("--out") { Description = $"The file to write; one named by the time in {SnapshotFolder} by default." };
        var folder = Folder();
        command.Options.Add(chains);
        command.Options.Add(judged);
        command.Options.Add(output);
        command.Options.Add(folder);
        command.SetAction((parsed, cancellation) => RunAsync(
            terminal, parsed.GetValue(folder)!, parsed.GetValue(chains) ?? [], parsed.GetValue(judged), parsed.GetValue(output), cancellation));
        return command;
    }

    /// <summary>The option that says where the project's files are.</summary>
    public static Option<DirectoryInfo> Folder() => new("--folder")
    {
        Description = "The project's folder, with chains, scenarios and settings; the current one by default.",
        DefaultValueFactory = _ => new DirectoryInfo("."),
    };

    /// <summary>The last snapshot in the project's folder, by name, that was not itself read from chains: one that was lacks
    /// the judgements of what it could not read. Null where there is none.</summary>
    public static string? LastSnapshot(DirectoryInfo folder)
    {
        var snapshots = Path.Combine(folder.FullName, SnapshotFolder);
        return Directory.Exists(snapshots) ? Directory.EnumerateFiles(snapshots, "*.json").OrderDescending(StringComparer.Ordinal).FirstOrDefault(file => !ScenarioFiles.WasReadFromChains(file)) : null;
    }

    private static async Task<int> RunAsync(Terminal terminal, DirectoryInfo folder, string[] wanted, FileInfo? judgedFile, FileInfo? output, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        if ((judgedFile?.FullName ?? LastSnapshot(folder)) is not { } judged)
        {
            await terminal.Error.WriteLineAsync($"{SnapshotFolder} holds no snapshot whose judgements could be taken over; give one with --judged, or the project's folder with --folder");
            return 2;
        }

        var (market, settings) = new ScenarioFiles().LoadMarket(judged);
        if (wanted.FirstOrDefault(id => market.Chains.All(chain => chain.Id != id)) is { } unknown)
        {
            await terminal.Error.WriteLineAsync($"--chain: unknown chain '{unknown}'; there are {string.Join(", ", market.Chains.Select(c => c.Id).Order(StringComparer.Ordinal))}");
            return 2;
        }

        string? EndpointsOf(Chain chain) => Environment.GetEnvironmentVariable(chain.RpcEnvironmentVariable);
        var chains = market.Chains.Where(chain => wanted.Length > 0 ? wanted.Contains(chain.Id) : !string.IsNullOrWhiteSpace(EndpointsOf(chain)))
            .OrderBy(chain => chain.Id, StringComparer.Ordinal).ToArray();
        if (chains.Length == 0)
        {
            await terminal.Error.WriteLineAsync($"no chain has an endpoint; set {market.Chains.First().RpcEnvironmentVariable} or another of the chain files' variables");
            return 4;
        }

        var file = output?.FullName ?? Path.GetFullPath(Path.Combine(folder.FullName, SnapshotFolder, $"{now:yyyy-MM-dd-HHmm}.json"));
        var reader = new MarketReader(EndpointsOf, market, settings.Reading, new EndpointLimits(), TimeProvider.System);
        var readings = await Progress.ShowAsync(terminal, $"reading {chains.Length} chains", () => reader.ReadAsync(chains, cancellation));
        var snapshot = SnapshotAssembly.Join(Path.GetFileNameWithoutExtension(file), readings, market.Snapshot, settings.Reading, now);
        cancellation.ThrowIfCancellationRequested();
        if (snapshot.Chains.Count > 0)
            WriteChecked(file, snapshot, judged);
        Show(terminal, snapshot, readings, file);
        return snapshot.Findings.Any(finding => finding.IsRefused) ? 4 : 0;
    }

    /// <summary>Keeps a snapshot only if it reads back: what cannot be used must not take the place of what can.</summary>
    private static void WriteChecked(string file, Snapshot snapshot, string judged)
    {
        var draft = $"{file}.draft.json";
        try
        {
            AtomicFile.Write(draft, Formats.Serialize(snapshot));
            new ScenarioFiles().CheckSnapshot(draft, judged);
            File.Move(draft, file, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static string Price(GasFees? gas) => gas switch
    {
        EvmGas evm => $"{evm.GweiPerGas.Value:g4} gwei",
        SolanaGas solana => $"{solana.MicroLamportsPerComputeUnit.Value:#,0} µlamport",
        _ => "",
    };

    private static void Show(Terminal terminal, Snapshot snapshot, IReadOnlyList<ChainReading> readings, string file)
    {
        var table = Text.Table("Chain", "Block>", "Of", "Gas price>", "Data fee, gwei>", "Opportunities>", "Left out>", "To be doubted>");
        foreach (var reading in readings)
        {
            var block = reading.Provenances.GetValueOrDefault($"gas-{reading.Chain.Id}");
            bool IsHere(Finding finding) => reading.Findings.Contains(finding) || finding.Subject.Split('/').ElementAtOrDefault(1) == reading.Chain.Id;
            table.AddRow(Markup.Escape(reading.Chain.Name), $"{block?.Block ?? block?.Slot}", block is null ? "" : $"{block.AsOf:yyyy-MM-dd HH:mm:ss}",
                Price(reading.Gas), (reading.Gas as EvmGas)?.DataFeeGwei is { } fee ? $"{fee.Value:g4}" : "",
                $"{snapshot.Opportunities.Count(o => o.Chain == reading.Chain.Id)}",
                $"{snapshot.Findings.Count(f => f.IsRefused && IsHere(f))}", $"{snapshot.Findings.Count(f => !f.IsRefused && IsHere(f))}");
        }

        terminal.Result.Write(table);
        if (snapshot.Findings.Count > 0)
        {
            var findings = Text.Table("", "Rule", "About", "What");
            foreach (var finding in snapshot.Findings)
                findings.AddRow(finding.IsRefused ? "left out" : "doubted", finding.Rule, Markup.Escape(finding.Subject), Markup.Escape(finding.Message));
            terminal.Result.Write(findings);
        }

        terminal.Result.WriteLine(snapshot.Chains.Count > 0
            ? $"{snapshot.Opportunities.Count} opportunities and {snapshot.Routes.Count} routes: {file}"
            : "No chain could be read; nothing was written.");
    }
}
