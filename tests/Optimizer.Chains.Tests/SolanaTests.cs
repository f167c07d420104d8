using System.Buffers.Binary;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Readers;
using Optimizer.Chains.Solana;
using Optimizer.Chains.Solana.Protocols;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Chains.Tests;

/// <summary>Real accounts of mainnet against what the protocols' own libraries make of them, and a market read from them.</summary>
public sealed class SolanaTests
{
    private const string Jito = "jito-stake-pool__glam2024";
    private const string Msol = "marinade-state__glam2024";
    private const string KaminoUsdc = "kamino-usdc-reserve__mrgn";

    private static readonly ReadingSettings Settings = new();
    private static readonly Lazy<Market> Universe = new(() => new ScenarioFiles().LoadMarket(Repository.Path("scenarios", "snapshots", "2026-08-12.json")).Market);

    [Fact]
    public void Jito_stake_pool()
    {
        var pool = StakePool.Decode(FakeSolanaNode.Account(Jito));
        Assert.Equal(Expected("jito-stake-pool", "rate"), pool.Rate, 1e-12);
        Assert.Equal(Expected("jito-stake-pool", "growthPerEpoch"), pool.GrowthPerEpoch, 1e-12);
        Assert.Equal(Math.Pow(1 + pool.GrowthPerEpoch, 182.5) - 1, pool.RatePerYear(182.5), 1e-12);
        Assert.Equal("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn", pool.Mint);
        Assert.Equal((0, 0.001, true), (pool.DepositFee, pool.WithdrawalFee, pool.IsOpen));
    }

    [Fact]
    public void Marinade_state()
    {
        var state = Marinade.Decode(FakeSolanaNode.Account(Msol));
        Assert.Equal(Expected("marinade-state", "price"), state.Rate, 1e-12);
        Assert.Equal(("mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So", null), (state.Mint, state.Cap));
        // 5.18 million mSOL.
        Assert.InRange(state.Supply, 5.1e15, 5.2e15);
    }

    [Theory]
    [InlineData(0.5, "supplyAprAt500msSlots")]
    [InlineData(0.4, "supplyAprAt400msSlots")]
    public void Kamino_reserve(double slotSeconds, string expected)
    {
        var reserve = new Kamino().Decode(FakeSolanaNode.Account(KaminoUsdc), slotSeconds);
        Assert.Equal(Expected("kamino-usdc-reserve", "utilisation"), reserve.Utilisation, 1e-9);
        Assert.Equal(Expected("kamino-usdc-reserve", expected), reserve.Curve(1e-6, "test").SpotRate(0), 1e-9);
        Assert.Equal((FakeSolanaNode.Usdc, 1e15, true), (reserve.Mint, reserve.Limit, reserve.IsOpen));
        Assert.Equal(0.95, reserve.Curve(1e-6, "test").OptimalUtilisation.Value);
        Assert.Equal(0.99989, reserve.Price!.Value.Usd, 1e-5);
    }

    // No dump of Save's is at hand: bytes laid out as its source says, rates by its source's formula.
    [Theory]
    [InlineData(40, 0.04)]
    [InlineData(85, 0.08 + 0.5 * 0.22)]
    [InlineData(95, 0.3 + 0.5 * 1.2)]
    public void Save_reserve(int utilisation, double borrowRate)
    {
        var bytes = new byte[619];
        bytes[0] = 1;
        (bytes[299], bytes[303], bytes[304], bytes[305], bytes[372], bytes[470]) = (80, 0, 8, 30, 20, 90);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(171), (ulong)(100 - utilisation) * 1_000_000);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(179), (UInt128)utilisation * 1_000_000 * 1_000_000_000_000_000_000);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(323), 150_000_000);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(471), 150);
        var reserve = new Save().Decode(Sized(bytes), 0.4);
        var curve = reserve.Curve(1e-6, "test");
        Assert.Equal(borrowRate * utilisation / 100 * 0.8, curve.SpotRate(0), 1e-12);
        Assert.Equal((0.8, 150e6, 100e6), (curve.OptimalUtilisation.Value, reserve.Limit, reserve.Supplied));
    }

    // No dump of MarginFi's is at hand either.
    [Theory]
    [InlineData(0, 0.72 * 0.05 / 0.8 * 0.72)]
    [InlineData(1, 0.72 * (0.02 + (0.72 - 0.5) / (0.9 - 0.5) * (0.06 - 0.02)))]
    public void Marginfi_bank(byte kind, double supplyRate)
    {
        var bytes = new byte[1_864];
        Convert.FromHexString("8e31a6f2324261bc").CopyTo(bytes, 0);
        void Fixed(int at, double value) => BinaryPrimitives.WriteInt128LittleEndian(bytes.AsSpan(at), (Int128)(value * (1L << 48)));
        void Part(int at, double value, double whole) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)Math.Round(value / whole * uint.MaxValue));
        Fixed(80, 1.2);
        Fixed(96, 1.44);
        Fixed(272, 100e6);
        Fixed(256, 60e6);
        Fixed(368, 0.8);
        Fixed(384, 0.05);
        Fixed(400, 1);
        (bytes[544], bytes[608]) = (kind, 1);
        Part(500, 0.5, 10);
        Part(504, 0.5, 1);
        Part(508, 0.02, 10);
        Part(512, 0.9, 1);
        Part(516, 0.06, 10);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(360), ulong.MaxValue);
        var reserve = new Marginfi().Decode(Sized(bytes), 0.4);
        Assert.Equal(supplyRate, reserve.Curve(1e-6, "test").SpotRate(0), 1e-8);
        Assert.Equal((120e6, null, true), (Math.Round(reserve.Supplied), reserve.Limit, reserve.IsOpen));
    }

    [Fact]
    public void An_account_of_another_kind_is_refused()
    {
        var wrong = Assert.Throws<ChainDataException>(() => new Kamino().Decode(FakeSolanaNode.Account(Msol), 0.4));
        Assert.Equal(ChainFault.UnexpectedContract, wrong.Fault);
        Assert.Contains("is not a Kamino reserve: program MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD owns it", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_end_in_a_rate_or_in_an_error() => Gen.Select(Gen.Byte.Array[0, 2_700], Gen.Int[0, 4]).Sample((bytes, which) =>
    {
        byte[] start = which switch { 0 or 1 => [1], 2 => [0x8e, 0x31, 0xa6, 0xf2, 0x32, 0x42, 0x61, 0xbc], 3 => [0xd8, 0x92, 0x6b, 0x5e, 0x68, 0x4b, 0xb6, 0xb1], _ => [0x2b, 0xf2, 0xcc, 0xca, 0x1a, 0xf7, 0x3b, 0x7f] };
        string[] owners = ["", "", "", "MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD", "KLend2g3cP87fffoy8q1mQqGKjrxjC8boSyAYavgmjD"];
        var account = new AccountData("an account", owners[which], [.. start, .. bytes], start.Length + bytes.Length);
        try
        {
            switch (which)
            {
                case 0:
                    StakePool.Decode(account);
                    break;
                case 1:
                    new Save().Decode(account, 0.4);
                    break;
                case 2:
                    new Marginfi().Decode(account, 0.4);
                    break;
                case 3:
                    Marinade.Decode(account);
                    break;
                default:
                    new Kamino().Decode(account, 0.4);
                    break;
            }
        }
        catch (ChainDataException)
        {
        }
    });

    [Fact]
    public async Task A_market_is_read_in_two_round_trips()
    {
        var node = Node();
        var reading = await ReadAsync(node);
        Assert.Equal(2, node.Requests);
        var kamino = Assert.Single(reading.Opportunities, o => o.Id == "kamino/solana/USDC");
        Assert.Equal(Expected("kamino-usdc-reserve", "supplyAprAt400msSlots"), kamino.Carry.Base.SpotRate(0), 1e-9);
        var jito = Assert.Single(reading.Opportunities, o => o.Id == "jito/solana/SOL");
        // Epochs of 432,000 slots of 0.4 s are two days long.
        Assert.Equal(Math.Pow(1 + Expected("jito-stake-pool", "growthPerEpoch"), 182.5) - 1, jito.Carry.Rate(0), 1e-4);
        Assert.Equal([2, 0, 10], new[] { jito.ExitDelayDays, jito.EntryFeeBps, jito.ExitFeeBps }.Select(figure => Math.Round(figure!.Value, 9)));
        Assert.Equal(205, reading.Prices["SOL"].Value, 1e-9);
        var gas = Assert.IsType<SolanaGas>(reading.Gas);
        Assert.Equal([5_000, 20_000, 2_039_280], new[] { gas.LamportsPerSignature, gas.MicroLamportsPerComputeUnit, gas.RentLamportsPerTokenAccount!.Value }.Select(figure => figure.Value));
        Assert.Equal(FakeSolanaNode.Slot, reading.Provenances[kamino.Total.From].Slot);
    }

    [Fact]
    public async Task Marinade_needs_a_former_sample_and_leaves_one()
    {
        var reading = await ReadAsync(Node());
        Assert.Contains(reading.Findings, f => f is { Rule: FindingRules.NoPast, Subject: "marinade/solana/SOL", IsRefused: true });
        Assert.Equal(Expected("marinade-state", "price"), reading.ShareRates["marinade/solana/SOL"].Value, 1e-12);

        var former = new ShareSample(Expected("marinade-state", "price") / 1.001, FakeNode.Time.AddDays(-8));
        reading = await ReadAsync(Node(), history: (id, _) => id == "marinade/solana/SOL" ? former : null);
        var rate = Assert.Single(reading.Opportunities, o => o.Protocol == "marinade").Carry.Rate(0);
        Assert.Equal(Math.Pow(1.001, 365 / 8.0) - 1, rate, 1e-9);

        reading = await ReadAsync(Node(), history: (_, _) => former with { AsOf = FakeNode.Time.AddDays(-2) });
        Assert.Contains(reading.Findings, f => f is { Rule: FindingRules.NoPast, IsRefused: true } && f.Message.Contains("the best earlier sample of its share is from 2026-10-30", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_snapshot_of_it_reads_back()
    {
        var snapshot = SnapshotAssembly.Join("now", [await ReadAsync(Node())], Universe.Value.Snapshot, Settings, FakeNode.Time);
        Assert.Contains(snapshot.Opportunities, o => o.Id == "kamino/solana/USDC");
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(folder.FullName, "now.json");
            File.WriteAllText(file, Formats.Serialize(snapshot));
            new ScenarioFiles().CheckSnapshot(file, Repository.Path("scenarios", "snapshots", "2026-08-12.json"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Prices_that_protocols_reckon_with_are_held_against_the_feed()
    {
        // Kamino's price is of 2025; set to this minute, and to 0.9.
        var reading = await ReadAsync(Node(kamino: bytes =>
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(264), FakeNode.Time.ToUnixTimeSeconds());
            BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(248), (UInt128)(0.9 * (1L << 60)));
        }));
        Assert.Contains(reading.Findings, f => f is { Rule: FindingRules.PriceDisagreement, Subject: "USDC@solana", IsRefused: false }
            && f.Message.Contains("0.9 USD by Kamino on Solana; the first is used", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FindingRules.UnsurePrice, "±")]
    [InlineData(FindingRules.StalePrice, "was last updated 2 days before the slot")]
    [InlineData(FindingRules.MissingPrice, "was not fully verified by its guardians")]
    public async Task A_price_that_is_not_to_be_believed_is_refused(string rule, string message)
    {
        var node = Node();
        node.WithPrice(FakeSolanaNode.UsdcFeed, 1, unsure: rule == FindingRules.UnsurePrice ? 0.2 : 0.0001, ageSeconds: rule == FindingRules.StalePrice ? 2 * 86_400 : 10, verification: rule == FindingRules.MissingPrice ? (byte)0 : (byte)1);
        var reading = await ReadAsync(node);
        Assert.DoesNotContain(reading.Opportunities, o => o.Id == "kamino/solana/USDC");
        Assert.Contains(reading.Findings, f => f.Rule == rule && f.IsRefused && f.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mint_with_other_decimals_is_refused()
    {
        var reading = await ReadAsync(Node().WithMint(FakeSolanaNode.Usdc, 9));
        Assert.Contains(reading.Findings, f => f is { Rule: FindingRules.WrongDecimals, IsRefused: true, Message: "the mint has 9 decimals, not 6" });
        Assert.DoesNotContain(reading.Opportunities, o => o.Protocol == "kamino");
    }

    [Fact]
    public async Task A_pool_that_missed_epochs_is_refused()
    {
        var reading = await ReadAsync(Node(jito: bytes => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(274), 630)));
        Assert.Contains(reading.Findings, f => f is { Rule: FindingRules.StaleAccount, IsRefused: true } && f.Message == "the pool's rewards were last updated in epoch 630; the present epoch is 638");
    }

    [Fact]
    public async Task A_closed_market_takes_nothing()
    {
        var reading = await ReadAsync(Node(kamino: bytes => bytes[4_856] = 1));
        Assert.Equal(0, Assert.Single(reading.Opportunities, o => o.Protocol == "kamino").Capacity!.Value.Value);
    }

    [Fact]
    public async Task A_node_of_another_chain_leaves_it_out()
    {
        var node = Node();
        node.GenesisHash = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG";
        var reading = await ReadAsync(node);
        Assert.Null(reading.Gas);
        Assert.Contains(reading.Findings, f => f is { Rule: FindingRules.DeadChain, IsRefused: true } && f.Message.Contains("its genesis hash differs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_clock_that_stands_still_leaves_it_out()
    {
        var reading = await ReadAsync(Node(), now: FakeNode.Time.AddHours(1));
        Assert.Null(reading.Gas);
        Assert.Contains(reading.Findings, f => f is { Rule: FindingRules.StaleBlock, IsRefused: true });
    }

    [Fact]
    public async Task Accounts_beyond_one_answer_are_asked_for_again_until_they_are_of_one_slot()
    {
        var wanted = Enumerable.Range(0, 150).Select(i => new SolanaAccountRequest(SimpleBase.Base58.Bitcoin.Encode([(byte)(i + 1), .. new byte[31]]), 10)).ToArray();
        // The first time, the second hundred is a slot further on.
        var node = new FakeSolanaNode { SlotOfCall = call => FakeSolanaNode.Slot + (ulong)(call == 2 ? 1 : 0) };
        var client = node.Client();
        var accounts = await client.ReadAsync(await client.PinAsync(default), wanted, [], default);
        Assert.Equal((3, FakeSolanaNode.Slot, FakeSolanaNode.Slot), (node.Requests, accounts.Slot, accounts.LastSlot));
        node = new() { SlotOfCall = call => FakeSolanaNode.Slot + (ulong)call };
        client = node.Client();
        accounts = await client.ReadAsync(await client.PinAsync(default), wanted, [], default);
        Assert.Equal((4, accounts.Slot + 1), (node.Requests, accounts.LastSlot));
    }

    [Fact]
    public async Task A_node_that_lags_is_not_used()
    {
        var behind = Node();
        behind.Misbehave = (_, body) => FakeNode.Ok(body.Replace($"\"absoluteSlot\":{FakeSolanaNode.Slot - 10}", $"\"absoluteSlot\":{FakeSolanaNode.Slot - 1_000}", StringComparison.Ordinal));
        var client = new SolanaClient("solana", FakeSolanaNode.Genesis, [behind.Endpoint(name: "solana #1"), Node().Endpoint(name: "solana #2")]);
        await client.PinAsync(default);
        Assert.Equal([(ChainFault.Behind, "solana #1 is 990 blocks behind; it is not used")], client.Noticed);
    }

    [Fact]
    public async Task Answers_changed_at_random_end_in_a_reading_or_in_a_finding()
    {
        string[] junk = ["null", "-1", "\"\"", "{}", "[]", "1e400", "99999999999999999999999", "true", "[null]"];
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var node = Node();
            node.Misbehave = (_, body) =>
            {
                var starts = Enumerable.Range(0, body.Length).Where(i => body[i] == ':').ToArray();
                var at = starts[random.Next(starts.Length)] + 1;
                var end = at;
                while (end < body.Length && body[end] is not (',' or '}' or ']'))
                    end++;
                return FakeNode.Ok(body[..at] + junk[random.Next(junk.Length)] + body[end..]);
            };
            var reading = await ReadAsync(node);
            Assert.True(reading.Gas is not null || reading.Findings.Any(f => f.IsRefused), $"seed {seed}");
        }
    }

    private static FakeSolanaNode Node(Action<byte[]>? kamino = null, Action<byte[]>? jito = null) =>
        new FakeSolanaNode().WithDump(KaminoUsdc, kamino).WithDump(Jito, jito).WithDump(Msol).WithDump("usdc-mint__glam2024").WithDump("jitosol-mint__glam2024")
            .WithMint("mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So", 9);

    private static async Task<ChainReading> ReadAsync(FakeSolanaNode node, DateTimeOffset? now = null, ShareHistory? history = null)
    {
        var reading = new ChainReading(Universe.Value.Chain("solana"), Settings, history);
        await SolanaMarketReader.ReadAsync(reading, node.Client(), now ?? FakeNode.Time, default);
        return reading;
    }

    private static AccountData Sized(byte[] bytes) => new("an account", "a program", bytes, bytes.Length);

    private static double Expected(string account, string figure) => FakeSolanaNode.Dump("expected").GetProperty(account).GetProperty(figure).GetDouble();
}
