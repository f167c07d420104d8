using System.Numerics;
using System.Text.Json;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.Blocks;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Multicall3;

namespace Optimizer.Chains.Evm;

/// <summary>The block at which all data of a chain is read.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Hash">Its hash; reads refer to it, so that a reorganisation is detected.</param>
/// <param name="Time">The time stated in the block.</param>
public sealed record EvmBlock(ulong Number, string Hash, DateTimeOffset Time);

/// <summary>How a call is sent.</summary>
public enum EvmCallKind
{
    /// <summary>Batched with many others through Multicall3.</summary>
    Light,

    /// <summary>Batched with few others, because it may use much of the gas that a node grants per request.</summary>
    Heavy,

    /// <summary>Sent alone: for precompiles that only nodes answer, such as Arbitrum's NodeInterface, which contracts cannot
    /// call.</summary>
    Direct,
}

/// <summary>A call of a contract.</summary>
/// <param name="To">The contract.</param>
/// <param name="Data">Selector and arguments.</param>
/// <param name="Kind">How it is sent.</param>
public readonly record struct EvmCall(EvmAddress To, byte[] Data, EvmCallKind Kind = EvmCallKind.Light);

/// <summary>The result of a call.</summary>
/// <param name="Succeeded">False if it reverted.</param>
/// <param name="Data">The return data, or the revert reason.</param>
public readonly record struct EvmReturn(bool Succeeded, byte[] Data);

/// <summary>Queries to the nodes of an EVM network; can be implemented with another library.</summary>
public interface IEvmClient
{
    /// <summary>Chooses the block to read at and reads its fees; checks that the nodes belong to the right chain.</summary>
    Task<EvmHead> PinAsync(CancellationToken cancellation);

    /// <summary>An earlier block and its fees.</summary>
    Task<EvmHead> HeadAsync(ulong number, CancellationToken cancellation);

    /// <summary>The block at a height.</summary>
    Task<EvmBlock> BlockAsync(ulong number, CancellationToken cancellation);

    /// <summary>Makes calls at a block, all in one round trip; a reverted call does not affect the others.</summary>
    Task<EvmReturn[]> CallAsync(EvmBlock block, IReadOnlyList<EvmCall> calls, CancellationToken cancellation);

    /// <summary>Linea's fee estimate for a transaction: gas units, and the fee per gas in wei (base plus priority fee). The priority fee
    /// includes the cost of publishing the data.</summary>
    /// <param name="to">The called account.</param>
    /// <param name="data">The calldata.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Null if the nodes give no estimate, or if two endpoints are required to agree, which estimates never do.</returns>
    Task<(BigInteger GasUnits, BigInteger WeiPerGas)?> LineaEstimateAsync(EvmAddress to, byte[] data, CancellationToken cancellation);

    /// <summary>Problems with nodes found so far: failing, lagging or disagreeing nodes.</summary>
    IReadOnlyList<(ChainFault Fault, string Message)> Noticed { get; }
}

/// <summary>The pinned block with fees.</summary>
/// <param name="Block">The block.</param>
/// <param name="BaseFeeWei">Base fee per gas of the next block, in wei.</param>
/// <param name="PriorityFeeWei">Median of recent blocks' median priority fees, in wei; null if the node has seen none.</param>
public sealed record EvmHead(EvmBlock Block, BigInteger BaseFeeWei, BigInteger? PriorityFeeWei);

/// <summary>Queries an EVM network's endpoints; if one fails, the next is used.</summary>
/// <param name="chain">The chain's name in messages.</param>
/// <param name="chainId">The EIP-155 id that every endpoint must have.</param>
/// <param name="endpoints">The endpoints, preferred first; at least one.</param>
/// <param name="agreement">Whether two endpoints must give the same answer to every call.</param>
public sealed class EvmClient(string chain, ulong chainId, IReadOnlyList<JsonRpcClient> endpoints, bool agreement = false) : IEvmClient
{
    /// <summary>Blocks by which an endpoint may lag behind the others.</summary>
    private const ulong Lag = 5;

    private static readonly Aggregate3 Multicall = new();

    /// <summary>Of the priority fees in a block, in percent.</summary>
    private const decimal Median = 50;

    /// <summary>Number of recent blocks used for fees.</summary>
    private const int FeeBlocks = 20;

    /// <summary>Calls per <c>aggregate3</c>; uses far less gas than nodes grant per call.</summary>
    private const int CallsAtOnce = 250;

    /// <summary>Heavy calls per <c>aggregate3</c>.</summary>
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
        // The head comes from one endpoint; if two must agree, both are asked about that block.
        return agreement ? await HeadAsync(head.Block.Number, cancellation).ConfigureAwait(false) : head;
    }

    /// <inheritdoc/>
    public async Task<EvmHead> HeadAsync(ulong number, CancellationToken cancellation)
    {
        var rpc = Rpc(cancellation);
        var answers = await rpc.BatchAsync(HeadRequests(rpc, new(number))).ConfigureAwait(false);
        return ReadHead(rpc, answers.Of<BlockAnswer>(0), answers.Of<FeesAnswer>(1));
    }

    /// <inheritdoc/>
    public async Task<EvmBlock> BlockAsync(ulong number, CancellationToken cancellation)
    {
        var rpc = Rpc(cancellation);
        var block = await rpc.AskAsync<BlockAnswer>(new EthGetBlockWithTransactionsHashesByNumber(rpc).BuildRequest(new BlockParameter(number))).ConfigureAwait(false)
            ?? throw new ChainDataException(ChainFault.Refused, $"{chain}: block {number} cannot be read: it is not there");
        return ReadBlock(rpc, block) is { } read && read.Number == number ? read : throw rpc.Malformed($"another block instead of {number}");
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
                throw new ChainDataException(ChainFault.Refused, $"{chain}: the node refused calls at block {block.Number}: {error}");
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
    /// <remarks>Source: Linea's documentation, <c>linea_estimateGas</c>. The called account has no code, so the call succeeds for any
    /// sender.</remarks>
    public async Task<(BigInteger GasUnits, BigInteger WeiPerGas)?> LineaEstimateAsync(EvmAddress to, byte[] data, CancellationToken cancellation)
    {
        try
        {
            var rpc = Rpc(cancellation);
            var estimate = await rpc.AskAsync<LineaAnswer>(new(1, "linea_estimateGas", new CallInput { From = $"{to}", To = $"{to}", Data = Hex.Of(data) })).ConfigureAwait(false);
            return (rpc.Number(estimate?.GasLimit, "gas limit"), rpc.Number(estimate?.BaseFeePerGas, "base fee") + rpc.Number(estimate?.PriorityFeePerGas, "priority fee"));
        }
        catch (ChainDataException wrong) when (wrong.Fault is ChainFault.Malformed or ChainFault.Disagreement or ChainFault.Refused)
        {
            // An estimate changes from moment to moment, so two endpoints never agree on it.
            return null;
        }
    }

    /// <summary>Nethereum's requests to the endpoint that answers, or the next where it fails.</summary>
    internal EvmRpc Rpc(CancellationToken cancellation) => new(chain, _endpoints.AskAsync, cancellation);

    private async Task<EvmHead> HeadAsync(JsonRpcClient endpoint, CancellationToken cancellation)
    {
        var rpc = new EvmRpc(endpoint.Name, endpoint.SendAsync, cancellation);
        var answers = await rpc.BatchAsync([new EthChainId(rpc).BuildRequest(), .. HeadRequests(rpc, BlockParameter.CreateLatest())]).ConfigureAwait(false);
        var id = rpc.Number(answers.Of<string>(0), "chain id");
        return id == chainId
            ? ReadHead(rpc, answers.Of<BlockAnswer>(1), answers.Of<FeesAnswer>(2))
            : throw new ChainDataException(ChainFault.WrongChain, $"{endpoint.Name} is a node of chain {id}, not of {chainId}");
    }

    private static RpcRequest[] HeadRequests(EvmRpc rpc, BlockParameter at) =>
        [new EthGetBlockWithTransactionsHashesByNumber(rpc).BuildRequest(at), new EthFeeHistory(rpc).BuildRequest(new(FeeBlocks), at, [Median])];

    private static EvmHead ReadHead(EvmRpc rpc, BlockAnswer? block, FeesAnswer? fees)
    {
        if (fees?.BaseFeePerGas is not [.., var baseFee])
            throw rpc.Malformed("a fee history without base fees");
        // A node that has just started returns no rewards.
        var tips = (fees.Reward ?? []).Where(reward => reward is { Count: > 0 }).Select(reward => rpc.Number(reward![0], "priority fee")).Order().ToArray();
        return new(ReadBlock(rpc, block), rpc.Number(baseFee, "base fee"), tips.Length == 0 ? null : tips[tips.Length / 2]);
    }

    private EvmReturn[] ReadReturns(JsonElement result)
    {
        try
        {
            return [.. Multicall.Decode(EvmJson.Bytes(result, chain)).ReturnData.Select(read => new EvmReturn(read.Success, read.ReturnData))];
        }
        catch (AbiException wrong)
        {
            throw new ChainDataException(ChainFault.UnexpectedContract, $"{chain}: there is no Multicall3 at {Aggregate3.Contract}, or it is another contract ({wrong.Message})", wrong);
        }
    }

    private static EvmBlock ReadBlock(EvmRpc rpc, BlockAnswer? block)
    {
        const long LastSecond = 253_402_300_799;
        if (block is null)
            throw rpc.Malformed("no block");
        var (height, seconds) = (rpc.Number(block.Number, "block number"), rpc.Number(block.Timestamp, "block time"));
        return seconds > LastSecond || height > long.MaxValue
            ? throw rpc.Malformed($"block {height} of second {seconds}")
            : new((ulong)height, rpc.Hash(block.Hash, "block hash"), DateTimeOffset.FromUnixTimeSeconds((long)seconds));
    }
}
