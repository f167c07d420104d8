using System.Buffers.Binary;
using System.Text.Json;
using Optimizer.Chains.Solana;
using SimpleBase;

namespace Optimizer.Chains.Tests;

/// <summary>A Solana node in memory that serves account dumps.</summary>
internal sealed class FakeSolanaNode : FakeNode
{
    public const string Genesis = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";
    public const string SolFeed = "7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE";
    public const string UsdcFeed = "Dpw1EAVrSB1ibxiDQyTAW6Zip3J4Btk2x4SgApQCeFbX";
    public const string Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    public const ulong Slot = 275_800_000;
    public const ulong SlotsPerEpoch = 432_000;

    private readonly Dictionary<string, (string Owner, byte[] Bytes)> _accounts = [];

    public FakeSolanaNode()
    {
        var clock = new byte[40];
        BinaryPrimitives.WriteUInt64LittleEndian(clock, Slot);
        BinaryPrimitives.WriteInt64LittleEndian(clock.AsSpan(32), Time.ToUnixTimeSeconds());
        With(SolanaClock.Account.Address, "Sysvar1111111111111111111111111111111111111", clock);
        WithPrice(SolFeed, 205);
        WithPrice(UsdcFeed, 0.9999);
    }

    /// <summary>How far the node is on when it is asked for accounts, by the number of the call.</summary>
    public Func<int, ulong> SlotOfCall { get; set; } = _ => Slot;

    public ulong[] PriorityFees { get; set; } = [0, 0, 100, 20_000];

    public string GenesisHash { get; set; } = Genesis;

    private int Calls { get; set; }

    /// <summary>The dump of a real account that ships with the local nodes.</summary>
    public static JsonElement Dump(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "nodes", "accounts", $"{name}.json"))).RootElement;

    public static AccountData Account(string name)
    {
        var account = Dump(name).GetProperty("account");
        var bytes = account.GetProperty("data")[0].GetBytesFromBase64();
        return new(Dump(name).GetProperty("pubkey").GetString()!, account.GetProperty("owner").GetString()!, bytes, bytes.Length);
    }

    public FakeSolanaNode With(string address, string owner, byte[] bytes)
    {
        _accounts[address] = (owner, bytes);
        return this;
    }

    /// <summary>Serves a real account, changed at some places.</summary>
    public FakeSolanaNode WithDump(string name, Action<byte[]>? change = null)
    {
        var account = Dump(name).GetProperty("account");
        var bytes = account.GetProperty("data")[0].GetBytesFromBase64();
        change?.Invoke(bytes);
        return With(Dump(name).GetProperty("pubkey").GetString()!, account.GetProperty("owner").GetString()!, bytes);
    }

    public FakeSolanaNode WithPrice(string feed, double usd, double unsure = 0.0001, double ageSeconds = 10, byte verification = 1)
    {
        var bytes = new byte[134];
        Convert.FromHexString("22f123639d7ef4cd").CopyTo(bytes, 0);
        bytes[40] = verification;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(73), (long)Math.Round(usd * 1e8));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(81), (long)Math.Round(usd * unsure * 1e8));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(89), -8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(93), Time.ToUnixTimeSeconds() - (long)ageSeconds);
        return With(feed, "rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ", bytes);
    }

    public FakeSolanaNode WithMint(string mint, byte decimals)
    {
        var bytes = new byte[82];
        bytes[44] = decimals;
        return With(mint, "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", bytes);
    }

    public SolanaClient Client() => new("solana", Genesis, [Endpoint(name: "solana #1")]);

    protected override object Answer(string method, JsonElement parameters) => method switch
    {
        "getGenesisHash" => GenesisHash,
        "getEpochInfo" => new { absoluteSlot = Slot - 10, blockHeight = Slot, epoch = Slot / SlotsPerEpoch, slotIndex = Slot % SlotsPerEpoch, slotsInEpoch = SlotsPerEpoch },
        "getRecentPerformanceSamples" => Enumerable.Range(0, 3).Select(i => new { slot = Slot, numTransactions = 1, numSlots = 150, samplePeriodSecs = 60 }),
        "getLatestBlockhash" => Context(Slot, new { blockhash = Genesis, lastValidBlockHeight = Slot }),
        "getMinimumBalanceForRentExemption" => 2_039_280,
        "getMultipleAccounts" => Context(SlotOfCall(++Calls), parameters[0].EnumerateArray().Select(address => Account(address.GetString()!, parameters[1].GetProperty("dataSlice"))).ToArray()),
        "getFeeForMessage" => Context(Slot, Convert.FromBase64String(parameters[0].GetString()!)[0] * 5_000),
        "getRecentPrioritizationFees" => PriorityFees.Select((fee, i) => new { slot = Slot - (ulong)i, prioritizationFee = fee }),
        _ => throw new NotSupportedException(method),
    };

    private static object Context(ulong slot, object value) => new { context = new { slot, apiVersion = "3.0.0" }, value };

    private object? Account(string address, JsonElement slice)
    {
        if (!_accounts.TryGetValue(address, out var account))
            return null;
        Assert.Equal(AccountData.KeyBytes, Base58.Bitcoin.Decode(address).Length);
        var bytes = account.Bytes.AsSpan(slice.GetProperty("offset").GetInt32());
        return new
        {
            lamports = 1_000_000,
            owner = account.Owner,
            data = new[] { Convert.ToBase64String(bytes[..Math.Min(bytes.Length, slice.GetProperty("length").GetInt32())]), "base64" },
            executable = false,
            // What the real node prints: the largest number of 64 bits, rounded.
            rentEpoch = 18446744073709552000m,
            space = account.Bytes.Length,
        };
    }
}
