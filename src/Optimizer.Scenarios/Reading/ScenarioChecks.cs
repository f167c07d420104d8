using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Checks of scenarios beyond types: references to the market, contradictions, amounts.</summary>
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
                reader.Report(at.Location, $"'{id}' is a token of asset '{market.AssetOf(TokenId.Parse(id)).Id}'; expected an asset, or use the key 'token' if there is one");
            else if (!ids[what].Contains(id))
                reader.Report(at.Location, $"unknown {what} '{id}'{NearMatch.Hint(id, ids[what])}; expected one of {(what == "contract" ? "those that the chain files name" : "the snapshot's")}");
        }

        if (scenario.Horizon.Days is < 0.04 or > 3_650)
            reader.Report(source.Find("horizon").Location, $"{scenario.Horizon} is out of range; expected one hour to ten years");
        if (scenario.Name.Length is 0 or > 100 || scenario.Name.Any(char.IsControl))
            reader.Report(source.Find("name").Location, "expected a name of one line and at most 100 characters");
        foreach (var (chain, account) in scenario.Accounts)
        {
            Known(source.Find("accounts", chain), "chain", chain);
            if (market.Chains.FirstOrDefault(known => known.Id == chain) is { } known && MarketChecks.AddressProblem(known, account) is { } problem)
                reader.Report(source.Find("accounts", chain).Location, problem);
            else if (account.Skip(2).All(digit => digit == '0') || market.Chains.Any(other => other.Tokens.Any(token => IsSame(token.Address, account)) || other.Protocols.Any(entry => entry.Addresses.Values.Any(address => IsSame(address, account)))))
                reader.Report(source.Find("accounts", chain).Location, $"'{account}' is the zero address or a known contract; expected your own account");
        }

        if (scenario.Numeraire != "USD")
            Known(source.Find("numeraire"), "asset", scenario.Numeraire);
        CheckViews(scenario, source.Find("views"), reader, Known);
        CheckPayments(scenario, source.Find("payments"), market, reader);

        for (var h = 0; h < scenario.Holdings.Count; h++)
            CheckHolding(scenario.Holdings[h], source.Find("holdings", h), market, reader);
        CheckBook(scenario, source.Find("holdings"), market, reader);
        NoteWhatIsOutside(scenario, source, market, reader);
        if (scenario.Holdings.Count == 0 || scenario.Holdings.All(h => h.Other is not null || h.Amount.Number().Mantissa.IsZero))
            reader.Report(source.Find("holdings").Location, "are empty; expected at least one amount above zero");
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

    /// <summary>The fields of a derived type: the value after its name.</summary>
    public static SourceNode Body(SourceNode kind) => kind is MappingNode { Entries: [var only] } ? only.Value : kind;

    private static void CheckHolding(
        Holding holding, SourceNode at, Market market, ContractReader reader)
    {
        if (new[] { holding.Token?.ToString(), holding.Opportunity, holding.Other }.Count(name => name is not null) != 1)
        {
            reader.Report(at.Location, "expected exactly one of 'token' (idle), 'opportunity' (a position) and 'other' (unknown to the market)");
            return;
        }

        if (holding.Other is not null)
        {
            if (holding.ValueUsd is not { IsShareOfBook: false })
                reader.Report(at.Location, "'other' needs its value: expected 'valueUsd', such as '1.2M USD'");
            return;
        }

        if (holding.ValueUsd is not null)
            reader.Report(at.Find("valueUsd").Location, "the value comes from the market; expected only 'amount'");
        if (ReferenceEquals(at.Find("amount"), at))
            reader.Report(at.Location, "key 'amount' is missing");

        var before = reader.Diagnostics.Count;
        if (holding.Opportunity is { } opportunity && market.FindOpportunity(opportunity) is null)
            reader.Report(at.Find("opportunity").Location, $"unknown opportunity '{opportunity}'{NearMatch.Hint(opportunity, market.Snapshot.Opportunities.Select(o => o.Id))}; expected one of the snapshot's, or {{ other: {opportunity}, valueUsd: … }} for what the market does not know");
        if (holding.Token is { } token && !KnownTokens(market).Contains(token))
            reader.Report(at.Find("token").Location, $"unknown token '{token}'{TokenHint(token, market)}; expected one of the snapshot's, or {{ other: {token.Symbol}, valueUsd: … }} for what the market does not know");
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

    /// <summary>Checks for an implausibly large book, and warns about holdings that may not be meant as written.</summary>
    private static void CheckBook(Scenario scenario, SourceNode at, Market market, ContractReader reader)
    {
        if (reader.Diagnostics.Count > 0)
            return;
        var bookUsd = scenario.Holdings.Sum(holding => holding.Other is null ? Book.ValueUsd(market, holding) : holding.ValueUsd?.Amount ?? 0);
        if (bookUsd > LargestBookUsd)
            reader.Report(at.Location, $"add up to a book of {(bookUsd >= 1e12 ? $"{bookUsd / 1e12:0.0} trillion" : $"{bookUsd / 1e9:0} billion")} USD; are these base units? Amounts are whole tokens");
        var seen = new HashSet<string>();
        for (var h = 0; h < scenario.Holdings.Count; h++)
        {
            var name = scenario.Holdings[h].Opportunity ?? scenario.Holdings[h].Other ?? $"{scenario.Holdings[h].Token}";
            if (scenario.Holdings[h] is { Other: not null } or { Locked.Until: not null } or { Available: not null })
                NoteWhatCannotMove(scenario.Holdings[h], name, at.Find(h), market, reader);
            if (scenario.Holdings[h].Other is null && scenario.Holdings[h].Amount.Number().Mantissa.IsZero)
                reader.Note(at.Find(h, "amount").Location, $"the amount of {name} is zero");
            else if (!seen.Add(name))
                reader.Note(at.Find(h).Location, $"{name} is listed more than once; the amounts are added up");
        }
    }

    /// <summary>Warns about holdings outside the universe, and about views without any exposure.</summary>
    private static void NoteWhatIsOutside(Scenario scenario, SourceNode source, Market market, ContractReader reader)
    {
        if (reader.Diagnostics.Count > 0)
            return;
        for (var h = 0; h < scenario.Holdings.Count; h++)
        {
            if (scenario.Holdings[h].Opportunity is { } held && !scenario.Universe.Allows(market, market.Opportunity(held)))
                reader.Note(source.Find("holdings", h).Location, $"{held} is outside the universe or has matured; nothing is added");
            if (scenario.Holdings[h].Token is { } token && scenario.Universe.Chains is { Count: > 0 } chains && !chains.Contains(token.Chain))
                reader.Note(source.Find("holdings", h).Location, $"{token} is on a chain outside the universe: it may stay or leave, but nothing is deposited on that chain");
        }

        var played = market.Snapshot.Opportunities.Where(o => scenario.Universe.Allows(market, o) || scenario.Holdings.Any(h => h.Opportunity == o.Id))
            .SelectMany(o => o.Exposures?.Keys ?? o.Inputs.Select(i => market.AssetOf(i.Token).Id))
            .Concat(scenario.Holdings.Where(h => h.Token is not null).Select(h => market.AssetOf(h.Token!.Value).Id))
            .Select(asset => market.UnitOfAccount(market.Asset(asset))).ToHashSet();
        for (var v = 0; v < scenario.Views.Count; v++)
        {
            if (!played.Contains(market.UnitOfAccount(market.Asset(scenario.Views[v].Asset))))
                reader.Note(source.Find("views", v).Location, $"no holding and no allowed opportunity is exposed to {scenario.Views[v].Asset}");
        }
    }

    private static void NoteWhatCannotMove(Holding holding, string name, SourceNode at, Market market, ContractReader reader)
    {
        if (holding.Other is not null)
            reader.Note(at.Location, $"{name} counts with the given value; its risk is unknown, and it cannot move");
        else if (holding.Available is { Days: > 0 } available)
            reader.Note(at.Location, $"{name} arrives in {available}: it counts now, but cannot move before; solve again then");
        else if (holding.Locked is { Until: { } until })
            reader.Note(at.Location, until > market.Snapshot.TakenAt ? $"{name} is locked until {until:yyyy-MM-dd}; solve again then" : $"{name} has been free since {until:yyyy-MM-dd}");
    }

    private static void CheckViews(Scenario scenario, SourceNode source, ContractReader reader, Action<SourceNode, string, string> known)
    {
        for (var v = 0; v < scenario.Views.Count; v++)
        {
            var (view, at) = (scenario.Views[v], source.Find(v));
            known(at.Find("asset"), "asset", view.Asset);
            if (view.Over is { } over)
                known(at.Find("over"), "asset", over);
            if (view.Over == view.Asset)
                reader.Report(at.Find("over").Location, "is measured against itself");
            if (view.Change.Fraction <= -1)
                reader.Report(at.Find("change").Location, $"{view.Change} is out of range; expected above −100 %, since no price falls below zero");
            if (view.Confidence.Fraction is <= 0 or > 1)
                reader.Report(at.Find("confidence").Location, $"{view.Confidence} is out of range; expected above 0 % to 100 %");
            if (scenario.Views.Take(v).Any(other => other.Asset == view.Asset && other.Over == view.Over))
                reader.Report(at.Find("asset").Location, $"there are two views on {view.Asset}{(view.Over is null ? "" : $" over {view.Over}")}; expected one");
        }
    }

    private static void CheckPayments(Scenario scenario, SourceNode source, Market market, ContractReader reader)
    {
        for (var p = 0; p < scenario.Payments.Count; p++)
        {
            var (payment, at) = (scenario.Payments[p], source.Find(p));
            if (!KnownTokens(market).Contains(payment.Token))
                reader.Report(at.Find("token").Location, $"unknown token '{payment.Token}'{TokenHint(payment.Token, market)}; expected one of the snapshot's");
            else if (payment.Amount.Number().Places > market.Token(payment.Token).Decimals)
                reader.Report(at.Find("amount").Location, $"'{payment.Amount}' has {payment.Amount.Number().Places} decimal places; the token has {market.Token(payment.Token).Decimals}");
            if (payment.By.Days <= 0)
                reader.Report(at.Find("by").Location, "is zero; expected a duration above zero");
        }
    }

    /// <summary>Books above this value are implausible; amounts given in base units usually exceed it.</summary>
    private const double LargestBookUsd = 100e9;

    private static HashSet<TokenId> KnownTokens(Market market) =>
        [.. market.Snapshot.Tokens.Select(t => t.Id), .. market.Chains.Where(c => market.Snapshot.Chains.Any(s => s.Id == c.Id)).Select(c => c.NativeTokenId())];

    /// <summary>A hint for an unknown token: the same symbol on other chains, else a similar one.</summary>
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
            : NearMatch.Hint(token.Symbol, tokens.Where(t => t.Chain == token.Chain).Select(t => t.Symbol));
    }

    private static void References(SourceNode list, IReadOnlyList<string> ids, string what, Action<SourceNode, string, string> known)
    {
        for (var i = 0; i < ids.Count; i++)
            known(list.Find(i), what, ids[i]);
    }
}
