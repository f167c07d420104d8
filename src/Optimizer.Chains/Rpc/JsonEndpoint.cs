using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Optimizer.Chains.Rpc;

/// <summary>An HTTP endpoint that returns JSON; errors use its name and never its address.</summary>
/// <param name="endpoint">The address; it may contain a key and is never shown.</param>
/// <param name="name">Its name in messages: <c>base #1</c>, <c>across</c>.</param>
/// <param name="http">The HTTP client.</param>
/// <param name="limits">Its limits.</param>
/// <param name="key">A header with a key, as name and value, if the endpoint needs one; never shown either.</param>
public sealed class JsonEndpoint(Uri endpoint, string name, HttpClient http, EndpointLimits limits, (string Header, string Value)? key = null)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>Its name in messages.</summary>
    public string Name => name;

    /// <summary>Gets a document.</summary>
    /// <param name="path">The path after the address, with the query.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">The request failed, or the answer is not JSON.</exception>
    public Task<JsonDocument> GetAsync(string path, CancellationToken cancellation) =>
        SendAsync(() => new(HttpMethod.Get, new Uri($"{endpoint.ToString().TrimEnd('/')}/{path}")), cancellation);

    /// <summary>Posts a document and reads the answer.</summary>
    /// <exception cref="ChainDataException">The request failed, or the answer is not JSON.</exception>
    public Task<JsonDocument> PostAsync(byte[] body, CancellationToken cancellation) => SendAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        return request;
    }, cancellation);

    /// <summary>A text from the endpoint, shortened and without control characters, because it is untrusted and shown on a
    /// terminal.</summary>
    public string Shortened(string text)
    {
        const int Longest = 160;
        foreach (var secret in Secrets)
            text = text.Replace(secret, "…", StringComparison.OrdinalIgnoreCase);
        var clean = new string([.. text.Take(Longest).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > Longest ? $"{clean}…" : clean;
    }

    private async Task<JsonDocument> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(TimeSpan.FromSeconds(limits.TotalSeconds + 1));
        ReadOnlyMemory<byte> answer;
        try
        {
            using var request = make();
            if (key is var (header, value))
                request.Headers.TryAddWithoutValidation(header, value);
            using var response = await http.SendAsync(request, bounded.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                throw new ChainDataException(ChainFault.RateLimited, $"{name} asks for fewer requests (HTTP 429)");
            if (!response.IsSuccessStatusCode)
                throw new ChainDataException(ChainFault.HttpError, $"{name} answered HTTP {(int)response.StatusCode}");
            answer = response.Content is BufferedContent whole ? whole.Bytes : await response.Content.ReadAsByteArrayAsync(bounded.Token).ConfigureAwait(false);
        }
        catch (ChainDataException known) when (known.Fault == ChainFault.Oversized)
        {
            throw new ChainDataException(known.Fault, $"{name} sent {known.Message}");
        }
        catch (Exception wrong) when (!cancellation.IsCancellationRequested)
        {
            throw EndpointClient.Explain(wrong, name);
        }

        try
        {
            return JsonDocument.Parse(answer, Strict);
        }
        catch (JsonException)
        {
            throw new ChainDataException(ChainFault.Malformed, $"{name} sent invalid or incomplete JSON ({answer.Length} bytes)");
        }
    }

    /// <summary>Parts of the address that may be a key, which the endpoint could quote in its answer.</summary>
    private IEnumerable<string> Secrets => endpoint.Segments.Append(endpoint.Query).Append(endpoint.UserInfo).Append(endpoint.Host)
        .SelectMany(part => new[] { part, Uri.UnescapeDataString(part) })
        .SelectMany(part => part.Split('/', '?', '&', '=', ':')).Append(key?.Value ?? "").Where(part => part.Length >= 6);
}
