using System.Collections.Concurrent;
using System.Reflection;
using Optimizer.Model;

namespace Optimizer.Chains.Markets;

/// <summary>Joins data read from chains with an earlier snapshot's judgements into a new snapshot.</summary>
/// <remarks>
/// Judgements are events and ratings, losses, volatilities, price history and betas, gas of actions, and tags. They are taken from the
/// earlier
/// snapshot with their provenances, matched by the opportunity's id, else by its protocol. Anything without a judgement is left out: an
/// unrated
/// protocol would look like the safest of all. Figures read from chains are never taken from an earlier snapshot, except routes, which are
/// listed
/// in the findings.
/// </remarks>
public static class SnapshotAssembly
{
    /// <summary>Number of tolerances by which two sources must differ to count as contradictory.</summary>
    private const double Contradiction = 10;

    /// <summary>A price is rejected if it differs from the earlier snapshot's by more than this factor.</summary>
    private const double PriceFactor = 5;

    /// <summary>Lowest accepted fee of a route in basis points; a larger reward must be a price error.</summary>
    private const double LeastBps = -100;

    /// <summary>Highest accepted fee of a route in basis points.</summary>
    private const double MostBps = 2_000;

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> PropertiesOf = new();

    /// <summary>Joins readings and judgements.</summary>
    /// <param name="name">The snapshot's name.</param>
    /// <param name="readings">The data read.</param>
    /// <param name="judged">The snapshot with the judgements.</param>
    /// <param name="settings">Limits for accepting data.</param>
    /// <param name="takenAt">The present time.</param>
    public static Snapshot Join(string name, IReadOnlyList<ChainReading> readings, Snapshot judged, ReadingSettings settings, DateTimeOffset takenAt)
    {
        var findings = readings.SelectMany(reading => reading.Findings).ToList();
        foreach (var unrated in readings.Where(reading => reading.Gas is not null && judged.Chains.All(c => c.Id != reading.Chain.Id)))
            findings.Add(Refused(FindingRules.Unrated, unrated.Chain.Id, $"snapshot '{judged.Name}' has no events for the chain, so it would look risk-free"));
        var alive = readings.Where(reading => reading.Gas is not null && judged.Chains.Any(c => c.Id == reading.Chain.Id)).ToArray();
        var assets = Assets(alive, judged, settings, findings);
        var priced = assets.Select(asset => asset.Id).ToHashSet();
        var assetOf = alive.SelectMany(r => r.Chain.Tokens.Select(t => (Id: new TokenId(t.Symbol, r.Chain.Id), Asset: t.AssetId()))).ToDictionary(pair => pair.Id, pair => pair.Asset);
        double PriceUsd(TokenId token) => assets.First(asset => asset.Id == assetOf[token]).PriceUsd;
        bool IsKnown(TokenId token) => assetOf.TryGetValue(token, out var asset) && priced.Contains(asset);

        var rated = judged.Tokens.Select(token => token.Id).ToHashSet();
        var seen = new HashSet<string>();
        var opportunities = alive.SelectMany(reading => reading.Opportunities
            .Where(read => read.Inputs.All(input => IsKnown(input.Token)) && IsRated(read) && IsSane(read, PriceUsd, settings, findings) && IsOnce(read))
            .Select(read => Judged(read, reading.Chain.Id, judged, findings)).OfType<Opportunity>()).ToArray();

        bool IsRated(OpportunityReading read)
        {
            foreach (var input in read.Inputs.Where(input => !rated.Contains(input.Token)))
                findings.Add(Refused(FindingRules.Unrated, read.Id, $"snapshot '{judged.Name}' has no events for {input.Token}, so its issuer would look risk-free"));
            return read.Inputs.All(input => rated.Contains(input.Token));
        }

        bool IsOnce(OpportunityReading read)
        {
            if (seen.Add(read.Id))
                return true;
            findings.Add(Refused(FindingRules.AbsurdAmount, read.Id, "two contracts of the protocol's entry have the same token; move one of them to its own entry"));
            return false;
        }

        var read = alive.SelectMany(reading => reading.Routes).ToLookup(IsBelieved);
        var fresh = read[true].ToDictionary(route => route.Id);
        var dead = alive.SelectMany(reading => reading.DeadRoutes).Concat(read[false].Select(route => route.Id)).ToHashSet();
        findings.AddRange(read[false].Select(route => Refused(FindingRules.AbsurdQuote, route.Id, $"fees of {string.Join(", ", route.Fees.Select(fee => $"{fee.Bps.Value:g4}"))} basis points are implausible; expected {LeastBps} to {MostBps}")));
        var routes = judged.Routes.Where(route => IsKnown(route.From) && IsKnown(route.To) && !dead.Contains(route.Id))
            .Select(route => fresh.GetValueOrDefault(route.Id) ?? route).ToArray();
        foreach (var provider in routes.Where(route => !fresh.ContainsKey(route.Id)).GroupBy(route => route.Provider).OrderBy(same => same.Key, StringComparer.Ordinal))
            findings.Add(Flagged(FindingRules.Carried, provider.Key, $"{provider.Count()} routes are copied from snapshot '{judged.Name}' of {judged.TakenAt:yyyy-MM-dd}"));

        // A claim on an opportunity that was not read becomes a claim on its underlying, with the events that strike it.
        var places = opportunities.Select(o => o.Id).ToHashSet();
        IReadOnlyList<Backing> Claims(IReadOnlyList<Backing> claims) => [.. claims.Select(backing => Known(backing, places, priced, judged, assetOf)).OfType<Backing>()];
        var snapshot = new Snapshot
        {
            Name = name,
            TakenAt = takenAt,
            Findings = [.. findings.Distinct().OrderByDescending(f => f.IsRefused).ThenBy(f => f.Rule, StringComparer.Ordinal).ThenBy(f => f.Subject, StringComparer.Ordinal)],
            Provenances = judged.Provenances,
            Assets = [.. assets.Select(asset => asset with { Claims = Claims(asset.Claims) })],
            History = judged.History,
            Events = judged.Events,
            Chains = [.. alive.Select(reading => new ChainState { Id = reading.Chain.Id, Gas = reading.Gas!, Events = judged.Chains.First(c => c.Id == reading.Chain.Id).Events })],
            Tokens = [.. judged.Tokens.Where(token => IsKnown(token.Id))],
            Opportunities = [.. opportunities.Select(o => o with { Claims = Claims(o.Claims), Collateral = Claims(o.Collateral) })],
            Routes = routes,
            ShareRates = alive.SelectMany(reading => reading.ShareRates).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(),
        };
        return snapshot with { Provenances = Used(snapshot, judged, alive) };
    }

    private static Backing? Known(Backing backing, HashSet<string> read, HashSet<string> priced, Snapshot judged, Dictionary<TokenId, string> assetOf)
    {
        if (backing.Opportunity is { } id && !read.Contains(id) && judged.Opportunities.FirstOrDefault(o => o.Id == id) is { } place)
            backing = backing with { Opportunity = null, Asset = assetOf.GetValueOrDefault(place.Inputs[0].Token), Protocol = place.Protocol, Events = place.Events };
        if (backing.Token is { } token && (!assetOf.TryGetValue(token, out var of) || !priced.Contains(of)))
            backing = backing with { Token = null, Events = judged.Tokens.FirstOrDefault(state => state.Id == token)?.Events ?? [] };
        if (backing.Asset is { } asset && !priced.Contains(asset))
            backing = backing with { Asset = null };
        return backing is { Asset: null, Token: null, Opportunity: null, Protocol: null, Events.Count: 0 } ? null : backing;
    }

    private static bool IsBelieved(Route route) => route.Fees.All(fee => fee.Bps.Value is >= LeastBps and <= MostBps)
        && new[] { route.FixedFee, route.NativeFee, route.ImpactBpsPerMillion, route.Minimum, route.Maximum, route.DurationSeconds }.All(figure => figure is null || double.IsFinite(figure.Value.Value) && figure.Value.Value >= 0);

    private static List<Asset> Assets(IReadOnlyList<ChainReading> alive, Snapshot judged, ReadingSettings settings, List<Finding> findings)
    {
        var assets = new List<Asset>();
        foreach (var same in alive.SelectMany(r => r.Prices.Select(p => (Asset: p.Key, Price: p.Value, Chain: r.Chain.Id))).GroupBy(p => p.Asset).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var prices = same.OrderBy(p => p.Price.Value).ToArray();
            var (low, high) = (prices[0], prices[^1]);
            var apart = high.Price / low.Price - 1;
            if (apart > Contradiction * settings.Tolerance.Fraction)
            {
                findings.Add(Refused(FindingRules.PriceDisagreement, same.Key, $"{low.Price.Value:g9} USD on {low.Chain}, {high.Price.Value:g9} USD on {high.Chain}"));
                continue;
            }

            if (apart > settings.Tolerance.Fraction)
                findings.Add(Flagged(FindingRules.PriceDisagreement, same.Key, $"{low.Price.Value:g9} USD on {low.Chain}, {high.Price.Value:g9} USD on {high.Chain}; the median is used"));
            var price = prices[(prices.Length - 1) / 2].Price;
            if (judged.Assets.FirstOrDefault(known => known.Id == same.Key) is not { } asset)
                findings.Add(Refused(FindingRules.Unrated, same.Key, $"snapshot '{judged.Name}' has no volatility for {same.Key}"));
            else if (price > PriceFactor * asset.PriceUsd || price < asset.PriceUsd / PriceFactor)
                findings.Add(Refused(FindingRules.AbsurdPrice, same.Key, $"{price.Value:g9} USD, where snapshot '{judged.Name}' has {asset.PriceUsd.Value:g9}; a difference by more than a factor of {PriceFactor} is implausible"));
            else
                assets.Add(asset with { PriceUsd = price });
        }

        return assets;
    }

    private static bool IsSane(OpportunityReading read, Func<TokenId, double> price, ReadingSettings settings, List<Finding> findings)
    {
        var spot = read.Carry.Base.SpotRate(0);
        var rate = read.Carry.Rate(0);
        var lent = (read.Carry.Base is BlendCurve blend ? blend.Parts.Select(part => part.Curve) : [read.Carry.Base]).OfType<UtilisationCurve>().ToArray();
        var wrong = !double.IsFinite(rate) || !double.IsFinite(read.Total) || read.Total < 0 ? (FindingRules.AbsurdAmount, $"a rate of {rate} on {read.Total.Value} {read.Inputs[0].Token}")
            : price(read.Inputs[0].Token) is var usd && (read.Total * usd < 1 || lent.Any(curve => curve.Supplied * usd < 1)) ? (FindingRules.AbsurdAmount, "nothing is supplied")
            : lent.FirstOrDefault(curve => curve.Borrowed > curve.Supplied) is { } curve ? (FindingRules.AbsurdAmount, $"{curve.Borrowed.Value:#,0} tokens borrowed of {curve.Supplied.Value:#,0} supplied")
            : rate < 0 ? (FindingRules.NegativeRate, $"a rate of {rate:P2} a year")
            : rate > settings.MaximumRate.Fraction ? (FindingRules.RateAboveCeiling, $"a rate of {rate:P2} a year; the maximum is {settings.MaximumRate}")
            : default;
        if (wrong != default)
        {
            findings.Add(Refused(wrong.Item1, read.Id, wrong.Item2));
            return false;
        }

        if (read.StatedRate is { } stated && Math.Abs(spot - stated) > settings.Tolerance.Fraction * Math.Max(Math.Abs(stated), 1e-4))
            findings.Add(Flagged(FindingRules.RateDisagreement, read.Id, $"the curve gives {spot:P4}, the contract states {stated:P4}"));
        return true;
    }

    private static Opportunity? Judged(OpportunityReading read, string chain, Snapshot judged, List<Finding> findings)
    {
        var judgement = judged.Opportunities.FirstOrDefault(o => o.Id == read.Id)
            ?? judged.Opportunities.FirstOrDefault(o => o.Protocol == read.Protocol && o.Chain == chain)
            ?? judged.Opportunities.FirstOrDefault(o => o.Protocol == read.Protocol);
        if (judgement is null)
        {
            findings.Add(Refused(FindingRules.Unrated, read.Id, $"snapshot '{judged.Name}' has no events for {read.Protocol}, so it would look risk-free"));
            return null;
        }

        return new()
        {
            Id = read.Id,
            Protocol = judgement.Id == read.Id ? judgement.Protocol : read.Protocol,
            Chain = chain,
            Kind = read.Kind,
            Inputs = read.Inputs,
            // Rewards without a judged haircut do not count.
            Carry = read.Carry.Rewards is null ? read.Carry : read.Carry with { RewardsHaircut = judgement.Carry.RewardsHaircut ?? new(1, read.Total.From) },
            Volatility = judgement.Volatility,
            LiquidityConcentration = read.LiquidityConcentration,
            Total = read.Total,
            Capacity = read.Capacity,
            Withdrawable = read.Withdrawable,
            EntryFeeBps = read.EntryFeeBps ?? judgement.EntryFeeBps,
            ExitFeeBps = read.ExitFeeBps ?? judgement.ExitFeeBps,
            ExitDelayDays = read.ExitDelayDays ?? judgement.ExitDelayDays,
            EnterGasUnits = judgement.EnterGasUnits,
            ExitGasUnits = judgement.ExitGasUnits,
            Events = judgement.Events,
            Claims = judgement.Id == read.Id ? judgement.Claims : [],
            Collateral = judgement.Id == read.Id ? judgement.Collateral : [],
            Tags = judgement.Tags,
        };
    }

    /// <summary>The provenances that are in use.</summary>
    private static Dictionary<string, Provenance> Used(Snapshot snapshot, Snapshot judged, IReadOnlyList<ChainReading> alive)
    {
        var all = new Dictionary<string, Provenance>(judged.Provenances);
        foreach (var (key, provenance) in alive.SelectMany(reading => reading.Provenances))
            all[key] = provenance;
        var named = new HashSet<string>();
        Named(snapshot with { Provenances = all }, named);
        return all.Where(pair => named.Contains(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary();
    }

    /// <summary>Collects every <c>from</c> key in a part of a snapshot, whatever its type.</summary>
    private static void Named(object? part, HashSet<string> named)
    {
        switch (part)
        {
            case null or string:
                return;
            case Figure figure:
                named.Add(figure.From);
                return;
            case Event { From: var from }:
                named.Add(from);
                break;
            case PriceSeries { From: var from }:
                named.Add(from);
                return;
            case System.Collections.IDictionary pairs:
                foreach (var value in pairs.Values)
                    Named(value, named);
                return;
            case System.Collections.IEnumerable items:
                foreach (var item in items)
                    Named(item, named);
                return;
        }

        if (part.GetType().Namespace != typeof(Snapshot).Namespace || part.GetType().IsEnum)
            return;
        foreach (var property in PropertiesOf.GetOrAdd(part.GetType(), type => [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0)]))
            Named(property.GetValue(part), named);
    }

    private static Finding Refused(string rule, string subject, string message) => new() { Rule = rule, Subject = subject, Message = message, IsRefused = true };

    private static Finding Flagged(string rule, string subject, string message) => new() { Rule = rule, Subject = subject, Message = message, IsRefused = false };
}
