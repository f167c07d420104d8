using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Optimizer.Transactions.Tests;

/// <summary>Stands in for Circle's attestation service: gives one answer to everything.</summary>
internal sealed class AttestationService : IDisposable
{
    private readonly HttpListener _listener = new();

    public AttestationService()
    {
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

    public string Answer { get; set; } = "{}";

    public string Asked { get; private set; } = "";

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        try
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                Asked = context.Request.RawUrl ?? "";
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(Answer));
                context.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
        }
    }
}
