using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Application;

/// <summary>A project folder: chains, scenarios, snapshots, history.</summary>
/// <param name="folder">Its path.</param>
public sealed class Project(string folder)
{
    /// <summary>The folder of snapshots, below the project's.</summary>
    public const string SnapshotFolder = "scenarios/snapshots";

    private const string HistoryFolder = "scenarios/history";

    /// <summary>The folder of the snapshots.</summary>
    public string Snapshots => Path.Combine(folder, SnapshotFolder);

    /// <summary>The history.</summary>
    public HistoryStore History => new(Path.Combine(folder, HistoryFolder));

    /// <summary>The last snapshot, by name, that was not read from chains; null if there is none. A snapshot read from chains has no
    /// judged figures for markets that could not be read.</summary>
    public string? LastJudged() => Directory.Exists(Snapshots)
        ? Directory.EnumerateFiles(Snapshots, "*.json").OrderDescending(StringComparer.Ordinal).FirstOrDefault(file => !ScenarioFiles.WasReadFromChains(file))
        : null;

    /// <summary>A snapshot that supplies judged figures: the one that is named, or the project's last.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public string JudgedOr(string? named) => named ?? LastJudged()
        ?? throw new RequestException(Outcome.BadInput, $"{SnapshotFolder} has no snapshot with judged figures; give one with --judged, or the project folder with --folder");

    /// <summary>The chains to read: those that are named, or all that have an endpoint.</summary>
    /// <exception cref="RequestException">A chain is not known, or none has an endpoint.</exception>
    public static IReadOnlyList<Chain> ChainsToRead(Market market, IReadOnlyList<string> wanted, IEndpoints endpoints)
    {
        if (wanted.FirstOrDefault(id => market.Chains.All(chain => chain.Id != id)) is { } unknown)
            throw new RequestException(Outcome.BadInput, $"--chain: unknown chain '{unknown}'; there are {string.Join(", ", market.Chains.Select(c => c.Id).Order(StringComparer.Ordinal))}");
        Chain[] chains = [.. market.Chains.Where(chain => wanted.Count > 0 ? wanted.Contains(chain.Id) : !string.IsNullOrWhiteSpace(endpoints.Of(chain))).OrderBy(chain => chain.Id, StringComparer.Ordinal)];
        return chains.Length > 0 ? chains
            : throw new RequestException(Outcome.NoData, $"no chain has an endpoint; set {market.Chains.First().RpcEnvironmentVariable} or the variable of another chain file");
    }
}

/// <summary>A request that cannot be served.</summary>
/// <param name="outcome">Why.</param>
/// <param name="message">What is wrong, and what was expected.</param>
public sealed class RequestException(Outcome outcome, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public Outcome Outcome => outcome;
}
