using System.Text.RegularExpressions;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Checks of chains and snapshots beyond types: references, duplicates, sums.</summary>
internal static partial class MarketChecks
{
    /// <summary>The error of a text as an address on a chain; null if it is valid. An EVM address in mixed case must have the right
    /// checksum (EIP-55).</summary>
    public static string? AddressProblem(Chain chain, string text)
    {
        if (text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && AddressProblem(chain, text[(colon + 1)..]) is null)
            return $"'{text}' has a prefix; expected the address alone: '{text[(colon + 1)..]}'";
        if (!(chain.Family == ChainFamily.Solana ? SolanaAddress() : EvmAddress()).IsMatch(text))
            return $"'{text}' is not an address on {chain.Name}; expected {(chain.Family == ChainFamily.Solana ? "32 to 44 characters of Base58" : "0x and 40 hexadecimal digits")}";
        try
        {
            _ = chain.Family == ChainFamily.Solana ? default : Contracts.Abi.EvmAddress.Parse(text);
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    /// <summary>Checks one chain file.</summary>
    public static void Check(Chain chain, SourceNode source, ContractReader reader)
    {
        Unique(source.Find("tokens"), [.. chain.Tokens.Select(t => t.Symbol)], "token", "symbol", reader);
        Unique(source.Find("protocols"), [.. chain.Protocols.Select(p => p.Id)], "protocol", "id", reader);
        if (!chain.Tokens.Any(t => t.Symbol == chain.NativeToken))
            reader.Report(source.Find("nativeToken").Location, $"'{chain.NativeToken}' is not a token of the chain{NearMatch.Hint(chain.NativeToken, chain.Tokens.Select(t => t.Symbol))}");
        if ((chain.ChainId is null) != (chain.Family == ChainFamily.Solana))
            reader.Report(source.Find("chainId").Location, chain.ChainId is null ? "key 'chainId' is missing; expected the EIP-155 id" : "Solana has no chain id; expected none");
        if ((chain.GenesisHash is null) == (chain.Family == ChainFamily.Solana))
            reader.Report(source.Find("genesisHash").Location, chain.GenesisHash is null ? "key 'genesisHash' is missing; expected the hash of the first block, which identifies the chain" : "only Solana chains have a genesis hash; expected none");
        for (var t = 0; t < chain.Tokens.Count; t++)
        {
            var token = chain.Tokens[t];
            var at = source.Find("tokens", t);
            if (token.Decimals is < 0 or > 30)
                reader.Report(at.Find("decimals").Location, $"{token.Decimals} is out of range; expected 0 to 30");
            if (token.Address is null && token.Symbol != chain.NativeToken)
                reader.Report(at.Location, $"key 'address' is missing; only the native token {chain.NativeToken} has none");
            foreach (var (key, address) in new[] { ("address", token.Address), ("priceFeed", token.PriceFeed) })
            {
                if (address is not null && AddressProblem(chain, address) is { } problem)
                    reader.Report(at.Find(key).Location, problem);
            }
        }

        for (var p = 0; p < chain.Protocols.Count; p++)
        {
            foreach (var (role, address) in chain.Protocols[p].Addresses)
            {
                if (AddressProblem(chain, address) is { } problem)
                    reader.Report(source.Find("protocols", p, "addresses", role).Location, problem);
            }
        }
    }

    /// <summary>Checks a snapshot against itself and the chains.</summary>
    public static void Check(Snapshot snapshot, SourceNode source, IReadOnlyList<Chain> chains, ContractReader reader)
    {
        foreach (var mention in reader.Mentions.Where(m => !snapshot.Provenances.ContainsKey(m.Text)))
            reader.Report(mention.Location, $"unknown provenance '{mention.Text}'{NearMatch.Hint(mention.Text, snapshot.Provenances.Keys)}");
        Unique(source.Find("assets"), [.. snapshot.Assets.Select(a => a.Id)], "asset", "id", reader);
        Unique(source.Find("events"), [.. snapshot.Events.Select(e => e.Id)], "event", "id", reader);
        Unique(source.Find("chains"), [.. snapshot.Chains.Select(c => c.Id)], "chain", "id", reader);
        Unique(source.Find("tokens"), [.. snapshot.Tokens.Select(t => t.Id.ToString())], "token", "id", reader);
        Unique(source.Find("opportunities"), [.. snapshot.Opportunities.Select(o => o.Id)], "opportunity", "id", reader);
        Unique(source.Find("routes"), [.. snapshot.Routes.Select(r => r.Id)], "route", "id", reader);

        var known = new Known(snapshot, chains, reader);
        for (var a = 0; a < snapshot.Assets.Count; a++)
        {
            var at = source.Find("assets", a);
            if (snapshot.Assets[a].PriceUsd <= 0)
                reader.Report(at.Find("priceUsd", "value").Location, "a price must be above zero");
            known.Claims(at.Find("claims"), snapshot.Assets[a].Claims);
            foreach (var beta in snapshot.Assets[a].Betas.Keys.Where(b => !snapshot.History.Series.Any(s => s.Asset == b)))
                reader.Report(at.Find("betas", beta).Location, $"'{beta}' has no series in the history; a beta refers to one");
        }

        foreach (var circle in ClaimCircles(snapshot, chains))
            reader.Report(source.Find("assets", circle, "claims").Location, $"'{snapshot.Assets[circle].Id}' is a claim on itself through other claims");
        CheckHistory(snapshot.History, source.Find("history"), reader);
        for (var c = 0; c < snapshot.Chains.Count; c++)
        {
            known.Chain(source.Find("chains", c, "id"), snapshot.Chains[c].Id, stateToo: false);
            known.Losses(source.Find("chains", c, "events"), snapshot.Chains[c].Events);
        }

        for (var t = 0; t < snapshot.Tokens.Count; t++)
        {
            known.Token(source.Find("tokens", t, "id"), snapshot.Tokens[t].Id);
            known.Losses(source.Find("tokens", t, "events"), snapshot.Tokens[t].Events);
        }

        for (var o = 0; o < snapshot.Opportunities.Count; o++)
            CheckOpportunity(snapshot.Opportunities[o], source.Find("opportunities", o), known, reader);
        for (var r = 0; r < snapshot.Routes.Count; r++)
            CheckRoute(snapshot.Routes[r], source.Find("routes", r), known, reader);
    }

    /// <summary>The assets that are claims on themselves through other claims.</summary>
    private static IEnumerable<int> ClaimCircles(Snapshot snapshot, IReadOnlyList<Chain> chains)
    {
        var assetOf = chains.SelectMany(chain => chain.Tokens.Select(token => (Id: new TokenId(token.Symbol, chain.Id), Asset: token.AssetId()))).GroupBy(pair => pair.Id).ToDictionary(same => same.Key, same => same.First().Asset);
        var assets = snapshot.Assets.GroupBy(asset => asset.Id).ToDictionary(same => same.Key, same => same.First());
        var places = snapshot.Opportunities.GroupBy(o => o.Id).ToDictionary(same => same.Key, same => same.First());
        IEnumerable<string> Below(Backing backing) => (backing.Token is { } token ? assetOf.GetValueOrDefault(token) : backing.Asset) is { } asset ? [asset]
            : backing.Opportunity is { } id && places.TryGetValue(id, out var o) ? [.. o.Inputs.Select(input => assetOf.GetValueOrDefault(input.Token, "")), .. o.Claims.Concat(o.Collateral).SelectMany(Below)] : [];
        for (var a = 0; a < snapshot.Assets.Count; a++)
        {
            var (seen, open) = (new HashSet<string>(), new Stack<string>(snapshot.Assets[a].Claims.SelectMany(Below)));
            var isCircle = false;
            while (!isCircle && open.TryPop(out var next))
            {
                isCircle = next == snapshot.Assets[a].Id;
                if (seen.Add(next) && assets.TryGetValue(next, out var asset))
                {
                    foreach (var further in asset.Claims.SelectMany(Below))
                        open.Push(further);
                }
            }

            if (isCircle)
                yield return a;
        }
    }

    private static void CheckHistory(PriceHistory history, SourceNode source, ContractReader reader)
    {
        if (history.IntervalDays <= 0)
            reader.Report(source.Find("intervalDays").Location, "must be above zero");
        for (var i = 0; i < history.Gaps.Count; i++)
        {
            if (history.Gaps[i] < 1 || history.Series.Any(series => history.Gaps[i] >= series.ClosesUsd.Count))
                reader.Report(source.Find("gaps", i).Location, $"there is no sample {history.Gaps[i]} with a predecessor; samples are numbered from 0");
        }

        if (history.Series.Count > 0 && history.Series[0].ClosesUsd.Count >= 3 && history.Series[0].ClosesUsd.Count - 1 - history.Gaps.Distinct().Count() < 2)
            reader.Report(source.Find("gaps").Location, "leaves fewer than two price changes");
        for (var s = 0; s < history.Series.Count; s++)
        {
            var at = source.Find("series", s, "closesUsd");
            var closes = history.Series[s].ClosesUsd;
            if (closes.Count < 3 || closes.Count != history.Series[0].ClosesUsd.Count)
                reader.Report(at.Location, $"holds {closes.Count} prices; expected at least 3 and as many as the first series");
            for (var i = 0; i < closes.Count; i++)
            {
                if (closes[i] <= 0)
                    reader.Report(source.Find("series", s, "closesUsd", i).Location, "a price must be above zero");
            }
        }
    }

    private static void CheckOpportunity(Opportunity opportunity, SourceNode at, Known known, ContractReader reader)
    {
        known.Chain(at.Find("chain"), opportunity.Chain);
        known.Losses(at.Find("events"), opportunity.Events);
        known.Claims(at.Find("claims"), opportunity.Claims);
        known.Claims(at.Find("collateral"), opportunity.Collateral);
        if (opportunity.Inputs.Count == 0)
            reader.Report(at.Find("inputs").Location, "is empty; expected at least one token");
        for (var i = 0; i < opportunity.Inputs.Count; i++)
        {
            known.Token(at.Find("inputs", i, "token"), opportunity.Inputs[i].Token);
            if (opportunity.Inputs[i].Token.Chain != opportunity.Chain)
                reader.Report(at.Find("inputs", i, "token").Location, $"{opportunity.Inputs[i].Token} is not on {opportunity.Chain}");
        }

        var shares = opportunity.Inputs.Sum(i => i.Share);
        if (Math.Abs(shares - 1) > 1e-9 || opportunity.Inputs.Any(i => i.Share <= 0))
            reader.Report(at.Find("inputs").Location, $"the shares add up to {shares}; expected shares above zero that add up to 1");
        if (opportunity.LiquidityConcentration is not null && opportunity.Inputs.Count == 1)
            reader.Report(at.Find("liquidityConcentration").Location, "is stated for a single token; expected two or more inputs that are traded against each other");
        if (opportunity.CapitalPerUnit is { Value: 0 })
            reader.Report(at.Find("capitalPerUnit").Location, "is zero; expected the margin of a perpetual, 1 for a deposit, or below zero for a debt");
        foreach (var (curve, key) in new[] { (opportunity.Carry.Base, "base"), (opportunity.Carry.Rewards, "rewards") })
        {
            if (curve is UtilisationCurve lending && lending.Borrowed > lending.Supplied)
                reader.Report(at.Find("carry", key).Location, "more is borrowed than supplied");
            if (curve is PointsCurve pointed && !IsCurve(pointed.Points))
                reader.Report(at.Find("carry", key).Location, "expected two or more points with ascending utilisation, the first at 0 and the last at 1");
        }
    }

    private static bool IsCurve(IReadOnlyList<RatePoint> points) => points.Count >= 2 && points[0].Utilisation == 0 && points[^1].Utilisation == 1
        && points.Zip(points.Skip(1)).All(pair => pair.First.Utilisation < pair.Second.Utilisation);

    private static void CheckRoute(Route route, SourceNode at, Known known, ContractReader reader)
    {
        known.Token(at.Find("from"), route.From);
        known.Token(at.Find("to"), route.To);
        known.Losses(at.Find("events"), route.Events);
        if (route.From == route.To)
            reader.Report(at.Find("to").Location, "is the same token as 'from'");
        if (route.CrossesChains() != (route.Kind == RouteKind.Bridge))
            reader.Report(at.Find("kind").Location, route.CrossesChains() ? "crosses chains; expected kind bridge" : "stays on its chain; expected kind swap or wrap");
        if (route.Fees.Count == 0)
            reader.Report(at.Find("fees").Location, "is empty; expected at least one tier");
        for (var f = 0; f < route.Fees.Count; f++)
        {
            var isLast = f == route.Fees.Count - 1;
            if (!isLast && route.Fees[f].UpTo is null)
                reader.Report(at.Find("fees", f).Location, "only the last tier may have no 'upTo'");
            if (f > 0 && route.Fees[f].UpTo is { } upper && upper <= (route.Fees[f - 1].UpTo?.Value ?? 0))
                reader.Report(at.Find("fees", f, "upTo").Location, "'upTo' must be above that of the tier before");
        }

        if (route.Minimum is { } least && route.Maximum is { } most && least > most)
            reader.Report(at.Find("maximum").Location, $"a maximum of {most.Value} is under the minimum of {least.Value}");
    }

    private static void Unique(SourceNode list, IReadOnlyList<string> ids, string what, string key, ContractReader reader)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < ids.Count; i++)
        {
            if (!seen.Add(ids[i]))
                reader.Report(list.Find(i, key).Location, $"{what} '{ids[i]}' appears twice; ids are unique");
        }
    }

    [GeneratedRegex("^0x[0-9a-fA-F]{40}$")]
    private static partial Regex EvmAddress();

    [GeneratedRegex("^[1-9A-HJ-NP-Za-km-z]{32,44}$")]
    private static partial Regex SolanaAddress();

    /// <summary>The known ids.</summary>
    private sealed class Known(Snapshot snapshot, IReadOnlyList<Chain> chains, ContractReader reader)
    {
        private readonly HashSet<string> _chains = [.. chains.Select(c => c.Id)];
        private readonly HashSet<string> _states = [.. snapshot.Chains.Select(c => c.Id)];
        private readonly HashSet<string> _events = [.. snapshot.Events.Select(e => e.Id)];
        private readonly HashSet<string> _assets = [.. snapshot.Assets.Select(a => a.Id)];
        private readonly HashSet<string> _opportunities = [.. snapshot.Opportunities.Select(o => o.Id)];
        private readonly Dictionary<string, Token> _tokens = chains
            .SelectMany(c => c.Tokens.Select(t => (Id: new TokenId(t.Symbol, c.Id).ToString(), Token: t)))
            .GroupBy(pair => pair.Id).ToDictionary(same => same.Key, same => same.First().Token);

        public void Chain(SourceNode at, string id, bool stateToo = true)
        {
            if (!_chains.Contains(id))
                reader.Report(at.Location, $"unknown chain '{id}'{NearMatch.Hint(id, _chains)}; expected one of the chain files' ids");
            else if (stateToo && !_states.Contains(id))
                reader.Report(at.Location, $"chain '{id}' has no entry in the snapshot's chains");
        }

        public void Token(SourceNode at, TokenId id)
        {
            Chain(at, id.Chain);
            if (!_tokens.TryGetValue(id.ToString(), out var token))
            {
                if (_chains.Contains(id.Chain))
                    reader.Report(at.Location, $"unknown token '{id}'{NearMatch.Hint(id.ToString(), _tokens.Keys)}; expected a token of a chain file");
            }
            else if (!_assets.Contains(token.AssetId()))
            {
                reader.Report(at.Location, $"asset '{token.AssetId()}' of {id} has no price in the snapshot");
            }
        }

        public void Claims(SourceNode at, IReadOnlyList<Backing> claims)
        {
            for (var i = 0; i < claims.Count; i++)
            {
                var backing = claims[i];
                if (backing.Opportunity is not null || backing.Token is not null
                    ? (backing.Opportunity is not null && backing.Token is not null) || backing.Asset is not null || backing.Protocol is not null || backing.Events.Count > 0
                    : backing.Asset is null && backing.Protocol is null && backing.Events.Count == 0)
                    reader.Report(at.Find(i).Location, "expected only an opportunity, or only a token; or an asset; or the protocol and events of an opportunity outside the snapshot");
                if (backing.Token is { } token)
                    Token(at.Find(i, "token"), token);
                Losses(at.Find(i, "events"), backing.Events);
                if (backing.Asset is { } asset && !_assets.Contains(asset))
                    reader.Report(at.Find(i, "asset").Location, $"unknown asset '{asset}'{NearMatch.Hint(asset, _assets)}");
                if (backing.Opportunity is { } opportunity && !_opportunities.Contains(opportunity))
                    reader.Report(at.Find(i, "opportunity").Location, $"unknown opportunity '{opportunity}'{NearMatch.Hint(opportunity, _opportunities)}");
            }
        }

        public void Losses(SourceNode at, IReadOnlyList<EventLoss> losses)
        {
            for (var i = 0; i < losses.Count; i++)
            {
                if (!_events.Contains(losses[i].Event))
                    reader.Report(at.Find(i, "event").Location, $"unknown event '{losses[i].Event}'{NearMatch.Hint(losses[i].Event, _events)}");
                if (losses[i].Loss.Value is < 0 or > 1)
                    reader.Report(at.Find(i, "loss", "value").Location, $"{losses[i].Loss.Value} is out of range; expected 0 to 1");
            }
        }
    }
}
