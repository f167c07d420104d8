using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Tests;
using Optimizer.Cli;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Across;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.LiquidStaking;
using Optimizer.Contracts.Protocols.Safe;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Following;
using Optimizer.Transactions.Safe;

namespace Optimizer.Transactions.Tests;

/// <summary>Plans that are followed while they are carried out, on local nodes.</summary>
[Collection(LiveTreasuryTests.Name)]
public sealed class PlanStatusTests(LiveTreasury live)
{
    /// <summary>Whoever signs only what status says, and is interrupted after any call, makes every call once.</summary>
    [NodeFact]
    public async Task Nothing_is_sent_twice_and_nothing_forgotten_however_often_one_is_interrupted()
    {
        await using var undone = await live.UndoneAsync();
        using var project = new LiveProject(await live.ReadAsync(live.Scenario()), live.Nodes);
        await LiveProject.RunAsync(0, "plan", project.Scenario, "--out", project.PlanFolder);
        var plan = ScenarioFiles.LoadPlan(project.Plan);
        var started = await CountsAsync();
        var made = 0;
        var random = new Random(5);
        for (var round = 0; ; round++)
        {
            Assert.True(round < 200, "the plan does not end");
            // A process that is killed at any moment, writing or reading, leaves what is needed to go on.
            if (round % 4 == 1)
                await KilledAsync(project, TimeSpan.FromMilliseconds(random.Next(100, 1_500)));
            var next = project.In($"next-{round}");
            var (code, text) = await StatusAsync(project, "--out", next);
            if (code == 0)
                break;
            Assert.Equal(9, code);
            if (!Directory.Exists(next))
            {
                // Nothing to sign: something is on its way, and arrives now.
                var receive = plan.Steps.First(step => step.Kind == StepKind.BridgeReceive && text.Contains($"Step {step.Id} is on its way", StringComparison.Ordinal));
                await live.DeliverAsync(receive, plan.Steps.Single(sent => receive.DependsOn.Contains(sent.Id) && sent.Via == receive.Via));
                continue;
            }

            // One to three calls of what is to be signed, then the signer is called away.
            var calls = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(next, "transactions.json"))).RootElement.EnumerateArray().ToArray();
            foreach (var call in calls.Take(random.Next(1, 4)))
            {
                await MakeAsync(call);
                made++;
            }
        }

        Assert.Equal(plan.Steps.Sum(step => step.Calls.Count), made);
        Assert.Equal(made, (await CountsAsync()).Sum() - started.Sum());
        // What is held at the end is what the plan says, and nothing is on its way any more.
        await LiveProject.RunAsync(0, "plan", "status", project.Plan, project.Scenario, "--rest", project.In("scenarios/rest.yaml"), "--on", project.Anew(new ScenarioFiles().Load(project.Scenario)));
        var rest = new ScenarioFiles().Load(project.In("scenarios/rest.yaml"));
        Assert.DoesNotContain(rest.Scenario.Holdings, holding => holding.Locked.IsLocked);
        var loaded = new ScenarioFiles().Load(project.Scenario);
        foreach (var (place, gained) in plan.Positions)
            Assert.Equal(gained, Book.AmountOf(loaded.Market, rest.Scenario.Holdings.Single(holding => holding.Opportunity == place)).BaseUnits);
        var really = await live.HoldingsAsync(loaded.Market, plan);
        foreach (var (token, least) in plan.After.Where(entry => entry.Value.Sign > 0))
        {
            var held = Book.AmountOf(loaded.Market, rest.Scenario.Holdings.Single(holding => $"{holding.Token}" == token)).BaseUnits;
            Assert.InRange(held, token.StartsWith("ETH@", StringComparison.Ordinal) ? 1 : least, really[token]);
        }

        // The journal is the plan's own, and no other plan takes its place.
        Assert.Contains("in progress", await LiveProject.RunAsync(2, "plan", project.Scenario, "--out", project.PlanFolder), StringComparison.Ordinal);
    }

    /// <summary>A real Safe, whose owner loads the files and compares the hashes.</summary>
    [NodeFact]
    public async Task A_Safe_is_followed_by_what_it_logs()
    {
        await using var undone = await live.UndoneAsync();
        var scenario = await FundedSafeAsync();
        using var project = new LiveProject(await live.ReadAsync(scenario), live.Nodes);
        await LiveProject.RunAsync(0, "plan", project.Scenario, "--out", project.PlanFolder);
        var plan = ScenarioFiles.LoadPlan(project.Plan);
        var signed = 0;
        for (var round = 0; ; round++)
        {
            Assert.True(round < 20, "the plan does not end");
            var next = project.In($"next-{round}");
            var (code, text) = await StatusAsync(project, "--out", next);
            if (code == 0)
                break;
            Assert.True(code == 9, text);
            if (!Directory.Exists(next))
            {
                var receive = plan.Steps.First(step => step.Kind == StepKind.BridgeReceive && text.Contains($"Step {step.Id} is on its way", StringComparison.Ordinal));
                await live.DeliverAsync(receive, plan.Steps.Single(sent => receive.DependsOn.Contains(sent.Id) && sent.Via == receive.Via));
                continue;
            }

            var checklist = await File.ReadAllTextAsync(Path.Combine(next, "checklist.md"));
            foreach (var file in Directory.EnumerateFiles(next, "*.safe.json").Order(StringComparer.Ordinal))
            {
                var batch = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
                var node = live.Nodes.Values.Single(node => node.ChainId == ulong.Parse(batch.GetProperty("chainId").GetString()!));
                var logged = await SignAsync(node, [.. batch.GetProperty("transactions").EnumerateArray().Select(call => new ContractCall { To = call.GetProperty("to").GetString()!, Value = BigInteger.Parse(call.GetProperty("value").GetString()!), Function = "", Arguments = [], Data = call.GetProperty("data").GetString()! })]);
                // What the Safe logs is the hash that its owner compared.
                Assert.Contains($"SafeTx hash `{logged}`", checklist, StringComparison.Ordinal);
                signed++;
            }
        }

        Assert.Equal(Phase.Of(plan).Count, signed);
    }

    /// <summary>The scenario of a Safe that holds what it says.</summary>
    private async Task<Scenario> FundedSafeAsync()
    {
        var scenario = live.Scenario(node => node.Contract("safe"));
        foreach (var holding in scenario.Holdings)
        {
            var (node, units) = (live.Nodes[holding.Token!.Value.Chain], holding.Amount.Of(holding.Token.Value.Symbol == "ETH" ? 18 : 6).BaseUnits);
            if (holding.Token.Value.Symbol == "ETH")
                await node.SendAsync("anvil_setBalance", $"{node.Contract("safe")}", Hex.Of(units));
            else
                await node.TransactAsync(node.Account(3), node.Token("USDC"), AbiFunction.Parse("mint(address to, uint256 amount)").Encode(node.Contract("safe"), units));
        }

        return scenario;
    }

    /// <summary>A node that does not tell all must not make a plan look undone: its calls would be signed again.</summary>
    [NodeFact]
    public async Task What_a_node_keeps_quiet_about_is_not_to_be_signed_again()
    {
        await using var undone = await live.UndoneAsync();
        using var project = new LiveProject(await live.ReadAsync(await FundedSafeAsync()), live.Nodes);
        await LiveProject.RunAsync(0, "plan", project.Scenario, "--out", project.PlanFolder);
        var batch = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(project.PlanFolder, "1-ethereum.safe.json"))).RootElement;
        var node = live.Nodes["ethereum"];
        await SignAsync(node, [.. batch.GetProperty("transactions").EnumerateArray().Select(call => new ContractCall { To = call.GetProperty("to").GetString()!, Value = BigInteger.Parse(call.GetProperty("value").GetString()!), Function = "", Arguments = [], Data = call.GetProperty("data").GetString()! })]);
        JsonObject Refused() => new() { ["error"] = new JsonObject { ["code"] = -32005, ["message"] = "query returned more than 10000 results" } };
        await QuietAsync("cannot list the transactions", (method, _, reply) => method == "eth_getLogs" ? Refused() : reply);
        await QuietAsync("grew by 1", (method, _, reply) => method == "eth_getLogs" ? new JsonObject { ["result"] = new JsonArray() } : reply);
        await QuietAsync("does not have transaction", (method, _, reply) => method == "eth_getTransactionReceipt" ? new JsonObject { ["result"] = null } : reply);
        await QuietAsync("calls at block", (method, parameters, reply) => method == "eth_call" && parameters[0]!["data"]!.GetValue<string>().Contains("affed0e0", StringComparison.Ordinal) ? Refused() : reply);
        await QuietAsync("so others may act for it", (method, parameters, reply) => method == "eth_getCode" ? new JsonObject { ["result"] = $"0xef0100{new string('1', 40)}" } : reply);
        // Known from an honest node, it is missed at one that lags.
        Assert.DoesNotContain("To sign now: phase 1 on ethereum", (await StatusAsync(project)).Text, StringComparison.Ordinal);
        await QuietAsync("was read before", (method, parameters, reply) =>
        {
            if (method == "eth_getBlockByNumber" && parameters[0]!.GetValue<string>() == "latest")
                reply["result"]!["number"] = Hex.Of(EvmJson.Number(JsonSerializer.SerializeToElement(reply["result"]!["number"]!.GetValue<string>()), "", "") - 3);
            return reply;
        });

        async Task QuietAsync(string expected, Func<string, JsonNode, JsonObject, JsonObject> change)
        {
            var (variable, next) = ("OPTIMIZER_RPC_ETHEREUM_BY_HAND", project.In($"next-{Guid.NewGuid():N}"));
            using var quiet = LocalService.Before(node.Url, change);
            Environment.SetEnvironmentVariable(variable, quiet.Address);
            try
            {
                var (code, text) = await StatusAsync(project, "--out", next);
                Assert.True(code == 4 && text.Contains(expected, StringComparison.Ordinal), $"{code}: {text}");
                Assert.DoesNotContain("To sign now: phase 1 on ethereum", text, StringComparison.Ordinal);
                Assert.False(File.Exists(Path.Combine(next, "1-ethereum.safe.json")), text);
            }
            finally
            {
                Environment.SetEnvironmentVariable(variable, node.Url);
            }
        }
    }

    /// <summary>Has the Safe make calls, as its owner who sends the transaction and so need not sign.</summary>
    /// <returns>The hash that it logs.</returns>
    private static async Task<string> SignAsync(LocalNode node, IReadOnlyList<ContractCall> calls)
    {
        var (safe, owner) = (node.Contract("safe"), node.Contract("safeOwner"));
        var nonce = BigInteger.Parse($"0{(await node.SendAsync("eth_call", new { to = $"{safe}", data = Hex.Of(AbiFunction.Parse("nonce()").Encode()) }, "latest")).GetString()![2..]}", System.Globalization.NumberStyles.HexNumber);
        var transaction = SafeTransaction.Of(calls, nonce, node.Contract("multiSendCallOnly"));
        byte[] signature = [.. Hex.Word(owner.Bytes), .. new byte[32], 1];
        var execute = AbiFunction.Parse("execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)");
        var receipt = await node.TransactAsync(owner, safe, execute.Encode(transaction.To, transaction.Value, transaction.Data, new BigInteger(transaction.IsDelegateCall ? 1 : 0), BigInteger.Zero, BigInteger.Zero, BigInteger.Zero, EvmAddress.Zero, EvmAddress.Zero, signature));
        return receipt.GetProperty("logs").EnumerateArray().Where(log => EvmAddress.Parse(log.GetProperty("address").GetString()!) == safe && log.GetProperty("topics")[0].GetString() == ContractEvent.TopicOf<ExecutionSuccess>())
            .Select(log => log.GetProperty("topics")[1].GetString()!).Single();
    }

    [NodeFact]
    public async Task What_is_on_its_way_is_counted_where_it_will_arrive()
    {
        await using var undone = await live.UndoneAsync();
        using var project = new LiveProject(await live.ReadAsync(live.Scenario()), live.Nodes);
        await LiveProject.RunAsync(0, "plan", project.Scenario, "--out", project.PlanFolder);
        var plan = ScenarioFiles.LoadPlan(project.Plan);
        Assert.Contains("ready", await LiveProject.RunAsync(9, "plan", "status", project.Plan, project.Scenario), StringComparison.Ordinal);
        var send = plan.Steps.First(step => step.Kind == StepKind.BridgeSend);
        var receive = plan.Steps.Single(step => step.Kind == StepKind.BridgeReceive && step.DependsOn.Contains(send.Id));
        var node = live.Nodes[send.Chain];
        foreach (var call in plan.Steps.Where(step => step.Chain == send.Chain && step.Id <= send.Id).SelectMany(step => step.Calls))
            await node.TransactAsync(node.Treasury, EvmAddress.Parse(call.To), Convert.FromHexString(call.Data[2..]), new { value = Hex.Of(call.Value) });
        var text = await LiveProject.RunAsync(9, "plan", "status", project.Plan, project.Scenario, "--rest", project.In("scenarios/rest.yaml"), "--on", project.Anew(new ScenarioFiles().Load(project.Scenario)));
        Assert.Contains($"Step {receive.Id} is on its way", text, StringComparison.Ordinal);
        var rest = new ScenarioFiles().Load(project.In("scenarios/rest.yaml"));
        var flying = Assert.Single(rest.Scenario.Holdings, holding => holding.Locked.IsLocked);
        Assert.Equal(receive.Token, flying.Token);
        Assert.InRange(Book.AmountOf(rest.Market, flying).BaseUnits, receive.MinimumReceived, send.Amount);
        // What cannot be looked up is done when its owner says so.
        text = await LiveProject.RunAsync(9, "plan", "status", project.Plan, project.Scenario, "--done", $"{receive.Id}");
        Assert.Contains("done (confirmed by you)", text, StringComparison.Ordinal);
        text = await LiveProject.RunAsync(9, "plan", "status", project.Plan, project.Scenario, "--done", $"{receive.Id}", "--rest", project.In("scenarios/told.yaml"), "--on", project.Anew(new ScenarioFiles().Load(project.Scenario)));
        Assert.Contains("To sign now: phase 2 on base", text, StringComparison.Ordinal);
        var toldOf = new ScenarioFiles().Load(project.In("scenarios/told.yaml"));
        Assert.Equal(plan.Before["USDC@base"] + receive.MinimumReceived, Book.AmountOf(toldOf.Market, toldOf.Scenario.Holdings.Single(holding => $"{holding.Token}" == "USDC@base")).BaseUnits);
        Assert.Contains("has no step 0", await LiveProject.RunAsync(2, "plan", "status", project.Plan, project.Scenario, "--given-back", "0"), StringComparison.Ordinal);
        Assert.Contains("has no step 99", await LiveProject.RunAsync(2, "plan", "status", project.Plan, project.Scenario, "--done", "99"), StringComparison.Ordinal);
        // A call of the account that is none of the plan's is named, and a plan that was changed meanwhile is not followed.
        await node.TransactAsync(node.Treasury, node.Token("USDC"), new Approve { Spender = node.Treasury, Value = 1 }.Encode());
        Assert.Contains("1 transaction of the account on ethereum since then do not belong to this plan", await LiveProject.RunAsync(9, "plan", "status", project.Plan, project.Scenario), StringComparison.Ordinal);
        await File.WriteAllTextAsync(project.Plan, (await File.ReadAllTextAsync(project.Plan)).Replace("\"nonces\": {}", "\"nonces\": { \"base\": \"7\" }", StringComparison.Ordinal));
        Assert.Contains("belongs to another plan", await LiveProject.RunAsync(2, "plan", "status", project.Plan, project.Scenario), StringComparison.Ordinal);
    }

    /// <summary>Across: whoever fills is told by the deposit's number.</summary>
    [NodeFact]
    public async Task A_deposit_on_Across_has_arrived_when_it_is_filled()
    {
        await using var undone = await live.UndoneAsync();
        using var project = new LiveProject(await live.ReadAsync(live.Scenario(), bridge: "across"), live.Nodes);
        var (plan, send, receive) = await SendAsync(project);
        var (from, to) = (live.Nodes["ethereum"], live.Nodes["base"]);
        Assert.Contains($"Step {receive.Id} is on its way", (await StatusAsync(project)).Text, StringComparison.Ordinal);
        var logs = await from.SendAsync("eth_getLogs", new { fromBlock = "earliest", address = $"{from.Contract("acrossSpokePool")}", topics = new[] { ContractEvent.TopicOf<FundsDeposited>() } });
        var log = logs.EnumerateArray().Last();
        var deposited = ContractEvent.Read<FundsDeposited>(new(from.Contract("acrossSpokePool"), [.. log.GetProperty("topics").EnumerateArray().Select(topic => topic.GetString()!)], Convert.FromHexString(log.GetProperty("data").GetString()![2..]), 0, "", 0))!;
        Assert.Equal(receive.MinimumReceived, deposited.OutputAmount);
        var (filler, output) = (to.Account(3), deposited.OutputAmount);
        await to.TransactAsync(filler, to.Token("USDC"), AbiFunction.Parse("mint(address to, uint256 amount)").Encode(filler, output));
        await to.TransactAsync(filler, to.Token("USDC"), new Approve { Spender = to.Contract("acrossSpokePool"), Value = output }.Encode());
        var fill = AbiFunction.Parse("fillRelay((bytes32 depositor, bytes32 recipient, bytes32 exclusiveRelayer, bytes32 inputToken, bytes32 outputToken, uint256 inputAmount, uint256 outputAmount, uint256 originChainId, uint256 depositId, uint32 fillDeadline, uint32 exclusivityDeadline, bytes message) relayData, uint256 repaymentChainId, bytes32 repaymentAddress)");
        object[] relay = [deposited.Depositor, deposited.Recipient, deposited.ExclusiveRelayer, deposited.InputToken, deposited.OutputToken, deposited.InputAmount, output, new BigInteger(from.ChainId), deposited.DepositId, deposited.FillDeadline, deposited.ExclusivityDeadline, deposited.Message];
        await to.TransactAsync(filler, to.Contract("acrossSpokePool"), fill.Encode(relay, new BigInteger(from.ChainId), Hex.Word(filler.Bytes)));
        var (code, text) = await StatusAsync(project, "--rest", project.In("scenarios/rest.yaml"), "--on", project.Anew(new ScenarioFiles().Load(project.Scenario)));
        Assert.Equal(9, code);
        Assert.DoesNotContain("on its way", text, StringComparison.Ordinal);
        Assert.Contains("To sign now: phase 2 on base", text, StringComparison.Ordinal);
        var rest = new ScenarioFiles().Load(project.In("scenarios/rest.yaml"));
        Assert.Equal(plan.Before["USDC@base"] + receive.MinimumReceived, Book.AmountOf(rest.Market, rest.Scenario.Holdings.Single(holding => $"{holding.Token}" == "USDC@base")).BaseUnits);
        Assert.Equal(send.Via, receive.Via);
    }

    /// <summary>CCTP: the claim is ready when the burn is attested, and no proof of another burn is taken for it.</summary>
    [NodeFact]
    public async Task A_burn_is_claimed_when_it_is_attested()
    {
        await using var undone = await live.UndoneAsync();
        var (from, to) = (live.Nodes["ethereum"], live.Nodes["base"]);
        using var project = new LiveProject(await live.ReadAsync(live.Scenario(), bridge: "cctp-standard"), live.Nodes);
        var (plan, send, receive) = await SendAsync(project);
        var logs = await from.SendAsync("eth_getLogs", new { fromBlock = "earliest", address = $"{from.Contract("cctpMessageTransmitter")}", topics = new[] { Hex.Of(Hex.Keccak("MessageSent(bytes)"u8)) } });
        var message = (byte[])AbiFunction.Parse("f(bytes)").Inputs.Decode(Convert.FromHexString(logs.EnumerateArray().Last().GetProperty("data").GetString()![2..]))[0];
        // What those who attest fill in: a nonce, and what finality there was.
        message[43] = 7;
        message[146..148].AsSpan().Clear();
        (message[146], message[147]) = (2000 >> 8, 2000 & 0xff);
        var attestation = Convert.FromHexString((await to.SendAsync("eth_sign", $"{to.Contract("cctpAttester")}", Hex.Of(Hex.Keccak(message)))).GetString()![2..]);
        var (answer, asked) = ("{}", "");
        using var web = new LocalService((path, _) =>
        {
            asked = path;
            return Task.FromResult(answer);
        });
        Environment.SetEnvironmentVariable("OPTIMIZER_API_CCTP", web.Address);
        try
        {
            answer = """{ "messages": [ { "message": "0x", "attestation": "PENDING", "status": "pending_confirmations" } ] }""";
            Assert.DoesNotContain("can be claimed", (await StatusAsync(project)).Text, StringComparison.Ordinal);
            answer = "nonsense";
            Assert.Contains("cannot check whether it can be claimed", (await StatusAsync(project)).Text, StringComparison.Ordinal);
            var foreign = message.ToArray();
            foreign[148 + 4 + 32 + 31] ^= 1;
            answer = $$"""{ "messages": [ { "message": "{{Hex.Of(foreign)}}", "attestation": "{{Hex.Of(attestation)}}", "status": "complete" } ] }""";
            Assert.DoesNotContain("can be claimed", (await StatusAsync(project)).Text, StringComparison.Ordinal);
            answer = $$"""{ "messages": [ { "message": "{{Hex.Of(message)}}", "attestation": "{{Hex.Of(attestation)}}", "status": "complete" } ] }""";
            var next = project.In("next");
            var (code, text) = await StatusAsync(project, "--out", next);
            Assert.True(code == 9 && text.Contains("it can be claimed now", StringComparison.Ordinal), text);
            Assert.Contains("receiveMessage(bytes message, bytes attestation)", await File.ReadAllTextAsync(Path.Combine(next, "checklist.md")), StringComparison.Ordinal);
            var market = new ScenarioFiles().Load(project.Scenario).Market;
            var before = (await live.HoldingsAsync(market, plan))["USDC@base"];
            await MakeAsync(next);
            Assert.Equal(receive.Received, (await live.HoldingsAsync(market, plan))["USDC@base"] - before);
            text = (await StatusAsync(project)).Text;
            Assert.Contains("To sign now: phase 2 on base", text, StringComparison.Ordinal);
            Assert.Contains($"/v2/messages/0?transactionHash=0x", asked, StringComparison.Ordinal);
            Assert.Equal(send.Amount, receive.Received);
        }
        finally
        {
            Environment.SetEnvironmentVariable("OPTIMIZER_API_CCTP", null);
        }
    }

    /// <summary>Makes what a folder asks to be signed, as the treasury.</summary>
    /// <summary>The way out of Lido: the money is asked for, set free by others, and claimed by a call that nobody could write before.</summary>
    [NodeFact]
    public async Task What_leaves_by_a_queue_is_claimed_once_it_is_set_free()
    {
        await using var undone = await live.UndoneAsync();
        var node = live.Nodes["ethereum"];
        var (steth, queue, staked) = (node.Contract("steth"), node.Contract("lidoWithdrawalQueue"), 1_200 * BigInteger.Pow(10, 18));
        await node.TransactAsync(node.Treasury, steth, new Submit().Encode(), new { value = Hex.Of(staked + 2) });
        var loaded = await live.ReadAsync(live.Scenario());
        var lido = new Protocol { Id = "lido", Name = "Lido", Adapter = "stakingRate", Addresses = new Dictionary<string, string> { ["steth"] = $"{steth}", ["withdrawalQueue"] = $"{queue}" } };
        var (chain, any) = (loaded.Market.Chain("ethereum"), loaded.Market.Snapshot.Opportunities.First(place => place.Chain == "ethereum"));
        var place = any with
        {
            Id = "lido/ethereum/ETH",
            Protocol = "lido",
            Kind = OpportunityKind.LiquidStaking,
            Inputs = [new(new("ETH", "ethereum"), 1)],
            Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = any.Volatility with { Value = 0.03 } } },
            ExitDelayDays = any.Volatility with { Value = 5 },
            Total = any.Total with { Value = 1e10 },
            Capacity = null,
            Withdrawable = null,
        };
        loaded = loaded with
        {
            Market = new Market(loaded.Market.Snapshot with { Opportunities = [.. loaded.Market.Snapshot.Opportunities, place] }, [.. loaded.Market.Chains.Where(other => other.Id != chain.Id), chain with { Protocols = [.. chain.Protocols, lido] }]),
            Scenario = loaded.Scenario with
            {
                Holdings = [.. loaded.Scenario.Holdings, new Holding { Opportunity = place.Id, Amount = Amount.Parse("1_200") }],
                Constraints = [new Allocation.Limit { Protocol = "lido", Max = new(0, false) }],
            },
        };
        using var project = new LiveProject(loaded, live.Nodes);
        await LiveProject.RunAsync(0, "plan", project.Scenario, "--out", project.PlanFolder);
        var plan = ScenarioFiles.LoadPlan(project.Plan);
        var (request, claim) = (plan.Steps.Single(step => step.Kind == StepKind.RequestWithdrawal), plan.Steps.Single(step => step.Kind == StepKind.Claim));
        // Without an exit delay its money would look as if it were there at once; and no tampered amount makes a million requests.
        Assert.Contains("exit delay", Assert.Throws<TransactionException>(() => CallBuilders.Of(new(loaded.Market, request with { Kind = StepKind.Withdraw }, plan.Accounts, plan.ValidUntil))).Message, StringComparison.Ordinal);
        Assert.Contains("maximum of 200 requests", Assert.Throws<TransactionException>(() => CallBuilders.Of(new(loaded.Market, request with { Amount = BigInteger.Pow(10, 51) }, plan.Accounts, plan.ValidUntil))).Message, StringComparison.Ordinal);
        // Allowed to the unit, and in two requests, since one may be of a thousand ether at most.
        Assert.Equal(["approve(address spender, uint256 value)", "requestWithdrawals(uint256[] _amounts, address _owner)"], request.Calls.Select(call => call.Function));
        Assert.Equal($"({staked / 2}, {staked / 2})", request.Calls[1].Arguments[0]);
        Assert.Empty(claim.Calls);
        Assert.Equal(-staked, plan.Positions[place.Id]);
        Assert.Contains("Request the withdrawal of 1200 ETH from lido/ethereum/ETH", await File.ReadAllTextAsync(Path.Combine(project.PlanFolder, "checklist.md")), StringComparison.Ordinal);
        await LiveProject.RunAsync(0, "plan", "simulate", project.Plan, project.Scenario);
        // What the claim brings is used in a later phase than the request, and not counted on to the last unit.
        Assert.InRange(claim.Received - claim.MinimumReceived, 1, BigInteger.Pow(10, 12));
        Assert.All(plan.Steps.Where(step => step.DependsOn.Contains(claim.Id)), step => Assert.True(Phase.Of(plan).Single(phase => phase.Steps.Contains(step)).Number > 1));

        foreach (var call in JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(project.PlanFolder, "transactions.json"))).RootElement.EnumerateArray().Where(call => call.GetProperty("phase").GetInt32() == 1))
            await MakeAsync(call);
        var next = project.In("next");
        var (code, text) = await StatusAsync(project, "--out", next);
        Assert.True(code == 9 && text.Contains($"Step {claim.Id} waits in a queue", StringComparison.Ordinal), text);
        Assert.False(Directory.Exists(next), text);
        // The rest is counted where it will be, and not twice.
        await LiveProject.RunAsync(9, "plan", "status", project.Plan, project.Scenario, "--rest", project.In("scenarios/rest.yaml"), "--on", project.Anew(loaded));
        var rest = new ScenarioFiles().Load(project.In("scenarios/rest.yaml")).Scenario;
        Assert.DoesNotContain(rest.Holdings, holding => holding.Opportunity == place.Id);
        Assert.Contains(rest.Holdings, holding => holding is { Locked.IsLocked: true } && $"{holding.Token}" == "ETH@ethereum" && $"{holding.Amount}" == "1200");

        // The first half is set free, then the second.
        var last = (BigInteger)AbiFunction.Parse("getLastRequestId() returns (uint256)").Decode(Convert.FromHexString((await node.SendAsync("eth_call", new { to = $"{queue}", data = Hex.Of(AbiFunction.Parse("getLastRequestId()").Encode()) }, "latest")).GetString()![2..]))[0];
        var finalize = AbiFunction.Parse("finalize(uint256 last, uint256 rate)");
        await node.TransactAsync(node.Account(3), queue, finalize.Encode(last - 1, BigInteger.Zero));
        Assert.DoesNotContain("can be claimed", (await StatusAsync(project)).Text, StringComparison.Ordinal);
        await node.TransactAsync(node.Account(3), queue, finalize.Encode(last, BigInteger.Zero));
        (code, text) = await StatusAsync(project, "--out", next);
        Assert.True(code == 9 && text.Contains("it can be claimed now", StringComparison.Ordinal), text);
        var before = await node.BalanceAsync(node.Treasury);
        await MakeAsync(next);
        Assert.InRange(await node.BalanceAsync(node.Treasury) - before, claim.MinimumReceived - BigInteger.Pow(10, 16), claim.Received);
        (code, text) = await StatusAsync(project);
        Assert.DoesNotContain("waits in a queue", text, StringComparison.Ordinal);
        // A claim that brings less than the plan counts on opens nothing: what waits for it would spend what is meant to stay.
        async Task<PlanProgress> FollowAsync(TransactionPlan followed) =>
            (await new PlanFollower(loaded.Market, name => live.Nodes[name].Client(), live.Settings.Reading, _ => throw new InvalidOperationException("nobody is asked on the web"), TimeProvider.System).FollowAsync(followed, [], [], [], [], default)).Progress;
        Assert.NotEmpty((await FollowAsync(plan)).Open);
        var poor = await FollowAsync(plan with { Steps = [.. plan.Steps.Select(step => step.Id == claim.Id ? step with { MinimumReceived = 2 * step.Received } : step)] });
        Assert.True(poor.Steps[claim.Id - 1].IsShort);
        Assert.Empty(poor.Open);
        Assert.Contains("To sign now: phase 2 on ethereum", text, StringComparison.Ordinal);
    }

    private async Task MakeAsync(string folder)
    {
        foreach (var call in JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "transactions.json"))).RootElement.EnumerateArray())
            await MakeAsync(call);
    }

    private async Task MakeAsync(JsonElement call)
    {
        var node = live.Nodes.Values.Single(node => node.ChainId == ulong.Parse(call.GetProperty("chainId").GetString()!));
        var (to, data, value) = (call.GetProperty("to").GetString()!, call.GetProperty("data").GetString()!, Hex.Of(BigInteger.Parse(call.GetProperty("value").GetString()!)));
        var trial = await Record.ExceptionAsync(() => node.SendAsync("eth_call", new { from = $"{node.Treasury}", to, data, value }, "latest"));
        Assert.True(trial is null, $"{call}: {trial?.Message}");
        await node.TransactAsync(node.Treasury, EvmAddress.Parse(to), Convert.FromHexString(data[2..]), new { value });
    }

    /// <summary>Plans, and carries out the first phase on Ethereum, which sends to Base.</summary>
    private async Task<(TransactionPlan Plan, TransactionStep Send, TransactionStep Receive)> SendAsync(LiveProject project)
    {
        await LiveProject.RunAsync(0, "plan", project.Scenario, "--out", project.PlanFolder);
        var plan = ScenarioFiles.LoadPlan(project.Plan);
        foreach (var call in JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(project.PlanFolder, "transactions.json"))).RootElement.EnumerateArray().Where(call => call.GetProperty("phase").GetInt32() == 1 && call.GetProperty("chainId").GetString() == $"{live.Nodes["ethereum"].ChainId}"))
            await MakeAsync(call);
        var send = plan.Steps.Single(step => step.Kind == StepKind.BridgeSend);
        return (plan, send, plan.Steps.Single(step => step.Kind == StepKind.BridgeReceive));
    }

    private async Task<int[]> CountsAsync() => await Task.WhenAll(live.Nodes.Values.Select(async node => Convert.ToInt32((await node.SendAsync("eth_getTransactionCount", $"{node.Treasury}", "latest")).GetString(), 16)));

    private static async Task<(int Code, string Text)> StatusAsync(LiveProject project, params string[] more)
    {
        var output = new StringWriter();
        return (await CommandLine.RunAsync(["plan", "status", project.Plan, project.Scenario, .. more], new Terminal(output, output)), output.ToString());
    }

    /// <summary>The same as a process of its own, which ends in mid-flight.</summary>
    private static async Task KilledAsync(LiveProject project, TimeSpan after)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[typeof(CommandLine).Assembly.Location, "plan", "status", project.Plan, project.Scenario])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(after));
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }
}
