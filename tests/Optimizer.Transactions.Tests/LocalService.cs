using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Optimizer.Transactions.Tests;

/// <summary>Answers HTTP on a free port of this machine: an attestation service that says one thing, or a node that does not tell all
/// that the real one tells.</summary>
internal sealed class LocalService : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<string, string, Task<string>> _answer;

    /// <param name="answer">What is answered to a path and a body.</param>
    public LocalService(Func<string, string, Task<string>> answer)
    {
        _answer = answer;
        // The port is only known to be free at this moment; whoever is faster gets it, and another one is tried.
        for (var trial = 0; ; trial++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            probe.Stop();
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(Address);
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (trial < 20)
            {
            }
        }

        _ = AnswerAsync();
    }

    public string Address { get; }

    /// <summary>A node that stands before another one, and changes what it says.</summary>
    /// <param name="url">The other one.</param>
    /// <param name="change">The reply to a method with parameters, from the real reply; it has a result, or an error.</param>
    public static LocalService Before(string url, Func<string, JsonNode, JsonObject, JsonObject> change)
    {
        var http = new HttpClient();
        return new(async (_, body) =>
        {
            var asked = JsonNode.Parse(body)!;
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var reply = await http.PostAsync(new Uri(url), content);
            var replies = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
            JsonObject Changed(JsonNode request, JsonObject answer)
            {
                var changed = change(request["method"]!.GetValue<string>(), request["params"]!, answer);
                changed["id"] = request["id"]!.DeepClone();
                changed["jsonrpc"] = "2.0";
                return changed;
            }

            if (asked is not JsonArray requests)
                return Changed(asked, (JsonObject)replies.DeepClone()).ToJsonString();
            var byId = replies.AsArray().ToDictionary(answer => answer!["id"]!.ToJsonString(), answer => (JsonObject)answer!.DeepClone());
            return new JsonArray([.. requests.Select(request => Changed(request!, byId[request!["id"]!.ToJsonString()]))]).ToJsonString();
        });
    }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        try
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(await _answer(context.Request.RawUrl ?? "", await reader.ReadToEndAsync())));
                context.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
        }
    }
}
