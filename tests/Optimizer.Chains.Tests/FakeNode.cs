using System.Net;
using System.Text;
using System.Text.Json;
using Optimizer.Chains.Rpc;

namespace Optimizer.Chains.Tests;

/// <summary>A node in memory behind JSON-RPC. It also misbehaves on demand.</summary>
internal abstract class FakeNode : HttpMessageHandler
{
    /// <summary>The moment of its last block.</summary>
    public static readonly DateTimeOffset Time = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Requests received.</summary>
    public int Requests { get; private set; }

    /// <summary>Changes an answer on its way out; the request's number counts from 1.</summary>
    public Func<int, string, HttpResponseMessage?>? Misbehave { get; set; }

    public JsonRpcClient Endpoint(EndpointLimits? limits = null, string name = "fake #1")
    {
        limits ??= new EndpointLimits { Retries = 0 };
        return new(new Uri("https://node.example/v2/0123456789abcdef-secret-key"), name, EndpointClient.Create(limits, this), limits);
    }

    public static HttpResponseMessage Ok(string body) => new(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        Requests++;
        using var document = JsonDocument.Parse(await request.Content!.ReadAsByteArrayAsync(cancellation));
        var replies = document.RootElement.EnumerateArray().Select(call => new Dictionary<string, object?>([new("jsonrpc", "2.0"), new("id", call.GetProperty("id").GetInt64()), Result(call)]));
        var body = JsonSerializer.Serialize(replies);
        return Misbehave?.Invoke(Requests, body) ?? Ok(body);
    }

    private KeyValuePair<string, object?> Result(JsonElement call)
    {
        try
        {
            return new("result", Answer(call.GetProperty("method").GetString()!, call.GetProperty("params")));
        }
        catch (NotSupportedException unknown)
        {
            return new("error", new { code = -32_601, message = $"the method {unknown.Message} does not exist" });
        }
    }

    /// <summary>The result of one call.</summary>
    /// <exception cref="NotSupportedException">The node does not know the method; the message is its name.</exception>
    protected abstract object? Answer(string method, JsonElement parameters);
}
