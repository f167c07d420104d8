using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.UniswapV3;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Uniswap v3 swaps, quoted at rising sizes.</summary>
/// <remarks>Source: uniswap/v3-periphery, QuoterV2. The model is a loss of fee·f + impact·f² for a swap of f USD. The fee is the loss of
/// the smallest quote against oracle prices, at least the pool's own fee. The impact is the largest of all quotes, so at every quoted size
/// the model delivers at most what the pool does.</remarks>
public sealed class UniswapV3 : IEvmRouteAdapter
{
    /// <summary>Largest accepted price impact beyond the fee; a larger swap exceeds the pool's depth.</summary>
    private const double MostImpact = 0.01;

    private static readonly double[] SizesUsd = [100, 1e3, 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8];
    private static readonly int[] FeesInMillionths = [100, 500, 3_000, 10_000];


    /// <summary>The size at which pools are compared, in USD.</summary>
    private const double Usual = 100_000;

    /// <inheritdoc/>
    public string Name => "uniswapV3";

    /// <inheritdoc/>
    public async Task<Route?> ReadAsync(EvmProtocol protocol, Route judged, Chain other)
    {
        var quoter = protocol.Contract("quoterV2");
        var (sold, bought) = (Contract(judged.From), Contract(judged.To));
        var (askSold, askBought) = (protocol.PriceAsync(sold), protocol.PriceAsync(bought));
        if (await askSold.ConfigureAwait(false) is not { } soldPrice || await askBought.ConfigureAwait(false) is not { } boughtPrice)
            return null;
        var pools = await Task.WhenAll(FeesInMillionths.Select(async fee => (Fee: fee, Losses: await Task.WhenAll(SizesUsd.Select(usd => LossAsync(usd, fee))).ConfigureAwait(false)))).ConfigureAwait(false);
        var key = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, quoter {quoter}");
        return pools.Where(pool => pool.Losses[0] is not null).Select(pool => (pool.Fee, Cost: Cost(pool.Fee, pool.Losses))).OrderBy(pool => pool.Cost.Maximum < Usual ? double.PositiveInfinity : pool.Cost.Loss(Usual)).ToArray() is [var (fee, best), ..]
            ? best.InTokens(soldPrice).Over(judged, key, hasFixedPart: false) with { Parameters = new Dictionary<string, string> { ["fee"] = $"{fee}" } }
            : throw new ChainDataException(ChainFault.UnexpectedContract, $"no pool of {sold.Symbol} and {bought.Symbol} has a quote for {SizesUsd[0]} USD");

        RouteCost Cost(int fee, double?[] losses) =>
            RouteCost.Of([.. SizesUsd.Zip(losses).TakeWhile(quote => quote.Second is not null).Select(quote => (quote.First, quote.Second!.Value))], hasFixedPart: false, fee / 1e6, MostImpact);

        Token Contract(TokenId id) => protocol.Chain.ContractToken(id.Symbol)
            ?? throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {protocol.Chain.Id} names no wrapped {id.Symbol}");

        // Loss of a swap as a share; null if the pool is too small or does not exist.
        async Task<double?> LossAsync(double usd, int fee)
        {
            var amount = new BigInteger(usd / soldPrice * Math.Pow(10, sold.Decimals));
            var quote = new QuoteExactInputSingle { Params = new() { TokenIn = EvmAddress.Parse(sold.Address!), TokenOut = EvmAddress.Parse(bought.Address!), AmountIn = amount, Fee = fee } };
            return await protocol.Reader.TryReadAsync(quoter, quote, EvmCallKind.Heavy).ConfigureAwait(false) is { Value.AmountOut: var received }
                ? 1 - EvmProtocol.Usd(received, bought, boughtPrice) / EvmProtocol.Usd(amount, sold, soldPrice)
                : null;
        }
    }
}
