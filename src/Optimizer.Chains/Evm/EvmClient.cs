using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Multicall3;

namespace Optimizer.Chains.Evm;

/// <summary>A block that all reads of a chain are made at.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Hash">Its hash, which nodes are asked by, so that no reorganisation goes unnoticed.</param>
/// <param name="Time">When it was made, by its own account.</param>
public sealed record EvmBlock(ulong Number, string Hash, DateTimeOffset Time);

/// <summary>How a call is made.</summary>
public enum EvmCallKind
{
    /// <summary>With many others, through Multicall3.</summary>
    Light,

    /// <summary>With few others: it may take much of the gas that a node grants, and must not starve them.</summary>
    Heavy,

    /// <summary>Alone: what nodes answer themselves, such as Arbitrum's NodeInterface, no contract can call.</summary>
    Direct,
}

/// <summary>A call of a contract.</summary>
/// <param name="To">The contract.</param>
/// <param name="Data">Selector and arguments.</param>
/// <param name="Kind">How it is made.</param>
public readonly record struct EvmCall(EvmAddress To, byte[] Data, EvmCallKind Kind = EvmCallKind.Light);

/// <summary>What a call gave.</summary>
/// <param name="Succeeded">False where it reverted.</param>
/// <param name="Data">What it returned, or the reason of the revert.</param>
public readonly record struct EvmReturn(bool Succeeded, byte[] Data);

/// <summary>What an EVM network's nodes can be asked. Another library's client may stand behind it.</summary>
public interface IEvmClient
{
    /// <summary>Finds the block to read at and what gas costs there; checks that the nodes are of the right chain.</summary>
    Task<EvmHead> PinAsync(CancellationToken cancellation);

    /// <summary>A former block and what gas cost there.</summary>
    Task<EvmHead> HeadAsync(ulong number, CancellationToken cancellation);

    /// <summary>The block of a height.</summary>
    Task<EvmBlock> BlockAsync(ulong number, CancellationToken cancellation);

    /// <summary>Makes calls at a block, all in one round trip; a call that reverts does not harm the others.</summary>
    Task<EvmReturn[]> CallAsync(EvmBlock block, IReadOnlyList<EvmCall> calls, CancellationToken cancellation);

    /// <summary>What Linea's nodes ask for a transaction: its gas, and base and priority fee per gas in wei, of which the latter holds
    /// what publishing the bytes costs.</summary>
    /// <param name="to">Who is called.</param>
    /// <param name="data">The calldata.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Null where the nodes give no such estimate, or two endpoints that have to agree give two.</returns>
    Task<(BigInteger GasUnits, BigInteger WeiPerGas)?> LineaEstimateAsync(EvmAddress to, byte[] data, CancellationToken cancellation);

    /// <summary>What was noticed about the nodes so far: those that failed, lag or disagree.</summary>
    IReadOnlyList<(ChainFault Fault, string Message)> Noticed { get; }
}

/// <summary>The pinned block with the fees of those before it.</summary>
/// <param name="Block">The block.</param>
/// <param name="BaseFeeWei">Base fee per gas of the next block, in wei.</param>
/// <param name="PriorityFeeWei">Median of the median priority fees of recent blocks, in wei; null where the node has seen
/// none.</param>
public sealed record EvmHead(EvmBlock Block, BigInteger BaseFeeWei, BigInteger? PriorityFeeWei);

/// <summary>Asks an EVM network's endpoints, one after the other where one fails.</summary>
/// <param name="chain">The chain's name in messages.</param>
/// <param name="chainId">The EIP-155 id that every endpoint has to have.</param>
/// <param name="endpoints">At least one, the preferred first.</param>
/// <param name="agreement">Whether two endpoints have to give the same answer to every call.</param>
public sealed class EvmClient(string chain, ulong chainId, IReadOnlyList<JsonRpcClient> endpoints, bool agreement = false) : IEvmClient
{
    private static readonly int[] Median = [50];

    /// <summary>Blocks that an endpoint may lag behind the first.</summary>
    private const ulong Lag = 5;

    /// <summary>Blocks whose fees are looked at.</summary>
    private const int FeeBlocks = 20;

    /// <summary>Calls in one <c>aggregate3</c>: well below the gas that nodes grant a call.</summary>
    private const int CallsAtOnce = 250;

    /// <summary>Heavy calls in one <c>aggregate3</c>.</summary>
    private const int HeavyCallsAtOnce = 8;

    private readonly EndpointGroup _endpoints = new(chain, endpoints, agreement);

    /// <inheritdoc/>
    public IReadOnlyList<(ChainFault Fault, string Message)> Noticed => _endpoints.Noticed;

    /// <summary>Requests sent so far, over all endpoints.</summary>
    public int Requests => _endpoints.Requests;

    /// <inheritdoc/>
    public async Task<EvmHead> PinAsync(CancellationToken cancellation)
    {
        var head = await _endpoints.PinAsync(HeadAsync, head => head.Block.Number, Lag, cancellation).ConfigureAwait(false);
        // A head is one endpoint's word; where two have to agree, both are asked about that block.
        return agreement ? await HeadAsync(head.Block.Number, cancellation).ConfigureAwait(false) : head;
    }

    /// <inheritdoc/>
    public async Task<EvmHead> HeadAsync(ulong number, CancellationToken cancellation)
    {
        var at = Hex.Of(number);
        var replies = await _endpoints.AskAsync([new("eth_getBlockByNumber", at, false), new("eth_feeHistory", Hex.Of(FeeBlocks), at, Median)], cancellation).ConfigureAwait(false);
        return Array.Find(replies, reply => reply.Error is not null).Error is { } error
            ? throw new ChainDataException(ChainFault.Refused, $"{chain}: block {number} and its fees were refused: {error}")
            : ReadHead(replies[0].Result, replies[1].Result, chain);
    }

    /// <inheritdoc/>
    public async Task<EvmBlock> BlockAsync(ulong number, CancellationToken cancellation)
    {
        var replies = await _endpoints.AskAsync([new("eth_getBlockByNumber", Hex.Of(number), false)], cancellation).ConfigureAwait(false);
        return replies[0] is { Error: null, Result.ValueKind: JsonValueKind.Object } reply
            ? ReadBlock(reply.Result, chain) is { } block && block.Number == number ? block
                : throw new ChainDataException(ChainFault.Malformed, $"{chain}: another block than {number} was sent when it was asked for")
            : throw new ChainDataException(ChainFault.Refused, $"{chain}: block {number} cannot be had: {replies[0].Error ?? "it is not there"}");
    }

    /// <inheritdoc/>
    public async Task<EvmReturn[]> CallAsync(EvmBlock block, IReadOnlyList<EvmCall> calls, CancellationToken cancellation)
    {
        if (calls.Count == 0)
            return [];
        var at = new { blockHash = block.Hash };
        RpcCall Call(EvmAddress to, byte[] data) => new("eth_call", new { to = to.ToString(), data = Hex.Of(data) }, at);
        var indexed = calls.Select((call, i) => (Call: call, Index: i)).ToArray();
        var parts = indexed.Where(c => c.Call.Kind == EvmCallKind.Light).Chunk(CallsAtOnce)
            .Concat(indexed.Where(c => c.Call.Kind == EvmCallKind.Heavy).Chunk(HeavyCallsAtOnce)).ToArray();
        var direct = indexed.Where(c => c.Call.Kind == EvmCallKind.Direct).ToArray();
        var replies = await _endpoints.AskAsync(
        [
            .. parts.Select(part => Call(Aggregate3.Contract, Aggregate3.WriteCalls([.. part.Select(c => (c.Call.To, c.Call.Data))]))),
            .. direct.Select(c => Call(c.Call.To, c.Call.Data)),
        ], cancellation).ConfigureAwait(false);
        var returns = new EvmReturn[calls.Count];
        for (var p = 0; p < parts.Length; p++)
        {
            if (replies[p].Error is { } error)
                throw new ChainDataException(ChainFault.Refused, $"{chain}: calls at block {block.Number} were refused: {error}");
            var read = ReadReturns(replies[p].Result);
            if (read.Length != parts[p].Length)
                throw new ChainDataException(ChainFault.Malformed, $"{chain}: {read.Length} results for {parts[p].Length} calls");
            for (var i = 0; i < read.Length; i++)
                returns[parts[p][i].Index] = read[i];
        }

        for (var d = 0; d < direct.Length; d++)
        {
            var reply = replies[parts.Length + d];
            returns[direct[d].Index] = reply.Error is null ? new(true, EvmJson.Bytes(reply.Result, chain)) : new(false, []);
        }

        return returns;
    }

    /// <inheritdoc/>
    /// <remarks>Source: Linea's documentation, <c>linea_estimateGas</c>. The account called has no code, so that the call succeeds
    /// whoever sends it.</remarks>
    public async Task<(BigInteger GasUnits, BigInteger WeiPerGas)?> LineaEstimateAsync(EvmAddress to, byte[] data, CancellationToken cancellation)
    {
        try
        {
            var reply = (await _endpoints.AskAsync([new("linea_estimateGas", new { from = $"{to}", to = $"{to}", data = Hex.Of(data) })], cancellation).ConfigureAwait(false))[0];
            BigInteger Number(string field) => EvmJson.Number(EvmJson.Field(reply.Result, field), chain, field);
            return reply.Error is null ? (Number("gasLimit"), Number("baseFeePerGas") + Number("priorityFeePerGas")) : null;
        }
        catch (ChainDataException wrong) when (wrong.Fault is ChainFault.Malformed or ChainFault.Disagreement)
        {
            // An estimate is of the moment at which it is asked for: two endpoints give two.
            return null;
        }
    }

    /// <summary>Asks the endpoint that answers, or the next where it fails.</summary>
    internal Task<RpcReply[]> AskAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellation) => _endpoints.AskAsync(calls, cancellation);

    /// <summary>The chain's name in messages.</summary>
    internal string Chain => chain;

    private async Task<EvmHead> HeadAsync(JsonRpcClient endpoint, CancellationToken cancellation)
    {
        var replies = await endpoint.SendAsync(
            [new("eth_chainId"), new("eth_getBlockByNumber", "latest", false), new("eth_feeHistory", Hex.Of(FeeBlocks), "latest", Median)], cancellation).ConfigureAwait(false);
        foreach (var (reply, what) in replies.Zip((string[])["eth_chainId", "eth_getBlockByNumber", "eth_feeHistory"]))
        {
            if (reply.Error is not null)
                throw new ChainDataException(ChainFault.Refused, $"{endpoint.Name} refused {what}: {reply.Error}");
        }

        var id = EvmJson.Number(replies[0].Result, endpoint.Name, "chain id");
        if (id != chainId)
            throw new ChainDataException(ChainFault.WrongChain, $"{endpoint.Name} is a node of chain {id}, not of {chainId}");
        return ReadHead(replies[1].Result, replies[2].Result, endpoint.Name);
    }

    private static EvmHead ReadHead(JsonElement block, JsonElement history, string who)
    {
        var (baseFee, tip) = ReadFees(history, who);
        return new(ReadBlock(block, who), baseFee, tip);
    }

    private EvmReturn[] ReadReturns(JsonElement result)
    {
        try
        {
            return [.. Aggregate3.ReadResults(EvmJson.Bytes(result, chain)).Select(read => new EvmReturn(read.Success, read.ReturnData))];
        }
        catch (AbiException wrong)
        {
            throw new ChainDataException(ChainFault.UnexpectedContract, $"{chain}: Multicall3 at {Aggregate3.Contract} is not there, or is something else ({wrong.Message})", wrong);
        }
    }

    private static EvmBlock ReadBlock(JsonElement block, string who)
    {
        if (block.ValueKind != JsonValueKind.Object || !block.TryGetProperty("number", out var number) || !block.TryGetProperty("hash", out var hash)
            || !block.TryGetProperty("timestamp", out var time) || EvmJson.Bytes(hash, who).Length != 32)
            throw new ChainDataException(ChainFault.Malformed, $"{who} sent a block without number, hash or time");
        const long LastSecond = 253_402_300_799;
        var (height, seconds) = (EvmJson.Number(number, who, "block number"), EvmJson.Number(time, who, "block time"));
        return seconds > LastSecond || height > long.MaxValue
            ? throw new ChainDataException(ChainFault.Malformed, $"{who} sent block {height} of second {seconds}")
            : new((ulong)height, hash.GetString()!, DateTimeOffset.FromUnixTimeSeconds((long)seconds));
    }

    private static (BigInteger BaseFee, BigInteger? Tip) ReadFees(JsonElement history, string who)
    {
        if (history.ValueKind != JsonValueKind.Object || !history.TryGetProperty("baseFeePerGas", out var fees) || fees.ValueKind != JsonValueKind.Array || fees.GetArrayLength() == 0)
            throw new ChainDataException(ChainFault.Malformed, $"{who} sent a fee history without base fees");
        var tips = new List<BigInteger>();
        // A node that has just started answers with no rewards at all.
        if (history.TryGetProperty("reward", out var rewards) && rewards.ValueKind == JsonValueKind.Array)
        {
            foreach (var reward in rewards.EnumerateArray())
            {
                if (reward.ValueKind == JsonValueKind.Array && reward.GetArrayLength() > 0)
                    tips.Add(EvmJson.Number(reward[0], who, "priority fee"));
            }
        }

        tips.Sort();
        return (EvmJson.Number(fees[fees.GetArrayLength() - 1], who, "base fee"), tips.Count == 0 ? null : tips[tips.Count / 2]);
    }
}
