using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;

namespace Optimizer.Chains.Evm;

/// <summary>A transaction that is in a block.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="From">Who signed it.</param>
/// <param name="To">What it called; null where it made a contract.</param>
/// <param name="Value">Native base units sent along.</param>
/// <param name="Data">Its calldata.</param>
/// <param name="Block">The block.</param>
/// <param name="Index">Its place in the block.</param>
/// <param name="Succeeded">False where it reverted.</param>
/// <param name="GasWei">What was paid for its gas; on rollups that say so, with the fee for its data.</param>
/// <param name="Logs">What contracts logged.</param>
public sealed record EvmTransaction(
    string Hash, EvmAddress From, EvmAddress? To, BigInteger Value, byte[] Data, EvmBlock Block, ulong Index, bool Succeeded, BigInteger GasWei, IReadOnlyList<EvmLog> Logs);

/// <summary>A transaction of an account, before it is looked at.</summary>
/// <param name="Transaction">Its hash.</param>
/// <param name="Block">The block's height.</param>
/// <param name="Counts">Whether it counts in the account's nonce.</param>
public sealed record EvmSent(string Transaction, ulong Block, bool Counts);

/// <summary>Finds what happened on an EVM network: transactions, logs, and how often an account has acted.</summary>
/// <param name="client">Whom to ask.</param>
public sealed class EvmActivity(EvmClient client)
{
    /// <summary>A transaction with its receipt; null where no block has it.</summary>
    /// <exception cref="ChainDataException">A node failed, or sent something else.</exception>
    public async Task<EvmTransaction?> TransactionAsync(string hash, CancellationToken cancellation)
    {
        var replies = await AskAsync([new("eth_getTransactionByHash", hash), new("eth_getTransactionReceipt", hash)], cancellation).ConfigureAwait(false);
        var (sent, receipt) = (replies[0], replies[1]);
        if (sent.ValueKind != JsonValueKind.Object || receipt.ValueKind != JsonValueKind.Object)
            return null;
        if (!string.Equals(EvmJson.Text(EvmJson.Field(receipt, "transactionHash")), hash, StringComparison.OrdinalIgnoreCase) || !string.Equals(EvmJson.Text(EvmJson.Field(sent, "hash")), hash, StringComparison.OrdinalIgnoreCase))
            throw new ChainDataException(ChainFault.Malformed, $"{client.Chain}: another transaction than {hash} was sent when it was asked for");
        var (logs, block) = (EvmJson.Field(receipt, "logs"), await client.BlockAsync(Count(receipt, "blockNumber"), cancellation).ConfigureAwait(false));
        var gas = Number(receipt, "gasUsed") * Number(receipt, "effectiveGasPrice");
        if (EvmJson.Text(EvmJson.Field(receipt, "l1Fee")) is not null)
            gas += Number(receipt, "l1Fee");
        return new(hash, Address(sent, "from"), EvmJson.Text(EvmJson.Field(sent, "to")) is null ? null : Address(sent, "to"), Number(sent, "value"), EvmJson.Bytes(EvmJson.Field(sent, "input"), client.Chain),
            block, Count(receipt, "transactionIndex"), Number(receipt, "status").IsOne, gas,
            logs.ValueKind == JsonValueKind.Array ? [.. logs.EnumerateArray().Select(Log)] : throw Malformed("a receipt without logs"));
    }

    /// <summary>The logs of a contract between two blocks, both counted.</summary>
    /// <param name="address">The contract.</param>
    /// <param name="topics">What each topic has to be, one of several; null for anything.</param>
    /// <param name="from">The first block.</param>
    /// <param name="to">The last block.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <remarks>Many nodes answer for so many blocks or logs only, and each has its own bound: what is refused is asked in
    /// halves. The requests grow with the number of blocks.</remarks>
    /// <exception cref="ChainDataException">A node refuses even single blocks, or failed.</exception>
    public async Task<IReadOnlyList<EvmLog>> LogsAsync(EvmAddress address, IReadOnlyList<IReadOnlyList<string>?> topics, ulong from, ulong to, CancellationToken cancellation)
    {
        var found = new List<EvmLog>();
        for (ulong next = from, span = Math.Max(1, to - from + 1); next <= to;)
        {
            var last = Math.Min(to, next + span - 1);
            var filter = new { address = address.ToString(), topics, fromBlock = Hex.Of(next), toBlock = Hex.Of(last) };
            var reply = (await client.AskAsync([new("eth_getLogs", filter)], cancellation).ConfigureAwait(false))[0];
            if (reply.Error is not null && span > 1)
            {
                span /= 2;
                continue;
            }

            if (reply.Error is not null || reply.Result.ValueKind != JsonValueKind.Array)
                throw new ChainDataException(ChainFault.Refused, $"{client.Chain}: the logs of block {next} were refused: {reply.Error ?? "no list came"}");
            found.AddRange(reply.Result.EnumerateArray().Select(Log));
            next = last + 1;
        }

        return found;
    }

    /// <summary>How many transactions an account has signed up to a block; null for those that wait as well.</summary>
    /// <exception cref="ChainDataException">The state of that block cannot be had.</exception>
    public async Task<ulong> CountAsync(EvmAddress account, ulong? block, CancellationToken cancellation)
    {
        var at = block is { } number ? Hex.Of(number) : "pending";
        return EvmJson.Count((await AskAsync([new("eth_getTransactionCount", account.ToString(), at)], cancellation).ConfigureAwait(false))[0], client.Chain, "count");
    }

    /// <summary>An address's code at a block.</summary>
    public async Task<byte[]> CodeAsync(EvmAddress address, ulong block, CancellationToken cancellation) =>
        EvmJson.Bytes((await AskAsync([new("eth_getCode", address.ToString(), Hex.Of(block))], cancellation).ConfigureAwait(false))[0], client.Chain);

    /// <summary>Whether code only says whose code an account lends itself (EIP-7702).</summary>
    public static bool IsDelegated(byte[] code) => code.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xef, 0x01, 0x00]);

    /// <summary>What an account holds of its chain's native token at a block.</summary>
    public async Task<BigInteger> BalanceAsync(EvmAddress account, ulong block, CancellationToken cancellation) =>
        EvmJson.Number((await AskAsync([new("eth_getBalance", account.ToString(), Hex.Of(block))], cancellation).ConfigureAwait(false))[0], client.Chain, "balance");

    /// <summary>The transactions that an account signed after one block and up to another, by halving: as many requests as
    /// transactions times the logarithm of the blocks.</summary>
    /// <exception cref="ChainDataException">The states of former blocks cannot be had.</exception>
    public async Task<IReadOnlyList<EvmSent>> SentAsync(EvmAddress account, ulong after, ulong to, CancellationToken cancellation)
    {
        var found = new List<EvmSent>();
        await SearchAsync(after, await CountAsync(account, after, cancellation).ConfigureAwait(false), to, await CountAsync(account, to, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        return found;

        async Task SearchAsync(ulong low, ulong lowCount, ulong high, ulong highCount)
        {
            if (lowCount == highCount || low >= high)
                return;
            if (high - low == 1)
            {
                var block = (await AskAsync([new("eth_getBlockByNumber", Hex.Of(high), true)], cancellation).ConfigureAwait(false))[0];
                var transactions = EvmJson.Field(block, "transactions");
                if (transactions.ValueKind != JsonValueKind.Array)
                    throw Malformed($"block {high} without transactions");
                var mine = transactions.EnumerateArray().Where(transaction => Address(transaction, "from") == account).Select(transaction => new EvmSent(Hash(transaction, "hash"), high, true)).ToArray();
                if ((ulong)mine.Length != highCount - lowCount)
                    throw Malformed($"block {high} with {mine.Length} transactions of {account}, which has {highCount - lowCount} there by its count");
                found.AddRange(mine);
                return;
            }

            var middle = low + (high - low) / 2;
            var count = await CountAsync(account, middle, cancellation).ConfigureAwait(false);
            await SearchAsync(low, lowCount, middle, count).ConfigureAwait(false);
            await SearchAsync(middle, count, high, highCount).ConfigureAwait(false);
        }
    }

    private async Task<JsonElement[]> AskAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellation)
    {
        var replies = await client.AskAsync(calls, cancellation).ConfigureAwait(false);
        var refused = Array.FindIndex(replies, reply => reply.Error is not null);
        return refused < 0 ? [.. replies.Select(reply => reply.Result)] : throw new ChainDataException(ChainFault.Refused, $"{client.Chain}: {calls[refused].Method} was refused: {replies[refused].Error}");
    }

    private EvmLog Log(JsonElement log)
    {
        var topics = EvmJson.Field(log, "topics");
        if (topics.ValueKind != JsonValueKind.Array || topics.EnumerateArray().Any(topic => topic.ValueKind != JsonValueKind.String))
            throw Malformed("a log without topics");
        return new(Address(log, "address"), [.. topics.EnumerateArray().Select(topic => topic.GetString()!.ToLowerInvariant())], EvmJson.Bytes(EvmJson.Field(log, "data"), client.Chain), Count(log, "blockNumber"),
            Hash(log, "transactionHash"), Count(log, "logIndex"));
    }

    private EvmAddress Address(JsonElement parent, string field)
    {
        try
        {
            return EvmAddress.Parse(EvmJson.Text(EvmJson.Field(parent, field)) ?? "");
        }
        catch (FormatException)
        {
            throw Malformed($"'{field}' that is no address");
        }
    }

    private string Hash(JsonElement parent, string field) => EvmJson.Bytes(EvmJson.Field(parent, field), client.Chain) is { Length: Hex.WordSize } hash ? Hex.Of(hash) : throw Malformed($"'{field}' that is no hash");

    private BigInteger Number(JsonElement parent, string field) => EvmJson.Number(EvmJson.Field(parent, field), client.Chain, field);

    private ulong Count(JsonElement parent, string field) => EvmJson.Count(EvmJson.Field(parent, field), client.Chain, field);

    private ChainDataException Malformed(string what) => new(ChainFault.Malformed, $"{client.Chain}: a node sent {what}");
}
