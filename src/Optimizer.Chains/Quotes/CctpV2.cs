using System.Globalization;
using System.Text.Json;
using Optimizer.Chains.Rpc;
using Optimizer.Model;

namespace Optimizer.Chains.Quotes;

/// <summary>Circle's Cross-Chain Transfer Protocol, version 2: USDC is burnt here and minted there.</summary>
/// <remarks>Source: developers.circle.com, CCTP API: fees by finality threshold in basis points (1,000 is fast, 2,000 waits for
/// finality), and what may still be transferred fast, over all chains together.</remarks>
public sealed class CctpV2 : IQuoteAdapter
{
    private const int Fast = 1_000;
    private const int Standard = 2_000;

    /// <inheritdoc/>
    public string Name => "cctpV2";

    /// <inheritdoc/>
    public WebSource Source { get; } = new("cctp", new("https://iris-api.circle.com"));

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
            return isFast ? route with { MaximumUsd = new(await AllowanceAsync(request.Endpoint, cancellation).ConfigureAwait(false), from) } : route;
        }

        throw new ChainDataException(ChainFault.Refused, string.Create(CultureInfo.InvariantCulture, $"{request.Endpoint.Name} offers no {(isFast ? "fast" : "standard")} transfer"));
    }

    private static async Task<double> AllowanceAsync(JsonEndpoint endpoint, CancellationToken cancellation)
    {
        using var answer = await endpoint.GetAsync("v2/fastBurn/USDC/allowance", cancellation).ConfigureAwait(false);
        return Math.Max(0, QuoteRequest.Number(endpoint, answer.RootElement, "allowance"));
    }
}
