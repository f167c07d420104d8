using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace Optimizer.Chains.Rpc;

/// <summary>Timeouts and limits of an endpoint.</summary>
public sealed record EndpointLimits
{
    /// <summary>Timeout of one attempt in seconds, up to the last byte of the answer.</summary>
    public double AttemptSeconds { get; init; } = 10;

    /// <summary>Timeout in seconds for all attempts of one request together.</summary>
    public double TotalSeconds { get; init; } = 30;

    /// <summary>Number of retries.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Seconds before the second attempt; each further wait is twice as long, with jitter. A <c>Retry-After</c> header takes
    /// precedence.</summary>
    public double FirstWaitSeconds { get; init; } = 0.3;

    /// <summary>The default limits with another timeout per attempt.</summary>
    public static EndpointLimits Within(double seconds) => new() { AttemptSeconds = seconds, TotalSeconds = 3 * seconds };

    /// <summary>Maximum number of concurrent requests.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Maximum size of an answer in bytes.</summary>
    public int MaximumBytes { get; init; } = 32 * 1024 * 1024;
}

/// <summary>Makes clients for endpoints that may be slow, busy, broken or hostile.</summary>
public static class EndpointClient
{
    /// <summary>A client that retries with waits, and limits the size of answers.</summary>
    /// <param name="limits">Its limits.</param>
    /// <param name="innermost">The HTTP handler; null for the network.</param>
    public static HttpClient Create(EndpointLimits limits, HttpMessageHandler? innermost = null)
    {
        var retry = new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = limits.Retries,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromSeconds(limits.FirstWaitSeconds),
            UseJitter = true,
            ShouldRetryAfterHeader = true,
        };
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddTimeout(TimeSpan.FromSeconds(limits.TotalSeconds))
            .AddConcurrencyLimiter(limits.Concurrency, queueLimit: int.MaxValue);
        if (limits.Retries > 0)
            pipeline = pipeline.AddRetry(retry);
        var handler = new ResilienceHandler(pipeline.AddTimeout(TimeSpan.FromSeconds(limits.AttemptSeconds)).Build())
        {
            InnerHandler = new BufferingHandler(limits.MaximumBytes)
            {
                InnerHandler = innermost ?? new SocketsHttpHandler
                {
                    AutomaticDecompression = DecompressionMethods.All,
                    AllowAutoRedirect = false,
                    ConnectTimeout = TimeSpan.FromSeconds(limits.AttemptSeconds),
                },
            },
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>A readable error without the endpoint's address, which may contain a key.</summary>
    /// <param name="wrong">The exception of the request.</param>
    /// <param name="who">The endpoint's name.</param>
    internal static ChainDataException Explain(Exception wrong, string who) => wrong switch
    {
        ChainDataException known => known,
        TimeoutRejectedException or TaskCanceledException => new(ChainFault.TimedOut, $"{who} did not answer in time"),
        HttpRequestException or IOException => new(ChainFault.Unreachable, $"{who} is unreachable or disconnected: {Cause(wrong)}"),
        _ => new(ChainFault.Unreachable, $"{who}: {wrong.GetType().Name}"),
    };

    /// <summary>The kind of failure; the framework's message is not used, because it contains the host name.</summary>
    private static string Cause(Exception wrong) => wrong switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var error } => error.ToString(),
        { InnerException: System.Net.Sockets.SocketException socket } => socket.SocketErrorCode.ToString(),
        _ => "the connection broke",
    };

    /// <summary>Reads the whole answer as part of the attempt, so that a broken answer is retried and an endless one is stopped.</summary>
    private sealed class BufferingHandler(int maximumBytes) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            var response = await base.SendAsync(request, cancellation).ConfigureAwait(false);
            try
            {
                var buffer = new MemoryStream((int)Math.Min(response.Content.Headers.ContentLength ?? 0, maximumBytes));
                await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
                var chunk = new byte[64 * 1024];
                while (await body.ReadAsync(chunk, cancellation).ConfigureAwait(false) is var read and > 0)
                {
                    if (buffer.Length + read > maximumBytes)
                        throw new ChainDataException(ChainFault.Oversized, $"an answer of more than {maximumBytes / 1024 / 1024} MB");
                    buffer.Write(chunk, 0, read);
                }

                response.Content.Dispose();
                response.Content = new BufferedContent(buffer.GetBuffer(), (int)buffer.Length);
                return response;
            }
            catch (IOException broken)
            {
                response.Dispose();
                throw new HttpRequestException("the answer broke off", broken);
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}

/// <summary>A complete answer.</summary>
/// <param name="buffer">The buffer with the answer; not copied.</param>
/// <param name="length">Length of the answer in the buffer.</param>
internal sealed class BufferedContent(byte[] buffer, int length) : ByteArrayContent(buffer, 0, length)
{
    public ReadOnlyMemory<byte> Bytes { get; } = buffer.AsMemory(0, length);
}
