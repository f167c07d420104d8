using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Optimizer.Chains.Rpc;

/// <summary>One call of a JSON-RPC 2.0 batch.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Parameters">In order.</param>
public readonly record struct RpcCall(string Method, params object?[] Parameters);

/// <summary>The answer to one call: a result, or why there is none.</summary>
/// <param name="Result">The result where there is no error.</param>
/// <param name="Error">What the node says, shortened; null where there is a result.</param>
public readonly record struct RpcReply(JsonElement Result, string? Error);

/// <summary>Speaks JSON-RPC 2.0 with one endpoint.</summary>
/// <param name="endpoint">Its address; it may hold a key and is never shown.</param>
/// <param name="name">How it is called in messages: <c>base #1</c>.</param>
/// <param name="http">What sends.</param>
/// <param name="limits">How patient one is.</param>
public sealed class JsonRpcClient(Uri endpoint, string name, HttpClient http, EndpointLimits limits)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };
    private long _lastId;

    /// <summary>How it is called in messages.</summary>
    public string Name => name;

    /// <summary>Requests sent so far, retries apart.</summary>
    public int Requests { get; private set; }

    /// <summary>Sends calls as one batch.</summary>
    /// <returns>One reply per call, in the calls' order.</returns>
    /// <exception cref="ChainDataException">The endpoint failed, or its answer is not one to this request.</exception>
    public async Task<RpcReply[]> SendAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellation)
    {
        var first = Interlocked.Add(ref _lastId, calls.Count) - calls.Count + 1;
        Requests++;
        var body = JsonSerializer.SerializeToUtf8Bytes(calls.Select((call, i) =>
            new { jsonrpc = "2.0", id = first + i, method = call.Method, @params = call.Parameters }));
        using var document = Parse(await PostAsync(body, cancellation).ConfigureAwait(false));
        try
        {
            return Read(document.RootElement, first, calls.Count);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are no UTF-8, inside a string.
            throw new ChainDataException(ChainFault.Malformed, $"{name} sent text that is none");
        }
    }

    private async Task<byte[]> PostAsync(byte[] body, CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(TimeSpan.FromSeconds(limits.TotalSeconds + 1));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = Json;
            using var response = await http.SendAsync(request, bounded.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                throw new ChainDataException(ChainFault.RateLimited, $"{name} asks for fewer requests (HTTP 429)");
            if (!response.IsSuccessStatusCode)
                throw new ChainDataException(ChainFault.HttpError, $"{name} answered HTTP {(int)response.StatusCode}");
            return await response.Content.ReadAsByteArrayAsync(bounded.Token).ConfigureAwait(false);
        }
        catch (ChainDataException known) when (known.Fault == ChainFault.Oversized)
        {
            throw new ChainDataException(known.Fault, $"{name} sent {known.Message}");
        }
        catch (Exception wrong) when (!cancellation.IsCancellationRequested)
        {
            throw EndpointClient.Explain(wrong, name);
        }
    }

    private JsonDocument Parse(byte[] answer)
    {
        try
        {
            return JsonDocument.Parse(answer, Strict);
        }
        catch (JsonException)
        {
            throw new ChainDataException(ChainFault.Malformed, $"{name} sent what is not JSON, or not all of it ({answer.Length} bytes)");
        }
    }

    private RpcReply[] Read(JsonElement answer, long first, int count)
    {
        // Some nodes answer a batch that they refuse as a whole with one error.
        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var refusal))
            throw new ChainDataException(IsLimit(refusal) ? ChainFault.RateLimited : ChainFault.Refused, $"{name} refused the request: {Shortened(refusal)}");
        if (answer.ValueKind != JsonValueKind.Array)
            throw new ChainDataException(ChainFault.Malformed, $"{name} answered a batch with {answer.ValueKind}, not with an array");
        var replies = new RpcReply?[count];
        foreach (var reply in answer.EnumerateArray())
        {
            if (reply.ValueKind != JsonValueKind.Object || !reply.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number
                || !id.TryGetInt64(out var number) || number < first || number >= first + count || replies[number - first] is not null)
                throw new ChainDataException(ChainFault.WrongId, $"{name} answered a request that was not made, or twice the same one");
            if (reply.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
                replies[number - first] = new(default, Shortened(error));
            else if (reply.TryGetProperty("result", out var result))
                replies[number - first] = new(result.Clone(), null);
            else
                throw new ChainDataException(ChainFault.Malformed, $"{name} answered with neither a result nor an error");
        }

        return Array.IndexOf(replies, null) is var missing and >= 0
            ? throw new ChainDataException(ChainFault.Malformed, $"{name} left {replies.Count(r => r is null)} of {count} calls unanswered, the first of them number {missing + 1}")
            : [.. replies.Select(reply => reply!.Value)];
    }

    /// <summary>Parts of the endpoint's address that may be a key: an endpoint can quote them back.</summary>
    private IEnumerable<string> Secrets => endpoint.Segments.Append(endpoint.Query).Append(endpoint.UserInfo).Append(endpoint.Host)
        .SelectMany(part => new[] { part, Uri.UnescapeDataString(part) })
        .SelectMany(part => part.Split('/', '?', '&', '=', ':')).Where(part => part.Length >= 6);

    private static bool IsLimit(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number
        && code.TryGetInt32(out var number) && number is -32005 or 429;

    /// <summary>What a node says, cut short and without control characters: it is a stranger's text on a terminal.</summary>
    private string Shortened(JsonElement error)
    {
        const int Longest = 160;
        var text = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
            ? message.GetString()!
            : error.GetRawText();
        foreach (var secret in Secrets)
            text = text.Replace(secret, "…", StringComparison.OrdinalIgnoreCase);
        var clean = new string([.. text.Take(Longest).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > Longest ? $"{clean}…" : clean;
    }
}
