using System.CommandLine;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary>The options of commands that read chains or use market data.</summary>
internal sealed class MarketArguments
{
    private const string SnapshotFolder = "scenarios/snapshots";
    private const string HistoryFolder = "scenarios/history";

    private readonly Option<DirectoryInfo> _folder = Folder();
    private readonly Option<string[]> _chains = new("--chain") { Description = "Chains to read, by id; all whose environment variable is set by default." };
    private readonly Option<FileInfo?> _judged = new("--judged") { Description = $"The snapshot whose judgements are taken over; the last one in {SnapshotFolder} that was not read from chains by default." };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="readsChains">True if the command reads from nodes.</param>
    public MarketArguments(Command command, bool readsChains = true)
    {
        if (readsChains)
            command.Options.Add(_chains);
        command.Options.Add(_judged);
        command.Options.Add(_folder);
    }

    /// <summary>The option for the project folder.</summary>
    public static Option<DirectoryInfo> Folder() => new("--folder")
    {
        Description = "The project's folder, with chains, scenarios and settings; the current one by default.",
        DefaultValueFactory = _ => new DirectoryInfo("."),
    };

    /// <summary>The folder of the project's history.</summary>
    public static string HistoryOf(DirectoryInfo folder) => Path.Combine(folder.FullName, HistoryFolder);

    /// <summary>The folder of the project's snapshots.</summary>
    public static string SnapshotsOf(DirectoryInfo folder) => Path.Combine(folder.FullName, SnapshotFolder);

    /// <summary>The last snapshot of the project, by name, that was not read from chains; null if there is none. A snapshot read from
    /// chains has
    /// no judged figures for markets that could not be read.</summary>
    public static string? LastSnapshot(DirectoryInfo folder) => Directory.Exists(SnapshotsOf(folder))
        ? Directory.EnumerateFiles(SnapshotsOf(folder), "*.json").OrderDescending(StringComparer.Ordinal).FirstOrDefault(file => !ScenarioFiles.WasReadFromChains(file))
        : null;

    /// <summary>The project folder.</summary>
    public DirectoryInfo FolderOf(ParseResult parsed) => parsed.GetValue(_folder)!;

    /// <summary>Loads the judged snapshot with its market and settings. If there is none, prints an error and returns null.</summary>
    /// <exception cref="InputException">A file has an error.</exception>
    public async Task<(string File, Market Market, Settings Settings)?> JudgedAsync(ParseResult parsed, Terminal terminal)
    {
        if ((parsed.GetValue(_judged)?.FullName ?? LastSnapshot(FolderOf(parsed))) is not { } judged)
        {
            await terminal.Error.WriteLineAsync($"{SnapshotFolder} holds no snapshot whose judgements could be taken over; give one with --judged, or the project's folder with --folder");
            return null;
        }

        var (market, settings) = new ScenarioFiles().LoadMarket(judged);
        return (judged, market, settings);
    }

    /// <summary>The chains to read.</summary>
    /// <returns>The chains; or, if there are none, the exit code, after printing an error.</returns>
    public async Task<(Chain[] Chains, int ExitCode)> ChainsAsync(ParseResult parsed, Market market, Terminal terminal)
    {
        var wanted = parsed.GetValue(_chains) ?? [];
        if (wanted.FirstOrDefault(id => market.Chains.All(chain => chain.Id != id)) is { } unknown)
        {
            await terminal.Error.WriteLineAsync($"--chain: unknown chain '{unknown}'; there are {string.Join(", ", market.Chains.Select(c => c.Id).Order(StringComparer.Ordinal))}");
            return ([], 2);
        }

        Chain[] chains = [.. market.Chains.Where(chain => wanted.Length > 0 ? wanted.Contains(chain.Id) : !string.IsNullOrWhiteSpace(Endpoints.Of(chain))).OrderBy(chain => chain.Id, StringComparer.Ordinal)];
        if (chains.Length > 0)
            return (chains, 0);
        await terminal.Error.WriteLineAsync($"no chain has an endpoint; set {market.Chains.First().RpcEnvironmentVariable} or another of the chain files' variables");
        return ([], 4);
    }
}
