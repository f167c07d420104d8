using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Chains.Tests;
using Optimizer.Cli;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Transactions.Tests;

/// <summary>The whole way on real contracts: read, solve, plan, carry out every call as the treasury, and count what is there.</summary>
public sealed class LivePlanTests
{
    private static readonly (string Chain, string Node, string EndpointId)[] Nodes = [("ethereum", "ethereum", "30101"), ("base", "op", "30111"), ("arbitrum", "arbitrum", "30110")];
    private static readonly AbiFunction BalanceOf = AbiFunction.Parse("balanceOf(address account) returns (uint256)");

    private static readonly Lazy<Scenario> Multisig = new(() => new ScenarioFiles().Load(Repository.Path("scenarios", "multisig.yaml")).Scenario);

    [NodeFact]
    public async Task Every_position_is_the_plan_s_after_its_calls_are_made()
    {
        await using var started = await LocalNodes.StartAsync(Repository.Path("tests", "nodes"), default);
        var nodes = Nodes.ToDictionary(n => n.Chain, n => new LocalNode(started.Of(n.Node)));
        var judged = new ScenarioFiles().LoadMarket(Repository.Path("scenarios", "snapshots", "2026-08-12.json"));
        var chains = Nodes.Select(n => Local(started, judged.Market.Chain(n.Chain), n.Node, n.EndpointId, nodes[n.Chain])).ToArray();
        var settings = judged.Settings with { Reading = judged.Settings.Reading with { MaximumBlockAge = new(10_000), MaximumPriceAge = new(10_000) } };
        // Four million dollars on Ethereum, where less can be lent well than elsewhere, and ether for gas and to sell.
        var scenario = new Scenario
        {
            Name = "Live",
            Description = "A treasury on local nodes.",
            Snapshot = "live",
            Horizon = new(180),
            Accounts = nodes.ToDictionary(node => node.Key, node => node.Value.Treasury.ToString()),
            Holdings =
            [
                Idle("USDC@ethereum", "900_000"), Idle("USDC@base", "100_000"), Idle("USDC@arbitrum", "150_000"),
                Idle("ETH@ethereum", "60"), Idle("ETH@base", "0.05"), Idle("ETH@arbitrum", "0.05"),
            ],
            Objective = Multisig.Value.Objective,
            Universe = new() { Assets = ["USDC", "ETH"] },
            Constraints = [.. Multisig.Value.Constraints, new Allocation.Limit { Chain = "base", Min = new(0.25, true) }],
        };
        var loaded = await ReadAsync(scenario, judged.Market, chains, nodes, settings);
        var result = ScenarioRunner.Run(loaded);
        Assert.True(result.Plan is { Steps.Count: > 0 }, $"{result.Status}: {result.Message} {string.Join("; ", result.Conflict ?? [])} {loaded.Market.Snapshot.Opportunities.Count} {string.Join("; ", loaded.Market.Snapshot.Findings)}");
        var plan = TransactionPlanner.Make(loaded.Market, loaded.Scenario, loaded.Settings.Moves, result.Plan!);
        Assert.Empty(PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, result.Plan));
        // What is tried here: a sale, a transfer to another chain, and deposits on all of them.
        foreach (var kind in (StepKind[])[StepKind.Approve, StepKind.Swap, StepKind.BridgeSend, StepKind.BridgeReceive, StepKind.Deposit])
            Assert.Contains(plan.Steps, step => step.Kind == kind);

        var before = await HoldingsAsync(loaded.Market, nodes, plan);
        var simulator = new PlanSimulator(loaded.Market, chain => nodes[chain].Rpc);
        var (tried, wrong) = await simulator.RunAsync(plan, default);
        Assert.True(wrong.Count == 0, string.Join("; ", wrong));
        Assert.Equal(plan.Steps.Count, tried.Count);
        await ByHandAsync(loaded, nodes);
        // A swap that asks for more than the pool gives fails where it is tried; and nothing of it stays.
        var swap = plan.Steps.Single(step => step.Kind == StepKind.Swap);
        var greedy = swap with { MinimumReceived = 2 * swap.Received };
        greedy = greedy with { Calls = CallBook.Of(new(loaded.Market, greedy, plan.Accounts, plan.ValidUntil)) };
        (tried, wrong) = await simulator.RunAsync(plan with { Steps = [.. plan.Steps.Select(step => step.Id == swap.Id ? greedy : step)] }, default);
        Assert.Equal((PlanSimulator.Failed, swap.Id, swap.Id), (Assert.Single(wrong).Rule, wrong[0].Step, tried.Count));
        Assert.Contains("Too little received", wrong[0].Message, StringComparison.Ordinal);
        var rich = plan with { Before = plan.Before.ToDictionary(entry => entry.Key, entry => entry.Key == "USDC@base" ? BigInteger.Pow(10, 30) : entry.Value) };
        Assert.Equal(PlanSimulator.Holdings, Assert.Single((await simulator.RunAsync(rich, default)).Violations).Rule);
        var untouched = await HoldingsAsync(loaded.Market, nodes, plan);
        Assert.Equal(before.Where(entry => !entry.Key.Contains('/', StringComparison.Ordinal)).OrderBy(entry => entry.Key), untouched.Where(entry => !entry.Key.Contains('/', StringComparison.Ordinal)).OrderBy(entry => entry.Key));
        var gas = await ExecuteAsync(plan, loaded.Market, nodes);
        var after = await HoldingsAsync(loaded.Market, nodes, plan);
        foreach (var (place, gained) in plan.Positions)
        {
            // Interest of seconds, and a unit of the pools' own rounding; nothing else.
            var really = after[place] - before[place];
            Assert.InRange((double)(really - gained), -2, 2 + 1e-6 * (double)gained);
        }

        foreach (var (token, least) in plan.After.Where(entry => !entry.Key.StartsWith("ETH@", StringComparison.Ordinal)))
        {
            var swapped = plan.Steps.Where(step => TransactionPlanner.Delivers(step.Kind) && $"{step.ReceivedToken}" == token).ToArray();
            var really = after[token] - before[token] + plan.Before.GetValueOrDefault(token);
            var extra = swapped.Aggregate(BigInteger.Zero, (sum, step) => sum + (step.Received - step.MinimumReceived));
            if (swapped.Length == 0)
                Assert.Equal(least, really);
            else
                Assert.InRange(really, least, least + extra + extra / 10 + 10);
        }

        // Gas is judged in the snapshot: no step takes three times as much, message fees apart.
        foreach (var step in plan.Steps.Where(step => step.Calls.Count > 0 && step.Kind != StepKind.BridgeSend))
            Assert.InRange((double)gas[step.Id], 0, 3 * (double)step.Gas);
        foreach (var chain in nodes.Keys)
        {
            var native = $"ETH@{chain}";
            var expected = plan.Before[native] - plan.After[native];
            Assert.InRange((double)(before[native] - after[native]), 0, 1.05 * (double)expected + 0.02e18);
        }

        // Nothing is left to do but what slippage moved: what is held now is what the market asks for.
        var held = scenario with
        {
            Holdings =
            [
                .. plan.Positions.Select(position => new Holding { Opportunity = position.Key, Amount = Whole(loaded.Market, loaded.Market.Opportunity(position.Key).Inputs[0].Token, position.Value) }),
                .. plan.After.Keys.Select(token => (Token: TokenId.Parse(token), Amount: plan.Before.GetValueOrDefault(token) + after[token] - before[token])).Where(idle => idle.Amount.Sign > 0)
                    .Select(idle => new Holding { Token = idle.Token, Amount = Whole(loaded.Market, idle.Token, idle.Amount) }),
            ],
        };
        var band = settings with { Moves = settings.Moves with { MinimumMove = new(settings.Moves.Slippage.Fraction, true) } };
        var again = ScenarioRunner.Run(await ReadAsync(held, judged.Market, chains, nodes, band));
        Assert.True(again.Plan is { Steps.Count: 0 }, string.Join("; ", again.Plan?.Steps.Select(step => $"{step.Kind} {step.Via} {step.Usd:0}") ?? [again.Message ?? again.Status]));
    }

    /// <summary>The same by the commands that a person gives.</summary>
    private static async Task ByHandAsync(LoadedScenario loaded, Dictionary<string, LocalNode> nodes)
    {
        var folder = Directory.CreateTempSubdirectory("optimizer-").FullName;
        foreach (var chain in loaded.Market.Chains)
        {
            var variable = $"OPTIMIZER_RPC_{chain.Id.ToUpperInvariant()}_BY_HAND";
            Write($"chains/{chain.Id}.yaml", Formats.Serialize(chain with { RpcEnvironmentVariable = variable }));
            if (nodes.TryGetValue(chain.Id, out var node))
                Environment.SetEnvironmentVariable(variable, node.Url);
        }

        Write("scenarios/snapshots/live.json", Formats.Serialize(loaded.Market.Snapshot));
        Write("scenarios/live.yaml", Formats.Serialize(loaded.Scenario with { Snapshot = "snapshots/live.json" }));
        var (plan, scenario) = (Path.Combine(folder, "plan"), Path.Combine(folder, "scenarios", "live.yaml"));
        Assert.Contains("steps", await RunAsync("plan", scenario, "--out", plan), StringComparison.Ordinal);
        Assert.Contains("Sound:", await RunAsync("plan", "check", Path.Combine(plan, "plan.json"), scenario), StringComparison.Ordinal);
        Assert.Contains("Valid: the market is as the plan counts on it.", await RunAsync("plan", "check", Path.Combine(plan, "plan.json"), scenario, "--now"), StringComparison.Ordinal);
        Assert.Contains("do what the plan says.", await RunAsync("plan", "simulate", Path.Combine(plan, "plan.json"), scenario), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);

        void Write(string name, string text)
        {
            var file = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        static async Task<string> RunAsync(params string[] arguments)
        {
            var output = new StringWriter();
            var code = await CommandLine.RunAsync(arguments, new Terminal(output, output));
            Assert.True(code == 0, output.ToString());
            return output.ToString();
        }
    }

    private static Holding Idle(string token, string amount) => new() { Token = TokenId.Parse(token), Amount = Amount.Parse(amount) };

    private static Amount Whole(Market market, TokenId token, BigInteger units) => Amount.Parse(new TokenAmount(units, market.Token(token).Decimals).ToString());

    private static Chain Local(LocalNodes started, Chain chain, string node, string endpointId, LocalNode deployed)
    {
        var local = started.Local(chain, node);
        return started.Of(node).GetProperty("contracts").TryGetProperty("stargateUsdc", out _)
            ? local with
            {
                Protocols =
                [
                    .. local.Protocols, new()
                    {
                        Id = "stargate-v2",
                        Name = "Stargate v2",
                        Adapter = "stargateV2",
                        Addresses = new Dictionary<string, string> { ["poolUsdc"] = $"{deployed.Contract("stargateUsdc")}" },
                        Parameters = new Dictionary<string, string> { ["endpointId"] = endpointId },
                    },
                ],
            }
            : local;
    }

    /// <summary>The market as the nodes have it, with routes that are really there.</summary>
    private static async Task<LoadedScenario> ReadAsync(Scenario scenario, Market judged, Chain[] chains, Dictionary<string, LocalNode> nodes, Settings settings)
    {
        var stargate = judged.Snapshot.Routes.First(route => route.Provider == "stargate-v2" && route.From.Symbol == "USDC");
        Route[] routes =
        [
            judged.Snapshot.Routes.Single(route => route.Id == "uniswap-v3/ethereum/ETH-USDC"),
            stargate with { Id = "stargate-v2/ethereum-base/USDC", From = new("USDC", "ethereum"), To = new("USDC", "base") },
        ];
        var universe = new Market(judged.Snapshot with { Routes = routes }, [.. judged.Chains.Where(chain => chains.All(local => local.Id != chain.Id)), .. chains]);
        var readings = await new MarketReader(chain => nodes[chain.Id].Url, universe, settings.Reading, new EndpointLimits(), TimeProvider.System).ReadAsync(chains, default);
        var snapshot = SnapshotAssembly.Join("live", readings, universe.Snapshot, settings.Reading, TimeProvider.System.GetUtcNow());
        Assert.Equal(routes.Length, snapshot.Routes.Count(route => route.Parameters.Count > 0));
        return new("live.yaml", scenario, universe.With(snapshot), settings);
    }

    /// <summary>What the treasury really has: tokens, and positions in what can be taken out.</summary>
    private static async Task<Dictionary<string, BigInteger>> HoldingsAsync(Market market, Dictionary<string, LocalNode> nodes, TransactionPlan plan)
    {
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
                "compoundV3" => await CallAsync(node, EvmAddress.Parse(entry.Addresses.Values.Single()), BalanceOf, node.Treasury),
                _ => await CallAsync(node, EvmAddress.Parse(entry.Addresses.Values.Single()), AbiFunction.Parse("convertToAssets(uint256 shares) returns (uint256)"), await CallAsync(node, EvmAddress.Parse(entry.Addresses.Values.Single()), BalanceOf, node.Treasury)),
            };
        }

        return held;
    }

    /// <summary>Makes every call as the treasury, and delivers on the other chain what was sent.</summary>
    /// <returns>What each step paid for gas, in wei.</returns>
    private static async Task<Dictionary<int, BigInteger>> ExecuteAsync(TransactionPlan plan, Market market, Dictionary<string, LocalNode> nodes)
    {
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
                gas[step.Id] = gas.GetValueOrDefault(step.Id) + Hex(receipt, "gasUsed") * Hex(receipt, "effectiveGasPrice");
            }

            if (step.Kind == StepKind.BridgeReceive)
                await DeliverAsync(node, step.MinimumReceived, plan.Steps.Single(sent => step.DependsOn.Contains(sent.Id) && sent.Via == step.Via), nodes, market);
        }

        return gas;
    }

    /// <summary>What LayerZero's executor would do: the message that the source sent is given to the destination's pool.</summary>
    private static async Task DeliverAsync(LocalNode to, BigInteger least, TransactionStep sent, Dictionary<string, LocalNode> nodes, Market market)
    {
        var from = nodes[sent.Chain];
        var topic = $"0x{Convert.ToHexStringLower(Keccak.Hash("OFTSent(bytes32,uint32,address,uint256,uint256)"u8))}";
        var logs = await from.SendAsync("eth_getLogs", new { fromBlock = "earliest", toBlock = "latest", address = $"{from.Contract("stargateUsdc")}", topics = new[] { topic } });
        var log = logs.EnumerateArray().Last();
        var amounts = AbiCodec.Decode((AbiTuple)AbiType.Parse("(uint32,uint256,uint256)"), Convert.FromHexString(log.GetProperty("data").GetString()![2..]));
        Assert.Equal(sent.Amount, amounts[1]);
        Assert.True((BigInteger)amounts[2] >= least);
        var pool = to.Contract("stargateUsdc");
        var messaging = (EvmAddress)AbiCodec.Decode((AbiTuple)AbiType.Parse("(address,address,address,address,address,address)"),
            Convert.FromHexString((await to.SendAsync("eth_call", new { to = $"{pool}", data = $"0x{Convert.ToHexStringLower(AbiFunction.Parse("getAddressConfig()").Encode())}" }, "latest")).GetString()![2..]))[3];
        await to.SendAsync("anvil_impersonateAccount", $"{messaging}");
        await to.SendAsync("anvil_setBalance", $"{messaging}", "0xde0b6b3a7640000");
        var receive = AbiFunction.Parse("receiveTokenTaxi((uint32 srcEid, bytes32 sender, uint64 nonce) origin, bytes32 guid, address receiver, uint64 amountSD, bytes composeMsg)");
        await to.TransactAsync(messaging, pool, receive.Encode(new object[] { new BigInteger(30_101), new byte[32], BigInteger.One }, new byte[32], to.Treasury, (BigInteger)amounts[2], Array.Empty<byte>()));
        Assert.Equal("USDC", market.Token(sent.Token).Symbol);
    }

    private static async Task<BigInteger> CallAsync(LocalNode node, EvmAddress contract, AbiFunction function, params object[] arguments) => (BigInteger)(await AskAsync(node, contract, function, arguments))[0];

    private static async Task<EvmAddress> AddressAsync(LocalNode node, EvmAddress contract, AbiFunction function, params object[] arguments) => (EvmAddress)(await AskAsync(node, contract, function, arguments))[0];

    private static async Task<object[]> AskAsync(LocalNode node, EvmAddress contract, AbiFunction function, object[] arguments) => function.Decode(Convert.FromHexString(
        (await node.SendAsync("eth_call", new { to = $"{contract}", data = $"0x{Convert.ToHexStringLower(function.Encode(arguments))}" }, "latest")).GetString()![2..]));

    private static BigInteger Hex(JsonElement receipt, string field) => BigInteger.Parse($"0{receipt.GetProperty(field).GetString()![2..]}", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
