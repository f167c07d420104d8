using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;
using Optimizer.Model;

namespace Optimizer.Chains.Quotes;

/// <summary>Circle's Cross-Chain Transfer Protocol, version 2: burns USDC here and mints it at the destination.</summary>
/// <remarks>Source: developers.circle.com, CCTP API: fees by finality threshold in basis points (1,000 is fast, 2,000 waits for finality),
/// and the remaining allowance for fast transfers over all chains.</remarks>
public sealed class CctpV2 : IQuoteAdapter
{
    private const int Fast = 1_000;
    private const int Standard = 2_000;

    /// <inheritdoc/>
    public string Name => "cctpV2";

    /// <inheritdoc/>
    public WebSource Source => Web;

    /// <summary>The web service for fees and attestations.</summary>
    public static WebSource Web { get; } = new("cctp", new("https://iris-api.circle.com"));

    /// <inheritdoc/>
    public async Task<Route> ReadAsync(QuoteRequest request, CancellationToken cancellation)
    {
        var isFast = request.Judged.Id.StartsWith("cctp-fast/", StringComparison.Ordinal);
        var path = $"v2/burn/USDC/fees/{request.Parameter(request.Origin, "domain")}/{request.Parameter(request.Destination, "domain")}";
        using var fees = await request.Endpoint.GetAsync(path, cancellation).ConfigureAwait(false);
        if (fees.RootElement.ValueKind != JsonValueKind.Array)
            throw new ChainDataException(ChainFault.Malformed, $"{request.Endpoint.Name} sent no list of fees");
        var from = request.FromSource();
        foreach (var fee in fees.RootElement.EnumerateArray())
        {
            if (QuoteRequest.Number(request.Endpoint, fee, "finalityThreshold") != (isFast ? Fast : Standard))
                continue;
            var route = request.Judged with { Fees = [new() { Bps = new(QuoteRequest.Number(request.Endpoint, fee, "minimumFee"), from) }] };
            return isFast ? route with { Maximum = new(await AllowanceAsync(request.Endpoint, cancellation).ConfigureAwait(false), from) } : route;
        }

        throw new ChainDataException(ChainFault.Refused, string.Create(CultureInfo.InvariantCulture, $"{request.Endpoint.Name} offers no {(isFast ? "fast" : "standard")} transfer"));
    }

    /// <summary>The messages of a transaction with their attestations; an attestation is null until it exists.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="domain">The domain of the source chain.</param>
    /// <param name="transaction">The hash of the burning transaction.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">The answer is invalid.</exception>
    public static async Task<IReadOnlyList<(byte[] Message, byte[]? Attestation)>> MessagesAsync(JsonEndpoint endpoint, BigInteger domain, string transaction, CancellationToken cancellation)
    {
        using var answer = await endpoint.GetAsync($"v2/messages/{domain}?transactionHash={transaction}", cancellation).ConfigureAwait(false);
        var messages = EvmJson.Field(answer.RootElement, "messages");
        if (messages.ValueKind != JsonValueKind.Array)
            throw new ChainDataException(ChainFault.Malformed, $"{endpoint.Name} sent no list of messages");
        // Before attestation both fields are missing, or contain a word such as PENDING.
        byte[]? Bytes(JsonElement message, string field) => EvmJson.Text(EvmJson.Field(message, field)) is { Length: > 2 } text && text.StartsWith("0x", StringComparison.Ordinal) ? EvmJson.Bytes(EvmJson.Field(message, field), endpoint.Name) : null;
        return [.. messages.EnumerateArray().Select(message => (Message: Bytes(message, "message"), Attestation: EvmJson.Text(EvmJson.Field(message, "status")) == "complete" ? Bytes(message, "attestation") : null))
            .Where(pair => pair.Message is not null).Select(pair => (pair.Message!, pair.Attestation))];
    }

    private static async Task<double> AllowanceAsync(JsonEndpoint endpoint, CancellationToken cancellation)
    {
        using var answer = await endpoint.GetAsync("v2/fastBurn/USDC/allowance", cancellation).ConfigureAwait(false);
        return Math.Max(0, QuoteRequest.Number(endpoint, answer.RootElement, "allowance"));
    }
}
