using System.CommandLine;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer snapshot</c>: reads the market from nodes.</summary>
internal static class SnapshotCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("snapshot", """
            Reads the market from the nodes of chains and writes it as a file that scenarios refer to.

            Every chain file names the environment variable that holds the chain's endpoints, one or more, separated by
            spaces; the first that works is used. What chains do not know, such as ratings of events, comes from a former
            snapshot (--judged). What could not be read is left out, named in the file, and ends in exit code 4. Figures are
            also added to the history (optimizer history).

            Bridges and aggregators are asked on the web, at their public addresses or at those in OPTIMIZER_API_ACROSS,
            _CCTP, _JUPITER, _LIFI, _LLAMA_YIELDS and _LLAMA_COINS; keys are taken from OPTIMIZER_KEY_LIFI and _JUPITER.

            Examples:
              OPTIMIZER_RPC_BASE=https://… optimizer snapshot
              optimizer snapshot --chain base --chain ethereum --nodes-only --out scenarios/snapshots/today.json
            """);
        var output = new Option<FileInfo?>("--out") { Description = "The file to write; one named by the time, among the project's snapshots, by default." };
        var nodesOnly = new Option<bool>("--nodes-only") { Description = "Ask nodes alone and no source on the web: bridges' and aggregators' fees and DefiLlama's yields are not read." };
        var market = new MarketArguments(command);
        command.Options.Add(output);
        command.Options.Add(nodesOnly);
        command.SetAction((parsed, cancellation) => RunAsync(terminal, market, parsed, parsed.GetValue(output), parsed.GetValue(nodesOnly), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, MarketArguments arguments, ParseResult parsed, FileInfo? output, bool nodesOnly, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (await arguments.JudgedAsync(parsed, terminal) is not var (judged, market, settings))
            return 2;
        var (chains, wrong) = await arguments.ChainsAsync(parsed, market, terminal);
        if (chains.Length == 0)
            return wrong;
        var folder = arguments.FolderOf(parsed);
        var file = output?.FullName ?? Path.Combine(MarketArguments.SnapshotsOf(folder), $"{now:yyyy-MM-dd-HHmm}.json");
        var history = new HistoryStore(MarketArguments.HistoryOf(folder));
        if (Endpoints.WrongVariable() is { } variable)
        {
            await terminal.Error.WriteLineAsync($"{variable} holds no http or https address");
            return 2;
        }

        var limits = EndpointLimits.Within(settings.Reading.RequestTimeout.Seconds);
        var quotes = nodesOnly ? null : new QuoteReader(market, Endpoints.WebOf, limits);
        var reader = new MarketReader(Endpoints.Of, market, settings.Reading, limits, TimeProvider.System, SharesOf(history), quotes);
        var readings = await Progress.ShowAsync(terminal, $"reading {chains.Length} chains", () => reader.ReadAsync(chains, cancellation));
        var snapshot = SnapshotAssembly.Join(Path.GetFileNameWithoutExtension(file), readings, market.Snapshot, settings.Reading, now);
        using var http = EndpointClient.Create(limits);
        snapshot = await Progress.ShowAsync(terminal, "trying what actions take of gas", () => GasTrial.MeasureAsync(market.With(snapshot), chain => Endpoints.NodesOf(chain, http, limits), cancellation));
        cancellation.ThrowIfCancellationRequested();
        if (snapshot.Chains.Count > 0)
        {
            try
            {
                WriteChecked(file, snapshot, judged);
            }
            catch (InputException unreadable)
            {
                await terminal.Error.WriteLineAsync($"what was read makes no snapshot that could be used; nothing was written:\n{string.Join('\n', unreadable.Diagnostics.Select(d => d.Message))}");
                return 4;
            }

            history.Add(snapshot);
        }

        Show(terminal, snapshot, readings, file);
        return snapshot.Findings.Any(finding => finding.IsRefused) ? 4 : 0;
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
