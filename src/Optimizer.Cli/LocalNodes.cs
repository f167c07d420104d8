using System.Diagnostics;
using System.Text.Json;
using Optimizer.Model;

namespace Optimizer.Cli;

/// <summary>The local nodes of <c>tests/nodes</c>: real contracts on this machine, for the demo and for tests.</summary>
internal sealed class LocalNodes : IAsyncDisposable
{
    private readonly Process _process;
    private readonly JsonElement _chains;

    private LocalNodes(Process process, JsonElement chains) => (_process, _chains) = (process, chains);

    /// <summary>True if Node.js is installed.</summary>
    public static bool HasNode { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "node")) || File.Exists(Path.Combine(folder, "node.exe")));

    /// <summary>Installs the npm packages once and starts the nodes.</summary>
    /// <param name="folder">The folder <c>tests/nodes</c>.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="InvalidOperationException">The nodes did not start; the message says why.</exception>
    public static async Task<LocalNodes> StartAsync(string folder, CancellationToken cancellation)
    {
        await InstallAsync(folder, cancellation);
        var process = Process.Start(new ProcessStartInfo("node", ["start.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(4));
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(limit.Token)
                ?? throw new InvalidOperationException($"the local nodes did not start:\n{await errors}");
            return new(process, JsonDocument.Parse(line).RootElement.GetProperty("chains"));
        }
        catch (Exception wrong)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            if (wrong is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new InvalidOperationException("the local nodes did not start within four minutes", wrong);
            throw;
        }
    }

    /// <summary>The contracts and tokens deployed on a node: <c>ethereum</c>, <c>op</c>, <c>arbitrum</c> or <c>solana</c>.</summary>
    public JsonElement Of(string node) => _chains.GetProperty(node);

    /// <summary>A copy of a chain file for a local node: its chain id, its addresses and the protocols deployed there.</summary>
    public Chain Local(Chain chain, string node)
    {
        var (deployed, contracts) = (Of(node), Of(node).GetProperty("contracts"));
        string? Feed(string symbol) => contracts.TryGetProperty($"feed{symbol[0]}{symbol[1..].ToLowerInvariant()}", out var feed) ? feed.GetString() : null;
        string? Reward(string symbol) => contracts.TryGetProperty($"{symbol.ToLowerInvariant()}Token", out var token) ? token.GetString() : null;
        Token Here(Token token) => Reward(token.Symbol) is { } reward ? token with { Address = reward, PriceFeed = Feed(token.Symbol) } : deployed.GetProperty("tokens").TryGetProperty(token.Symbol, out var local)
            ? token with { Address = local.GetProperty("address").GetString(), Decimals = local.GetProperty("decimals").GetInt32(), PriceFeed = Feed(token.Symbol) }
            : token with { PriceFeed = token.Address is null ? Feed(token.Symbol) : null };
        return chain with
        {
            Name = $"{chain.Name} (local)",
            ChainId = deployed.TryGetProperty("chainId", out var id) ? id.GetUInt64() : null,
            Explorer = "http://127.0.0.1",
            Tokens = [.. chain.Tokens.Select(Here)],
            // The Solana accounts are copies of the real ones at the same addresses.
            Protocols = chain.GenesisHash is null ? [.. Protocols(node, contracts)] : chain.Protocols,
        };
    }

    /// <summary>The URL of a node.</summary>
    public string UrlOf(string node) => Of(node).GetProperty("url").GetString()!;

    /// <summary>Stops the nodes.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    /// <summary>Runs a program in a folder and returns its output.</summary>
    /// <exception cref="InvalidOperationException">The program failed.</exception>
    public static async Task<string> RunAsync(string folder, string program, string[] arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed:\n{await errors}");
    }

    private static IEnumerable<Protocol> Protocols(string node, JsonElement contracts)
    {
        string? Address(string name) => contracts.TryGetProperty(name, out var address) ? address.GetString() : null;
        if (Address("pool") is { } pool)
            yield return Entry("aave-v3", "Aave v3", "aaveV3", [("pool", pool), ("dataProvider", Address("dataProvider")!), ("oracle", Address("oracle")!)]);
        if (Address("cometUsdc") is { } comet)
            yield return Entry("compound-v3", "Compound v3", "compoundV3", [("rewards", Address("cometRewards")!), ("cometUsdc", comet)]);
        if (Address("uniswapQuoter") is { } quoter)
            yield return Entry("uniswap-v3", "Uniswap v3", "uniswapV3", [("quoterV2", quoter), ("swapRouter", Address("uniswapRouter")!), ("usdcWeth", Address("uniswapPoolUsdcWeth")!)], ("usdcWeth", "full, 25%"));
        if (Address("metaMorphoUsdc") is { } morpho)
            yield return Entry("morpho-blue", "A MetaMorpho vault", "metaMorpho", [("metaMorphoUsdc", morpho)]);
        if (Address("steadyVault") is { } vault)
            yield return Entry("sky-savings", "A steady vault", "erc4626", [("steadyVault", vault)]);
        if (Address("cctpTokenMessenger") is { } messenger)
            yield return Entry("cctp-v2", "Circle CCTP v2", "cctpV2", [("tokenMessenger", messenger), ("messageTransmitter", Address("cctpMessageTransmitter")!)], ("domain", node switch { "ethereum" => "0", "op" => "2", _ => "3" }));
        if (Address("stargateUsdc") is { } stargate)
            yield return Entry("stargate-v2", "Stargate v2", "stargateV2", [("poolUsdc", stargate), ("poolEth", Address("stargateNative")!)], ("endpointId", node == "ethereum" ? "30101" : "30111"));
        if (Address("acrossSpokePool") is { } across)
            yield return Entry("across", "Across", "across", [("spokePool", across)]);
        if (Address("opL1StandardBridge") is { } bridge)
            yield return Entry("op-standard-bridge", "OP standard bridge", "opStandardBridge", [("l1StandardBridgeBase", bridge)]);
        if (Address("arbitrumRollup") is { } rollup)
            yield return Entry("arbitrum-native", "Arbitrum bridge", "arbitrumBridge", [("rollupArbitrum", rollup)]);
    }

    private static Protocol Entry(string id, string name, string adapter, (string Role, string Address)[] contracts, params (string Name, string Value)[] parameters) =>
        new() { Id = id, Name = name, Adapter = adapter, Addresses = contracts.ToDictionary(c => c.Role, c => c.Address), Parameters = parameters.ToDictionary(p => p.Name, p => p.Value) };

    /// <summary>Installs the npm packages if needed; a lock file lets only one process do it.</summary>
    private static async Task InstallAsync(string folder, CancellationToken cancellation)
    {
        var cache = Directory.CreateDirectory(Path.Combine(folder, ".cache")).FullName;
        using var turn = await TurnAsync(Path.Combine(cache, "install.lock"), cancellation);
        var (installed, wanted) = (Path.Combine(folder, "node_modules", ".package-lock.json"), Path.Combine(folder, "package-lock.json"));
        if (!File.Exists(installed) || File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(wanted))
            await RunAsync(folder, OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], cancellation);
    }

    private static async Task<FileStream> TurnAsync(string file, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(6));
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(100, limit.Token);
            }
        }
    }
}
