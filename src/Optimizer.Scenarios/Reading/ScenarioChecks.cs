using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>What types cannot say of scenarios: references into the market, contradictions, amounts.</summary>
internal static class ScenarioChecks
{
    /// <summary>Checks a scenario against its market.</summary>
    public static void Check(Scenario scenario, SourceNode source, Market market, ContractReader reader)
    {
        var ids = new Dictionary<string, IReadOnlyCollection<string>>
        {
            ["chain"] = [.. market.Snapshot.Chains.Select(c => c.Id)],
            ["asset"] = [.. market.Snapshot.Assets.Select(a => a.Id)],
            ["event"] = [.. market.Snapshot.Events.Select(e => e.Id)],
            ["opportunity"] = [.. market.Snapshot.Opportunities.Select(o => o.Id)],
            ["protocol"] = [.. market.Snapshot.Opportunities.Select(o => o.Protocol).Distinct()],
            ["provider"] = [.. market.Snapshot.Routes.Select(r => r.Provider).Distinct()],
            ["issuer"] = [.. market.Chains.SelectMany(c => c.Tokens).Select(t => t.Issuer).OfType<string>().Distinct()],
            ["contract"] = market.Chains.SelectMany(c => c.Protocols.SelectMany(p => p.Addresses.Values).Concat(c.Tokens.Select(t => t.Address).OfType<string>())).ToHashSet(StringComparer.OrdinalIgnoreCase),
            ["route"] = [.. market.Snapshot.Routes.Select(r => r.Id)],
            ["token"] = [.. KnownTokens(market).Select(token => token.ToString())],
            ["tag"] = [.. market.Snapshot.Opportunities.SelectMany(o => o.Tags).Distinct()],
        };
        static bool IsSame(string? address, string account) => address is not null && address.Equals(account, StringComparison.OrdinalIgnoreCase);
        void Known(SourceNode at, string what, string id)
        {
            if (!ids[what].Contains(id) && what == "asset" && ids["token"].Contains(id))
                reader.Report(at.Location, $"'{id}' is a token, of asset '{market.AssetOf(TokenId.Parse(id)).Id}'; expected an asset, or the key 'token' in the place of 'asset' where there is one");
            else if (!ids[what].Contains(id))
                reader.Report(at.Location, $"unknown {what} '{id}'{NearMatch.Hint(id, ids[what])}; expected one of {(what == "contract" ? "those that the chain files name" : "the snapshot's")}");
        }

        if (scenario.Horizon.Days is < 0.04 or > 3_650)
            reader.Report(source.Find("horizon").Location, $"{scenario.Horizon} is out of range; expected one hour to ten years");
        if (scenario.Name.Length is 0 or > 100 || scenario.Name.Any(char.IsControl))
            reader.Report(source.Find("name").Location, "the name is not one line of up to a hundred characters");
        foreach (var (chain, account) in scenario.Accounts)
        {
            Known(source.Find("accounts", chain), "chain", chain);
            if (market.Chains.FirstOrDefault(known => known.Id == chain) is { } known && MarketChecks.AddressProblem(known, account) is { } problem)
                reader.Report(source.Find("accounts", chain).Location, problem);
            else if (account.Skip(2).All(digit => digit == '0') || market.Chains.Any(other => other.Tokens.Any(token => IsSame(token.Address, account)) || other.Protocols.Any(entry => entry.Addresses.Values.Any(address => IsSame(address, account)))))
                reader.Report(source.Find("accounts", chain).Location, $"'{account}' is nobody's, or a contract that the chain files name; expected an account of your own");
        }

        if (scenario.Numeraire != "USD")
            Known(source.Find("numeraire"), "asset", scenario.Numeraire);
        foreach (var (asset, view) in scenario.Views)
        {
            Known(source.Find("views", asset), "asset", asset);
            if (view.Fraction <= -1)
                reader.Report(source.Find("views", asset).Location, $"{view} is out of range; expected above −100 %, since no price falls below zero");
        }

        for (var h = 0; h < scenario.Holdings.Count; h++)
            CheckHolding(scenario.Holdings[h], source.Find("holdings", h), market, reader, Known);
        CheckBook(scenario, source.Find("holdings"), market, reader);
        NoteWhatIsOutside(scenario, source, market, reader);
        if (scenario.Holdings.Count == 0 || scenario.Holdings.All(h => h.Amount.Number().Mantissa.IsZero))
            reader.Report(source.Find("holdings").Location, "hold nothing; expected at least one amount above zero");
        References(source.Find("universe", "chains"), scenario.Universe.Chains, "chain", Known);
        References(source.Find("universe", "assets"), scenario.Universe.Assets, "asset", Known);
        References(source.Find("universe", "protocols"), scenario.Universe.Protocols, "protocol", Known);

        for (var c = 0; c < scenario.Constraints.Count; c++)
        {
            var at = Body(source.Find("constraints", c));
            var constraint = (AllocationConstraint)scenario.Constraints[c];
            foreach (var (field, problem) in constraint.Contradictions())
                reader.Report((field.Length == 0 ? at : at.Find(field)).Location, problem);
            foreach (var reference in constraint.References())
                Known(at.Find(reference.Field), reference.What, reference.Id);
            foreach (var (field, note) in constraint.Notes(market, scenario))
                reader.Note((field.Length == 0 ? at : at.Find(field)).Location, note);
        }

        for (var s = 0; s < scenario.Shocks.Count; s++)
        {
            var (at, before) = (Body(source.Find("shocks", s)), reader.Diagnostics.Count);
            foreach (var (field, problem) in scenario.Shocks[s].Contradictions())
                reader.Report((field.Length == 0 ? at : at.Find(field)).Location, problem);
            foreach (var reference in scenario.Shocks[s].References())
                Known(at.Find(reference.Field), reference.What, reference.Id);
            if (reader.Diagnostics.Count > before)
                continue;
            foreach (var (field, problem) in scenario.Shocks[s].Unfit(market))
                reader.Report(at.Find(field).Location, problem);
        }
    }

    /// <summary>The fields of a kind: the value behind its name.</summary>
    public static SourceNode Body(SourceNode kind) => kind is MappingNode { Entries: [var only] } ? only.Value : kind;

    private static void CheckHolding(
        Holding holding, SourceNode at, Market market, ContractReader reader, Action<SourceNode, string, string> known)
    {
        if ((holding.Token is null) == (holding.Opportunity is null))
        {
            reader.Report(at.Location, "expected exactly one of 'token' (idle) and 'opportunity' (a position)");
            return;
        }

        var before = reader.Diagnostics.Count;
        if (holding.Opportunity is { } opportunity)
            known(at.Find("opportunity"), "opportunity", opportunity);
        if (holding.Token is { } token && !KnownTokens(market).Contains(token))
            reader.Report(at.Find("token").Location, $"unknown token '{token}'{TokenHint(token, market)}; expected one of the snapshot's");
        if (reader.Diagnostics.Count > before)
            return;
        try
        {
            Book.AmountOf(market, holding);
        }
        catch (FormatException wrong)
        {
            reader.Report(at.Find("amount").Location, wrong.Message);
        }
    }

    /// <summary>A book that nobody has, and holdings that are written in a way that may not be meant.</summary>
    private static void CheckBook(Scenario scenario, SourceNode at, Market market, ContractReader reader)
    {
        if (reader.Diagnostics.Count > 0)
            return;
        var bookUsd = Book.ValueUsd(market, scenario);
        if (bookUsd > LargestBookUsd)
            reader.Report(at.Location, $"add up to a book of {(bookUsd >= 1e12 ? $"{bookUsd / 1e12:0.0} trillion" : $"{bookUsd / 1e9:0} billion")} USD; are these base units? Amounts are whole tokens");
        var seen = new HashSet<string>();
        for (var h = 0; h < scenario.Holdings.Count; h++)
        {
            var name = scenario.Holdings[h].Opportunity ?? $"{scenario.Holdings[h].Token}";
            if (scenario.Holdings[h].Amount.Number().Mantissa.IsZero)
                reader.Note(at.Find(h, "amount").Location, $"nothing is held of {name}");
            else if (!seen.Add(name))
                reader.Note(at.Find(h).Location, $"{name} is listed more than once; the amounts are added up");
        }
    }

    /// <summary>Notes holdings that the universe leaves out, and views on what nothing in play is exposed to.</summary>
    private static void NoteWhatIsOutside(Scenario scenario, SourceNode source, Market market, ContractReader reader)
    {
        if (reader.Diagnostics.Count > 0)
            return;
        for (var h = 0; h < scenario.Holdings.Count; h++)
        {
            if (scenario.Holdings[h].Opportunity is { } held && !scenario.Universe.Allows(market, market.Opportunity(held)))
                reader.Note(source.Find("holdings", h).Location, $"{held} is outside the universe, or has matured: nothing is added to it");
            if (scenario.Holdings[h].Token is { } token && scenario.Universe.Chains is { Count: > 0 } chains && !chains.Contains(token.Chain))
                reader.Note(source.Find("holdings", h).Location, $"{token} lies on a chain outside the universe: it may stay or leave, and nothing is put there");
        }

        var played = market.Snapshot.Opportunities.Where(o => scenario.Universe.Allows(market, o) || scenario.Holdings.Any(h => h.Opportunity == o.Id))
            .SelectMany(o => o.Exposures?.Keys ?? o.Inputs.Select(i => market.AssetOf(i.Token).Id))
            .Concat(scenario.Holdings.Where(h => h.Token is not null).Select(h => market.AssetOf(h.Token!.Value).Id)).ToHashSet();
        foreach (var asset in scenario.Views.Keys.Where(asset => !played.Contains(asset)))
            reader.Note(source.Find("views", asset).Location, $"nothing that is held, or that the universe allows, is exposed to {asset}");
    }

    /// <summary>More than any book; less than the base units of most.</summary>
    private const double LargestBookUsd = 100e9;

    private static HashSet<TokenId> KnownTokens(Market market) =>
        [.. market.Snapshot.Tokens.Select(t => t.Id), .. market.Chains.Where(c => market.Snapshot.Chains.Any(s => s.Id == c.Id)).Select(c => c.NativeTokenId())];

    /// <summary>What was meant by a token that there is none of: the same symbol on other chains, else one that is written alike.</summary>
    private static string TokenHint(TokenId token, Market market)
    {
        var tokens = KnownTokens(market);
        if (!market.Snapshot.Chains.Any(chain => chain.Id == token.Chain))
        {
            var chains = NearMatch.Hint(token.Chain, market.Snapshot.Chains.Select(chain => chain.Id));
            return chains.Length > 0 ? $": there is no chain '{token.Chain}'{chains}" : $": there is no chain '{token.Chain}'";
        }

        var elsewhere = tokens.Where(t => t.Symbol == token.Symbol).Select(t => t.Chain).Order(StringComparer.Ordinal).ToArray();
        return elsewhere.Length > 0 ? $": {token.Symbol} is on {string.Join(", ", elsewhere)}"
            : NearMatch.Hint(token.ToString(), tokens.Where(t => t.Chain == token.Chain).Select(t => t.ToString()));
    }

    private static void References(SourceNode list, IReadOnlyList<string> ids, string what, Action<SourceNode, string, string> known)
    {
        for (var i = 0; i < ids.Count; i++)
            known(list.Find(i), what, ids[i]);
    }
}
