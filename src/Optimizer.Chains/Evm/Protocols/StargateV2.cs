using System.Globalization;
using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.StargateV2;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Stargate v2: fee tiers for the whole amount, a maximum from the path's credit, and a message fee in native token.</summary>
/// <remarks>Source: stargate-v2, StargateBase.quoteOFT and quoteSend; LayerZero's endpoint ids are parameters in the chain files. Tiers are
/// found by quotes at sizes that rise by a third. A tier with a higher fee starts at the last size with the lower fee, and the largest
/// quoted size is the maximum, so a fee is never understated.</remarks>
public sealed class StargateV2 : IEvmRouteAdapter
{

    /// <inheritdoc/>
    public string Name => "stargateV2";

    /// <inheritdoc/>
    public async Task<Route?> ReadAsync(EvmProtocol protocol, Route judged, Chain other)
    {
        const double LeastUsd = 100;
        const double Growth = 4.0 / 3;
        const int Sizes = 48;
        const int SharedDecimals = 6;
        var from = protocol.Chain.Tokens.Single(t => t.Symbol == judged.From.Symbol);
        var endpoint = EndpointOf(other, protocol.Entry.Id);
        var pool = await PoolAsync(protocol, from).ConfigureAwait(false);
        if (await protocol.PriceAsync(from).ConfigureAwait(false) is not { } price)
            return null;
        var oneUsd = Math.Pow(10, from.Decimals) / price;
        BigInteger Amount(double usd) => new(usd * oneUsd);
        var sizes = Enumerable.Range(0, Sizes).Select(i => LeastUsd * Math.Pow(Growth, i)).ToArray();
        var askFee = protocol.Reader.TryReadAsync(pool, new QuoteSend { SendParam = Send(endpoint, Amount(sizes[0])) });
        var quotes = await Task.WhenAll(sizes.Select(usd => protocol.Reader.TryReadAsync(pool, new QuoteOft { SendParam = Send(endpoint, Amount(usd)) }, EvmCallKind.Heavy))).ConfigureAwait(false);
        if (quotes[0] is not { Value: var first } || await askFee.ConfigureAwait(false) is not { Value: var fee })
            throw new ChainDataException(ChainFault.UnexpectedContract, $"pool {pool} has no quote for endpoint {endpoint}");
        var limit = (double)first.Limit.MaximumAmount / oneUsd;
        var key = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, pool {pool}, quotes to {other.Name}", other.Id);
        var tiers = new List<FeeTier>();
        var (known, quantum) = (0.0, Math.Pow(10, Math.Max(0, from.Decimals - SharedDecimals)));
        for (var i = 0; i < Sizes && sizes[i] <= limit && quotes[i] is { Value.Receipt: var receipt }; i++)
        {
            var (sent, received) = (receipt.AmountSent, receipt.AmountReceived);
            // Above its limit, a pool quotes a lower amount than requested.
            if (sent.IsZero || sent < Amount(sizes[i]) * 999 / 1_000)
                break;
            var bps = Math.Round((double)(sent - received) / (double)sent * 10_000, 3);
            if (tiers.Count == 0)
            {
                tiers.Add(new() { Bps = new(bps, key) });
            }
            else if (Math.Abs(bps - tiers[^1].Bps) <= 2e4 * quantum / (double)Amount(sizes[i - 1]))
            {
                // Amounts have six decimals, so the larger size shows the tier's fee more exactly.
                tiers[^1] = tiers[^1] with { Bps = new(bps, key) };
            }
            else
            {
                tiers[^1] = tiers[^1] with { UpTo = new((bps > tiers[^1].Bps ? known : sizes[i]) / price, key) };
                tiers.Add(new() { Bps = new(bps, key) });
            }

            known = sizes[i];
        }

        return tiers.Count == 0
            ? throw new ChainDataException(ChainFault.UnexpectedContract, $"pool {pool} would send less than {LeastUsd} USD to endpoint {endpoint}: its path has no credit")
            : judged with
            {
                Fees = tiers,
                Maximum = new(Math.Min(limit, known) / price, key),
                NativeFee = new((double)fee.NativeFee / 1e18, key),
                Parameters = new Dictionary<string, string> { ["pool"] = pool.ToString() },
            };
    }

    private static async Task<EvmAddress> PoolAsync(EvmProtocol protocol, Token token)
    {
        var pools = protocol.Entry.Addresses.Where(a => a.Key.StartsWith("pool", StringComparison.Ordinal)).Select(a => EvmAddress.Parse(a.Value)).ToArray();
        var tokens = await Task.WhenAll(pools.Select(pool => protocol.Reader.ReadAsync(pool, new PoolToken()))).ConfigureAwait(false);
        // A pool of native token names the zero address.
        var wanted = token.Address is null ? default : EvmAddress.Parse(token.Address);
        return Array.IndexOf(tokens, wanted) is var found and >= 0
            ? pools[found]
            : throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file has no pool of {protocol.Entry.Id} on {protocol.Chain.Id} for {token.Symbol}");
    }

    private static uint EndpointOf(Chain chain, string protocol) =>
        chain.Protocols.FirstOrDefault(p => p.Id == protocol)?.Parameters.GetValueOrDefault("endpointId") is { } text
        && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {chain.Id} gives no parameter 'endpointId' for {protocol}");

    /// <summary>Send parameters in taxi mode: immediate, not batched.</summary>
    private static SendParam Send(uint endpoint, BigInteger amount) => new() { DestinationEndpoint = endpoint, To = Hex.Keccak("anyone"u8), Amount = amount };
}
