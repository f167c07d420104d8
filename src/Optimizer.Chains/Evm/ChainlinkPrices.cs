using System.Collections.Concurrent;
using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Evm;

/// <summary>Prices of a chain's assets in USD, from the Chainlink feeds that its file names.</summary>
public sealed class ChainlinkPrices(ChainReading reading, BlockReader reader, ReadingSettings settings)
{
    private static readonly AbiFunction LatestRound = AbiFunction.Parse(
        "latestRoundData() returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)");

    private static readonly AbiFunction DecimalsOf = AbiFunction.Parse("decimals() returns (uint8)");

    private readonly ConcurrentDictionary<string, Task<Figure?>> _byAsset = new();

    /// <summary>The price of one whole token in USD; null where there is none to be believed, which is noted.</summary>
    public Task<Figure?> OfAsync(Token token) => _byAsset.GetOrAdd(token.AssetId(), ReadAsync);

    private async Task<Figure?> ReadAsync(string asset)
    {
        var chain = reading.Chain;
        if (chain.Tokens.FirstOrDefault(t => t.AssetId() == asset && t.PriceFeed is not null) is not { PriceFeed: { } text })
        {
            reading.Refuse(Rules.MissingPrice, $"{asset}@{chain.Id}", $"the chain file names no price feed for {asset}");
            return null;
        }

        var feed = EvmAddress.Parse(text);
        object[] round;
        BigInteger decimals;
        try
        {
            var (askRound, askDecimals) = (reader.ReadAsync(feed, LatestRound), reader.ReadAsync(feed, DecimalsOf));
            round = await askRound.ConfigureAwait(false);
            decimals = (BigInteger)(await askDecimals.ConfigureAwait(false))[0];
        }
        catch (ChainDataException wrong)
        {
            reading.Refuse(Rules.MissingPrice, $"{asset}@{chain.Id}", $"the price feed {feed} cannot be read: {wrong.Message}");
            return null;
        }

        var (answer, updatedAt) = ((BigInteger)round[1], (BigInteger)round[3]);
        var age = (double)(new BigInteger(reader.Block.Time.ToUnixTimeSeconds()) - updatedAt);
        if (answer.Sign <= 0 || updatedAt.IsZero || age < -60 || decimals > 36)
        {
            reading.Refuse(Rules.AbsurdPrice, $"{asset}@{chain.Id}", $"the price feed {feed} answers {answer} with {decimals} decimals, {age:0} s old");
            return null;
        }

        if (age > settings.MaximumPriceAge.Seconds)
        {
            reading.Refuse(Rules.StalePrice, $"{asset}@{chain.Id}", $"the price feed {feed} was last updated {Duration.FromSeconds(age)} before the block; at most {settings.MaximumPriceAge} are allowed");
            return null;
        }

        var from = $"chainlink-{asset}-{chain.Id}".ToLowerInvariant();
        reading.Provenances[from] = new() { Source = $"Chainlink feed {feed} on {chain.Name}", AsOf = DateTimeOffset.FromUnixTimeSeconds((long)updatedAt), Block = reader.Block.Number };
        return reading.Prices[asset] = new((double)answer / Math.Pow(10, (int)decimals), from);
    }
}
