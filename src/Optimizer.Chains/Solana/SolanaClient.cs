using System.Text.Json;
using Optimizer.Chains.Rpc;
using SimpleBase;

namespace Optimizer.Chains.Solana;

/// <summary>Queries to Solana nodes; can be implemented with another library.</summary>
public interface ISolanaClient
{
    /// <summary>Reads the nodes' present slot and the slot time; checks that the nodes belong to the right chain.</summary>
    Task<SolanaHead> PinAsync(CancellationToken cancellation);

    /// <summary>Reads accounts and the fees of transactions that write to some of them, in one round trip.</summary>
    /// <param name="head">The nodes' head.</param>
    /// <param name="wanted">The accounts, with the number of bytes needed from each.</param>
    /// <param name="written">Accounts that transactions will write to; at most 128 are used for the fees.</param>
    /// <param name="cancellation">Cancels.</param>
    Task<SolanaAccounts> ReadAsync(SolanaHead head, IReadOnlyList<SolanaAccountRequest> wanted, IReadOnlyList<string> written, CancellationToken cancellation);

    /// <summary>Problems with nodes found so far: failing or lagging nodes.</summary>
    IReadOnlyList<(ChainFault Fault, string Message)> Noticed { get; }
}

/// <summary>The head of a node.</summary>
/// <param name="Slot">The last finalised slot.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="SlotsPerEpoch">Number of slots per epoch.</param>
/// <param name="SlotSeconds">Mean slot time over the last hours, in seconds.</param>
/// <param name="BlockHash">The last block's hash, which transactions must contain.</param>
/// <param name="RentLamports">Rent: lamports that a token account must hold while it exists.</param>
public sealed record SolanaHead(ulong Slot, ulong Epoch, ulong SlotsPerEpoch, double SlotSeconds, string BlockHash, ulong RentLamports)
{
    /// <summary>Duration of an epoch, in days.</summary>
    public double EpochDays => SlotsPerEpoch * SlotSeconds / 86_400;
}

/// <summary>An account to read.</summary>
/// <param name="Address">The account.</param>
/// <param name="Length">Number of bytes needed from the start of its data.</param>
public readonly record struct SolanaAccountRequest(string Address, int Length);

/// <summary>Accounts at one slot.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="LastSlot">The slot of the last answer; it differs if the accounts needed several answers and the node advanced in
/// between.</param>
/// <param name="ByAddress">The accounts that exist.</param>
/// <param name="LamportsPerSignature">Fee per signature, in lamports.</param>
/// <param name="PriorityFees">Priority fees of recent slots for transactions that write to the accounts, in micro-lamports per compute
/// unit; sorted.</param>
public sealed record SolanaAccounts(ulong Slot, ulong LastSlot, IReadOnlyDictionary<string, AccountData> ByAddress, ulong LamportsPerSignature, IReadOnlyList<ulong> PriorityFees);

/// <summary>Queries Solana's endpoints; if one fails, the next is used.</summary>
/// <param name="chain">The chain's name in messages.</param>
/// <param name="genesisHash">The genesis hash that every endpoint must have.</param>
/// <param name="endpoints">The endpoints, preferred first; at least one.</param>
public sealed class SolanaClient(string chain, string genesisHash, IReadOnlyList<JsonRpcClient> endpoints) : ISolanaClient
{
    /// <summary>Slots by which an endpoint may lag: about half a minute.</summary>
    private const ulong Lag = 75;

    private const int AccountsAtOnce = 100;
    private const int MostWritten = 128;

    /// <summary>Number of one-minute performance samples: half a day.</summary>
    private const int Samples = 720;

    private const int TokenAccountBytes = 165;
    private const string SystemProgram = "11111111111111111111111111111111";

    private readonly EndpointGroup _endpoints = new(chain, endpoints);

    /// <inheritdoc/>
    public IReadOnlyList<(ChainFault Fault, string Message)> Noticed => _endpoints.Noticed;

    /// <inheritdoc/>
    public Task<SolanaHead> PinAsync(CancellationToken cancellation) => _endpoints.PinAsync(HeadAsync, head => head.Slot, Lag, cancellation);

    /// <inheritdoc/>
    public async Task<SolanaAccounts> ReadAsync(SolanaHead head, IReadOnlyList<SolanaAccountRequest> wanted, IReadOnlyList<string> written, CancellationToken cancellation)
    {
        const int Tries = 3;
        // Group accounts of similar length, so that little is read of the short ones.
        var parts = wanted.OrderByDescending(account => account.Length).Chunk(AccountsAtOnce).ToArray();
        for (var attempt = 1; ; attempt++)
        {
            var replies = await _endpoints.AskAsync(
            [
                .. parts.Select(part => new RpcCall("getMultipleAccounts", part.Select(account => account.Address).ToArray(),
                    new { encoding = "base64", minContextSlot = head.Slot, dataSlice = new { offset = 0, length = part[0].Length } })),
                new("getFeeForMessage", Convert.ToBase64String(EmptyTransfer(head.BlockHash)), new { commitment = "processed" }),
                new("getRecentPrioritizationFees", [written.Take(MostWritten).ToArray()]),
            ], cancellation).ConfigureAwait(false);
            if (Array.Find(replies, reply => reply.Error is not null).Error is { } error)
                throw new ChainDataException(ChainFault.Refused, $"{chain}: the node refused to read accounts: {error}");
            try
            {
                var accounts = new Dictionary<string, AccountData>();
                var slots = parts.Select((part, i) => Accounts(part, replies[i].Result, accounts)).DefaultIfEmpty(head.Slot).ToArray();
                if (slots.Min() == slots.Max() || attempt == Tries)
                    return new(slots.Min(), slots.Max(), accounts, Fee(replies[^2].Result), PriorityFees(replies[^1].Result));
            }
            catch (Exception wrong) when (wrong is InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
            {
                throw new ChainDataException(ChainFault.Malformed, $"{chain}: a node's answer is not of the known form", wrong);
            }
        }
    }

    private async Task<SolanaHead> HeadAsync(JsonRpcClient endpoint, CancellationToken cancellation)
    {
        var finalized = new { commitment = "finalized" };
        string[] methods = ["getGenesisHash", "getEpochInfo", "getRecentPerformanceSamples", "getLatestBlockhash", "getMinimumBalanceForRentExemption"];
        object?[][] parameters = [[], [finalized], [Samples], [finalized], [TokenAccountBytes]];
        var replies = await endpoint.SendAsync([.. methods.Zip(parameters, (method, with) => new RpcCall(method, with))], cancellation).ConfigureAwait(false);
        for (var i = 0; i < replies.Length; i++)
        {
            if (replies[i].Error is { } error)
                throw new ChainDataException(ChainFault.Refused, $"{endpoint.Name} refused {methods[i]}: {error}");
        }

        try
        {
            if (replies[0].Result.GetString() is var genesis && genesis != genesisHash)
                throw new ChainDataException(ChainFault.WrongChain, $"{endpoint.Name} is not a node of {chain}: its genesis hash differs");
            var epoch = replies[1].Result;
            var (slots, seconds) = (0.0, 0.0);
            foreach (var sample in replies[2].Result.EnumerateArray())
                (slots, seconds) = (slots + sample.GetProperty("numSlots").GetUInt64(), seconds + sample.GetProperty("samplePeriodSecs").GetUInt64());
            var head = new SolanaHead(epoch.GetProperty("absoluteSlot").GetUInt64(), epoch.GetProperty("epoch").GetUInt64(), epoch.GetProperty("slotsInEpoch").GetUInt64(),
                seconds / slots, Address(replies[3].Result.GetProperty("value").GetProperty("blockhash"), "block hash", endpoint.Name), replies[4].Result.GetUInt64());
            return slots > 0 && head.SlotSeconds is >= 0.05 and <= 5 && head.SlotsPerEpoch is > 0 and <= 100_000_000 && head.Slot <= long.MaxValue
                ? head
                : throw new ChainDataException(ChainFault.Malformed, $"{endpoint.Name} reports that {slots} slots took {seconds} s, in epochs of {head.SlotsPerEpoch}");
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ChainDataException(ChainFault.Malformed, $"{endpoint.Name} does not answer like a Solana node", wrong);
        }
    }

    /// <summary>Reads the accounts of one answer.</summary>
    /// <returns>Their slot.</returns>
    private ulong Accounts(SolanaAccountRequest[] part, JsonElement result, Dictionary<string, AccountData> into)
    {
        var values = result.GetProperty("value");
        if (values.GetArrayLength() != part.Length)
            throw new ChainDataException(ChainFault.Malformed, $"{chain}: {values.GetArrayLength()} accounts were sent, but {part.Length} were requested");
        foreach (var (account, value) in part.Zip(values.EnumerateArray()))
        {
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            var bytes = value.GetProperty("data")[0].GetBytesFromBase64();
            // Nodes report the full size since 1.14; before that, a slice shows only its own size.
            var size = value.TryGetProperty("space", out var space) ? (int)Math.Min(space.GetUInt64(), int.MaxValue) : bytes.Length;
            into[account.Address] = new(account.Address, Address(value.GetProperty("owner"), "program", chain), bytes, size);
        }

        return result.GetProperty("context").GetProperty("slot").GetUInt64();
    }

    private ulong Fee(JsonElement result) => result.GetProperty("value") is { ValueKind: JsonValueKind.Number } fee
        ? fee.GetUInt64()
        : throw new ChainDataException(ChainFault.Refused, $"{chain}: the node does not report the fee of a signature, because it no longer knows its last block");

    private static ulong[] PriorityFees(JsonElement result) => [.. result.EnumerateArray().Select(slot => slot.GetProperty("prioritizationFee").GetUInt64()).Order()];

    private static string Address(JsonElement text, string what, string who)
    {
        Span<byte> bytes = stackalloc byte[64];
        return text.GetString() is { Length: <= 44 } address && Base58.Bitcoin.TryDecode(address, bytes, out var length) && length == AccountData.KeyBytes
            ? address
            : throw new ChainDataException(ChainFault.Malformed, $"{who} sent a {what} that is no address");
    }

    /// <summary>The message of an empty transaction with one signature; its fee is the fee per signature.</summary>
    private static byte[] EmptyTransfer(string blockHash) =>
    [
        1, 0, 1, 2, .. Enumerable.Repeat((byte)1, AccountData.KeyBytes), .. Base58.Bitcoin.Decode(SystemProgram), .. Base58.Bitcoin.Decode(blockHash), 0,
    ];
}
