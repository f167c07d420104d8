using Optimizer.Derivatives;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>A row that was read and checked, ready to be priced.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Instrument">The instrument.</param>
/// <param name="State">Its market; without a volatility where the price implies it.</param>
/// <param name="Price">The price that implies the volatility, in what the instrument is settled in; null where it is given.</param>
public sealed record LoadedRow(string Id, Instrument Instrument, MarketState State, double? Price);

/// <summary>Reads rows of instruments and prices them.</summary>
public static class PricingFiles
{
    private static readonly Keys MarketKeys = Keys.Of(Formats.Options.GetTypeInfo(typeof(PricingMarket)));

    /// <summary>Reads rows from CSV, JSON or YAML.</summary>
    /// <exception cref="InputException">The file contains errors; all of them are listed.</exception>
    public static IReadOnlyList<LoadedRow> Read(string path)
    {
        var source = SourceFile.Read(path);
        if (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            source = Nested(source);
        var reader = new ContractReader();
        var file = reader.Read<PricingFile>(source);
        if (file is null)
            throw new InputException(reader.Diagnostics);
        if (file.Rows.Count == 0)
            reader.Report(source.Find("rows").Location, "there are no rows; expected at least one");
        foreach (var (name, surface) in file.Surfaces)
            SurfaceChecks.Check(surface, source.Find("surfaces", name), reader);
        if (reader.Diagnostics.Count > 0)
            throw new InputException(reader.Diagnostics);
        LoadedRow[] rows = [.. file.Rows.Index().Select(row => Load(row.Item, row.Index, file.Surfaces, source.Find("rows", row.Index), reader))];
        return reader.Diagnostics.Count > 0 ? throw new InputException(reader.Diagnostics) : rows;
    }

    /// <summary>Prices a row.</summary>
    public static PricedRow Price(LoadedRow row)
    {
        var (instrument, state) = (row.Instrument, row.State);
        double? volatility = instrument.HasVolatility ? state.Volatility : null;
        var kind = Formats.NameOf(instrument, typeof(Instrument));
        double? years = instrument.HasExpiry ? state.Years : null;
        try
        {
            if (row.Price is { } price)
            {
                var option = (OptionInstrument)instrument;
                // In coin, everything is a multiple of the forward.
                volatility = option.Settlement == Settlement.Coin
                    ? ImpliedVolatility.Of(option.Side, price, 1, option.Strike / state.Forward, state.Years)
                    : ImpliedVolatility.Of(option.Side, price, state.Forward, option.Strike, state.Years, state.Discount);
                state = state with { Volatility = volatility.Value };
            }

            var value = InstrumentPricing.Price(instrument, state);
            return double.IsFinite(value.Usd + value.Greeks.Delta + value.Greeks.GammaPerUsd + value.Greeks.ThetaPerDay + value.Greeks.VegaPerPoint + value.Greeks.VannaPerPoint + value.Greeks.VolgaPerPoint)
                ? new(row.Id, kind, years, state.Forward, volatility, row.Price is not null, value.Usd, value.Coins, value.Greeks, value.NetDelta, null)
                : throw new PricingException("the value or a derivative is not a finite number; look for figures that are too large or too small");
        }
        catch (PricingException wrong)
        {
            return new(row.Id, kind, years, state.Forward, null, row.Price is not null, null, null, null, null, wrong.Message);
        }
    }

    /// <summary>Rows as JSON has them: what is market data, and what is the instrument's, each in its own place.</summary>
    /// <exception cref="InputException">A column belongs to nothing.</exception>
    private static MappingNode Nested(MappingNode table)
    {
        var rows = (SequenceNode)table.Entries[0].Value;
        string[] known = ["id", "instrument", .. Formats.KindsOf(typeof(Instrument))!.Values.SelectMany(kind => Keys.Of(Formats.Options.GetTypeInfo(kind)).ByName.Keys).Distinct(), .. MarketKeys.ByName.Keys.Except(["surface"])];
        Diagnostic[] wrong = [.. rows.Items.Cast<MappingNode>().SelectMany(row => row.Entries).Where(cell => !known.Contains(cell.Key)).DistinctBy(cell => cell.Key)
            .Select(cell => new Diagnostic(cell.Location with { Line = 1 }, cell.Key == "surface" ? "surfaces are in YAML or JSON files only, because a table has no place for them" : $"unknown column '{cell.Key}'{NearMatch.Hint(cell.Key, known)}; expected some of {string.Join(", ", known)}"))];
        if (wrong.Length > 0)
            throw new InputException(wrong);
        return table with { Entries = [table.Entries[0] with { Value = rows with { Items = [.. rows.Items.Cast<MappingNode>().Select(Nested)] } }] };

        static MappingNode Nested(MappingNode row)
        {
            var outer = row.Entries.Where(cell => cell.Key is "id").ToList();
            var market = row.Entries.Where(cell => MarketKeys.ByName.ContainsKey(cell.Key)).ToArray();
            if (row.Entries.FirstOrDefault(cell => cell.Key == "instrument") is { Value: ScalarNode kind } named)
                outer.Add(named with { Value = new MappingNode(named.Location, [new(kind.Text, named.Location, new MappingNode(row.Location, [.. row.Entries.Except(outer).Except(market).Where(cell => cell != named)]))]) });
            if (market.Length > 0)
                outer.Add(new("market", row.Location, new MappingNode(row.Location, market)));
            return row with { Entries = outer };
        }
    }

    private static LoadedRow Load(PricingRow row, int index, IReadOnlyDictionary<string, VolatilitySurface> surfaces, SourceNode source, ContractReader reader)
    {
        var (instrument, market) = (row.Instrument, row.Market);
        void Wrong(string message, params ReadOnlySpan<object> path) => reader.Report(source.Find(path).Location, message);
        if (instrument is RangeInstrument range && range.Lower >= range.Upper)
            Wrong($"the range ends at {range.Upper}, not above its start {range.Lower}", "instrument", "range", "upper");
        var years = instrument is ExpiringInstrument expiring ? Years(expiring, market, Wrong) : 0;
        if (market.Surface is { } named)
            market = OnSurface(instrument, market, years, named, surfaces, Wrong);
        if (market is { Spot: null, Forward: null } || (!instrument.HasForward && market.Spot is null))
            Wrong(instrument.HasForward ? "key 'spot' or 'forward' is missing" : "key 'spot' is missing", "market");
        if (market is { Spot: not null, Forward: not null, DividendYield: not null })
            Wrong("spot and forward give the dividend yield already; leave one of the three out", "market", "dividendYield");
        Unused(instrument, market, Wrong);
        if (instrument.HasForward && years == 0 && market is { Spot: { } spot, Forward: { } same } && spot != same)
            Wrong("at expiry the forward is the spot price; leave one of both out", "market", "forward");
        if (instrument is PrincipalTokenInstrument or YieldTokenInstrument or RateSwapInstrument == (market.ImpliedYield is null))
            Wrong(market.ImpliedYield is null ? "key 'impliedYield' is missing" : "the value does not depend on a yield; leave it out", "market", "impliedYield");
        CheckVolatility(instrument, market, years, Wrong);
        var forward = market.Forward ?? (instrument.HasForward ? market.Spot * Math.Exp(((market.Rate ?? 0) - (market.DividendYield ?? 0)) * years) : market.Spot) ?? 0;
        return new(row.Id ?? $"{index + 1}", instrument, new()
        {
            Forward = forward,
            Spot = market.Spot,
            Years = years,
            Volatility = market.Volatility ?? 0,
            Rate = market.Rate ?? 0,
            Yield = market.ImpliedYield ?? 0,
        }, market.Price);
    }

    /// <summary>Market data with forward and volatility from a surface.</summary>
    private static PricingMarket OnSurface(Instrument instrument, PricingMarket market, double years, string name, IReadOnlyDictionary<string, VolatilitySurface> surfaces, Complaint wrong)
    {
        if (!surfaces.TryGetValue(name, out var surface))
            wrong($"there is no surface '{name}'{NearMatch.Hint(name, surfaces.Keys)}; {(surfaces.Count == 0 ? "the file has no surfaces" : $"expected one of {string.Join(", ", surfaces.Keys)}")}", "market", "surface");
        else if (instrument is not OptionInstrument option)
            // A digital would need the slope of the smile as well.
            wrong("a surface prices options only; leave it out", "market", "surface");
        else if (market is not { Forward: null, Volatility: null, Price: null, DividendYield: null })
            wrong("the surface gives forward and volatility; leave out forward, volatility, price and dividendYield", "market");
        else if (years > 0)
            return market with { Forward = SurfaceVolatility.Forward(surface, years), Volatility = SurfaceVolatility.Of(surface, option.Strike, years) };
        else
            wrong("at expiry a surface gives no volatility", "market", "surface");
        return market with { Forward = market.Forward ?? 1, Volatility = market.Volatility ?? 1, Price = null, DividendYield = null };
    }

    private delegate void Complaint(string message, params ReadOnlySpan<object> path);

    /// <summary>Figures without an effect: whoever gives them expects one.</summary>
    private static void Unused(Instrument instrument, PricingMarket market, Complaint wrong)
    {
        void Idle(bool isIdle, string what, string key)
        {
            if (isIdle)
                wrong($"the value does not depend on {what} here; leave it out", "market", key);
        }

        Idle(!instrument.HasForward && market.Forward is not null, "a forward", "forward");
        // Futures and options settled in coin have the interest in their forward.
        var isInForward = instrument is FutureInstrument or OptionInstrument { Settlement: Settlement.Coin } && market.Forward is not null;
        Idle((!instrument.HasForward || isInForward) && market.Rate is not null, "the interest rate", "rate");
        Idle(market.DividendYield is not null && (!instrument.HasForward || market.Spot is null), "the dividend yield", "dividendYield");
        Idle(market.Time is not null && instrument is not ExpiringInstrument { Expiry: not null }, "the moment of valuation", "time");
        if (instrument is PerpetualInstrument { Contract: not ContractKind.Quanto, Multiplier: not 1 } or FutureInstrument { Contract: not ContractKind.Quanto, Multiplier: not 1 })
            wrong("only quanto contracts have a multiplier; leave it out", "instrument");
    }

    private static double Years(ExpiringInstrument instrument, PricingMarket market, Complaint wrong)
    {
        if (instrument is { Expiry: null, Years: null } or { Expiry: not null, Years: not null })
            wrong("expected either 'expiry' or 'years'", "instrument");
        else if (instrument.Expiry is { TimeOfDay.Ticks: 0 } day)
            wrong($"expires at midnight; write the hour, such as {day:yyyy-MM-dd}T08:00:00Z, when options at Deribit and Derive expire", "instrument");
        else if (instrument.Expiry is { } expiry && market.Time is { } time && expiry <= time)
            wrong($"expired at {expiry:yyyy-MM-dd HH:mm:ss}, not after {time:yyyy-MM-dd HH:mm:ss}", "instrument");
        else if (instrument.Expiry is { } end && market.Time is { } now)
            return Duration.FromSeconds((end - now).TotalSeconds).Years;
        else if (instrument.Expiry is not null)
            wrong("key 'time' is missing: the moment of valuation, because the instrument has a date of expiry", "market");
        return instrument.Years ?? 0;
    }

    private static void CheckVolatility(Instrument instrument, PricingMarket market, double years, Complaint wrong)
    {
        if (!instrument.HasVolatility && market.Volatility is not null)
            wrong("the value does not depend on volatility; leave it out", "market", "volatility");
        else if (market.Price is not null && instrument is not OptionInstrument)
            wrong("only the price of an option implies a volatility; leave it out", "market", "price");
        else if (instrument.HasVolatility && market.Volatility is null == market.Price is null)
            wrong(instrument is OptionInstrument ? "expected 'volatility', 'price' or 'surface'" : "key 'volatility' is missing", "market");
        else if (market.Price is not null && years == 0)
            wrong("at expiry a price implies no volatility", "market", "price");
    }
}
