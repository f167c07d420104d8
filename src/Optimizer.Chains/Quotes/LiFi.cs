using System.Text.Json;
using Optimizer.Model;

namespace Optimizer.Chains.Quotes;

/// <summary>LI.FI, an aggregator of bridges; the entry's parameter <c>bridges</c> restricts the providers.</summary>
/// <remarks>Source: docs.li.fi, API, quote. Included fees are already deducted from the output; the others are paid in the source chain's
/// native token.</remarks>
public sealed class LiFi : IQuoteAdapter
{
    private const string NativeOnEvm = "0x0000000000000000000000000000000000000000";
    private const string NativeOnSolana = "11111111111111111111111111111111";

    private static readonly double[] SizesUsd = [10, 100, 1_000, 10_000, 100_000, 500_000];

    /// <inheritdoc/>
    public string Name => "lifi";

    /// <inheritdoc/>
    public WebSource Source { get; } = new("lifi", new("https://li.quest/v1"), "x-lifi-api-key");

    /// <inheritdoc/>
    public async Task<Route> ReadAsync(QuoteRequest request, CancellationToken cancellation)
    {
        var bridges = request.Entry.Parameters.GetValueOrDefault("bridges");
        // Requests are rate-limited: do not quote sizes beyond the route's known maximum.
        var most = (request.Judged.Maximum?.Value ?? double.PositiveInfinity) * request.PriceIn;
        var (nativeFee, seconds, gate) = (0.0, 0.0, new Lock());
        var route = await request.FitAsync([.. SizesUsd.Where((usd, i) => i == 0 || usd <= most)], LossAsync, hasFixedPart: true).ConfigureAwait(false);
        var from = request.FromSource();
        return route with { NativeFee = nativeFee > 0 ? new Figure(nativeFee, from) : null, DurationSeconds = new(seconds, from), Minimum = request.Judged.Minimum ?? new Figure(SizesUsd[0] / request.PriceIn, from) };

        async Task<double> LossAsync(double usd)
        {
            var amount = request.Amount(usd);
            using var answer = await request.Endpoint.GetAsync(
                $"quote?fromChain={Id(request.Origin)}&toChain={Id(request.Destination)}&fromToken={Contract(request.Origin, request.From)}&toToken={Contract(request.Destination, request.To)}"
                + $"&fromAmount={amount}&fromAddress={QuoteRequest.Anyone(request.Origin)}&toAddress={QuoteRequest.Anyone(request.Destination)}{(bridges is null ? "" : $"&allowBridges={bridges}")}",
                cancellation).ConfigureAwait(false);
            if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty("estimate", out var estimate))
                throw new ChainDataException(ChainFault.Malformed, $"{request.Endpoint.Name} sent no 'estimate'");
            var extra = 0.0;
            if (estimate.TryGetProperty("feeCosts", out var fees) && fees.ValueKind == JsonValueKind.Array)
            {
                foreach (var fee in fees.EnumerateArray().Where(fee => fee.ValueKind == JsonValueKind.Object && fee.TryGetProperty("included", out var included) && included.ValueKind == JsonValueKind.False))
                    extra += (double)request.BaseUnits(fee, "amount");
            }

            // Quotes of several sizes run in parallel: keep the highest cost and the longest time.
            lock (gate)
            {
                nativeFee = Math.Max(nativeFee, extra / Math.Pow(10, request.Origin.Tokens.Single(token => token.Symbol == request.Origin.NativeToken).Decimals));
                seconds = Math.Max(seconds, QuoteRequest.Number(request.Endpoint, estimate, "executionDuration"));
            }

            return 1 - request.UsdOut(request.BaseUnits(estimate, "toAmount")) / request.UsdIn(amount);
        }

        string Id(Chain chain) => chain.ChainId is { } id ? $"{id}" : request.Parameter(chain, "chainId");
    }

    private static string Contract(Chain chain, Token token) => token.Address ?? (chain.ChainId is null ? NativeOnSolana : NativeOnEvm);
}
