using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Readers;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Chains.Tests;

/// <summary>What is stale, missing, contradictory or absurd is left out or doubted, by a rule that has a name.</summary>
public sealed class IntegrityTests
{
    private static readonly Lazy<Market> Universe = new(() => new ScenarioFiles().LoadMarket(Repository.Path("scenarios", "snapshots", "2026-08-12.json")).Market);
    private static readonly EvmAddress Comet = Address("comet");
    private static readonly ReadingSettings Settings = new();

    /// <summary>What the made-up market says; each test changes one thing.</summary>
    private sealed record World
    {
        public ulong Block { get; init; } = 1_000;

        public BigInteger UsdcPrice { get; init; } = 100_000_000;

        public long PriceAgeSeconds { get; init; } = 60;

        public int UsdcDecimals { get; init; } = 6;

        public BigInteger Borrowed { get; init; } = 80_000_000_000_000;

        public BigInteger RateBase { get; init; }

        public BigInteger? StatedRate { get; init; }

        public string Protocol { get; init; } = "compound-v3";

        public string Adapter { get; init; } = "compoundV3";

        public bool HasFeed { get; init; } = true;
    }

    [Fact]
    public async Task A_sound_market_is_taken_whole()
    {
        var snapshot = await SnapshotAsync(new());
        Assert.DoesNotContain(snapshot.Findings, finding => finding.Rule != FindingRules.Carried);
        var opportunity = Assert.Single(snapshot.Opportunities);
        Assert.Equal("compound-v3/ethereum/USDC", opportunity.Id);
        Assert.Equal(100_000_000, opportunity.Total.Value, 1e-3);
        Assert.NotEmpty(opportunity.Events);
        Assert.Equal(1_000ul, snapshot.Provenances[opportunity.Total.From].Block);
    }

    [Fact]
    public Task An_old_price_is_not_taken() => LeavesOut(new() { PriceAgeSeconds = 26 * 3_600 }, FindingRules.StalePrice, "was last updated 26 h before the block");

    [Fact]
    public Task A_price_of_zero_is_not_taken() => LeavesOut(new() { UsdcPrice = 0 }, FindingRules.AbsurdPrice, "answers 0");

    [Fact]
    public Task A_price_far_from_the_judged_one_is_not_taken() => LeavesOut(new() { UsdcPrice = 100 }, FindingRules.AbsurdPrice, "a difference by more than a factor of 5 is implausible");

    [Fact]
    public Task A_price_far_above_the_judged_one_is_not_taken() => LeavesOut(new() { UsdcPrice = 100_000_000_000 }, FindingRules.AbsurdPrice, "is implausible");

    [Fact]
    public async Task Chains_that_contradict_each_other_about_a_price_leave_the_asset_out()
    {
        var readings = await Task.WhenAll(ReadAsync(new(), "ethereum"), ReadAsync(new() { UsdcPrice = 50_000_000 }, "base"));
        var snapshot = SnapshotAssembly.Join("now", readings, Universe.Value.Snapshot, Settings, FakeEvmNode.Time);
        Assert.Empty(snapshot.Opportunities);
        Assert.Contains(snapshot.Findings, finding => finding is { Rule: FindingRules.PriceDisagreement, IsRefused: true });
    }

    [Fact]
    public async Task A_block_that_is_yet_to_come_is_not_believed()
    {
        var reading = await ReadAsync(new(), "ethereum", FakeEvmNode.Time.AddHours(-2));
        Assert.Null(reading.Gas);
        Assert.Contains("in the future", Assert.Single(reading.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_and_a_token_that_nobody_judged_are_left_out()
    {
        var judged = Universe.Value.Snapshot;
        var reading = await ReadAsync(new(), "ethereum");
        var withoutToken = SnapshotAssembly.Join("now", [reading], judged with { Tokens = [] }, Settings, FakeEvmNode.Time);
        Assert.Empty(withoutToken.Opportunities);
        Assert.Contains(withoutToken.Findings, finding => finding is { Rule: FindingRules.Unrated, IsRefused: true } && finding.Message.Contains("USDC@ethereum", StringComparison.Ordinal));
        var withoutChain = SnapshotAssembly.Join("now", [reading], judged with { Chains = [] }, Settings, FakeEvmNode.Time);
        Assert.Empty(withoutChain.Chains);
        Assert.Contains(withoutChain.Findings, finding => finding is { Rule: FindingRules.Unrated, Subject: "ethereum", IsRefused: true });
    }

    [Fact]
    public Task A_negative_price_is_not_taken() => LeavesOut(new() { UsdcPrice = -5 }, FindingRules.AbsurdPrice, "answers -5");

    [Fact]
    public Task A_missing_feed_is_said() => LeavesOut(new() { HasFeed = false }, FindingRules.MissingPrice, "has no price feed for USDC, and no Aave oracle on the chain has its price");

    [Fact]
    public Task Other_decimals_than_the_chain_file_s_are_not_taken() => LeavesOut(new() { UsdcDecimals = 18 }, FindingRules.WrongDecimals, "the contract has 18 decimals, but the chain file has 6");

    [Fact]
    public Task More_borrowed_than_supplied_is_absurd() => LeavesOut(new() { Borrowed = 120_000_000_000_000 }, FindingRules.AbsurdAmount, "120,000,000 tokens borrowed of 100,000,000 supplied");

    [Fact]
    public Task A_rate_above_the_ceiling_is_not_believed() => LeavesOut(new() { RateBase = 50_000_000_000 }, FindingRules.RateAboveCeiling, "the maximum is 100 %");

    [Fact]
    public Task A_protocol_that_nobody_rated_is_left_out() => LeavesOut(new() { Protocol = "new-protocol" }, FindingRules.Unrated, "has no events for new-protocol");

    [Fact]
    public Task An_adapter_that_does_not_exist_is_said() => LeavesOut(new() { Adapter = "compoundV4" }, FindingRules.NoAdapter, "unknown adapter 'compoundV4'; expected one of aaveV3, compoundV3, erc4626, metaMorpho, pendlePrincipal, stakingRate, uniswapV3, arbitrumBridge, opStandardBridge, stargateV2, across, cctpV2, jupiter, lifi, defiLlama");

    [Fact]
    public async Task A_rate_that_the_contract_states_otherwise_is_doubted()
    {
        var snapshot = await SnapshotAsync(new() { StatedRate = 2_000_000_000 });
        Assert.Single(snapshot.Opportunities);
        Assert.Contains(snapshot.Findings, finding => finding is { Rule: FindingRules.RateDisagreement, IsRefused: false });
    }

    [Fact]
    public async Task Chains_that_price_an_asset_differently_are_doubted()
    {
        var readings = await Task.WhenAll(ReadAsync(new(), "ethereum"), ReadAsync(new() { UsdcPrice = 98_000_000 }, "base"));
        var snapshot = SnapshotAssembly.Join("now", readings, Universe.Value.Snapshot, Settings, FakeEvmNode.Time);
        var finding = Assert.Single(snapshot.Findings, finding => finding.Rule == FindingRules.PriceDisagreement);
        Assert.Equal("0.98 USD on base, 1 USD on ethereum; the median is used", finding.Message);
    }

    [Fact]
    public async Task A_node_that_stands_still_is_not_believed()
    {
        var reading = await ReadAsync(new() { Block = 900 }, "ethereum", FakeEvmNode.Time.AddHours(2));
        Assert.Null(reading.Gas);
        Assert.Equal(FindingRules.StaleBlock, Assert.Single(reading.Findings).Rule);
    }

    [Fact]
    public async Task A_principal_token_s_price_is_that_of_its_market()
    {
        var (market, sy) = (Address("market"), Address("SY"));
        var expiry = FakeNode.Time.AddDays(90).ToUnixTimeSeconds();
        BigInteger usdc = 1_000_000, wad = BigInteger.Pow(10, 18);
        var node = Node(new())
            .With(market, "readState(address router) returns ((int256,int256,int256,address,int256,uint256,uint256,uint256,uint256))", _ =>
                [new object[] { 30_000_000 * usdc, 16_000_000 * usdc, BigInteger.One, market, 40 * wad, new BigInteger(expiry), wad / 1_000, BigInteger.Zero, wad * 8 / 100 }])
            .With(market, "readTokens() returns (address,address,address)", _ => [sy, market, market])
            .With(sy, "exchangeRate() returns (uint256)", _ => [wad * 125 / 100])
            .With(sy, "assetInfo() returns (uint8,address,uint8)", _ => [BigInteger.Zero, Address("USDC"), new BigInteger(6)]);
        var chain = Chain("ethereum", new()) with { Protocols = [new() { Id = "pendle", Name = "Pendle", Adapter = "pendlePrincipal", Addresses = new Dictionary<string, string> { ["market"] = $"{market}" } }] };
        var reading = new ChainReading(chain, Settings);
        await EvmMarketReader.ReadAsync(reading, node.Client(), Universe.Value, FakeNode.Time, default);
        Assert.True(reading.Opportunities.Count == 1, string.Join("; ", reading.Findings));
        var place = reading.Opportunities[0];
        // MarketMathCore: the last implied rate is 8 % (continuous), the fee a thousandth a year.
        Assert.Equal(Math.Exp(0.08 - 0.001) - 1, place.Carry.Rate(0), 1e-9);
        const double Years = 90 / 365.0;
        double Exchange(double n) => Math.Log((30e6 - n) / (20e6 + n)) / (40 / Years) + Math.Exp(0.08 * Years) - Math.Log(30.0 / 20) / (40 / Years);
        // Two million tokens, and what they cost.
        var cost = 2e6 * Math.Exp(0.001 * Years) / Exchange(2e6);
        Assert.Equal(Math.Pow(2e6 / cost, 1 / Years) - 1, place.Carry.Rate(cost), 1e-9);
        Assert.Equal(90, place.ExitDelayDays!.Value.Value, 1e-9);
        Assert.InRange(place.Capacity!.Value.Value, 10e6, 30e6);
        Assert.Equal(0, place.Carry.Base.SpotRate(place.Capacity.Value.Value), 1e-6);
    }

    [Fact]
    public async Task A_staking_token_is_measured_from_the_history_where_no_former_block_is()
    {
        var token = Address("rETH");
        var node = Node(new()).With(token, "getExchangeRate() returns (uint256)", _ => [BigInteger.Parse("1100000000000000000")]).With(token, "totalSupply() returns (uint256)", _ => [BigInteger.Pow(10, 23)]);
        var chain = Chain("ethereum", new()) with
        {
            Protocols = [new() { Id = "rocket-pool", Name = "Rocket Pool", Adapter = "stakingRate", Addresses = new Dictionary<string, string> { ["rETH"] = $"{token}", ["other"] = $"{Comet}" }, Parameters = new Dictionary<string, string> { ["rETH"] = "getExchangeRate()" } }],
        };
        var reading = new ChainReading(chain, Settings, (id, _) => id == "rocket-pool/ethereum/ETH" ? new(1.1 / 1.0006, FakeNode.Time.AddDays(-7)) : null);
        await EvmMarketReader.ReadAsync(reading, node.Client(), Universe.Value, FakeNode.Time, default);
        var place = Assert.Single(reading.Opportunities);
        Assert.Equal(Math.Pow(1.0006, 365 / 7.0) - 1, place.Carry.Rate(0), 1e-9);
        // 100,000 tokens, at 1.1 ether of 2,500 USD.
        Assert.Equal(275e6 / 2_500, place.Total.Value, 1e-3);
        Assert.Equal(1.1, reading.ShareRates[place.Id].Value, 1e-12);
        // The chain began hours ago, and that is said too.
        Assert.Contains(reading.Findings, finding => finding is { Rule: FindingRules.NoPast, IsRefused: false });
    }

    [Fact]
    public async Task Gas_at_a_price_that_never_was_leaves_the_chain_out()
    {
        var node = Node(new());
        node.BaseFeeWei = BigInteger.Pow(10, 30);
        var reading = new ChainReading(Chain("ethereum", new()), Settings);
        await EvmMarketReader.ReadAsync(reading, node.Client(), Universe.Value, FakeEvmNode.Time, default);
        Assert.Null(reading.Gas);
        Assert.Contains(reading.Findings, finding => finding is { Rule: FindingRules.AbsurdGas, IsRefused: true });
    }

    [Fact]
    public async Task A_vault_with_absurd_decimals_is_left_out()
    {
        var vault = Address("vault");
        var node = Node(new()).With(vault, "asset() returns (address)", _ => [Address("USDC")])
            .With(vault, "decimals() returns (uint8)", _ => [new BigInteger(255)])
            .With(vault, "totalAssets() returns (uint256)", _ => [BigInteger.Pow(2, 255)]);
        var chain = Chain("ethereum", new()) with { Protocols = [new() { Id = "vaults", Name = "Vaults", Adapter = "erc4626", Addresses = new Dictionary<string, string> { ["vault"] = $"{vault}" } }] };
        var reading = new ChainReading(chain, Settings);
        await EvmMarketReader.ReadAsync(reading, node.Client(), Universe.Value, FakeEvmNode.Time, default);
        Assert.Empty(reading.Opportunities);
        Assert.Contains(reading.Findings, finding => finding.Message.Contains("255 decimals", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_dead_chain_leaves_the_others_whole()
    {
        var dead = new ChainReading(Chain("base", new()), Settings);
        var client = new EvmClient("base", 1, [new FakeEvmNode(1) { Misbehave = (_, _) => new(System.Net.HttpStatusCode.Forbidden) }.Endpoint(name: "base #1")]);
        await EvmMarketReader.ReadAsync(dead, client, Universe.Value, FakeEvmNode.Time, default);
        var snapshot = SnapshotAssembly.Join("now", [await ReadAsync(new(), "ethereum"), dead], Universe.Value.Snapshot, Settings, FakeEvmNode.Time);
        Assert.Single(snapshot.Opportunities);
        var finding = Assert.Single(snapshot.Findings, finding => finding.IsRefused);
        Assert.Equal((FindingRules.DeadChain, "base"), (finding.Rule, finding.Subject));
        Assert.Contains("base #1 answered HTTP 403", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_publishing_costs_on_linea_is_what_its_nodes_ask_beyond_the_usual_price()
    {
        var chain = Chain("ethereum", new()) with { Family = ChainFamily.Linea };
        async Task<ChainReading> On(FakeEvmNode node)
        {
            var reading = new ChainReading(chain, Settings);
            await EvmMarketReader.ReadAsync(reading, node.Client(), Universe.Value, FakeEvmNode.Time, default);
            return reading;
        }

        var knows = Node(new());
        // 22,500 units at 9.5 gwei, where 8 gwei and a tip of one are usual.
        knows.LineaEstimate = (22_500, 7, 9_500_000_000 - 7);
        var told = await On(knows);
        Assert.True(told.Gas is not null, string.Join("; ", told.Findings));
        Assert.Equal(22_500 * 0.5, Assert.IsType<EvmGas>(told.Gas).DataFeeGwei!.Value.Value, 1e-6);
        // An estimate of the moment is never the same twice, and an answer without figures is none.
        knows.LineaEstimate = null;
        knows.AnswersNull = true;
        Assert.Contains((await On(knows)).Findings, finding => finding is { Rule: FindingRules.NoEstimate, IsRefused: false });
        var silent = await On(Node(new()));
        Assert.Null(Assert.IsType<EvmGas>(silent.Gas).DataFeeGwei);
        Assert.Contains(silent.Findings, finding => finding is { Rule: FindingRules.NoEstimate, IsRefused: false });
    }

    [Fact]
    public async Task What_is_written_reads_back_as_a_snapshot()
    {
        var folder = Directory.CreateTempSubdirectory("optimizer-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "chains"));
        foreach (var chain in new ScenarioFiles().LoadMarket(Repository.Path("scenarios", "snapshots", "2026-08-12.json")).Market.Chains)
            File.WriteAllText(Path.Combine(folder, "chains", $"{chain.Id}.yaml"), Formats.Serialize(chain));
        var file = Path.Combine(folder, "now.json");
        File.WriteAllText(file, Formats.Serialize(await SnapshotAsync(new())));
        Assert.Equal("snapshot", FileCheck.Of(file).Kind);
    }

    [Fact]
    public void Every_rule_is_in_the_docs()
    {
        var documented = File.ReadAllText(Repository.Path("docs", "chains.md"));
        Assert.All(typeof(FindingRules).GetFields(), rule => Assert.Contains($"`{rule.GetRawConstantValue()}`", documented, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_hundred_vaults_take_no_more_round_trips_than_one()
    {
        var node = Node(new());
        var vaults = Enumerable.Range(0, 200).Select(i => Address($"vault {i}")).ToArray();
        foreach (var vault in vaults)
        {
            node.With(vault, "asset() returns (address)", _ => [Address("USDC")])
                .With(vault, "decimals() returns (uint8)", _ => [new BigInteger(18)])
                .With(vault, "totalAssets() returns (uint256)", _ => [new BigInteger(5_000_000_000_000)])
                .With(vault, "convertToAssets(uint256 shares) returns (uint256)", shares => [(BigInteger)shares[0] / 1_000_000_000_000]);
        }

        var chain = Chain("ethereum", new()) with
        {
            BlockTime = Duration.FromSeconds(12),
            Protocols = [new() { Id = "vaults", Name = "Vaults", Adapter = "erc4626", Addresses = vaults.Select((v, i) => ($"v{i}", $"{v}")).ToDictionary(p => p.Item1, p => p.Item2) }],
        };
        var reading = new ChainReading(chain, Settings with { YieldWindow = new(0.1) });
        await EvmMarketReader.ReadAsync(reading, node.Client(), Universe.Value, FakeEvmNode.Time, default);
        Assert.Equal(200, reading.Opportunities.Count);
        // These vaults do not answer maxDeposit: that is no permission.
        Assert.All(reading.Opportunities, opportunity => Assert.Equal(0, opportunity.Capacity!.Value.Value));
        // The head; what the vaults are; the worth of a share now; the past block; the worth then; the token and its price.
        Assert.InRange(node.Requests, 3, 7);
    }

    private static async Task LeavesOut(World world, string rule, string message)
    {
        var snapshot = await SnapshotAsync(world);
        Assert.Empty(snapshot.Opportunities);
        Assert.Contains(snapshot.Findings, finding => finding.IsRefused && finding.Rule == rule && finding.Message.Contains(message, StringComparison.Ordinal));
    }

    private static async Task<Snapshot> SnapshotAsync(World world) =>
        SnapshotAssembly.Join("now", [await ReadAsync(world, "ethereum")], Universe.Value.Snapshot, Settings, FakeEvmNode.Time);

    private static async Task<ChainReading> ReadAsync(World world, string chain, DateTimeOffset? now = null)
    {
        var reading = new ChainReading(Chain(chain, world), Settings);
        await EvmMarketReader.ReadAsync(reading, Node(world).Client(), Universe.Value, now ?? FakeEvmNode.Time, default);
        return reading;
    }

    private static FakeEvmNode Node(World world)
    {
        const string Round = "latestRoundData() returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)";
        var node = new FakeEvmNode(1, world.Block);
        BigInteger Time(long age) => FakeEvmNode.Time.ToUnixTimeSeconds() - age;
        object[] Answer(BigInteger price, long age) => [BigInteger.One, price, Time(age), Time(age), BigInteger.One];
        node.With(Address("USDC feed"), Round, _ => Answer(world.UsdcPrice, world.PriceAgeSeconds)).With(Address("USDC feed"), "decimals() returns (uint8)", _ => [new BigInteger(8)])
            .With(Address("ETH feed"), Round, _ => Answer(250_000_000_000, 60)).With(Address("ETH feed"), "decimals() returns (uint8)", _ => [new BigInteger(8)])
            .With(Address("USDC"), "decimals() returns (uint8)", _ => [new BigInteger(world.UsdcDecimals)])
            .With(Address("USDC"), "balanceOf(address owner) returns (uint256)", _ => [new BigInteger(20_000_000_000_000)]);
        // 3.2 % at the kink of 85 %; utilisation is 80 %.
        BigInteger low = 1_000_000_000, utilisation = world.Borrowed / 100_000_000 * 1_000_000_000_000;
        foreach (var (function, value) in new (string, object)[]
        {
            ("baseToken() returns (address)", Address("USDC")), ("totalSupply() returns (uint256)", new BigInteger(100_000_000_000_000)),
            ("totalBorrow() returns (uint256)", world.Borrowed), ("supplyKink() returns (uint256)", new BigInteger(850_000_000_000_000_000)),
            ("supplyPerSecondInterestRateBase() returns (uint256)", world.RateBase), ("supplyPerSecondInterestRateSlopeLow() returns (uint256)", low),
            ("supplyPerSecondInterestRateSlopeHigh() returns (uint256)", 50 * low), ("getUtilization() returns (uint256)", utilisation),
            ("isSupplyPaused() returns (bool)", false), ("isWithdrawPaused() returns (bool)", false),
            ("getSupplyRate(uint256 utilization) returns (uint64)", world.StatedRate ?? world.RateBase + low * 8 / 10),
        })
            node.With(Comet, function, _ => [value]);
        return node;
    }

    private static Chain Chain(string id, World world) => new()
    {
        Id = id,
        Name = id,
        Family = ChainFamily.Evm,
        ChainId = 1,
        NativeToken = "ETH",
        BlockTime = Duration.FromSeconds(12),
        Finality = Duration.FromSeconds(60),
        RpcEnvironmentVariable = "OPTIMIZER_RPC_FAKE",
        Explorer = "https://explorer.example",
        ApproveGasUnits = 50_000,
        Tokens =
        [
            new() { Symbol = "ETH", Decimals = 18, PriceFeed = $"{Address("ETH feed")}" },
            new() { Symbol = "USDC", Decimals = 6, Address = $"{Address("USDC")}", PriceFeed = world.HasFeed ? $"{Address("USDC feed")}" : null },
        ],
        Protocols = [new() { Id = world.Protocol, Name = "Compound v3", Adapter = world.Adapter, Addresses = new Dictionary<string, string> { ["cometUsdc"] = $"{Comet}" } }],
    };

    private static EvmAddress Address(string name) => new(Hex.Keccak(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, EvmAddress.Size));
}
