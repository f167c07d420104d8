using Optimizer.Chains.Markets;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Readers;
using Optimizer.Chains.Rpc;
using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;

namespace Optimizer.Application;

/// <summary>What a snapshot is to be taken of.</summary>
/// <param name="Judged">The snapshot that supplies judged figures; null for the project's last.</param>
/// <param name="Chains">Ids of chains; empty for all that have an endpoint.</param>
/// <param name="File">The file to write; null for one in the project's snapshot folder, named by the current time.</param>
/// <param name="NodesOnly">Whether web sources are left out.</param>
public sealed record SnapshotRequest(string? Judged, IReadOnlyList<string> Chains, string? File, bool NodesOnly);

/// <summary>A snapshot that was taken.</summary>
/// <param name="Snapshot">The snapshot; without chains if none could be read, and then not written.</param>
/// <param name="Readings">What was read of each chain.</param>
/// <param name="File">Where it was written.</param>
public sealed record SnapshotTaken(Snapshot Snapshot, IReadOnlyList<ChainReading> Readings, string File)
{
    /// <summary>No data if something was left out.</summary>
    public Outcome Outcome => Snapshot.Findings.Any(finding => finding.IsRefused) ? Outcome.NoData : Outcome.Done;
}

/// <summary>Takes snapshots of the market from nodes and web sources.</summary>
/// <param name="project">The project.</param>
/// <param name="endpoints">Where nodes and sources are.</param>
/// <param name="time">The clock.</param>
/// <param name="activity">Is told what is being done.</param>
public sealed class SnapshotTaking(Project project, IEndpoints endpoints, TimeProvider time, IActivity activity)
{
    /// <summary>Reads the market, writes the snapshot and adds it to the history.</summary>
    /// <exception cref="RequestException">There is nothing to read, or what was read is no valid snapshot.</exception>
    /// <exception cref="InputException">A file has an error.</exception>
    public async Task<SnapshotTaken> TakeAsync(SnapshotRequest request, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var judged = project.JudgedOr(request.Judged);
        var (market, settings) = new ScenarioFiles().LoadMarket(judged);
        var chains = Project.ChainsToRead(market, request.Chains, endpoints);
        var file = request.File ?? Path.Combine(project.Snapshots, $"{now:yyyy-MM-dd-HHmm}.json");
        if (endpoints.Wrong() is { } wrong)
            throw new RequestException(Outcome.BadInput, $"{wrong} has no http or https address");
        var (limits, history) = (EndpointLimits.Within(settings.Reading.RequestTimeout.Seconds), project.History);
        var quotes = request.NodesOnly ? null : new QuoteReader(market, endpoints.WebOf, limits);
        var reader = new MarketReader(endpoints.Of, market, settings.Reading, limits, time, SharesOf(history), quotes);
        var readings = await activity.DuringAsync($"reading {chains.Count} chains", () => reader.ReadAsync(chains, cancellation)).ConfigureAwait(false);
        var snapshot = SnapshotAssembly.Join(Path.GetFileNameWithoutExtension(file), readings, market.Snapshot, settings.Reading, now);
        using var nodes = new Nodes(endpoints, limits);
        snapshot = await activity.DuringAsync("measuring the gas of actions", () => GasMeasurement.MeasureAsync(market.With(snapshot), nodes.Of, cancellation)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (snapshot.Chains.Count > 0)
        {
            WriteChecked(file, snapshot, judged);
            history.Add(snapshot);
        }

        return new(snapshot, readings, file);
    }

    /// <summary>Past share prices from the history; loaded once, on first use.</summary>
    public static ShareHistory SharesOf(HistoryStore history)
    {
        var shares = new Lazy<ILookup<string, Observation>>(() => history.Read(new(Quantity: Quantities.Share)).ToLookup(o => o.Subject));
        return (opportunity, wanted) => shares.Value[opportunity].MinBy(o => (o.AsOf - wanted).Duration()) is { } nearest ? new(nearest.Value, nearest.AsOf) : null;
    }

    /// <summary>Writes the snapshot only if it can be loaded again, so that an invalid one never replaces a valid one.</summary>
    private static void WriteChecked(string file, Snapshot snapshot, string judged)
    {
        var draft = $"{file}.draft.json";
        try
        {
            AtomicFile.Write(draft, Formats.Serialize(snapshot));
            new ScenarioFiles().CheckSnapshot(draft, judged);
            File.Move(draft, file, overwrite: true);
        }
        catch (InputException unreadable)
        {
            throw new RequestException(Outcome.NoData, $"the data read does not form a valid snapshot; nothing was written:\n{string.Join('\n', unreadable.Diagnostics.Select(d => d.Message))}");
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
