using System.Collections.Concurrent;
using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.AaveV3;
using Optimizer.Contracts.Protocols.Chainlink;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Chains.Evm;

/// <summary>USD prices of a chain's assets, from the Chainlink feeds in its chain file and from the oracle of an Aave market on
/// it.</summary>
/// <remarks>If both have a price, the two are compared and the feed is used, because it states its age.</remarks>
public sealed class EvmPrices(ChainReading reading, BlockReader reader)
{

    private readonly ConcurrentDictionary<string, Task<Figure?>> _byAsset = new();

    /// <summary>The price of one whole token in USD; null if there is no reliable price, which is recorded as a finding.</summary>
    public async Task<Figure?> OfAsync(Token token)
    {
        var price = await OfRewardAsync(token).ConfigureAwait(false);
        if (price is { } found)
            reading.Prices[token.AssetId()] = found;
        return price;
    }

    /// <summary>The same for a reward token. It is not held, so the snapshot needs no judgement of it.</summary>
    public Task<Figure?> OfRewardAsync(Token token) => _byAsset.GetOrAdd(token.AssetId(), ReadAsync);

    private async Task<Figure?> ReadAsync(string asset)
    {
        var subject = $"{asset}@{reading.Chain.Id}";
        var tokens = reading.Chain.Tokens.Where(t => t.AssetId() == asset).ToArray();
        var feed = tokens.FirstOrDefault(t => t.PriceFeed is not null)?.PriceFeed;
        var contract = tokens.FirstOrDefault(t => t.Symbol == asset && t.Address is not null)?.Address ?? tokens.FirstOrDefault(t => t.Address is not null)?.Address;
        var oracle = reading.Chain.Protocols.Select(p => p.Addresses.GetValueOrDefault("oracle")).FirstOrDefault(o => o is not null);
        var askFeed = feed is null ? Task.FromResult<Figure?>(null) : FromFeedAsync(asset, subject, EvmAddress.Parse(feed));
        var askOracle = oracle is null || contract is null ? Task.FromResult<Figure?>(null) : FromOracleAsync(asset, EvmAddress.Parse(oracle), EvmAddress.Parse(contract));
        var (fromFeed, fromOracle) = (await askFeed.ConfigureAwait(false), await askOracle.ConfigureAwait(false));
        if (fromFeed is { } first && fromOracle is { } second && Math.Abs(first / second - 1) > reading.Settings.Tolerance.Fraction)
            reading.Flag(FindingRules.PriceDisagreement, subject, $"{first.Value:g9} USD by {reading.Provenances[first.From].Source}, {second.Value:g9} USD by {reading.Provenances[second.From].Source}; the first is used");
        // A rejected feed is not replaced by a source that does not state its age.
        var price = feed is null ? fromOracle : fromFeed;
        if (price is null && feed is null)
            reading.Refuse(FindingRules.MissingPrice, subject, $"the chain file has no price feed for {asset}, and no Aave oracle on the chain has its price");
        if (price is not null && feed is null)
            reading.Flag(FindingRules.AgelessPrice, reading.Chain.Id, "prices without a feed come from Aave's oracle, which does not state their age");
        return price;
    }

    private async Task<Figure?> FromFeedAsync(string asset, string subject, EvmAddress feed)
    {
        Round round;
        BigInteger decimals;
        try
        {
            var (askRound, askDecimals) = (reader.ReadAsync(feed, new LatestRoundData()), reader.ReadAsync(feed, new Decimals()));
            round = await askRound.ConfigureAwait(false);
            decimals = await askDecimals.ConfigureAwait(false);
        }
        catch (ChainDataException wrong)
        {
            reading.Refuse(FindingRules.MissingPrice, subject, $"the price feed {feed} cannot be read: {wrong.Message}");
            return null;
        }

        var (answer, updatedAt) = (round.Answer, round.UpdatedAt);
        var age = (double)(new BigInteger(reader.Block.Time.ToUnixTimeSeconds()) - updatedAt);
        if (answer.Sign <= 0 || updatedAt.IsZero || age < -60 || decimals > 36)
        {
            reading.Refuse(FindingRules.AbsurdPrice, subject, $"the price feed {feed} answers {answer} with {decimals} decimals, {age:0} s old");
            return null;
        }

        if (age > reading.Settings.MaximumPriceAge.Seconds)
        {
            reading.Refuse(FindingRules.StalePrice, subject, $"the price feed {feed} was last updated {Duration.FromSeconds(age)} before the block; the maximum is {reading.Settings.MaximumPriceAge}");
            return null;
        }

        return Figure((double)answer / Math.Pow(10, (int)decimals), $"chainlink-{asset}", $"Chainlink feed {feed} on {reading.Chain.Name}", DateTimeOffset.FromUnixTimeSeconds((long)updatedAt));
    }

    private async Task<Figure?> FromOracleAsync(string asset, EvmAddress oracle, EvmAddress contract)
    {
        var (askPrice, askUnit, askCurrency) = (reader.TryReadAsync(oracle, new GetAssetPrice { Asset = contract }), reader.TryReadAsync(oracle, new BaseCurrencyUnit()), reader.TryReadAsync(oracle, new BaseCurrency()));
        var price = await askPrice.ConfigureAwait(false) is { Value: { Sign: > 0 } p } ? p : BigInteger.Zero;
        var unit = await askUnit.ConfigureAwait(false) is { Value: { Sign: > 0 } u } ? u : BigInteger.Zero;
        // The oracle returns 0 for unknown assets; its base currency is USD only if it is the zero address.
        return price.IsZero || unit.IsZero || await askCurrency.ConfigureAwait(false) is not { Value.IsZero: true }
            ? null
            : Figure((double)price / (double)unit, $"aave-oracle-{asset}", $"Aave's oracle {oracle} on {reading.Chain.Name}", reader.Block.Time);
    }

    private Figure Figure(double price, string key, string source, DateTimeOffset asOf)
    {
        var from = $"{key}-{reading.Chain.Id}".ToLowerInvariant();
        reading.Provenances[from] = new() { Source = source, AsOf = asOf, Block = reader.Block.Number };
        return new(price, from);
    }
}
