using System.Text.Json;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Model;

namespace Optimizer.Chains.Quotes;

/// <summary>DefiLlama: yields of opportunities without an on-chain adapter, and a second source of prices.</summary>
/// <remarks>
/// An entry's parameters list pools by token (<c>USDC: 43641cf5-…</c>). The yields are effective for most projects, and simple for Lido,
/// Aave and
/// Compound, which the entry's parameter <c>basis: simple</c> states. Its TVL of lending markets is supply less debt, so these are better
/// read
/// on-chain. A rate is assumed to stay the same after a deposit. Sources: api-docs.defillama.com, DefiLlama/yield-server.
/// </remarks>
/// <param name="universe">The market with judgements, for the kinds of opportunities.</param>
/// <param name="endpointOf">Creates the endpoint of a web service.</param>
public sealed class DefiLlama(Market universe, Func<WebSource, JsonEndpoint> endpointOf)
{
    /// <summary>The name that chain files use.</summary>
    public const string AdapterName = "defiLlama";

    private const string Basis = "basis";
    private const double LeastConfidence = 0.9;

    private static readonly WebSource Yields = new("llama-yields", new("https://yields.llama.fi"));
    private static readonly WebSource Coins = new("llama-coins", new("https://coins.llama.fi"));

    /// <summary>The web services that it uses.</summary>
    public static IEnumerable<WebSource> Sources => [Yields, Coins];

    /// <summary>Adds opportunities, and findings about prices and rates, to data read from chains.</summary>
    public Task ReadAsync(IReadOnlyList<ChainReading> readings, DateTimeOffset now, CancellationToken cancellation) =>
        Task.WhenAll(YieldsAsync(readings, now, cancellation), PricesAsync(readings, now, cancellation));

    private async Task YieldsAsync(IReadOnlyList<ChainReading> readings, DateTimeOffset now, CancellationToken cancellation)
    {
        var wanted = readings.SelectMany(reading => reading.Chain.Protocols.Where(entry => entry.Adapter == AdapterName)
            .SelectMany(entry => entry.Parameters.Where(p => p.Key != Basis).Select(p => (Reading: reading, Entry: entry, Token: p.Key, Pool: p.Value)))).ToArray();
        if (wanted.Length == 0)
            return;
        var endpoint = endpointOf(Yields);
        try
        {
            using var answer = await endpoint.GetAsync("pools", cancellation).ConfigureAwait(false);
            if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
                throw new ChainDataException(ChainFault.Malformed, $"{endpoint.Name} sent no 'data'");
            var pools = new Dictionary<string, JsonElement>();
            foreach (var pool in data.EnumerateArray())
            {
                if (pool.ValueKind == JsonValueKind.Object && pool.TryGetProperty("pool", out var id) && id.ValueKind == JsonValueKind.String)
                    pools[id.GetString()!] = pool;
            }

            foreach (var (reading, entry, token, pool) in wanted)
            {
                if (Opportunity(endpoint, reading, entry, token, pools.GetValueOrDefault(pool), pool, now) is { } opportunity)
                    reading.Opportunities.Add(opportunity);
            }
        }
        catch (ChainDataException wrong)
        {
            foreach (var (reading, entry) in wanted.Select(w => (w.Reading, w.Entry)).Distinct())
                reading.Refuse(FindingRules.DeadAdapter, $"{entry.Id}/{reading.Chain.Id}", wrong.Message);
        }
    }

    private OpportunityReading? Opportunity(JsonEndpoint endpoint, ChainReading reading, Protocol entry, string symbol, JsonElement pool, string poolId, DateTimeOffset now)
    {
        var id = $"{entry.Id}/{reading.Chain.Id}/{symbol}";
        if (pool.ValueKind != JsonValueKind.Object)
        {
            reading.Refuse(FindingRules.DeadAdapter, id, $"{endpoint.Name} does not list pool {poolId}");
            return null;
        }

        if (reading.Chain.Tokens.All(token => token.Symbol != symbol))
        {
            reading.Refuse(FindingRules.UnknownToken, id, $"the entry has a pool for {symbol}, which is not in the chain file");
            return null;
        }

        try
        {
            double? Optional(string field) => pool.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? QuoteRequest.Number(endpoint, pool, field) : null;
            var from = $"llama-{entry.Id}-{reading.Chain.Id}-{symbol}".ToLowerInvariant();
            reading.Provenances[from] = new() { Source = $"DefiLlama, pool {poolId} of {Text(pool, "project")}", AsOf = now };
            if (!reading.Prices.TryGetValue(reading.Chain.Tokens.First(token => token.Symbol == symbol).AssetId(), out var price))
            {
                reading.Refuse(FindingRules.MissingPrice, id, $"{symbol} has no price, so the pool's size cannot be converted to tokens");
                return null;
            }

            var (total, rewards) = (QuoteRequest.Number(endpoint, pool, "tvlUsd") / price, Optional("apyReward") ?? 0);
            var basis = entry.Parameters.GetValueOrDefault(Basis) == "simple" ? RateBasis.Simple : RateBasis.Effective;
            var paid = Optional("apyBase") ?? QuoteRequest.Number(endpoint, pool, "apy") - rewards;
            return new()
            {
                Id = id,
                Protocol = entry.Id,
                Kind = universe.Snapshot.Opportunities.FirstOrDefault(known => known.Id == id)?.Kind ?? OpportunityKind.Vault,
                Inputs = [new(new(symbol, reading.Chain.Id), 1)],
                Carry = new()
                {
                    Base = new FlatCurve { Basis = basis, RatePerYear = new(paid / 100, from) },
                    Rewards = rewards > 0 && total > 0 ? new EmissionCurve { Basis = RateBasis.Simple, Supplied = new(total, from), PerYear = new(rewards / 100 * total, from) } : null,
                },
                Total = new(total, from),
            };
        }
        catch (ChainDataException wrong)
        {
            reading.Refuse(FindingRules.DeadAdapter, id, wrong.Message);
            return null;
        }
    }

    private async Task PricesAsync(IReadOnlyList<ChainReading> readings, DateTimeOffset now, CancellationToken cancellation)
    {
        var tokens = readings.SelectMany(reading => reading.Chain.Tokens.Where(token => token.Address is not null && reading.Prices.ContainsKey(token.AssetId()))
            .Select(token => (Reading: reading, Token: token, Key: $"{Chain(reading)}:{token.Address}"))).ToArray();
        if (tokens.Length == 0)
            return;
        var endpoint = endpointOf(Coins);
        try
        {
            using var answer = await endpoint.GetAsync($"prices/current/{string.Join(',', tokens.Select(token => token.Key).Distinct())}", cancellation).ConfigureAwait(false);
            if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty("coins", out var coins) || coins.ValueKind != JsonValueKind.Object)
                throw new ChainDataException(ChainFault.Malformed, $"{endpoint.Name} sent no 'coins'");
            foreach (var (reading, token, key) in tokens)
            {
                if (!coins.TryGetProperty(key, out var coin))
                    continue;
                var price = QuoteRequest.Number(endpoint, coin, "price");
                var age = (now - DateTimeOffset.UnixEpoch).TotalSeconds - QuoteRequest.Number(endpoint, coin, "timestamp");
                var ours = reading.Prices[token.AssetId()];
                if (coin.TryGetProperty("decimals", out _) && QuoteRequest.Number(endpoint, coin, "decimals") is var decimals && decimals != token.Decimals)
                    reading.Flag(FindingRules.WrongDecimals, $"{token.Symbol}@{reading.Chain.Id}", $"{endpoint.Name} reports {decimals} decimals, but the chain file has {token.Decimals}");
                else if (age <= reading.Settings.MaximumPriceAge.Seconds && coin.TryGetProperty("confidence", out _) && QuoteRequest.Number(endpoint, coin, "confidence") >= LeastConfidence
                    && Math.Abs(ours / price - 1) > reading.Settings.Tolerance.Fraction)
                    reading.Flag(FindingRules.PriceDisagreement, $"{token.AssetId()}@{reading.Chain.Id}", $"{ours.Value:g9} USD by {reading.Provenances[ours.From].Source}, {price:g9} USD by {endpoint.Name}; the first is used");
            }
        }
        catch (ChainDataException wrong)
        {
            foreach (var reading in tokens.Select(token => token.Reading).Distinct())
                reading.Flag(FindingRules.Endpoint, reading.Chain.Id, $"prices could not be checked with a second source: {wrong.Message}");
        }
    }

    /// <summary>The chain's name at DefiLlama, if it differs from the id.</summary>
    private static string Chain(ChainReading reading) => reading.Chain.Id switch
    {
        "bnb" => "bsc",
        "avalanche" => "avax",
        "hyperevm" => "hyperliquid",
        var id => id,
    };

    private static string Text(JsonElement pool, string field) => pool.TryGetProperty(field, out var text) && text.ValueKind == JsonValueKind.String ? new([.. text.GetString()!.Take(60).Where(c => !char.IsControl(c))]) : "";
}
