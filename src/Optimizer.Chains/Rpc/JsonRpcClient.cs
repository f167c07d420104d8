using System.Text.Json;

namespace Optimizer.Chains.Rpc;

/// <summary>One call of a JSON-RPC 2.0 batch.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Parameters">Its parameters, in order.</param>
public readonly record struct RpcCall(string Method, params object?[] Parameters);

/// <summary>The answer to one call: a result, or why there is none.</summary>
/// <param name="Result">The result where there is no error.</param>
/// <param name="Error">The node's error, shortened; null if there is a result.</param>
public readonly record struct RpcReply(JsonElement Result, string? Error);

/// <summary>A JSON-RPC 2.0 client for one endpoint.</summary>
/// <param name="endpoint">The address; it may contain a key and is never shown.</param>
/// <param name="name">Its name in messages: <c>base #1</c>.</param>
/// <param name="http">The HTTP client.</param>
/// <param name="limits">Its limits.</param>
public sealed class JsonRpcClient(Uri endpoint, string name, HttpClient http, EndpointLimits limits)
{
    private readonly JsonEndpoint _endpoint = new(endpoint, name, http, limits);
    private long _lastId;

    /// <summary>Its name in messages.</summary>
    public string Name => name;

    /// <summary>Requests sent so far, without retries.</summary>
    public int Requests { get; private set; }

    /// <summary>Sends calls as one batch.</summary>
    /// <returns>One reply per call, in order.</returns>
    /// <exception cref="ChainDataException">The endpoint failed, or its answer does not match the request.</exception>
    public async Task<RpcReply[]> SendAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellation)
    {
        var first = Interlocked.Add(ref _lastId, calls.Count) - calls.Count + 1;
        Requests++;
        var body = JsonSerializer.SerializeToUtf8Bytes(calls.Select((call, i) =>
            new { jsonrpc = "2.0", id = first + i, method = call.Method, @params = call.Parameters }));
        // Not disposed: replies refer to it, and are not copied because they can be large.
        var document = await _endpoint.PostAsync(body, cancellation).ConfigureAwait(false);
        try
        {
            return Read(document.RootElement, first, calls.Count);
        }
        catch (InvalidOperationException)
        {
            // A string contains half a surrogate pair, or bytes that are not UTF-8.
            throw new ChainDataException(ChainFault.Malformed, $"{name} sent invalid text");
        }
    }

    private RpcReply[] Read(JsonElement answer, long first, int count)
    {
        // Some nodes refuse a whole batch with a single error.
        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var refusal))
            throw new ChainDataException(IsLimit(refusal) ? ChainFault.RateLimited : ChainFault.Refused, $"{name} refused the request: {Shortened(refusal)}");
        if (answer.ValueKind != JsonValueKind.Array)
            throw new ChainDataException(ChainFault.Malformed, $"{name} answered a batch with {answer.ValueKind}, not with an array");
        var replies = new RpcReply?[count];
        foreach (var reply in answer.EnumerateArray())
        {
            if (reply.ValueKind != JsonValueKind.Object || !reply.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number
                || !id.TryGetInt64(out var number) || number < first || number >= first + count || replies[number - first] is not null)
                throw new ChainDataException(ChainFault.WrongId, $"{name} answered an unknown request, or the same request twice");
            if (reply.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
                replies[number - first] = new(default, Shortened(error));
            else if (reply.TryGetProperty("result", out var result))
                replies[number - first] = new(result, null);
            else
                throw new ChainDataException(ChainFault.Malformed, $"{name} answered with neither a result nor an error");
        }

        return Array.IndexOf(replies, null) is var missing and >= 0
            ? throw new ChainDataException(ChainFault.Malformed, $"{name} left {replies.Count(r => r is null)} of {count} calls unanswered, the first of them number {missing + 1}")
            : [.. replies.Select(reply => reply!.Value)];
    }

    private static bool IsLimit(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number
        && code.TryGetInt32(out var number) && number is -32005 or 429;

    /// <summary>A text from the endpoint, shortened and without control characters or parts of the address.</summary>
    public string Shortened(string text) => _endpoint.Shortened(text);

    private string Shortened(JsonElement error) => _endpoint.Shortened(
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : error.GetRawText());
}
