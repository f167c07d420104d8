using System.CommandLine;
using Optimizer.Application;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary><c>optimizer demo</c>: reads local nodes, solves, and plans; needs no network access after the first run.</summary>
internal static class DemoCommand
{
    private static readonly (string Chain, string Node)[] Nodes = [("ethereum", "ethereum"), ("base", "op"), ("arbitrum", "arbitrum"), ("solana", "solana")];

    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo", """
            Starts four local nodes with real contracts (Aave v3 and others) and copies of real Solana accounts, reads them, and
            solves a scenario with dollars on all four. Needs Node.js and a checkout of this repository; the first run downloads
            and compiles contracts.
            """);
        var keep = new Option<DirectoryInfo?>("--out") { Description = "A folder in which to keep the chain files, snapshot and scenario; default: they are deleted." };
        var folder = MarketArguments.Folder();
        command.Options.Add(keep);
        command.Options.Add(folder);
        command.SetAction((parsed, cancellation) => RunAsync(terminal, parsed.GetValue(folder)!, parsed.GetValue(keep), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, DirectoryInfo checkout, DirectoryInfo? keep, CancellationToken cancellation)
    {
        var nodeFolder = Path.Combine(checkout.FullName, "tests", "nodes");
        if (!LocalNodes.HasNode || !File.Exists(Path.Combine(nodeFolder, "start.mjs")))
        {
            await terminal.Error.WriteLineAsync(LocalNodes.HasNode ? $"{checkout.FullName} has no tests/nodes; expected a checkout of the repository" : "Node.js is not in PATH; the local nodes need it");
            return 4;
        }

        var folder = keep?.FullName ?? Directory.CreateTempSubdirectory("optimizer-demo-").FullName;
        try
        {
            await using var nodes = await Progress.ShowAsync(terminal, "starting local nodes (the first time takes a minute or two)", () => LocalNodes.StartAsync(nodeFolder, cancellation));
            var judged = Path.Combine(folder, "scenarios", "snapshots", "judged.json");
            WriteProject(checkout, folder, judged, nodes);
            foreach (var (chain, node) in Nodes)
                Environment.SetEnvironmentVariable(Variable(chain), nodes.UrlOf(node));
            var snapshot = Path.Combine(folder, "scenarios", "snapshots", "live.json");
            File.Delete(snapshot);
            // Markets that the nodes do not have are reported as findings; the demo continues with the others.
            await CommandLine.RunAsync(["snapshot", "--nodes-only", "--judged", judged, "--out", snapshot, .. Nodes.SelectMany(n => (string[])["--chain", n.Chain])], terminal);
            return File.Exists(snapshot) ? await CommandLine.RunAsync(["solve", Path.Combine(folder, "scenarios", "demo.yaml")], terminal) : 4;
        }
        catch (InvalidOperationException broken)
        {
            await terminal.Error.WriteLineAsync(broken.Message);
            return 4;
        }
        finally
        {
            if (keep is null)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static string Variable(string chain) => $"OPTIMIZER_RPC_{chain.ToUpperInvariant()}";

    /// <summary>Writes a project folder whose chains are the local nodes.</summary>
    internal static void WriteProject(DirectoryInfo checkout, string folder, string judged, LocalNodes nodes)
    {
        var last = MarketArguments.Of(checkout).LastJudged()!;
        var (market, _) = new ScenarioFiles().LoadMarket(last);
        Chain[] chains = [.. market.Chains.Select(chain => Nodes.FirstOrDefault(n => n.Chain == chain.Id).Node is { } node
            ? nodes.Local(chain with { RpcEnvironmentVariable = Variable(chain.Id) }, node)
            : chain)];
        // JSON is YAML too.
        foreach (var chain in chains)
            AtomicFile.Write(Path.Combine(folder, "chains", $"{chain.Id}.yaml"), Formats.Serialize(chain));

        // The nodes have pools and prices only for dollars, ether and SOL. Routes that the nodes do not have are dropped.
        string[] tokens = ["USDC", "ETH", "WETH", "SOL"];
        bool IsThere(Route route, string chain) => Nodes.Any(node => node.Chain == chain) && chains.Single(c => c.Id == chain).Entry(route.Id, route.Provider) is { } entry
            && (entry.Adapter != "stargateV2" || entry.AddressFor(route.From.Symbol) is not null);
        bool IsOffered(Route route) => route.Kind == RouteKind.Wrap ? Nodes.Any(node => node.Chain == route.From.Chain)
            : route.Provider is "op-standard-bridge" or "arbitrum-native" ? Nodes.Any(node => node.Chain == route.From.Chain) && IsThere(route, route.To.Chain)
            : IsThere(route, route.From.Chain) && IsThere(route, route.To.Chain);
        AtomicFile.Write(judged, Formats.Serialize(market.Snapshot with
        {
            Routes = [.. market.Snapshot.Routes.Where(route => tokens.Contains(route.From.Symbol) && tokens.Contains(route.To.Symbol) && IsOffered(route))],
        }));
        AtomicFile.Write(Path.Combine(folder, "optimizer.yaml"), File.ReadAllText(Path.Combine(checkout.FullName, "optimizer.yaml")));
        AtomicFile.Write(Path.Combine(folder, "scenarios", "demo.yaml"), """
            name: Demo
            description: Dollars on four local chains, with market data just read from their nodes.
            snapshot: snapshots/live.json
            horizon: 180 days
            holdings:
              - { token: USDC@ethereum, amount: 2_000_000 }
              - { token: USDC@base, amount: 500_000 }
              - { token: USDC@arbitrum, amount: 500_000 }
              - { token: USDC@solana, amount: 500_000 }
              - { token: ETH@ethereum, amount: 2 }
              - { token: ETH@base, amount: 0.5 }
              - { token: ETH@arbitrum, amount: 0.5 }
              - { token: SOL@solana, amount: 100 }
            objective:
              meanVariance: { riskAversion: 3 }
            constraints:
              - limit: { each: opportunity, max: 40 % }
            """);
    }
}
