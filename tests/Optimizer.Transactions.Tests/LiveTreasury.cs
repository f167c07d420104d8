using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Readers;
using Optimizer.Chains.Rpc;
using Optimizer.Chains.Tests;
using Optimizer.Cli;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Transactions.Tests;

/// <summary>Tests on one set of nodes, one after the other; each undoes what it did.</summary>
[CollectionDefinition(Name)]
public sealed class LiveTreasuryTests : ICollectionFixture<LiveTreasury>
{
    public const string Name = "a treasury on local nodes";
}

/// <summary>A treasury on local nodes with real contracts, the market read from them, and the plan that it gives.</summary>
public sealed class LiveTreasury : IAsyncDisposable
{
    private static readonly (string Chain, string Node)[] Places = [("ethereum", "ethereum"), ("base", "op"), ("arbitrum", "arbitrum")];
    private static readonly AbiFunction BalanceOf = AbiFunction.Parse("balanceOf(address account) returns (uint256)");
    private static readonly Lazy<Scenario> Multisig = new(() => new ScenarioFiles().Load(Repository.Path("scenarios", "multisig.yaml")).Scenario);

    private readonly Lazy<Task<LocalNodes>> _started = new(() => LocalNodes.StartAsync(Repository.Path("tests", "nodes"), default));
    private Chain[] _chains = [];
    private Market _judged = null!;

    internal Dictionary<string, LocalNode> Nodes { get; private set; } = [];

    internal Settings Settings { get; private set; } = null!;

    /// <summary>Starts the nodes where they do not run yet.</summary>
    internal async Task StartAsync()
    {
        var started = await _started.Value;
        if (Nodes.Count > 0)
            return;
        Nodes = Places.ToDictionary(place => place.Chain, place => new LocalNode(started.Of(place.Node)));
        var judged = new ScenarioFiles().LoadMarket(Repository.Path("scenarios", "snapshots", "2026-08-12.json"));
        _judged = judged.Market;
        _chains = [.. Places.Select(place => started.Local(judged.Market.Chain(place.Chain), place.Node))];
        Settings = judged.Settings with { Reading = judged.Settings.Reading with { MaximumBlockAge = new(10_000), MaximumPriceAge = new(10_000) } };
    }

    /// <summary>The node of Solana: who holds something there, what its chain began with, and where it is.</summary>
    internal async Task<(string Treasury, string Genesis, string Url)> SolanaAsync()
    {
        var node = (await _started.Value).Of("solana");
        return (node.GetProperty("treasury").GetProperty("address").GetString()!, node.GetProperty("genesisHash").GetString()!, node.GetProperty("url").GetString()!);
    }

    /// <summary>Undoes what is done on the nodes until it is disposed.</summary>
    internal async Task<IAsyncDisposable> UndoneAsync()
    {
        await StartAsync();
        return new Undo(await Task.WhenAll(Nodes.Values.Select(async node => (node, await node.SendAsync("evm_snapshot")))));
    }

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
            await (await _started.Value).DisposeAsync();
    }

    private sealed class Undo((LocalNode Node, JsonElement Snapshot)[] states) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var (node, snapshot) in states)
                await node.SendAsync("evm_revert", snapshot);
        }
    }

    /// <summary>Four million dollars on Ethereum, where less can be lent well than elsewhere, and ether for gas and to sell.</summary>
    internal Scenario Scenario(Func<LocalNode, EvmAddress>? accountOf = null) => new()
    {
        Name = "Live",
        Description = "A treasury on local nodes.",
        Snapshot = "live",
        Horizon = new(180),
        Accounts = Nodes.ToDictionary(node => node.Key, node => $"{(accountOf ?? (it => it.Treasury))(node.Value)}"),
        Holdings =
        [
            Idle("USDC@ethereum", "900_000"), Idle("USDC@base", "100_000"), Idle("USDC@arbitrum", "150_000"),
            Idle("ETH@ethereum", "60"), Idle("ETH@base", "0.05"), Idle("ETH@arbitrum", "0.05"),
        ],
        Objective = Multisig.Value.Objective,
        // Ether may be sold for dollars.
        Exposure = ExposureRule.Free,
        Universe = new() { Assets = ["USDC", "ETH"] },
        Constraints = [.. Multisig.Value.Constraints, new Allocation.Limit { Chain = "base", Min = new(0.25, true) }],
    };

    private static Holding Idle(string token, string amount) => new() { Token = TokenId.Parse(token), Amount = Amount.Parse(amount) };

    internal static Amount Whole(Market market, TokenId token, BigInteger units) => Amount.Parse(new TokenAmount(units, market.Token(token).Decimals).ToString());

    /// <summary>The market as the nodes have it, with routes that are really there.</summary>
    /// <param name="scenario">Who asks.</param>
    /// <param name="settings">Other settings than usual.</param>
    /// <param name="bridge">Another bridge from Ethereum to Base than Stargate, whose terms are judged.</param>
    internal async Task<LoadedScenario> ReadAsync(Scenario scenario, Settings? settings = null, string? bridge = null)
    {
        var judged = _judged.Snapshot.Routes;
        var stargate = judged.First(route => route.Provider == "stargate-v2" && route.From.Symbol == "USDC");
        var loaded = await ReadAsync(scenario, settings ?? Settings,
            judged.Single(route => route.Id == "uniswap-v3/ethereum/ETH-USDC"),
            bridge is null ? stargate with { Id = "stargate-v2/ethereum-base/USDC", From = new("USDC", "ethereum"), To = new("USDC", "base") } : judged.Single(route => route.Id == $"{bridge}/ethereum-base/USDC"));
        Assert.Equal(bridge is null ? 2 : 1, loaded.Market.Snapshot.Routes.Count(route => route.Parameters.Count > 0));
        return loaded;
    }

    /// <summary>The market as the nodes have it, with one route that is judged and read.</summary>
    internal Task<LoadedScenario> ReadAsync(Scenario scenario, string route) => ReadAsync(scenario, Settings, _judged.Snapshot.Routes.Single(judged => judged.Id == route));

    private async Task<LoadedScenario> ReadAsync(Scenario scenario, Settings known, params Route[] routes)
    {
        var (chains, nodes) = (_chains, Nodes);
        var universe = new Market(_judged.Snapshot with { Routes = routes }, [.. _judged.Chains.Where(chain => chains.All(local => local.Id != chain.Id)), .. chains]);
        var readings = await new MarketReader(chain => nodes[chain.Id].Url, universe, known.Reading, new EndpointLimits(), TimeProvider.System).ReadAsync(chains, default);
        var snapshot = SnapshotAssembly.Join("live", readings, universe.Snapshot, known.Reading, TimeProvider.System.GetUtcNow());
        Assert.Equal(routes.Length, snapshot.Routes.Count);
        var measured = await GasMeasurement.MeasureAsync(universe.With(snapshot), chain => [nodes[chain.Id].Rpc], default);
        Assert.DoesNotContain(measured.Findings, finding => finding.Rule == FindingRules.UntriedGas);
        return new("live.yaml", scenario, universe.With(measured), known) { Unshocked = universe.With(measured) };
    }

    /// <summary>What the treasury really has: tokens, and positions in what can be taken out.</summary>
    internal async Task<Dictionary<string, BigInteger>> HoldingsAsync(Market market, TransactionPlan plan)
    {
        var nodes = Nodes;
        var held = new Dictionary<string, BigInteger>();
        foreach (var token in plan.Before.Keys.Concat(plan.After.Keys).Distinct().Select(TokenId.Parse))
        {
            var node = nodes[token.Chain];
            held[$"{token}"] = market.Token(token).Address is { } contract ? await CallAsync(node, EvmAddress.Parse(contract), BalanceOf, node.Treasury) : await node.BalanceAsync(node.Treasury);
        }

        foreach (var id in plan.Positions.Keys)
        {
            var place = market.Opportunity(id);
            var node = nodes[place.Chain];
            var entry = market.Chain(place.Chain).Protocols.Single(entry => entry.Id == place.Protocol);
            held[id] = entry.Adapter switch
            {
                "aaveV3" => await CallAsync(node, await AddressAsync(node, EvmAddress.Parse(entry.Addresses["pool"]), AbiFunction.Parse("getReserveAToken(address asset) returns (address)"), node.Token("USDC")), BalanceOf, node.Treasury),
                "compoundV3" => await CallAsync(node, EvmAddress.Parse(entry.Addresses["cometUsdc"]), BalanceOf, node.Treasury),
                _ => await CallAsync(node, EvmAddress.Parse(entry.Addresses.Values.Single()), AbiFunction.Parse("convertToAssets(uint256 shares) returns (uint256)"), await CallAsync(node, EvmAddress.Parse(entry.Addresses.Values.Single()), BalanceOf, node.Treasury)),
            };
        }

        return held;
    }

    /// <summary>Makes every call as the treasury, and delivers on the other chain what was sent.</summary>
    /// <returns>What each step used of gas, in units.</returns>
    internal async Task<Dictionary<int, BigInteger>> ExecuteAsync(TransactionPlan plan)
    {
        var nodes = Nodes;
        var gas = new Dictionary<int, BigInteger>();
        foreach (var step in plan.Steps)
        {
            var node = nodes[step.Chain];
            foreach (var call in step.Calls)
            {
                var value = $"0x{call.Value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(1, '0')}";
                var trial = Record.ExceptionAsync(() => node.SendAsync("eth_call", new { from = $"{node.Treasury}", to = call.To, data = call.Data, value }, "latest"));
                Assert.True(await trial is null, $"step {step.Id}, {step.Description}: {call.Function} of {call.To}: {(await trial)?.Message}");
                var receipt = await node.TransactAsync(node.Treasury, EvmAddress.Parse(call.To), Convert.FromHexString(call.Data[2..]), new { value });
                gas[step.Id] = gas.GetValueOrDefault(step.Id) + Hex(receipt, "gasUsed");
            }

            if (step.Kind == StepKind.BridgeReceive)
                await DeliverAsync(step, plan.Steps.Single(sent => step.DependsOn.Contains(sent.Id) && sent.Via == step.Via));
        }

        return gas;
    }

    /// <summary>Carries the message of a sending to the other chain, as LayerZero's verifiers and executors do; which message it is
    /// does not matter to them.</summary>
    internal async Task DeliverAsync(TransactionStep received, TransactionStep sent)
    {
        var (from, to) = (Nodes[sent.Chain], Nodes[received.Chain]);
        var logs = await from.SendAsync("eth_getLogs", new { fromBlock = "earliest", toBlock = "latest", address = $"{from.Contract("layerZeroEndpoint")}", topics = new[] { Contracts.Abi.Hex.Of(Contracts.Abi.Hex.Keccak("PacketSent(bytes,bytes,address)"u8)) } });
        var packet = (byte[])AbiFunction.Parse("f(bytes,bytes,address)").Inputs.Decode(Convert.FromHexString(logs.EnumerateArray().Last().GetProperty("data").GetString()![2..]))[0];
        BigInteger Number(Range range) => new(packet.AsSpan()[range], isUnsigned: true, isBigEndian: true);
        var courier = to.Account(3);
        await to.TransactAsync(courier, to.Contract("layerZeroMessageLibrary"), AbiFunction.Parse("validatePacket(bytes packetBytes)").Encode(packet));
        var receive = AbiFunction.Parse("lzReceive((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver, bytes32 guid, bytes message, bytes extraData)");
        await to.TransactAsync(courier, to.Contract("layerZeroEndpoint"), receive.Encode(new object[] { Number(9..13), packet[13..45], Number(1..9) }, new EvmAddress(packet.AsSpan(61, 20)), packet[81..113], packet[113..], Array.Empty<byte>()));
    }

    private static async Task<BigInteger> CallAsync(LocalNode node, EvmAddress contract, AbiFunction function, params object[] arguments) => (BigInteger)(await AskAsync(node, contract, function, arguments))[0];

    private static async Task<EvmAddress> AddressAsync(LocalNode node, EvmAddress contract, AbiFunction function, params object[] arguments) => (EvmAddress)(await AskAsync(node, contract, function, arguments))[0];

    private static async Task<object[]> AskAsync(LocalNode node, EvmAddress contract, AbiFunction function, object[] arguments) => function.Decode(Convert.FromHexString(
        (await node.SendAsync("eth_call", new { to = $"{contract}", data = $"0x{Convert.ToHexStringLower(function.Encode(arguments))}" }, "latest")).GetString()![2..]));

    private static BigInteger Hex(JsonElement receipt, string field) => BigInteger.Parse($"0{receipt.GetProperty(field).GetString()![2..]}", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
