using System.Text.Json;
using Optimizer.Model;

namespace Optimizer.Chains.Quotes;

/// <summary>Across: relayers pay out at the destination and are repaid from pools.</summary>
/// <remarks>Source: docs.across.to, suggested-fees. The relayer's gas is the fixed part. Its capital cost and the pool fee, which rises
/// with the pool's utilisation, are quoted at two sizes. Fractions are in units of 10⁻¹⁸.</remarks>
public sealed class Across : IQuoteAdapter
{
    private const double SmallUsd = 10_000;
    private const double LargeUsd = 1_000_000;

    /// <inheritdoc/>
    public string Name => "across";

    /// <inheritdoc/>
    public WebSource Source { get; } = new("across", new("https://app.across.to/api"));

    /// <inheritdoc/>
    public async Task<Route> ReadAsync(QuoteRequest request, CancellationToken cancellation)
    {
        var small = await AskAsync(request, SmallUsd, cancellation).ConfigureAwait(false);
        var largeUsd = Math.Min(LargeUsd, small.MaximumUsd);
        var large = largeUsd > SmallUsd ? await AskAsync(request, largeUsd, cancellation).ConfigureAwait(false) : small;
        var impact = largeUsd > SmallUsd ? Math.Max(0, (large.Share - small.Share) / (largeUsd - SmallUsd)) : 0;
        var from = request.FromSource();
        return request.Judged with
        {
            Fees = [new() { Bps = new(Math.Max(small.Share - impact * SmallUsd, 0) * 1e4, from) }],
            FixedFee = new(Math.Max(small.GasUsd, large.GasUsd) / request.PriceIn, from),
            ImpactBpsPerMillion = new(impact * request.PriceIn * 1e10, from),
            Minimum = new(small.MinimumUsd / request.PriceIn, from),
            Maximum = new(small.MaximumUsd / request.PriceIn, from),
            DurationSeconds = new(Math.Max(small.Seconds, large.Seconds), from),
        };
    }

    private sealed record Quote(double Share, double GasUsd, double MinimumUsd, double MaximumUsd, double Seconds);

    private static async Task<Quote> AskAsync(QuoteRequest request, double usd, CancellationToken cancellation)
    {
        string Id(Chain chain) => chain.ChainId is { } id ? $"{id}" : request.Parameter(chain, "chainId");
        using var answer = await request.Endpoint.GetAsync(
            $"suggested-fees?inputToken={request.FromContract.Address}&outputToken={request.ToContract.Address}&originChainId={Id(request.Origin)}&destinationChainId={Id(request.Destination)}&amount={request.Amount(usd)}&skipAmountLimit=true",
            cancellation).ConfigureAwait(false);
        var quote = answer.RootElement;
        JsonElement Part(string name) => quote.ValueKind == JsonValueKind.Object && quote.TryGetProperty(name, out var part) ? part : throw new ChainDataException(ChainFault.Malformed, $"{request.Endpoint.Name} sent no '{name}'");
        double Share(string name) => QuoteRequest.Number(request.Endpoint, Part(name), "pct") / 1e18;
        return new(Share("relayerCapitalFee") + Share("lpFee"), request.UsdIn(request.BaseUnits(Part("relayerGasFee"), "total")),
            request.UsdIn(request.BaseUnits(Part("limits"), "minDeposit")), request.UsdIn(request.BaseUnits(Part("limits"), "maxDeposit")),
            QuoteRequest.Number(request.Endpoint, quote, "estimatedFillTimeSec"));
    }
}
