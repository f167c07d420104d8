using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Readers;
using Optimizer.Chains.Solana;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.AaveV3;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.Erc4626;
using Optimizer.Contracts.Protocols.Rollups;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Chains.Tests;

/// <summary>Real contracts on real local nodes: what is read is what ethers reads, and what the model says is what happens.</summary>
[Collection(nameof(SharedNodes))]
public sealed class LiveMarketTests(SharedNodes nodes)
{
    private static readonly ReadingSettings Settings = new() { MaximumBlockAge = new(10_000), MaximumPriceAge = new(10_000), MaximumRate = new(10) };
    private static readonly Market Universe = new ScenarioFiles().LoadMarket(Repository.Path("scenarios", "snapshots", "2026-08-12.json")).Market;
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Market NoRoutes = Universe.With(Universe.Snapshot with { Routes = [] });

    [NodeFact]
    public async Task Every_figure_of_aave_is_what_ethers_reads_at_the_same_block()
    {
        var node = nodes.Of("ethereum");
        var reading = await ReadAsync(node, node.Chain("ethereum", ChainFamily.Evm));
        Assert.DoesNotContain(reading.Findings, finding => finding.IsRefused);
        Assert.Equal(node.Symbols.Count(), reading.Opportunities.Count);
        foreach (var opportunity in reading.Opportunities)
        {
            var symbol = opportunity.Inputs[0].Token.Symbol;
            var read = JsonDocument.Parse(await SharedNodes.RunAsync("read-aave.mjs", node.Url, $"{reading.Provenances["gas-ethereum"].Block}", $"{node.Contract("pool")}", $"{node.Contract("dataProvider")}", $"{node.Token(symbol)}")).RootElement;
            BigInteger Number(string field) => BigInteger.Parse(read.GetProperty(field).GetString()!);
            double Whole(BigInteger amount) => (double)amount / Math.Pow(10, node.Decimals(symbol));
            double Bps(string field) => read.GetProperty(field).GetInt32() / 1e4;
            var curve = Assert.IsType<KinkedCurve>(opportunity.Carry.Base);
            Assert.Equal(Whole(Number("available") + Number("debt")), curve.Supplied.Value, 1e-6);
            Assert.Equal(Whole(Number("debt")), curve.Borrowed.Value, 1e-6);
            Assert.Equal((Bps("optimal"), Bps("base"), Bps("slope1"), Bps("slope2"), Bps("reserveFactor")),
                (curve.OptimalUtilisation.Value, curve.BaseRate.Value, curve.Slope1.Value, curve.Slope2.Value, curve.ReserveFactor.Value));
            Assert.Equal((double)Number("liquidityRate") / 1e27, opportunity.StatedRate!.Value, 1e-15);
            Assert.Equal(Whole(Number("available")), opportunity.Withdrawable!.Value.Value, 1e-6);
            var room = Number("supplyCap") * BigInteger.Pow(10, node.Decimals(symbol)) - Number("totalAToken") - Number("accrued");
            if (read.GetProperty("isFrozen").GetBoolean())
                Assert.Equal(0, opportunity.Capacity!.Value.Value);
            else if (Number("supplyCap").IsZero)
                Assert.Null(opportunity.Capacity);
            else
                Assert.Equal(Whole(room), opportunity.Capacity!.Value.Value, 1e-3);
        }
    }

    [NodeFact]
    public async Task After_a_deposit_the_node_pays_the_rate_that_the_model_foresaw()
    {
        var node = nodes.Of("arbitrum");
        var chain = node.Chain("arbitrum", ChainFamily.Evm);
        // The reserve is brought up to date first: between two actions its debt grows and its stated rate stays.
        await DepositAsync(node, 1);
        var before = await UsdcAsync(node, chain);
        const int Deposit = 150_000;
        await DepositAsync(node, Deposit);
        var after = await UsdcAsync(node, chain);
        Assert.Equal(after.StatedRate!.Value, before.Carry.Base.SpotRate(Deposit), 1e-9);
        Assert.NotEqual(after.StatedRate.Value, before.StatedRate!.Value, 1e-4);
    }

    [NodeFact]
    public async Task A_former_moment_is_read_as_it_was()
    {
        var node = nodes.Of("arbitrum");
        var chain = node.Chain("arbitrum", ChainFamily.Evm);
        var then = await ReadAsync(node, chain);
        // Later blocks are later by a second or more.
        await node.SendAsync("evm_increaseTime", 5);
        await DepositAsync(node, 70_000);
        var provenance = then.Provenances["gas-arbitrum"];
        var again = await ReadAsync(node, chain, at: provenance.AsOf);
        Assert.Equal(provenance.Block, again.Provenances["gas-arbitrum"].Block);
        OpportunityReading Usdc(ChainReading reading) => reading.Opportunities.Single(o => o.Inputs[0].Token.Symbol == "USDC");
        Assert.Equal(Usdc(then).Total, Usdc(again).Total);
        // Anvil foresees a former block's next base fee a little differently than it did then.
        Assert.Equal(((EvmGas)then.Gas!).GweiPerGas.Value, ((EvmGas)again.Gas!).GweiPerGas.Value, 0.01);
        Assert.NotEqual(Usdc(then).Total, Usdc(await ReadAsync(node, chain)).Total);
        var before = await ReadAsync(node, chain, at: Now.AddYears(-100));
        Assert.Null(before.Gas);
        Assert.Contains(before.Findings, finding => finding is { Rule: FindingRules.DeadChain, IsRefused: true } && finding.Message.Contains("the chain began", StringComparison.Ordinal));
    }

    [NodeFact]
    public async Task The_data_fee_of_an_op_chain_is_what_the_sender_is_charged_to_the_wei()
    {
        var node = nodes.Of("op");
        var client = node.Client();
        var head = await client.PinAsync(default);
        var nonce = ulong.Parse((await node.SendAsync("eth_getTransactionCount", $"{node.Treasury}", "latest")).GetString()![2..], System.Globalization.NumberStyles.HexNumber);
        var transaction = new UnsignedTransaction(node.ChainId, nonce, 1_000_000_000, 2 * head.BaseFeeWei + 1_000_000_000, 400_000,
            node.Token("USDC"), 0, new Approve { Spender = node.Contract("pool"), Value = new BigInteger(987_654_321) }.Encode());
        var session = new ReadSession(client);
        var asked = new BlockReader(session, head.Block).ReadAsync(node.Contract("gasPriceOracle"), new GetL1Fee { Data = transaction.ToBytes() });
        await session.RunAsync([asked], default);
        var quoted = await asked;

        var before = await node.BalanceAsync(node.Treasury);
        var receipt = await node.TransactAsync(node.Treasury, transaction.To, transaction.Data, new
        {
            gas = "0x61a80",
            nonce = $"0x{nonce:x}",
            maxFeePerGas = $"0x{transaction.FeeWei.ToString("x").TrimStart('0')}",
            maxPriorityFeePerGas = "0x3b9aca00",
        });
        var execution = Hex(receipt, "gasUsed") * Hex(receipt, "effectiveGasPrice");
        var charged = before - await node.BalanceAsync(node.Treasury) - execution;
        Assert.True(charged > 0);
        // The oracle adds what a signature takes; an approval is below the size that is charged at least, so both agree exactly.
        Assert.Equal(charged, quoted);

        static BigInteger Hex(JsonElement receipt, string field) => BigInteger.Parse($"0{receipt.GetProperty(field).GetString()![2..]}", System.Globalization.NumberStyles.HexNumber);
    }

    [NodeFact]
    public async Task A_vault_earned_in_a_year_of_node_time_what_the_reader_says()
    {
        var node = nodes.Of("ethereum");
        var chain = node.Chain("ethereum", ChainFamily.Evm);
        chain = chain with
        {
            Protocols = [new() { Id = "stata", Name = "Stata", Adapter = "erc4626", Addresses = new Dictionary<string, string> { ["stataUsdc"] = $"{node.Contract("stataUsdc")}" } }],
        };
        // The year is taken back, so that other tests meet the market as it was.
        var present = (await node.SendAsync("evm_snapshot")).GetString();
        await node.SendAsync("evm_mine");
        var before = await WorthAsync(node, node.Contract("stataUsdc"));
        await node.SendAsync("evm_increaseTime", 365 * 86_400);
        await node.SendAsync("evm_mine");
        var after = await WorthAsync(node, node.Contract("stataUsdc"));
        var reading = await ReadAsync(node, chain, Settings with { YieldWindow = new(365) });
        Assert.True((await node.SendAsync("evm_revert", present)).GetBoolean());

        Assert.True(reading.Opportunities.Count == 1, string.Join("; ", reading.Findings));
        // The block that is found lies within hours of a year ago.
        Assert.Equal((double)(after - before) / (double)before, reading.Opportunities[0].Carry.Base.SpotRate(0), 5e-6);
        Assert.InRange(reading.Opportunities[0].Carry.Base.SpotRate(0), 0.01, 0.2);
    }

    [NodeFact]
    public async Task Without_feeds_prices_are_those_of_the_oracle_of_aave_and_that_is_said()
    {
        var node = nodes.Of("arbitrum");
        var chain = node.Chain("arbitrum", ChainFamily.Evm);
        var fed = await ReadAsync(node, chain);
        var unfed = await ReadAsync(node, chain with { Tokens = [.. chain.Tokens.Select(token => token with { PriceFeed = null })] });
        Assert.Equal(fed.Prices.OrderBy(p => p.Key).Select(p => (p.Key, p.Value.Value)), unfed.Prices.OrderBy(p => p.Key).Select(p => (p.Key, p.Value.Value)));
        Assert.DoesNotContain(fed.Findings, finding => finding.Rule == FindingRules.AgelessPrice);
        Assert.Contains(unfed.Findings, finding => finding is { Rule: FindingRules.AgelessPrice, IsRefused: false });
    }

    [NodeFact]
    public async Task A_feed_that_the_oracle_of_aave_contradicts_is_doubted()
    {
        var node = nodes.Of("arbitrum");
        var chain = node.Chain("arbitrum", ChainFamily.Evm);
        var usdc = chain.Tokens.Single(token => token.Symbol == "USDC");
        // The feed of another asset in the place of its own.
        var reading = await ReadAsync(node, chain with { Tokens = [.. chain.Tokens.Select(token => token == usdc ? token with { PriceFeed = $"{node.Contract("feedWeth")}" } : token)] });
        Assert.Contains(reading.Findings, finding => finding.Rule == FindingRules.PriceDisagreement && finding.Subject == "USDC@arbitrum");
    }

    [NodeFact]
    public async Task A_vault_of_morpho_grows_at_the_rate_seen_through_to_its_markets()
    {
        var node = nodes.Of("ethereum");
        var chain = node.Chain("ethereum", ChainFamily.Evm);
        chain = chain with
        {
            Protocols = [new() { Id = "morpho", Name = "Morpho", Adapter = "metaMorpho", Addresses = new Dictionary<string, string> { ["vault"] = $"{node.Contract("metaMorphoUsdc")}" } }],
        };
        await node.SendAsync("evm_mine");
        var before = await ReadAsync(node, chain);
        Assert.True(before.Opportunities.Count == 1, string.Join("; ", before.Findings));
        var opportunity = before.Opportunities[0];
        var blend = Assert.IsType<BlendCurve>(opportunity.Carry.Base);
        Assert.Equal(1, blend.Parts.Sum(part => part.Share.Value), 1e-9);
        var worth = await WorthAsync(node, node.Contract("metaMorphoUsdc"));
        // Two hours: long enough to measure, short enough for the rate at target to stay.
        await node.SendAsync("evm_increaseTime", 7_200);
        await node.SendAsync("evm_mine");
        var after = await ReadAsync(node, chain);
        var years = (Time(after) - Time(before)).TotalDays / 365;
        var earned = Math.Log((double)await WorthAsync(node, node.Contract("metaMorphoUsdc")) / (double)worth) / years;
        // The market is above its target, where the borrow rate r rises from r_T to 4·r_T; suppliers earn U·r·(1 − fee) at
        // every moment. The curve states U·(e^r − 1)·(1 − fee), Morpho's own convention, which is a little more.
        var lent = Assert.Single(blend.Parts, part => part.Curve is AdaptiveCurve);
        var curve = (AdaptiveCurve)lent.Curve;
        var utilisation = curve.Borrowed / curve.Supplied;
        var borrowRate = curve.RateAtTargetPerYear * (1 + 3 * (utilisation - 0.9) / 0.1);
        Assert.Equal(earned, lent.Share * utilisation * borrowRate * (1 - curve.Fee), 2e-3 * earned);
        Assert.Equal(earned, Math.Log(1 + lent.Share * curve.SpotRate(0)), 1e-2 * earned);
        Assert.InRange(opportunity.Carry.Rate(0), 0.01, lent.Share * curve.SpotRate(0));

        static DateTimeOffset Time(ChainReading reading) => reading.Provenances["gas-ethereum"].AsOf;
    }

    [NodeFact]
    public async Task Uniswap_gives_at_least_what_the_route_says_and_hardly_more()
    {
        var node = nodes.Of("ethereum");
        var judged = Universe.Snapshot.Routes.Single(route => route.Id == "uniswap-v3/ethereum/USDC-ETH");
        var chain = node.Chain("ethereum", ChainFamily.Evm) with
        {
            Protocols = [new() { Id = "uniswap-v3", Name = "Uniswap v3", Adapter = "uniswapV3", Addresses = new Dictionary<string, string> { ["quoterV2"] = $"{node.Contract("uniswapQuoter")}" } }],
        };
        var universe = new Market(Universe.Snapshot with { Routes = [judged] }, [chain]);
        var reading = await ReadAsync(node, chain, universe: universe);
        Assert.True(reading.Routes.Count == 1, string.Join("; ", reading.Findings));
        var route = reading.Routes[0];
        Assert.InRange(route.Fees[0].Bps.Value, 5, 30);
        Assert.InRange(route.Maximum!.Value.Value, 1e4, 1e8);

        const int Usd = 10_000;
        var router = node.Contract("uniswapRouter");
        var amount = Usd * BigInteger.Pow(10, 6);
        async Task<BigInteger> WethAsync()
        {
            var client = node.Client();
            var session = new ReadSession(client);
            var asked = new BlockReader(session, (await client.PinAsync(default)).Block).ReadAsync(node.Token("WETH"), new BalanceOf { Owner = node.Treasury });
            await session.RunAsync([asked], default);
            return await asked;
        }

        var before = await WethAsync();
        await node.TransactAsync(node.Treasury, node.Token("USDC"), new Approve { Spender = router, Value = amount }.Encode());
        var swap = AbiFunction.Parse("exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) p)");
        await node.TransactAsync(node.Treasury, router, swap.Encode([new object[] { node.Token("USDC"), node.Token("WETH"), new BigInteger(500), node.Treasury, BigInteger.Pow(2, 40), amount, BigInteger.Zero, BigInteger.Zero }]));
        var received = (double)(await WethAsync() - before) / 1e18 * reading.Prices["ETH"];
        var sold = Usd * reading.Prices["USDC"].Value;
        var foreseen = sold * (1 - route.Fees[0].Bps / 1e4 - route.ImpactBpsPerMillion!.Value / 1e4 * sold / 1e6);
        Assert.InRange(received - foreseen, -1e-6 * sold, 2e-3 * sold);
    }

    [NodeFact]
    public async Task Stargate_delivers_what_the_route_says_and_takes_the_message_fee_that_it_says()
    {
        var node = nodes.Of("ethereum");
        var judged = Universe.Snapshot.Routes.First(route => route.Provider == "stargate-v2" && route.From.Symbol == "USDC");
        judged = judged with { Id = "stargate-v2/ethereum-base/USDC", From = new("USDC", "ethereum"), To = new("USDC", "base") };
        Protocol Entry(LocalNode on, string endpointId) => new()
        {
            Id = "stargate-v2",
            Name = "Stargate v2",
            Adapter = "stargateV2",
            Addresses = new Dictionary<string, string> { ["poolUsdc"] = $"{on.Contract("stargateUsdc")}" },
            Parameters = new Dictionary<string, string> { ["endpointId"] = endpointId },
        };
        var chain = node.Chain("ethereum", ChainFamily.Evm) with { Protocols = [Entry(node, "30101")] };
        var destination = nodes.Of("op").Chain("base", ChainFamily.OpStack) with { Protocols = [Entry(nodes.Of("op"), "30111")] };
        var universe = new Market(Universe.Snapshot with { Routes = [judged] }, [chain, destination]);
        var route = Assert.Single((await ReadAsync(node, chain, universe: universe)).Routes);

        Assert.Equal([6.0, 12, 25], route.Fees.Select(tier => tier.Bps.Value));
        Assert.InRange(route.Fees[0].UpTo!.Value.Value, 75_000, 100_000);
        // The path's credit is 1.5 million; the largest size that was quoted is the most that is sent.
        Assert.InRange(route.Maximum!.Value.Value, 1_125_000, 1_500_000);
        // A transfer of 50,000: what leaves and what the message costs.
        var amount = 50_000 * BigInteger.Pow(10, 6);
        var pool = node.Contract("stargateUsdc");
        await node.TransactAsync(node.Treasury, node.Token("USDC"), new Approve { Spender = pool, Value = amount }.Encode());
        var send = AbiFunction.Parse("send((uint32 dstEid, bytes32 to, uint256 amountLD, uint256 minAmountLD, bytes extraOptions, bytes composeMsg, bytes oftCmd) p, (uint256 nativeFee, uint256 lzTokenFee) fee, address refund)");
        byte[] to = [.. new byte[12], .. node.Treasury.Bytes];
        var fee = new BigInteger(route.NativeFee!.Value.Value * 1e18);
        object[] parameters = [new BigInteger(30_111), to, amount, BigInteger.Zero, Array.Empty<byte>(), Array.Empty<byte>(), Array.Empty<byte>()];
        var receipt = await node.TransactAsync(node.Treasury, pool, send.Encode(parameters, new object[] { fee, BigInteger.Zero }, node.Treasury), new { value = $"0x{fee.ToString("x").TrimStart('0')}" });
        // OFTSent(guid, dstEid, from, amountSent, amountReceived).
        var topic = $"0x{Convert.ToHexStringLower(Hex.Keccak("OFTSent(bytes32,uint32,address,uint256,uint256)"u8))}";
        var log = receipt.GetProperty("logs").EnumerateArray().Single(l => l.GetProperty("topics")[0].GetString() == topic);
        var amounts = AbiFunction.Parse("f(uint32,uint256,uint256)").Inputs.Decode(Convert.FromHexString(log.GetProperty("data").GetString()![2..]));
        Assert.Equal(amount, amounts[1]);
        // The pool rounds against the sender, by less than one base unit.
        Assert.InRange(amount - amount * 6 / 10_000 - (BigInteger)amounts[2], 0, 1);
    }

    [NodeFact]
    public async Task Compound_pays_what_its_market_states()
    {
        var node = nodes.Of("ethereum");
        var chain = node.Chain("ethereum", ChainFamily.Evm);
        chain = chain with
        {
            Protocols = [new() { Id = "compound-v3", Name = "Compound v3", Adapter = "compoundV3", Addresses = new Dictionary<string, string> { ["cometUsdc"] = $"{node.Contract("cometUsdc")}" } }],
        };
        // What the market states is as of its last accrual; the totals are as of now.
        await node.TransactAsync(node.Treasury, node.Contract("cometUsdc"), AbiFunction.Parse("accrueAccount(address account)").Encode(node.Treasury));
        var reading = await ReadAsync(node, chain);
        Assert.True(reading.Opportunities.Count == 1, string.Join("; ", reading.Findings));
        var opportunity = reading.Opportunities[0];
        Assert.Equal(opportunity.StatedRate!.Value, opportunity.Carry.Base.SpotRate(0), 1e-9);
    }

    [NodeFact]
    public async Task Solana_is_read_from_a_node_that_runs_its_own_code()
    {
        var node = nodes.Of("solana");
        var chain = Universe.Chain("solana");
        var reading = new ChainReading(chain, Settings);
        await SolanaMarketReader.ReadAsync(reading, new SolanaClient("solana", chain.GenesisHash!, [node.Rpc]), Now, default);
        var kamino = reading.Opportunities.Single(o => o.Id == "kamino/solana/USDC");
        // klend's own SDK, for slots of 400 ms.
        Assert.Equal(0.0342083062745377, kamino.Carry.Base.SpotRate(0), 1e-9);
        Assert.Equal(1.0004516469758491, Math.Pow(1 + reading.Opportunities.Single(o => o.Protocol == "jito").Carry.Rate(0), 2 / 365.0), 1e-6);
        var gas = Assert.IsType<SolanaGas>(reading.Gas);
        Assert.Equal((await node.SendAsync("getMinimumBalanceForRentExemption", 165)).GetDouble(), gas.RentLamportsPerTokenAccount!.Value.Value);
        Assert.Equal(5_000, gas.LamportsPerSignature.Value);
        var fees = (await node.SendAsync("getRecentPrioritizationFees", [Array.Empty<string>()])).EnumerateArray().Select(f => f.GetProperty("prioritizationFee").GetDouble()).Order().ToArray();
        Assert.Equal(fees[(int)(0.75 * fees.Length)], gas.MicroLamportsPerComputeUnit.Value);
    }

    /// <summary>What a vault's shares are worth now.</summary>

    [NodeFact]
    public async Task Liquidity_in_uniswap_collects_the_fees_that_its_rate_says()
    {
        var node = nodes.Of("ethereum");
        var pool = node.Contract("uniswapPoolUsdcWeth");
        var chain = node.Chain("ethereum", ChainFamily.Evm);
        chain = chain with
        {
            Protocols =
            [
                .. chain.Protocols,
                new() { Id = "uniswap-v3", Name = "Uniswap v3", Adapter = "uniswapV3", Addresses = new Dictionary<string, string> { ["pool"] = $"{pool}" }, Parameters = new Dictionary<string, string> { ["pool"] = "full, 25%" } },
            ],
        };
        foreach (var (range, suffix, tolerance) in new[] { ("full", "", 1e-4), ("1.25", "-25pct", 5e-3) })
        {
            var before = await node.SendAsync("evm_snapshot");
            var earned = JsonDocument.Parse(await SharedNodes.RunAsync("uniswap-fees.mjs", node.Url, $"{pool}", $"{node.Contract("uniswapPositions")}", $"{node.Contract("uniswapRouter")}", range, "7")).RootElement;
            var reading = await ReadAsync(node, chain);
            await node.SendAsync("evm_revert", before);
            var place = reading.Opportunities.Single(o => o.Protocol == "uniswap-v3" && o.Id.EndsWith($"-500{suffix}", StringComparison.Ordinal));
            Assert.DoesNotContain(reading.Findings, finding => finding.Subject.StartsWith("uniswap", StringComparison.Ordinal));
            double Usd(string amount0, string amount1) => place.Inputs.Zip([amount0, amount1]).Sum(pair =>
                double.Parse(earned.GetProperty(pair.Second).GetString()!) / Math.Pow(10, node.Decimals(pair.First.Token.Symbol)) * reading.Prices[pair.First.Token.Symbol == "WETH" ? "ETH" : pair.First.Token.Symbol]);
            double Seconds(string moment) => double.Parse(earned.GetProperty(moment).GetProperty("timestamp").GetString()!);
            var years = (Seconds("end") - Seconds("start")) / 86_400 / Duration.DaysPerYear;
            Assert.Equal(1, Usd("collected0", "collected1") / (place.Carry.Base.SpotRate(0) * Usd("deposited0", "deposited1") * years), tolerance);
            var width = range == "full" ? 1 : 1 - 1 / Math.Sqrt(1.25);
            Assert.Equal(range == "full" ? 1 : 1 / width + 4 * 0.0005 / Math.Pow(Math.Log(1.25), 2), place.LiquidityConcentration!.Value.Value, 1e-12);
            Assert.Equal([0.5, 0.5], place.Inputs.Select(input => input.Share));
        }
    }

    [NodeFact]
    public async Task Rewards_of_aave_and_compound_are_what_is_given_out()
    {
        var node = nodes.Of("ethereum");
        var plain = node.Chain("ethereum", ChainFamily.Evm);
        var chain = plain with
        {
            Tokens =
            [
                .. plain.Tokens,
                new() { Symbol = "AAVE", Decimals = 18, Address = $"{node.Contract("aaveRewardToken")}", PriceFeed = $"{node.Contract("feedAave")}" },
                new() { Symbol = "COMP", Decimals = 18, Address = $"{node.Contract("compToken")}", PriceFeed = $"{node.Contract("feedComp")}" },
            ],
            Protocols =
            [
                .. plain.Protocols,
                new() { Id = "compound-v3", Name = "Compound v3", Adapter = "compoundV3", Addresses = new Dictionary<string, string> { ["rewards"] = $"{node.Contract("cometRewards")}", ["cometUsdc"] = $"{node.Contract("cometUsdc")}" } },
            ],
        };
        const int Deposit = 400_000;
        foreach (var (protocol, arguments, reward) in new[] { ("aave-v3", new[] { "aave", $"{node.Contract("pool")}", $"{node.Token("USDC")}" }, 100.0), ("compound-v3", ["comet", $"{node.Contract("cometUsdc")}", $"{node.Contract("cometRewards")}"], 40) })
        {
            var before = await node.SendAsync("evm_snapshot");
            var reading = await ReadAsync(node, chain);
            var given = JsonDocument.Parse(await SharedNodes.RunAsync(["claim-rewards.mjs", node.Url, .. arguments, $"{Deposit}", "30"])).RootElement;
            await node.SendAsync("evm_revert", before);
            var place = reading.Opportunities.Single(o => o.Id == $"{protocol}/ethereum/USDC");
            double Seconds(string moment) => double.Parse(given.GetProperty(moment).GetProperty("timestamp").GetString()!);
            var years = (Seconds("end") - Seconds("start")) / 86_400 / Duration.DaysPerYear;
            var received = double.Parse(given.GetProperty("received").GetString()!) / 1e18 * reward;
            // What is shared grows with interest, by the same for all.
            Assert.Equal(1, received / (place.Carry.Rewards!.SpotRate(Deposit) * Deposit * years), 2e-3);
            Assert.InRange(place.Carry.Rewards.SpotRate(0), 0.01, 0.03);
            // Nobody holds what is given out, so that it need not be judged; what has ended is not given.
            Assert.DoesNotContain("COMP", reading.Prices.Keys);
            Assert.Null(reading.Opportunities.Single(o => o.Id == "aave-v3/ethereum/WETH").Carry.Rewards);
        }

        // What the chain file does not name is not counted, and that is said.
        var unnamed = await ReadAsync(node, plain);
        Assert.Null(unnamed.Opportunities.Single(o => o.Id == "aave-v3/ethereum/USDC").Carry.Rewards);
        Assert.Contains(unnamed.Findings, finding => finding is { Rule: FindingRules.UnknownToken, Subject: "aave-v3/ethereum/USDC", IsRefused: false });
    }

    [NodeFact]
    public async Task Withdrawals_by_rollups_own_bridges_take_what_their_contracts_say_and_stop_when_paused()
    {
        var node = nodes.Of("ethereum");
        var plain = node.Chain("ethereum", ChainFamily.Evm);
        Protocol Entry(string id, string adapter, string role, EvmAddress contract) => new() { Id = id, Name = id, Adapter = adapter, Addresses = new Dictionary<string, string> { [role] = $"{contract}" } };
        var chain = plain with { Protocols = [Entry("op-standard-bridge", "opStandardBridge", "l1StandardBridgeBase", node.Contract("opL1StandardBridge")), Entry("arbitrum-native", "arbitrumBridge", "rollupArbitrum", node.Contract("arbitrumRollup"))] };
        Route Judged(string id) => Universe.Snapshot.Routes.Single(route => route.Id == id) with { DurationSeconds = new(1, "judged") };
        var universe = new Market(Universe.Snapshot with { Routes = [Judged("op-standard-bridge/base-ethereum/ETH"), Judged("arbitrum-native/arbitrum-ethereum/ETH"), Judged("op-standard-bridge/ethereum-base/ETH")] },
            [chain, nodes.Of("op").Chain("base", ChainFamily.OpStack), nodes.Of("arbitrum").Chain("arbitrum", ChainFamily.Arbitrum)]);
        var read = (await ReadAsync(node, chain, universe: universe)).Routes.ToDictionary(route => route.Id, route => route.DurationSeconds.Value);
        // Seven days of a proof, or half of them of a game and half of rest; 45,818 blocks of twelve seconds.
        Assert.Equal(new() { ["op-standard-bridge/base-ethereum/ETH"] = 7 * 86_400, ["arbitrum-native/arbitrum-ethereum/ETH"] = 45_818 * 12 }, read);

        var before = await node.SendAsync("evm_snapshot");
        await node.TransactAsync(node.Contract("opGuardian"), node.Contract("opSuperchainConfig"), AbiFunction.Parse("pause(string identifier)").Encode("a test"));
        await node.TransactAsync(node.Contract("arbitrumRollupOwner"), node.Contract("arbitrumRollup"), AbiFunction.Parse("pause()").Encode());
        var paused = await ReadAsync(node, chain, universe: universe);
        Assert.Empty(paused.Routes);
        Assert.Equal(2, paused.DeadRoutes.Count);
        Assert.All(paused.Findings.Where(finding => finding.Rule == FindingRules.DeadRoute), finding => Assert.Contains("paused", finding.Message, StringComparison.Ordinal));
        await node.SendAsync("evm_revert", before);

        // Games of a kind that does not tell how long they take.
        before = await node.SendAsync("evm_snapshot");
        await node.TransactAsync(node.Contract("opGuardian"), node.Contract("opPortal"), AbiFunction.Parse("setRespectedGameType(uint32 gameType)").Encode(new BigInteger(621)));
        var unknown = await ReadAsync(node, chain, universe: universe);
        await node.SendAsync("evm_revert", before);
        Assert.Contains(unknown.Findings, finding => finding is { Rule: FindingRules.DeadRoute, Subject: "op-standard-bridge/base-ethereum/ETH" } && finding.Message.Contains("do not report their duration", StringComparison.Ordinal));
    }

    private static async Task<BigInteger> WorthAsync(LocalNode node, EvmAddress vault)
    {
        var client = node.Client();
        var session = new ReadSession(client);
        var asked = new BlockReader(session, (await client.PinAsync(default)).Block)
            .ReadAsync(vault, new ConvertToAssets { Shares = BigInteger.Pow(10, 30) });
        await session.RunAsync([asked], default);
        return await asked;
    }

    private static async Task<ChainReading> ReadAsync(LocalNode node, Chain chain, ReadingSettings? settings = null, Market? universe = null, DateTimeOffset? at = null)
    {
        var reading = new ChainReading(chain, settings ?? Settings);
        await EvmMarketReader.ReadAsync(reading, node.Client(chain.Id), universe ?? NoRoutes, Now, default, at);
        return reading;
    }

    private static async Task<OpportunityReading> UsdcAsync(LocalNode node, Chain chain) =>
        (await ReadAsync(node, chain)).Opportunities.Single(o => o.Inputs[0].Token.Symbol == "USDC");

    private static async Task DepositAsync(LocalNode node, int tokens)
    {
        var amount = tokens * BigInteger.Pow(10, 6);
        await node.TransactAsync(node.Treasury, node.Token("USDC"), new Approve { Spender = node.Contract("pool"), Value = amount }.Encode());
        await node.TransactAsync(node.Treasury, node.Contract("pool"), new Supply { Asset = node.Token("USDC"), Amount = amount, OnBehalfOf = node.Treasury }.Encode());
    }
}
