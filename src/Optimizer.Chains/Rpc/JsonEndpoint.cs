using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Optimizer.Chains.Rpc;

/// <summary>An address that answers with JSON, or in a named error that does not show the address.</summary>
/// <param name="endpoint">The address; it may hold a key and is never shown.</param>
/// <param name="name">How it is called in messages: <c>base #1</c>, <c>across</c>.</param>
/// <param name="http">What sends.</param>
/// <param name="limits">How patient one is.</param>
/// <param name="key">A header with a key, name and value, for those that want one; never shown either.</param>
public sealed class JsonEndpoint(Uri endpoint, string name, HttpClient http, EndpointLimits limits, (string Header, string Value)? key = null)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>How it is called in messages.</summary>
    public string Name => name;

    /// <summary>Asks for a document.</summary>
    /// <param name="path">What follows the address, with the query.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">It failed, or the answer is no JSON.</exception>
    public Task<JsonDocument> GetAsync(string path, CancellationToken cancellation) =>
        SendAsync(() => new(HttpMethod.Get, new Uri($"{endpoint.ToString().TrimEnd('/')}/{path}")), cancellation);

    /// <summary>Sends a document and reads the answer.</summary>
    /// <exception cref="ChainDataException">It failed, or the answer is no JSON.</exception>
    public Task<JsonDocument> PostAsync(byte[] body, CancellationToken cancellation) => SendAsync(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        return request;
    }, cancellation);

    /// <summary>What the other side says, cut short and without control characters: it is a stranger's text on a terminal.</summary>
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
            answer = response.Content is WholeAnswer whole ? whole.Bytes : await response.Content.ReadAsByteArrayAsync(bounded.Token).ConfigureAwait(false);
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
            throw new ChainDataException(ChainFault.Malformed, $"{name} sent what is not JSON, or not all of it ({answer.Length} bytes)");
        }
    }

    /// <summary>Parts of the address that may be a key: the other side can quote them back.</summary>
    private IEnumerable<string> Secrets => endpoint.Segments.Append(endpoint.Query).Append(endpoint.UserInfo).Append(endpoint.Host)
        .SelectMany(part => new[] { part, Uri.UnescapeDataString(part) })
        .SelectMany(part => part.Split('/', '?', '&', '=', ':')).Append(key?.Value ?? "").Where(part => part.Length >= 6);
}
