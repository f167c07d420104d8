using System.Numerics;
using System.Text.Json.Nodes;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Chains.Tests;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Planning;
using Optimizer.Scenarios;
using Optimizer.Transactions.Following;

namespace Optimizer.Transactions.Tests;

/// <summary>The whole way on real contracts: read, solve, plan, carry out every call as the treasury, and count what is there.</summary>
[Collection(LiveTreasuryTests.Name)]
public sealed class LivePlanTests(LiveTreasury live)
{
    [NodeFact]
    public async Task Every_position_is_the_plan_s_after_its_calls_are_made()
    {
        await using var undone = await live.UndoneAsync();
        var (nodes, settings, scenario) = (live.Nodes, live.Settings, live.Scenario());
        var loaded = await live.ReadAsync(scenario);
        var result = ScenarioRunner.Run(loaded);
        Assert.True(result.Plan is { Steps.Count: > 0 }, $"{result.Status}: {result.Message} {string.Join("; ", result.Conflict ?? [])} {loaded.Market.Snapshot.Opportunities.Count} {string.Join("; ", loaded.Market.Snapshot.Findings)}");
        var plan = TransactionPlanner.Make(loaded.Market, loaded.Scenario, loaded.Settings.Moves, result.Plan!);
        Assert.Empty(PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, result.Plan));
        // What is tried here: a sale, a transfer to another chain, and deposits on all of them.
        foreach (var kind in (StepKind[])[StepKind.Approve, StepKind.Swap, StepKind.BridgeSend, StepKind.BridgeReceive, StepKind.Deposit])
            Assert.Contains(plan.Steps, step => step.Kind == kind);

        var before = await live.HoldingsAsync(loaded.Market, plan);
        var simulator = new PlanSimulator(loaded.Market, chain => nodes[chain].Rpc);
        var (tried, wrong) = await simulator.RunAsync(plan, default);
        Assert.True(wrong.Count == 0, string.Join("; ", wrong));
        Assert.Equal(plan.Steps.Count, tried.Count);
        await ByHandAsync(loaded, nodes);
        await WithoutForksAsync(loaded, nodes, plan, tried);
        // An address without a contract takes whatever is sent to it.
        Assert.Empty(await MarketDrift.MissingAsync(plan, loaded.Market.Chain("ethereum"), nodes["ethereum"].Client(), default));
        var lost = plan with { Steps = [.. plan.Steps.Select((step, i) => i > 0 ? step : step with { Calls = [.. step.Calls.Select(call => call with { To = "0x00000000000000000000000000000000000000A1" })] })] };
        Assert.Equal(DriftKind.Dangerous, Assert.Single(await MarketDrift.MissingAsync(lost, loaded.Market.Chain(lost.Steps[0].Chain), nodes[lost.Steps[0].Chain].Client(), default)).Kind);
        // A swap that asks for more than the pool gives fails where it is tried; and nothing of it stays.
        var swap = plan.Steps.Single(step => step.Kind == StepKind.Swap);
        var greedy = swap with { MinimumReceived = 2 * swap.Received };
        greedy = greedy with { Calls = CallBuilders.Of(new(loaded.Market, greedy, plan.Accounts, plan.ValidUntil)) };
        (tried, wrong) = await simulator.RunAsync(plan with { Steps = [.. plan.Steps.Select(step => step.Id == swap.Id ? greedy : step)] }, default);
        Assert.Equal((PlanSimulator.Failed, swap.Id, swap.Id), (Assert.Single(wrong).Rule, wrong[0].Step, tried.Count));
        Assert.Contains("Too little received", wrong[0].Message, StringComparison.Ordinal);
        var rich = plan with { Before = plan.Before.ToDictionary(entry => entry.Key, entry => entry.Key == "USDC@base" ? BigInteger.Pow(10, 30) : entry.Value) };
        Assert.Equal(PlanSimulator.Holdings, Assert.Single((await simulator.RunAsync(rich, default)).Violations).Rule);
        var untouched = await live.HoldingsAsync(loaded.Market, plan);
        Assert.Equal(before.Where(entry => !entry.Key.Contains('/', StringComparison.Ordinal)).OrderBy(entry => entry.Key), untouched.Where(entry => !entry.Key.Contains('/', StringComparison.Ordinal)).OrderBy(entry => entry.Key));
        var gas = await live.ExecuteAsync(plan);
        var after = await live.HoldingsAsync(loaded.Market, plan);
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

        // Gas was measured by the same calls with other amounts and of somebody else.
        foreach (var step in plan.Steps.Where(step => step.Calls.Count > 0 && step.Kind != StepKind.Approve))
        {
            var measured = step.Kind == StepKind.Deposit ? loaded.Market.Opportunity(step.Via).EnterGasUnits : loaded.Market.Snapshot.Routes.Single(route => route.Id == step.Via).SourceGasUnits;
            Assert.StartsWith($"gas-units-{step.Chain}-", measured.From, StringComparison.Ordinal);
            Assert.True((double)gas[step.Id] / measured is > 0.8 and < 1.2, $"{step.Description}: {gas[step.Id]} units of gas where {measured.Value} were measured");
        }

        foreach (var chain in nodes.Keys)
        {
            var native = $"ETH@{chain}";
            var expected = plan.Before[native] - plan.After[native];
            Assert.InRange((double)(before[native] - after[native]), 0, 1.05 * (double)expected + 0.02e18);
        }

        // Nothing is left to do but what slippage moved: what is held now is what the market asks for. The few transactions of a
        // local node let its base fee fall to nothing, so that the former one is set again.
        await nodes["ethereum"].SendAsync("anvil_setNextBlockBaseFeePerGas", "0x1dcd65000");
        await nodes["ethereum"].SendAsync("evm_mine");
        var held = scenario with
        {
            Holdings =
            [
                .. plan.Positions.Select(position => new Holding { Opportunity = position.Key, Amount = LiveTreasury.Whole(loaded.Market, loaded.Market.Opportunity(position.Key).Inputs[0].Token, position.Value) }),
                .. plan.After.Keys.Select(token => (Token: TokenId.Parse(token), Amount: plan.Before.GetValueOrDefault(token) + after[token] - before[token])).Where(idle => idle.Amount.Sign > 0)
                    .Select(idle => new Holding { Token = idle.Token, Amount = LiveTreasury.Whole(loaded.Market, idle.Token, idle.Amount) }),
            ],
        };
        var band = settings with { Moves = settings.Moves with { MinimumMove = new(settings.Moves.Slippage.Fraction, true) } };
        var again = ScenarioRunner.Run(await live.ReadAsync(held, band));
        Assert.True(again.Plan is { Steps.Count: 0 }, string.Join("; ", again.Plan?.Steps.Select(step => $"{step.Kind} {step.Via} {step.Usd:0}") ?? [again.Message ?? again.Status]));
    }

    [NodeFact]
    public async Task Gas_that_cannot_be_tried_stays_as_it_was_judged_and_that_is_said()
    {
        await using var undone = await live.UndoneAsync();
        var market = (await live.ReadAsync(live.Scenario())).Market;
        var place = market.Snapshot.Opportunities.First(place => place.Id == "aave-v3/ethereum/USDC");
        market = market.With(market.Snapshot with { Opportunities = [place with { EnterGasUnits = new(1, "judged"), ExitGasUnits = new(2, "judged") }], Routes = [] });
        var node = live.Nodes["ethereum"];
        async Task<(Figure Enter, Figure Exit, string Doubt)> Through(Func<string, JsonNode, JsonObject, JsonObject> change, params JsonRpcClient[] others)
        {
            using var other = LocalService.Before(node.Url, change);
            var measured = await GasMeasurement.MeasureAsync(market, chain => chain.Id == "ethereum" ? [new JsonRpcClient(new(other.Address), "ethereum #1", EndpointClient.Create(new EndpointLimits()), new EndpointLimits()), .. others] : [], default);
            return (measured.Opportunities[0].EnterGasUnits, measured.Opportunities[0].ExitGasUnits, string.Join("; ", measured.Findings.Where(finding => finding.Rule == FindingRules.UntriedGas).Select(finding => finding.Message)));
        }

        JsonObject Unknown(string method, JsonNode parameters, JsonObject reply) => method == "eth_simulateV1" ? new() { ["error"] = new JsonObject { ["code"] = -32601, ["message"] = "the method does not exist" } } : reply;
        var (enter, exit, doubt) = await Through(Unknown);
        Assert.Equal((1.0, 2.0), (enter.Value, exit.Value));
        Assert.Contains("the method does not exist", doubt, StringComparison.Ordinal);
        // The next node of the chain knows it.
        (enter, exit, doubt) = await Through(Unknown, node.Rpc);
        Assert.Equal((place.EnterGasUnits.From, place.ExitGasUnits, ""), (enter.From, exit, doubt));
        Assert.InRange(enter.Value, 0.9 * place.EnterGasUnits, 1.1 * place.EnterGasUnits);
        // Leaving fails, and entering does not.
        (enter, exit, doubt) = await Through((method, _, reply) =>
        {
            if (method == "eth_simulateV1")
                reply["result"]![0]!["calls"]!.AsArray()[^1]!["status"] = "0x0";
            return reply;
        });
        Assert.Equal((place.EnterGasUnits.From, new Figure(2, "judged")), (enter.From, exit));
        Assert.Contains("1 of 1 actions could not be simulated, so their gas units are the judged ones: aave-v3/ethereum/USDC: leaving it", doubt, StringComparison.Ordinal);
        // A node that lies, or says what nobody should read, is not believed and not quoted.
        (enter, exit, doubt) = await Through((method, _, reply) =>
        {
            foreach (var call in method == "eth_simulateV1" ? reply["result"]![0]!["calls"]!.AsArray() : [])
                call!["gasUsed"] = "0x0";
            return reply;
        });
        Assert.Equal((1.0, 2.0), (enter.Value, exit.Value));
        Assert.Contains("less than 21,000", doubt, StringComparison.Ordinal);
        (_, _, doubt) = await Through((method, _, reply) =>
        {
            if (method == "eth_simulateV1")
                (reply["result"]![0]!["calls"]!.AsArray()[0]!["status"], reply["result"]![0]!["calls"]!.AsArray()[0]!["error"]) = ("0x0", new JsonObject { ["message"] = $"\u001b[31m{new string('x', 100_000)}" });
            return reply;
        });
        Assert.True(doubt.Length < 1_000 && !doubt.Contains('\u001b'), doubt);
        // A node of another chain tells nothing about this one.
        (enter, _, doubt) = await Through((method, _, reply) =>
        {
            if (method == "eth_chainId")
                reply["result"] = "0x1";
            return reply;
        });
        Assert.Equal(1.0, enter.Value);
        Assert.Contains("not a node of chain", doubt, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task Ether_sent_by_stargate_arrives_as_ether_and_the_fee_that_is_not_needed_comes_back()
    {
        await using var undone = await live.UndoneAsync();
        var (market, plan) = await EtherAsync(live.Scenario());
        var route = Assert.Single(market.Snapshot.Routes);
        // What arrives has six decimals, so that quotes of small sizes look dearer: they are no zones of their own.
        Assert.Equal(3, route.Fees.Count);
        Assert.All(route.Fees.Zip([6.0, 12, 25]), tier => Assert.Equal(tier.Second, tier.First.Bps, 0.02));
        Assert.StartsWith("gas-units-ethereum-", route.SourceGasUnits.From, StringComparison.Ordinal);
        var (send, receive) = (plan.Steps.Single(step => step.Kind.IsSending()), plan.Steps.Single(step => step.Kind.IsArrival()));
        var (ether, call) = (BigInteger.Pow(10, 18), Assert.Single(send.Calls));
        Assert.True(call.Value > send.Amount && send.Amount == 20 * ether, $"{call.Value} sent along, {send.Amount} to arrive");
        var simulator = new PlanSimulator(market, chain => live.Nodes[chain].Rpc);
        Assert.Empty((await simulator.RunAsync(plan, default)).Violations);

        var (from, to) = (live.Nodes["ethereum"], live.Nodes["base"]);
        var (before, there) = (await from.BalanceAsync(from.Treasury), await to.BalanceAsync(to.Treasury));
        await live.ExecuteAsync(plan);
        var arrived = await to.BalanceAsync(to.Treasury) - there;
        Assert.Equal((double)receive.Received, (double)arrived, 1e-6 * (double)ether * 20);
        // The ether, the fee of the message and gas; not the margin on the fee.
        Assert.InRange(before - await from.BalanceAsync(from.Treasury), send.Amount, send.Amount + send.Gas * 105 / 100);
        var followed = await FollowAsync(market, plan);
        Assert.Equal((StepState.Done, arrived), (followed.Steps[receive.Id - 1].State, followed.Steps[receive.Id - 1].Arrived));
    }

    /// <summary>Stargate sends ether on with so little gas that a Safe cannot take it, and keeps it until somebody asks once more.</summary>
    [NodeFact]
    public async Task Ether_that_a_safe_could_not_take_is_handed_out_by_a_claim()
    {
        await using var undone = await live.UndoneAsync();
        var (from, to) = (live.Nodes["ethereum"], live.Nodes["base"]);
        var safe = to.Contract("safe");
        var (market, plan) = await EtherAsync(live.Scenario(node => node.Url == to.Url ? safe : node.Treasury));
        var receive = plan.Steps.Single(step => step.Kind.IsArrival());
        var before = await to.BalanceAsync(safe);
        await live.ExecuteAsync(plan);
        Assert.Equal(before, await to.BalanceAsync(safe));
        var held = (await FollowAsync(market, plan)).Steps[receive.Id - 1];
        Assert.Equal(StepState.InFlight, held.State);
        Assert.Equal("retryReceiveToken(bytes32 _guid, uint8 _index, uint32 _srcEid, address _receiver, uint256 _amountLD, bytes _composeMsg)", held.Claim!.Function);
        await to.TransactAsync(to.Treasury, EvmAddress.Parse(held.Claim.To), Convert.FromHexString(held.Claim.Data[2..]));
        var taken = (await FollowAsync(market, plan)).Steps[receive.Id - 1];
        Assert.Equal((StepState.Done, null), (taken.State, taken.Claim));
        Assert.Equal(await to.BalanceAsync(safe) - before, taken.Arrived);
        Assert.True(taken.Arrived >= receive.MinimumReceived);
    }

    /// <summary>A plan that sends twenty ether from Ethereum to Base.</summary>
    private async Task<(Market Market, TransactionPlan Plan)> EtherAsync(Scenario scenario)
    {
        var market = (await live.ReadAsync(scenario, "stargate-v2/ethereum-base/ETH")).Market;
        var route = Assert.Single(market.Snapshot.Routes);
        var target = new Target { Withdrawals = [], Deposits = [], Flows = [new(new(market, route), route.Fees[0].Bps / 1e4, 20 * market.PriceUsd(route.From))], IdleUsd = new Dictionary<TokenId, double>() };
        var holding = scenario with { Holdings = [.. scenario.Holdings.Where(holding => holding.Token?.Symbol == "ETH")] };
        return (market, TransactionPlanner.Make(market, holding, live.Settings.Moves, Planner.Make(market, holding, target).Plan));
    }

    private async Task<PlanProgress> FollowAsync(Market market, TransactionPlan plan) =>
        (await new PlanFollower(market, chain => live.Nodes[chain].Client(), live.Settings.Reading, _ => throw new InvalidOperationException("nobody is asked on the web"), TimeProvider.System).FollowAsync(plan, [], [], [], [], default)).Progress;

    [NodeFact]
    public async Task Staked_ether_is_there_one_for_one()
    {
        await StakedAsync("lido", "steth", "steth");
        await StakedAsync("etherfi", "liquidityPool", "eeth");
    }

    private async Task StakedAsync(string id, string role, string token)
    {
        await using var undone = await live.UndoneAsync();
        var node = live.Nodes["ethereum"];
        var market = (await live.ReadAsync(live.Scenario())).Market;
        var entry = new Protocol { Id = id, Name = id, Adapter = "stakingRate", Addresses = new Dictionary<string, string> { [role] = $"{node.Contract(role == "steth" ? "steth" : "etherFiLiquidityPool")}" } };
        var chain = market.Chain("ethereum");
        market = new Market(market.Snapshot, [.. market.Chains.Where(other => other.Id != chain.Id), chain with { Protocols = [.. chain.Protocols, entry] }]);
        var amount = 3 * BigInteger.Pow(10, 18) + 7;
        var place = market.Snapshot.Opportunities.First(place => place.Chain == "ethereum") with { Id = $"{id}/ethereum/ETH", Protocol = id };
        market = market.With(market.Snapshot with { Opportunities = [.. market.Snapshot.Opportunities, place] });
        var step = new TransactionStep
        {
            Id = 1,
            Kind = StepKind.Deposit,
            Chain = "ethereum",
            Description = "",
            Via = place.Id,
            Token = new("ETH", "ethereum"),
            Amount = amount,
            Received = amount,
            MinimumReceived = amount,
            Gas = 0,
            GasUsd = 0,
            FeeUsd = 0,
            DurationSeconds = 0,
            DependsOn = [],
            Calls = [],
        };
        var call = Assert.Single(CallBuilders.Of(new(market, step, live.Scenario().Accounts, DateTimeOffset.UnixEpoch)));
        Assert.Equal(amount, call.Value);
        await node.TransactAsync(node.Treasury, EvmAddress.Parse(call.To), Convert.FromHexString(call.Data[2..]), new { value = Hex.Of(call.Value) });
        var data = Hex.Of(AbiFunction.Parse("balanceOf(address account)").Encode(node.Treasury));
        var held = EvmJson.Number(await node.SendAsync("eth_call", new { to = $"{node.Contract(token)}", data }, "latest"), "", "");
        // Rebasing tokens round down by a share's worth.
        Assert.InRange(held, amount - 2, amount);
    }

    /// <summary>The same on nodes that let nobody act as somebody else, and simulate.</summary>
    private static async Task WithoutForksAsync(LoadedScenario loaded, Dictionary<string, LocalNode> nodes, TransactionPlan plan, IReadOnlyList<SimulatedStep> tried)
    {
        var honest = nodes.ToDictionary(node => node.Key, node => LocalService.Before(node.Value.Url, (method, _, reply) =>
            method.StartsWith("anvil_", StringComparison.Ordinal) || method.StartsWith("evm_", StringComparison.Ordinal) || method == "eth_sendTransaction" ? new JsonObject { ["error"] = new JsonObject { ["code"] = -32601, ["message"] = "the method does not exist" } } : reply));
        var limits = new EndpointLimits();
        using var http = EndpointClient.Create(limits);
        var simulator = new PlanSimulator(loaded.Market, chain => new JsonRpcClient(new(honest[chain].Address), chain, http, limits));
        var (simulated, wrong) = await simulator.RunAsync(plan, default);
        Assert.True(wrong.Count == 0, string.Join("; ", wrong));
        // What is received is the same to the unit, interest of seconds aside.
        Assert.Equal(tried.Select(step => (step.Step.Id, step.Received)), simulated.Select(step => (step.Step.Id, step.Received)));
        var swap = plan.Steps.Single(step => step.Kind == StepKind.Swap);
        var greedy = swap with { MinimumReceived = 2 * swap.Received };
        greedy = greedy with { Calls = CallBuilders.Of(new(loaded.Market, greedy, plan.Accounts, plan.ValidUntil)) };
        (_, wrong) = await simulator.RunAsync(plan with { Steps = [.. plan.Steps.Select(step => step.Id == swap.Id ? greedy : step)] }, default);
        Assert.Contains("Too little received", Assert.Single(wrong).Message, StringComparison.Ordinal);
        Assert.Equal((PlanSimulator.Failed, swap.Id), (wrong[0].Rule, wrong[0].Step));
        // A deposit of more than will be there.
        var deposit = plan.Steps.Last(step => step.Kind == StepKind.Deposit);
        var rich = deposit with { Amount = 10 * deposit.Amount };
        rich = rich with { Calls = CallBuilders.Of(new(loaded.Market, rich, plan.Accounts, plan.ValidUntil)) };
        (_, wrong) = await simulator.RunAsync(plan with { Steps = [.. plan.Steps.Select(step => step.Id == deposit.Id ? rich : step)] }, default);
        Assert.Equal((PlanSimulator.Failed, deposit.Id), (Assert.Single(wrong).Rule, wrong[0].Step));
        foreach (var service in honest.Values)
            service.Dispose();
    }

    /// <summary>The same by the commands that a person gives.</summary>
    private static async Task ByHandAsync(LoadedScenario loaded, Dictionary<string, LocalNode> nodes)
    {
        using var project = new LiveProject(loaded, nodes);
        Assert.Contains("steps", await LiveProject.RunAsync(0, "plan", project.Scenario, "--out", project.PlanFolder), StringComparison.Ordinal);
        Assert.Contains("Plan verified:", await LiveProject.RunAsync(0, "plan", "check", project.Plan, project.Scenario), StringComparison.Ordinal);
        Assert.Contains("Valid: the market still matches the plan.", await LiveProject.RunAsync(0, "plan", "check", project.Plan, project.Scenario, "--now"), StringComparison.Ordinal);
        Assert.Contains("succeed and deliver at least the planned amounts.", await LiveProject.RunAsync(0, "plan", "simulate", project.Plan, project.Scenario), StringComparison.Ordinal);
    }
}
