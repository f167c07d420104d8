using System.Numerics;
using System.Text.Json;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.JsonRpc.Client.RpcMessages;
using Newtonsoft.Json;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;

namespace Optimizer.Chains.Evm;

/// <summary>Nethereum's JSON-RPC client over a chain's endpoints: Nethereum forms the requests and names the answers' fields.</summary>
/// <remarks>
/// Batches, checked ids, sizes, two endpoints that have to agree, and keys that are never shown are those of
/// <see cref="EndpointGroup"/>; Nethereum's own client has none of these. It reads numbers late and takes what is missing for null, so
/// that what is used of an answer is checked by <see cref="Number"/>, <see cref="Count"/>, <see cref="Bytes"/> and <see cref="Address"/>.
/// <c>IClient</c> takes no cancellation token: each operation has a client of its own.
/// </remarks>
/// <param name="who">The chain or endpoint, in messages.</param>
/// <param name="send">Sends calls as one batch.</param>
/// <param name="cancellation">Cancels.</param>
internal sealed class EvmRpc(string who, Func<IReadOnlyList<RpcCall>, CancellationToken, Task<RpcReply[]>> send, CancellationToken cancellation) : ClientBase
{
    private static readonly JsonSerializerSettings Requests = DefaultJsonSerializerSettingsFactory.BuildDefaultJsonSerializerSettings();

    /// <summary>The chain or endpoint, in messages.</summary>
    public string Who => who;

    /// <summary>Makes requests as one batch.</summary>
    /// <returns>The answers, by the place of their request.</returns>
    /// <exception cref="ChainDataException">A node failed; what is refused is told where its answer is taken.</exception>
    public async Task<Answers> BatchAsync(params RpcRequest[] requests)
    {
        RpcRequestMessage[] messages = [.. requests.Select(request => new RpcRequestMessage(request.Id, request.Method, request.RawParameters))];
        return new(this, messages, await SendAsync(messages).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public override async Task<RpcResponseMessage> SendAsync(RpcRequestMessage rpcRequestMessage, string? route = null) => (await SendAsync([rpcRequestMessage]).ConfigureAwait(false))[0];

    /// <inheritdoc/>
    protected override async Task<RpcResponseMessage[]> SendAsync(RpcRequestMessage[] requests)
    {
        var replies = await send([.. requests.Select(request => new RpcCall(request.Method, Parameters(request)))], cancellation).ConfigureAwait(false);
        return [.. requests.Zip(replies, (request, reply) => reply.Error is { } error
            ? new RpcResponseMessage(request.Id, new Nethereum.JsonRpc.Client.RpcMessages.RpcError { Message = error })
            : new RpcResponseMessage(request.Id, (object)reply.Result))];
    }

    /// <inheritdoc/>
    protected override async Task<T> SendInnerRequestAsync<T>(RpcRequestMessage reqMsg, string? route = null) => Result<T>(reqMsg.Method, await SendAsync(reqMsg).ConfigureAwait(false))!;

    /// <summary>A quantity of up to 256 bits.</summary>
    /// <exception cref="ChainDataException">It is none, or missing.</exception>
    public BigInteger Number(HexBigInteger? number, string what) => EvmJson.Number(number?.HexValue, who, what);

    /// <summary>A height, an index or a count: what 63 bits hold.</summary>
    /// <exception cref="ChainDataException">It is none, or missing.</exception>
    public ulong Count(HexBigInteger? number, string what) => Number(number, what) is var count && count <= long.MaxValue ? (ulong)count : throw Malformed($"a {what} of {count}");

    /// <summary>Bytes in hexadecimal.</summary>
    /// <exception cref="ChainDataException">They are none, or missing.</exception>
    public byte[] Bytes(string? hex, string what)
    {
        try
        {
            return hex is not null && hex.StartsWith("0x", StringComparison.Ordinal) ? Hex.Bytes(hex) : throw Malformed($"a {what} that is not hexadecimal bytes");
        }
        catch (FormatException)
        {
            throw Malformed($"a {what} that is not hexadecimal bytes");
        }
    }

    /// <summary>The hash of a block or transaction.</summary>
    /// <exception cref="ChainDataException">It is none, or missing.</exception>
    public string Hash(string? hex, string what) => Bytes(hex, what) is { Length: Hex.WordSize } hash ? Hex.Of(hash) : throw Malformed($"a {what} that is not a hash");

    /// <summary>An address.</summary>
    /// <exception cref="ChainDataException">It is none, or missing.</exception>
    public EvmAddress Address(string? text, string what)
    {
        try
        {
            return EvmAddress.Parse(text ?? "");
        }
        catch (FormatException)
        {
            throw Malformed($"a {what} that is not an address");
        }
    }

    /// <summary>An answer that cannot be.</summary>
    public ChainDataException Malformed(string what) => new(ChainFault.Malformed, $"{who} sent {what}");

    private T? Result<T>(string method, RpcResponseMessage answer)
    {
        if (answer.Error is { } error)
            throw new ChainDataException(ChainFault.Refused, $"{who}: the node refused {method}: {error.Message}");
        if (answer.Result is JsonElement { ValueKind: JsonValueKind.Null })
            return default;
        try
        {
            return answer.GetResult<T>();
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            // Nethereum wraps whatever its readers throw.
            throw new ChainDataException(ChainFault.Malformed, $"{who} sent an answer to {method} that cannot be read", wrong);
        }
    }

    /// <summary>Parameters as Nethereum writes them.</summary>
    private static object?[] Parameters(RpcRequestMessage request)
    {
        using var document = JsonDocument.Parse(JsonConvert.SerializeObject(request.RawParameters, Requests));
        return [.. document.RootElement.Clone().EnumerateArray().Select(object? (parameter) => parameter)];
    }

    /// <summary>The answers to a batch.</summary>
    internal sealed class Answers(EvmRpc rpc, RpcRequestMessage[] requests, RpcResponseMessage[] answers)
    {
        /// <summary>The answer to the request at a place; null where a node sent null.</summary>
        /// <exception cref="ChainDataException">It was refused, or is none.</exception>
        public T? Of<T>(int index) => rpc.Result<T>(requests[index].Method, answers[index]);
    }
}
