using System.CommandLine;
using Optimizer.Application;
using Optimizer.Chains.Markets;
using Optimizer.Model;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer snapshot</c>: reads the market from nodes.</summary>
internal static class SnapshotCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("snapshot", """
            Reads market data from nodes and writes it to a snapshot file for scenarios.

            The environment variable named in a chain file contains the chain's endpoints, separated by spaces; the first one that
            works is used. Data that chains do not provide, such as event probabilities, comes from an earlier snapshot (--judged).
            Data that could not be read is left out and listed in the file; the exit code is then 4. Values are also added to the
            history (see 'optimizer history').

            Bridges and aggregators are read from their public web addresses, or from the addresses in OPTIMIZER_API_ACROSS, _CCTP,
            _JUPITER, _LIFI, _LLAMA_YIELDS and _LLAMA_COINS. API keys are read from OPTIMIZER_KEY_LIFI and OPTIMIZER_KEY_JUPITER.

            Examples:
              OPTIMIZER_RPC_BASE=https://… optimizer snapshot
              optimizer snapshot --chain base --chain ethereum --nodes-only --out scenarios/snapshots/today.json
            """);
        var output = new Option<FileInfo?>("--out") { Description = "The file to write; default: a file in the project's snapshot folder, named by the current time." };
        var nodesOnly = new Option<bool>("--nodes-only") { Description = "Read only from nodes, not from web sources: no fees of bridges and aggregators, and no DefiLlama yields." };
        var market = new MarketArguments(command);
        command.Options.Add(output);
        command.Options.Add(nodesOnly);
        command.SetAction(async (parsed, cancellation) =>
        {
            var taking = new SnapshotTaking(market.ProjectOf(parsed), EnvironmentEndpoints.Instance, TimeProvider.System, new TerminalActivity(terminal));
            var taken = await taking.TakeAsync(new(market.JudgedOf(parsed), market.ChainsOf(parsed), parsed.GetValue(output)?.FullName, parsed.GetValue(nodesOnly)), cancellation);
            Show(terminal, taken.Snapshot, taken.Readings, taken.File);
            return (int)taken.Outcome;
        });
        return command;
    }

    private static string Price(GasFees? gas) => gas switch
    {
        EvmGas evm => $"{evm.GweiPerGas.Value:g4} gwei",
        SolanaGas solana => $"{solana.MicroLamportsPerComputeUnit.Value:#,0} µlamport",
        _ => "",
    };

    private static void Show(Terminal terminal, Snapshot snapshot, IReadOnlyList<ChainReading> readings, string file)
    {
        var table = Text.Table("Chain", "Block>", "Time", "Gas price>", "Data fee, gwei>", "Opportunities>", "Left out>", "Doubtful>");
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
            var findings = Text.Table("", "Rule", "Subject", "Finding");
            foreach (var finding in snapshot.Findings)
                findings.AddRow(finding.IsRefused ? "left out" : "doubtful", finding.Rule, Markup.Escape(finding.Subject), Markup.Escape(finding.Message));
            terminal.Result.Write(findings);
        }

        terminal.Result.WriteLine(snapshot.Chains.Count > 0
            ? $"{snapshot.Opportunities.Count} opportunities and {snapshot.Routes.Count} routes: {file}"
            : "No chain could be read; nothing was written.");
    }
}
