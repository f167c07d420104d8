using System.Numerics;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.Blocks;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Filters;
using Nethereum.RPC.Eth.Transactions;
using Optimizer.Contracts.Abi;

namespace Optimizer.Chains.Evm;

/// <summary>A mined transaction.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="From">The signer.</param>
/// <param name="To">The contract or account called; null for a contract creation.</param>
/// <param name="Value">Native base units sent along.</param>
/// <param name="Data">Its calldata.</param>
/// <param name="Block">The block.</param>
/// <param name="Index">Its index in the block.</param>
/// <param name="Succeeded">False if it reverted.</param>
/// <param name="GasWei">Fee paid, in wei; on rollups that report it, including the data fee.</param>
/// <param name="Logs">Its logs.</param>
public sealed record EvmTransaction(
    string Hash, EvmAddress From, EvmAddress? To, BigInteger Value, byte[] Data, EvmBlock Block, ulong Index, bool Succeeded, BigInteger GasWei, IReadOnlyList<EvmLog> Logs);

/// <summary>A reference to a transaction of an account.</summary>
/// <param name="Transaction">Its hash.</param>
/// <param name="Block">The block's height.</param>
/// <param name="Counts">Whether it increases the account's nonce.</param>
public sealed record SentTransaction(string Transaction, ulong Block, bool Counts);

/// <summary>Finds transactions, logs and transaction counts on an EVM network.</summary>
/// <param name="client">The client.</param>
public sealed class EvmActivity(EvmClient client)
{
    /// <summary>A transaction with its receipt; null if it is in no block.</summary>
    /// <exception cref="ChainDataException">A node failed, or sent a different transaction.</exception>
    public async Task<EvmTransaction?> TransactionAsync(string hash, CancellationToken cancellation)
    {
        var rpc = client.Rpc(cancellation);
        var answers = await rpc.BatchAsync(new EthGetTransactionByHash(rpc).BuildRequest(hash), new EthGetTransactionReceipt(rpc).BuildRequest(hash)).ConfigureAwait(false);
        if (answers.Of<TransactionAnswer>(0) is not { } sent || answers.Of<ReceiptAnswer>(1) is not { } receipt)
            return null;
        if (!string.Equals(receipt.TransactionHash, hash, StringComparison.OrdinalIgnoreCase) || !string.Equals(sent.Hash, hash, StringComparison.OrdinalIgnoreCase))
            throw rpc.Malformed($"another transaction instead of {hash}");
        var block = await client.BlockAsync(rpc.Count(receipt.BlockNumber, "block number"), cancellation).ConfigureAwait(false);
        var gas = rpc.Number(receipt.GasUsed, "gas used") * rpc.Number(receipt.EffectiveGasPrice, "gas price");
        if (receipt.L1Fee is not null)
            gas += rpc.Number(receipt.L1Fee, "data fee");
        return new(hash, rpc.Address(sent.From, "sender"), sent.To is null ? null : rpc.Address(sent.To, "receiver"), rpc.Number(sent.Value, "value"), rpc.Bytes(sent.Input, "calldata"),
            block, rpc.Count(receipt.TransactionIndex, "transaction index"), rpc.Number(receipt.Status, "status").IsOne, gas, [.. (receipt.Logs ?? throw rpc.Malformed("a receipt without logs")).Select(log => Log(rpc, log))]);
    }

    /// <summary>The logs of a contract in a range of blocks, both ends included.</summary>
    /// <param name="address">The contract.</param>
    /// <param name="topics">Accepted values of each topic; null accepts any.</param>
    /// <param name="from">The first block.</param>
    /// <param name="to">The last block.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <remarks>Many nodes limit the number of blocks or logs per request, each in its own way: a refused range is split in halves. The
    /// number of requests grows with the number of blocks.</remarks>
    /// <exception cref="ChainDataException">A node refuses even single blocks, or failed.</exception>
    public async Task<IReadOnlyList<EvmLog>> LogsAsync(EvmAddress address, IReadOnlyList<IReadOnlyList<string>?> topics, ulong from, ulong to, CancellationToken cancellation)
    {
        var (rpc, found) = (client.Rpc(cancellation), new List<EvmLog>());
        for (ulong next = from, span = Math.Max(1, to - from + 1); next <= to;)
        {
            var last = Math.Min(to, next + span - 1);
            IReadOnlyList<LogAnswer?>? logs;
            try
            {
                logs = await rpc.AskAsync<IReadOnlyList<LogAnswer?>>(new EthGetLogs(rpc).BuildRequest(new() { Address = [address.ToString()], Topics = [.. topics], FromBlock = At(next), ToBlock = At(last) })).ConfigureAwait(false);
            }
            catch (ChainDataException refused) when (refused.Fault == ChainFault.Refused && span > 1)
            {
                span /= 2;
                continue;
            }

            found.AddRange((logs ?? throw new ChainDataException(ChainFault.Refused, $"{rpc.Who}: the node sent no list of logs for block {next}")).Select(log => Log(rpc, log)));
            next = last + 1;
        }

        return found;
    }

    /// <summary>Number of transactions that an account has signed up to a block; null includes pending transactions.</summary>
    /// <exception cref="ChainDataException">The state at that block cannot be read.</exception>
    public async Task<ulong> CountAsync(EvmAddress account, ulong? block, CancellationToken cancellation)
    {
        var rpc = client.Rpc(cancellation);
        return rpc.Count(await rpc.AskAsync<string>(new EthGetTransactionCount(rpc).BuildRequest(account.ToString(), block is { } number ? At(number) : BlockParameter.CreatePending())).ConfigureAwait(false), "count");
    }

    /// <summary>An address's code at a block.</summary>
    public async Task<byte[]> CodeAsync(EvmAddress address, ulong block, CancellationToken cancellation)
    {
        var rpc = client.Rpc(cancellation);
        return rpc.Bytes(await rpc.AskAsync<string>(new EthGetCode(rpc).BuildRequest(address.ToString(), At(block))).ConfigureAwait(false), "code");
    }

    /// <summary>Whether the code is only an EIP-7702 delegation.</summary>
    public static bool IsDelegated(byte[] code) => code.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xef, 0x01, 0x00]);

    /// <summary>An account's balance of the native token at a block.</summary>
    public async Task<BigInteger> BalanceAsync(EvmAddress account, ulong block, CancellationToken cancellation)
    {
        var rpc = client.Rpc(cancellation);
        return rpc.Number(await rpc.AskAsync<string>(new EthGetBalance(rpc).BuildRequest(account.ToString(), At(block))).ConfigureAwait(false), "balance");
    }

    /// <summary>The transactions that an account signed after one block and up to another, found by bisection: about transactions ×
    /// log(blocks) requests.</summary>
    /// <exception cref="ChainDataException">The state at earlier blocks cannot be read.</exception>
    public async Task<IReadOnlyList<SentTransaction>> SentAsync(EvmAddress account, ulong after, ulong to, CancellationToken cancellation)
    {
        var (rpc, found) = (client.Rpc(cancellation), new List<SentTransaction>());
        await SearchAsync(after, await CountAsync(account, after, cancellation).ConfigureAwait(false), to, await CountAsync(account, to, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        return found;

        async Task SearchAsync(ulong low, ulong lowCount, ulong high, ulong highCount)
        {
            if (lowCount == highCount || low >= high)
                return;
            if (high - low == 1)
            {
                var block = await rpc.AskAsync<FullBlockAnswer>(new EthGetBlockWithTransactionsByNumber(rpc).BuildRequest(At(high))).ConfigureAwait(false);
                if (block?.Transactions is not { } transactions)
                    throw rpc.Malformed($"block {high} without transactions");
                var mine = transactions.Where(transaction => rpc.Address(transaction?.From, "sender") == account).Select(transaction => new SentTransaction(rpc.Hash(transaction!.Hash, "transaction"), high, true)).ToArray();
                if ((ulong)mine.Length != highCount - lowCount)
                    throw rpc.Malformed($"block {high} with {mine.Length} transactions of {account}, although its count grew by {highCount - lowCount}");
                found.AddRange(mine);
                return;
            }

            var middle = low + (high - low) / 2;
            var count = await CountAsync(account, middle, cancellation).ConfigureAwait(false);
            await SearchAsync(low, lowCount, middle, count).ConfigureAwait(false);
            await SearchAsync(middle, count, high, highCount).ConfigureAwait(false);
        }
    }

    private static BlockParameter At(ulong block) => new(block);

    private static EvmLog Log(EvmRpc rpc, LogAnswer? log) => log?.Topics is { } topics
        ? new(rpc.Address(log.Address, "contract of a log"), [.. topics.Select(topic => rpc.Hash(topic, "topic"))], rpc.Bytes(log.Data, "log"),
            rpc.Count(log.BlockNumber, "block number"), rpc.Hash(log.TransactionHash, "transaction of a log"), rpc.Count(log.LogIndex, "log index"))
        : throw rpc.Malformed("a log without topics");
}
