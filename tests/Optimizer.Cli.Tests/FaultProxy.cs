using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Optimizer.Cli.Tests;

/// <summary>Stands before a node and does to its answers what networks and liars do.</summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _http = new();
    private readonly string _node;

    public FaultProxy(string node)
    {
        _node = node;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/v3/a-secret-key/";
        }

        _listener.Prefixes.Add(Url.Replace("v3/a-secret-key/", "", StringComparison.Ordinal));
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where it listens; with a key, as addresses of nodes have one.</summary>
    public string Url { get; }

    /// <summary>Requests received.</summary>
    public int Requests { get; private set; }

    /// <summary>What it waits before it answers.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>What it answers instead, by the number of the request; null to pass the request on.</summary>
    public Func<int, (HttpStatusCode Status, int? RetryAfterSeconds)?> Refusal { get; set; } = _ => null;

    /// <summary>Changes a request on its way in.</summary>
    public Func<JsonArray, JsonArray> Ask { get; set; } = calls => calls;

    /// <summary>Changes an answer on its way out.</summary>
    public Func<JsonArray, string> Answer { get; set; } = replies => replies.ToJsonString();

    /// <summary>Whether the connection breaks in the middle of an answer.</summary>
    public bool Breaks { get; set; }

    public void Dispose()
    {
        _listener.Close();
        _http.Dispose();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var number = ++Requests;
            await Task.Delay(Latency);
            if (Refusal(number) is var (status, retryAfter))
            {
                context.Response.StatusCode = (int)status;
                if (retryAfter is { } seconds)
                    context.Response.AddHeader("Retry-After", $"{seconds}");
                context.Response.Close();
                return;
            }

            var calls = Ask(JsonNode.Parse(context.Request.InputStream)!.AsArray());
            using var reply = await _http.PostAsync(_node, new StringContent(calls.ToJsonString(), Encoding.UTF8, "application/json"));
            var body = Encoding.UTF8.GetBytes(Answer(JsonNode.Parse(await reply.Content.ReadAsStringAsync())!.AsArray()));
            context.Response.ContentLength64 = body.Length;
            await context.Response.OutputStream.WriteAsync(Breaks ? body.AsMemory(0, body.Length / 2) : body);
            if (Breaks)
                context.Response.Abort();
            else
                context.Response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException)
        {
            // Whoever asked has hung up.
        }
    }
}
