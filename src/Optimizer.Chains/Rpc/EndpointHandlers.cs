using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace Optimizer.Chains.Rpc;

/// <summary>How patient one is with an endpoint.</summary>
public sealed record EndpointLimits
{
    /// <summary>Seconds that one attempt may take, its answer's last byte included.</summary>
    public double AttemptSeconds { get; init; } = 10;

    /// <summary>Seconds that all attempts of one request may take together.</summary>
    public double TotalSeconds { get; init; } = 30;

    /// <summary>Attempts after the first.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Seconds before the second attempt; each further wait is twice as long, with jitter. What an endpoint asks for
    /// (<c>Retry-After</c>) goes before.</summary>
    public double FirstWaitSeconds { get; init; } = 0.3;

    /// <summary>The usual patience, at another time for a request.</summary>
    public static EndpointLimits Within(double seconds) => new() { AttemptSeconds = seconds, TotalSeconds = 3 * seconds };

    /// <summary>Requests under way at a time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Bytes that an answer may have.</summary>
    public int MaximumBytes { get; init; } = 32 * 1024 * 1024;
}

/// <summary>Makes clients for endpoints that may be slow, busy, broken or hostile.</summary>
public static class EndpointClient
{
    /// <summary>A client that retries, waits, and reads no more than it should.</summary>
    /// <param name="limits">How patient it is.</param>
    /// <param name="innermost">What sends; null for the network.</param>
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
            InnerHandler = new WholeAnswerHandler(limits.MaximumBytes)
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

    /// <summary>What went wrong, in a person's words, without the endpoint's address, which may hold a key.</summary>
    /// <param name="wrong">What was thrown while a request was made.</param>
    /// <param name="who">The endpoint's name.</param>
    internal static ChainDataException Explain(Exception wrong, string who) => wrong switch
    {
        ChainDataException known => known,
        TimeoutRejectedException or TaskCanceledException => new(ChainFault.TimedOut, $"{who} did not answer in time"),
        HttpRequestException or IOException => new(ChainFault.Unreachable, $"{who} could not be reached or hung up: {Cause(wrong)}"),
        _ => new(ChainFault.Unreachable, $"{who}: {wrong.GetType().Name}"),
    };

    /// <summary>The kind of failure, never the framework's message: that one names the host.</summary>
    private static string Cause(Exception wrong) => wrong switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var error } => error.ToString(),
        { InnerException: System.Net.Sockets.SocketException socket } => socket.SocketErrorCode.ToString(),
        _ => "the connection broke",
    };

    /// <summary>Reads the whole answer as part of the attempt, so that what breaks off is tried again and what never ends is
    /// given up.</summary>
    private sealed class WholeAnswerHandler(int maximumBytes) : DelegatingHandler
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
                response.Content = new WholeAnswer(buffer.GetBuffer(), (int)buffer.Length);
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

/// <summary>An answer that is there as a whole.</summary>
/// <param name="buffer">It, which is not copied to be read.</param>
/// <param name="length">How much of the buffer it is.</param>
internal sealed class WholeAnswer(byte[] buffer, int length) : ByteArrayContent(buffer, 0, length)
{
    public ReadOnlyMemory<byte> Bytes { get; } = buffer.AsMemory(0, length);
}
