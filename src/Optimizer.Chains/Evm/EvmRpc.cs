using System.Numerics;
using System.Text.Json;
using Nethereum.JsonRpc.Client;
using Nethereum.JsonRpc.Client.RpcMessages;
using Newtonsoft.Json;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;

namespace Optimizer.Chains.Evm;

/// <summary>Nethereum's JSON-RPC client over a chain's endpoints: Nethereum forms the requests.</summary>
/// <remarks>
/// Batches, checked ids, sizes, two endpoints that have to agree, and keys that are never shown are those of
/// <see cref="EndpointGroup"/>; Nethereum's own client has none of these. Its types for answers demand fields that nobody uses, and
/// take a decimal number for a hexadecimal one, so answers are read into types of ours (<see cref="BlockAnswer"/> and the others) and
/// checked by <see cref="Number"/>, <see cref="Count"/>, <see cref="Bytes"/>, <see cref="Hash"/> and <see cref="Address"/>.
/// <c>IClient</c> takes no cancellation token: each operation has a client of its own.
/// </remarks>
/// <param name="who">The chain or endpoint, in messages.</param>
/// <param name="send">Sends calls as one batch.</param>
/// <param name="cancellation">Cancels.</param>
internal sealed class EvmRpc(string who, Func<IReadOnlyList<RpcCall>, CancellationToken, Task<RpcReply[]>> send, CancellationToken cancellation) : ClientBase
{
    private static readonly JsonSerializerOptions Fields = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
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

    /// <summary>Makes one request.</summary>
    /// <returns>The answer; null where a node sent null.</returns>
    /// <exception cref="ChainDataException">A node failed or refused, or sent something else.</exception>
    public async Task<T?> AskAsync<T>(RpcRequest request) => (await BatchAsync(request).ConfigureAwait(false)).Of<T>(0);

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

    /// <summary>Reads an answer into the type that Nethereum's request names: not supported, <see cref="AskAsync"/> reads into types of ours.</summary>
    protected override Task<T> SendInnerRequestAsync<T>(RpcRequestMessage reqMsg, string? route = null) => throw new NotSupportedException("build the request and pass it to AskAsync");

    /// <summary>A quantity of up to 256 bits.</summary>
    /// <exception cref="ChainDataException">It is none, or missing.</exception>
    public BigInteger Number(string? hex, string what) => EvmJson.Number(hex, who, what);

    /// <summary>A height, an index or a count: what 63 bits hold.</summary>
    /// <exception cref="ChainDataException">It is none, or missing.</exception>
    public ulong Count(string? hex, string what) => Number(hex, what) is var count && count <= long.MaxValue ? (ulong)count : throw Malformed($"a {what} of {count}");

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
        try
        {
            return ((JsonElement)answer.Result).Deserialize<T>(Fields);
        }
        catch (System.Text.Json.JsonException wrong)
        {
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
