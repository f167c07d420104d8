namespace Optimizer.Chains.Quotes;

/// <summary>Jupiter: swaps on Solana by the best path through its pools.</summary>
/// <remarks>Source: dev.jup.ag, swap API v1, quote.</remarks>
public sealed class Jupiter : IQuoteAdapter
{
    private static readonly double[] SizesUsd = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];

    /// <inheritdoc/>
    public string Name => "jupiter";

    /// <inheritdoc/>
    public WebSource Source { get; } = new("jupiter", new("https://lite-api.jup.ag"), "x-api-key");

    /// <inheritdoc/>
    public Task<Model.Route> ReadAsync(QuoteRequest request, CancellationToken cancellation)
    {
        return request.FitAsync(SizesUsd, LossAsync, hasFixedPart: false);

        async Task<double> LossAsync(double usd)
        {
            var amount = request.Amount(usd);
            using var answer = await request.Endpoint.GetAsync($"swap/v1/quote?inputMint={request.FromContract.Address}&outputMint={request.ToContract.Address}&amount={amount}&slippageBps=50", cancellation).ConfigureAwait(false);
            return 1 - request.UsdOut(request.BaseUnits(answer.RootElement, "outAmount")) / request.UsdIn(amount);
        }
    }
}
