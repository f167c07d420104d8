using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;

namespace Optimizer.Benchmarks;

/// <summary>The made-up chains of <see cref="ManyChains"/> behind HTTP in a process of their own, as nodes are.</summary>
/// <remarks>What is asked is known beforehand, so that answers are kept ready: what is measured is the reader.</remarks>
internal static class ServedChains
{
    /// <summary>Serves nodes until the standard input ends.</summary>
    public static void Serve(int reserves)
    {
        var answers = new ConcurrentDictionary<string, byte[]>();
        using var node = ManyChains.Node(reserves);
        using var keeping = new KeepingHandler(answers, node);
        var limits = new EndpointLimits();
        // Read once by oneself: then every answer is there.
        ManyChains.ReadAsync(1, reserves, _ => new EvmClient("fake", 1, [new JsonRpcClient(new Uri("http://127.0.0.1/"), "fake #1", EndpointClient.Create(limits, keeping), limits)])).GetAwaiter().GetResult();
        using var listener = new HttpListener();
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var context = await listener.GetContextAsync().ConfigureAwait(false);
                _ = Task.Run(async () =>
                {
                    using var reader = new StreamReader(context.Request.InputStream);
                    var body = answers[await reader.ReadToEndAsync().ConfigureAwait(false)];
                    context.Response.ContentLength64 = body.Length;
                    await context.Response.OutputStream.WriteAsync(body).ConfigureAwait(false);
                    context.Response.Close();
                });
            }
        });
        Console.WriteLine(port);
        Console.In.ReadToEnd();
    }

    /// <summary>Reads served chains.</summary>
    /// <returns>Seconds, opportunities, and requests made.</returns>
    public static (double Seconds, int Opportunities, int Requests) Read(int chains, int reserves)
    {
        using var served = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(ServedChains).Assembly.Location, "serve", $"{reserves}"] : ["serve", $"{reserves}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var port = served.StandardOutput.ReadLine();
            var limits = new EndpointLimits();
            var clients = new ConcurrentBag<EvmClient>();
            _ = ManyChains.Judged.Value;
            var watch = Stopwatch.StartNew();
            var opportunities = ManyChains.ReadAsync(chains, reserves, _ =>
            {
                var client = new EvmClient("fake", 1, [new JsonRpcClient(new Uri($"http://127.0.0.1:{port}/"), "fake #1", EndpointClient.Create(limits), limits)]);
                clients.Add(client);
                return client;
            }).GetAwaiter().GetResult();
            return (watch.Elapsed.TotalSeconds, opportunities, clients.Sum(client => client.Requests));
        }
        finally
        {
            served.StandardInput.Close();
            if (!served.WaitForExit(5_000))
                served.Kill();
        }
    }

    /// <summary>Keeps what a node answers.</summary>
    private sealed class KeepingHandler(ConcurrentDictionary<string, byte[]> answers, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            var response = await base.SendAsync(request, cancellation).ConfigureAwait(false);
            answers[asked] = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return response;
        }
    }
}
