using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Readers;
using Optimizer.Chains.Tests;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Benchmarks;

/// <summary>Made-up chains in memory, each with an Aave market, read at once.</summary>
internal static class ManyChains
{
    /// <summary>The snapshot whose judgements are taken over.</summary>
    public static Lazy<Market> Judged { get; } = new(() => new ScenarioFiles().LoadMarket(Tests.Repository.Path("scenarios", "snapshots", "2026-08-12.json")).Market);

    /// <summary>Reads and joins the markets by given clients, and writes the snapshot.</summary>
    /// <returns>How many opportunities.</returns>
    public static async Task<int> ReadAsync(int chains, int reserves, Func<int, EvmClient> clientOf)
    {
        var judged = Judged.Value;
        var readings = await Task.WhenAll(Enumerable.Range(0, chains).Select(async i =>
        {
            var reading = new ChainReading(Chain($"chain-{i}", reserves), new());
            await EvmMarketReader.ReadAsync(reading, clientOf(i), judged.With(judged.Snapshot with { Routes = [] }), FakeEvmNode.Time, default);
            return reading;
        })).ConfigureAwait(false);
        // Made-up chains and tokens are judged as Ethereum and its ether are: what nobody has judged would be left out.
        var rated = judged.Snapshot with
        {
            Chains = [.. readings.Select(reading => judged.Snapshot.Chains[0] with { Id = reading.Chain.Id })],
            Tokens = [.. readings.SelectMany(reading => reading.Chain.Tokens.Select(token => judged.Snapshot.Tokens[0] with { Id = new(token.Symbol, reading.Chain.Id) }))],
        };
        var snapshot = SnapshotAssembly.Join("many", readings, rated, new(), FakeEvmNode.Time);
        Formats.Serialize(snapshot);
        return snapshot.Opportunities.Count;
    }

    private static EvmAddress Address(string name) => new(Hex.Keccak(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, EvmAddress.Size));

    private static Chain Chain(string id, int reserves) => new()
    {
        Id = id,
        Name = id,
        Family = ChainFamily.Evm,
        ChainId = 1,
        NativeToken = "ETH",
        BlockTime = Duration.FromSeconds(12),
        Finality = Duration.FromSeconds(60),
        RpcEnvironmentVariable = "NONE",
        Explorer = "",
        ApproveGasUnits = 50_000,
        Tokens =
        [
            new() { Symbol = "ETH", Decimals = 18, PriceFeed = $"{Address("feed")}" },
            .. Enumerable.Range(0, reserves).Select(i => new Token { Symbol = $"T{i}", Asset = "ETH", Decimals = 18, Address = $"{Address($"token {i}")}" }),
        ],
        Protocols = [new() { Id = "aave-v3", Name = "Aave v3", Adapter = "aaveV3", Addresses = new Dictionary<string, string> { ["pool"] = $"{Address("pool")}", ["dataProvider"] = $"{Address("provider")}" } }],
    };

    internal static FakeEvmNode Node(int reserves)
    {
        var node = new FakeEvmNode(1);
        var (pool, provider, feed, time) = (Address("pool"), Address("provider"), Address("feed"), new BigInteger(FakeEvmNode.Time.ToUnixTimeSeconds()));
        BigInteger wad = BigInteger.Pow(10, 18), ray = BigInteger.Pow(10, 27);
        node.With(feed, "latestRoundData() returns (uint80,int256,uint256,uint256,uint80)", _ => [BigInteger.One, new BigInteger(250_000_000_000), time, time, BigInteger.One])
            .With(feed, "decimals() returns (uint8)", _ => [new BigInteger(8)])
            .With(pool, "POOL_REVISION() returns (uint256)", _ => [new BigInteger(10)])
            .With(pool, "getReservesList() returns (address[])", _ => [Enumerable.Range(0, reserves).Select(i => (object)Address($"token {i}")).ToArray()])
            .With(pool, "getVirtualUnderlyingBalance(address) returns (uint128)", _ => [2_000 * wad])
            .With(pool, "getReserveDeficit(address) returns (uint256)", _ => [BigInteger.Zero])
            .With(provider, "getReserveTokensAddresses(address) returns (address,address,address)", asset => [asset[0], asset[0], asset[0]])
            .With(provider, "getReserveData(address) returns (uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint40)",
                _ => [BigInteger.Zero, BigInteger.Zero, 10_000 * wad, BigInteger.Zero, 8_000 * wad, ray * 28_800 / 1_000_000, ray / 25, BigInteger.Zero, BigInteger.Zero, ray, ray, time])
            .With(provider, "getReserveConfigurationData(address) returns (uint256,uint256,uint256,uint256,uint256,bool,bool,bool,bool,bool)",
                _ => [new BigInteger(18), BigInteger.Zero, BigInteger.Zero, BigInteger.Zero, new BigInteger(1_000), true, true, false, true, false])
            .With(provider, "getReserveCaps(address) returns (uint256,uint256)", _ => [new BigInteger(50_000), new BigInteger(50_000)])
            .With(provider, "getPaused(address) returns (bool)", _ => [false])
            .With(provider, "getInterestRateStrategyAddress(address) returns (address)", _ => [Address("strategy")])
            .With(Address("strategy"), "getInterestRateDataBps(address) returns ((uint16,uint32,uint32,uint32))", _ => [new object[] { new BigInteger(8_000), BigInteger.Zero, new BigInteger(400), new BigInteger(6_000) }]);
        for (var i = 0; i < reserves; i++)
            node.With(Address($"token {i}"), "decimals() returns (uint8)", _ => [new BigInteger(18)]);
        return node;
    }
}
