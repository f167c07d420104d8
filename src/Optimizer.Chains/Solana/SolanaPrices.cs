using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Solana;

/// <summary>USD prices of Solana's assets: from the Pyth accounts in the chain file, and from protocols (a lender's own prices, and
/// redemption rates of staking tokens).</summary>
/// <remarks>If several sources have a price, they are compared and Pyth is used, because it states age and confidence interval. Source of
/// its layout: pyth-crosschain, target_chains/solana, PriceUpdateV2.</remarks>
public sealed class SolanaPrices(ChainReading reading, IReadOnlyDictionary<string, AccountData> accounts, SolanaClock clock, IEnumerable<(string Source, SolanaQuote Quote)> quotes)
{
    /// <summary>Size of a price account, in bytes.</summary>
    public const int FeedLength = 134;

    /// <summary>Size of a mint account, in bytes.</summary>
    public const int MintLength = 82;

    private const string PythReceiver = "rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ";
    private const int VerifiedInFull = 1;

    /// <summary>Largest accepted confidence interval of a price, in tolerances.</summary>
    private const double MostUnsure = 10;

    private readonly Dictionary<string, Figure?> _byAsset = [];
    private readonly (string Source, SolanaQuote Quote)[] _quotes = [.. quotes];

    /// <summary>The price of one whole token in USD, after checking the chain file's decimals against the mint.</summary>
    /// <returns>Null if there is no reliable price; recorded as a finding.</returns>
    public Figure? Of(Token token)
    {
        if (token.Address is { } mint && !HasDecimals(token, mint))
            return null;
        if (!_byAsset.TryGetValue(token.AssetId(), out var price))
            _byAsset[token.AssetId()] = price = Read(token.AssetId());
        return price;
    }

    private bool HasDecimals(Token token, string mint)
    {
        const int Decimals = 44;
        var account = accounts.GetValueOrDefault(mint);
        if (account?.U8(Decimals) == token.Decimals)
            return true;
        var subject = $"{token.Symbol}@{reading.Chain.Id}";
        if (account is null)
            reading.Refuse(FindingRules.MissingPrice, subject, $"there is no mint {mint}");
        else
            reading.Refuse(FindingRules.WrongDecimals, subject, $"the mint has {account.U8(Decimals)} decimals, not {token.Decimals}");
        return false;
    }

    private Figure? Read(string asset)
    {
        var subject = $"{asset}@{reading.Chain.Id}";
        var tokens = reading.Chain.Tokens.Where(token => token.AssetId() == asset).ToArray();
        var feed = tokens.FirstOrDefault(token => token.PriceFeed is not null)?.PriceFeed;
        var fromFeed = feed is null ? null : FromPyth(asset, subject, feed);
        var others = _quotes.Where(quote => tokens.Any(token => token.Address == quote.Quote.Mint))
            .Select(quote => FromProtocol(asset, subject, quote.Source, quote.Quote)).OfType<Figure>().ToArray();
        foreach (var other in others)
        {
            if (fromFeed is { } first && Math.Abs(first / other - 1) > reading.Settings.Tolerance.Fraction)
                reading.Flag(FindingRules.PriceDisagreement, subject, $"{first.Value:g9} USD by {reading.Provenances[first.From].Source}, {other.Value:g9} USD by {reading.Provenances[other.From].Source}; the first is used");
        }

        // A rejected feed is not replaced.
        var price = feed is not null ? fromFeed : others.Length > 0 ? others[0] : null;
        if (price is { } found)
            reading.Prices[asset] = found;
        else if (feed is null)
            reading.Refuse(FindingRules.MissingPrice, subject, $"the chain file has no price account for {asset}, and no protocol on the chain has its price");
        return price;
    }

    private Figure? FromPyth(string asset, string subject, string feed)
    {
        if (!accounts.TryGetValue(feed, out var account))
        {
            reading.Refuse(FindingRules.MissingPrice, subject, $"there is no price account {feed}");
            return null;
        }

        double price, unsure;
        DateTimeOffset asOf;
        try
        {
            account.Require("price account of Pyth", PythReceiver, FeedLength, 0x22, 0xf1, 0x23, 0x63, 0x9d, 0x7e, 0xf4, 0xcd);
            if (account.U8(40) != VerifiedInFull)
                throw new ChainDataException(ChainFault.UnexpectedContract, $"the price in {feed} was not fully verified by its guardians");
            var unit = Math.Pow(10, account.I32(89));
            (price, unsure, asOf) = (account.I64(73) * unit, account.U64(81) * unit, account.Time(93));
        }
        catch (ChainDataException wrong)
        {
            reading.Refuse(FindingRules.MissingPrice, subject, wrong.Message);
            return null;
        }

        var age = (clock.Time - asOf).TotalSeconds;
        if (!double.IsFinite(price) || price <= 0 || age < -60)
        {
            reading.Refuse(FindingRules.AbsurdPrice, subject, $"the price account {feed} holds {price:g9} USD, {age:0} s old");
            return null;
        }

        if (age > reading.Settings.MaximumPriceAge.Seconds)
        {
            reading.Refuse(FindingRules.StalePrice, subject, $"the price account {feed} was last updated {Duration.FromSeconds(age)} before the slot; the maximum is {reading.Settings.MaximumPriceAge}");
            return null;
        }

        if (unsure > MostUnsure * reading.Settings.Tolerance.Fraction * price)
        {
            reading.Refuse(FindingRules.UnsurePrice, subject, $"the price account {feed} has {price:g9} ± {unsure:g4} USD");
            return null;
        }

        if (unsure > reading.Settings.Tolerance.Fraction * price)
            reading.Flag(FindingRules.UnsurePrice, subject, $"the price account {feed} has {price:g9} ± {unsure:g4} USD");
        return Figure(price, $"pyth-{asset}", $"Pyth's account {feed} on {reading.Chain.Name}", asOf);
    }

    private Figure? FromProtocol(string asset, string subject, string source, SolanaQuote quote)
    {
        if (quote.AsOf is { } asOf && (clock.Time - asOf).Duration().TotalSeconds > reading.Settings.MaximumPriceAge.Seconds)
        {
            reading.Flag(FindingRules.StalePrice, subject, $"{source} set its price on {asOf:yyyy-MM-dd HH:mm} UTC; it is ignored");
            return null;
        }

        var unit = !quote.InNativeToken ? 1 : Of(reading.Chain.Tokens.Single(token => token.Symbol == reading.Chain.NativeToken))?.Value;
        var price = quote.Price * unit;
        return price is > 0 and < double.PositiveInfinity
            ? Figure(price.Value, $"{source.Replace(' ', '-')}-{asset}", $"{source} on {reading.Chain.Name}", quote.AsOf ?? clock.Time)
            : null;
    }

    private Figure Figure(double price, string key, string source, DateTimeOffset asOf)
    {
        var from = $"{key}-{reading.Chain.Id}".ToLowerInvariant();
        reading.Provenances[from] = new() { Source = source, AsOf = asOf, Slot = clock.Slot };
        return new(price, from);
    }
}
