using System.Numerics;
using System.Text.Json;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.Blocks;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;
using Newtonsoft.Json;
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
    /// <summary>Blocks that an endpoint may lag behind the first.</summary>
    private const ulong Lag = 5;

    /// <summary>Of the priority fees in a block, in percent.</summary>
    private const decimal Median = 50;

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
        var rpc = Rpc(cancellation);
        var answers = await rpc.BatchAsync(HeadRequests(rpc, new(number))).ConfigureAwait(false);
        return ReadHead(rpc, answers.Of<BlockWithTransactionHashes>(0), answers.Of<FeeHistoryResult>(1));
    }

    /// <inheritdoc/>
    public async Task<EvmBlock> BlockAsync(ulong number, CancellationToken cancellation)
    {
        var rpc = Rpc(cancellation);
        var block = await new EthGetBlockWithTransactionsHashesByNumber(rpc).SendRequestAsync(new BlockParameter(number)).ConfigureAwait(false)
            ?? throw new ChainDataException(ChainFault.Refused, $"{chain}: block {number} cannot be had: it is not there");
        return ReadBlock(rpc, block) is { } read && read.Number == number ? read : throw rpc.Malformed($"another block than {number} when it was asked for");
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
            var rpc = Rpc(cancellation);
            var estimate = await rpc.SendRequestAsync<LineaEstimate?>("linea_estimateGas", null, new CallInput { From = $"{to}", To = $"{to}", Data = Hex.Of(data) }).ConfigureAwait(false);
            return (rpc.Number(estimate?.GasLimit, "gas limit"), rpc.Number(estimate?.BaseFeePerGas, "base fee") + rpc.Number(estimate?.PriorityFeePerGas, "priority fee"));
        }
        catch (ChainDataException wrong) when (wrong.Fault is ChainFault.Malformed or ChainFault.Disagreement or ChainFault.Refused)
        {
            // An estimate is of the moment at which it is asked for: two endpoints give two.
            return null;
        }
    }

    /// <summary>Nethereum's requests to the endpoint that answers, or the next where it fails.</summary>
    internal EvmRpc Rpc(CancellationToken cancellation) => new(chain, _endpoints.AskAsync, cancellation);

    private async Task<EvmHead> HeadAsync(JsonRpcClient endpoint, CancellationToken cancellation)
    {
        var rpc = new EvmRpc(endpoint.Name, endpoint.SendAsync, cancellation);
        var answers = await rpc.BatchAsync([new EthChainId(rpc).BuildRequest(), .. HeadRequests(rpc, BlockParameter.CreateLatest())]).ConfigureAwait(false);
        var id = rpc.Number(answers.Of<HexBigInteger>(0), "chain id");
        return id == chainId
            ? ReadHead(rpc, answers.Of<BlockWithTransactionHashes>(1), answers.Of<FeeHistoryResult>(2))
            : throw new ChainDataException(ChainFault.WrongChain, $"{endpoint.Name} is a node of chain {id}, not of {chainId}");
    }

    private static RpcRequest[] HeadRequests(EvmRpc rpc, BlockParameter at) =>
        [new EthGetBlockWithTransactionsHashesByNumber(rpc).BuildRequest(at), new EthFeeHistory(rpc).BuildRequest(new(FeeBlocks), at, [Median])];

    private static EvmHead ReadHead(EvmRpc rpc, Block? block, FeeHistoryResult? fees)
    {
        if (fees?.BaseFeePerGas is not [.., var baseFee])
            throw rpc.Malformed("a fee history without base fees");
        // A node that has just started answers with no rewards at all.
        var tips = (fees.Reward ?? []).Where(reward => reward is { Length: > 0 }).Select(reward => rpc.Number(reward[0], "priority fee")).Order().ToArray();
        return new(ReadBlock(rpc, block), rpc.Number(baseFee, "base fee"), tips.Length == 0 ? null : tips[tips.Length / 2]);
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

    private static EvmBlock ReadBlock(EvmRpc rpc, Block? block)
    {
        const long LastSecond = 253_402_300_799;
        if (block is null)
            throw rpc.Malformed("no block");
        var (height, seconds) = (rpc.Number(block.Number, "block number"), rpc.Number(block.Timestamp, "block time"));
        return seconds > LastSecond || height > long.MaxValue
            ? throw rpc.Malformed($"block {height} of second {seconds}")
            : new((ulong)height, rpc.Hash(block.BlockHash, "block hash"), DateTimeOffset.FromUnixTimeSeconds((long)seconds));
    }

    /// <summary>What <c>linea_estimateGas</c> answers.</summary>
    private sealed class LineaEstimate
    {
        [JsonProperty("gasLimit")]
        public HexBigInteger? GasLimit { get; set; }

        [JsonProperty("baseFeePerGas")]
        public HexBigInteger? BaseFeePerGas { get; set; }

        [JsonProperty("priorityFeePerGas")]
        public HexBigInteger? PriorityFeePerGas { get; set; }
    }
}
