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
            ["tag"] = [.. market.Snapshot.Opportunities.SelectMany(o => o.Tags).Distinct()],
        };
        static bool IsSame(string? address, string account) => address is not null && address.Equals(account, StringComparison.OrdinalIgnoreCase);
        void Known(SourceNode at, string what, string id)
        {
            if (!ids[what].Contains(id))
                reader.Report(at.Location, $"unknown {what} '{id}'{NearMatch.Hint(id, ids[what])}; expected one of {(what == "contract" ? "those that the chain files name" : "the snapshot's")}");
        }

        if (scenario.Horizon.Days is < 0.04 or > 3_650)
            reader.Report(source.Find("horizon").Location, $"{scenario.Horizon} is out of range; expected one hour to ten years");
        if (scenario.Name.Length is 0 or > 100 || scenario.Name.Any(char.IsControl))
            reader.Report(source.Find("name").Location, "the name is not one line of up to a hundred characters");
        foreach (var (chain, account) in scenario.Accounts)
        {
            Known(source.Find("accounts", chain), "chain", chain);
            if (market.Chains.FirstOrDefault(known => known.Id == chain) is { } known && !MarketChecks.IsAddress(known, account))
                reader.Report(source.Find("accounts", chain).Location, $"'{account}' is no address on {known.Name}");
            if (account.Skip(2).All(digit => digit == '0') || market.Chains.Any(other => other.Tokens.Any(token => IsSame(token.Address, account)) || other.Protocols.Any(entry => entry.Addresses.Values.Any(address => IsSame(address, account)))))
                reader.Report(source.Find("accounts", chain).Location, $"'{account}' is nobody's, or a contract that the chain files name; expected an account of your own");
        }

        if (scenario.Numeraire != "USD")
            Known(source.Find("numeraire"), "asset", scenario.Numeraire);
        foreach (var asset in scenario.Views.Keys)
            Known(source.Find("views", asset), "asset", asset);
        for (var h = 0; h < scenario.Holdings.Count; h++)
            CheckHolding(scenario.Holdings[h], source.Find("holdings", h), market, reader, Known);
        if (scenario.Holdings.Count == 0 || scenario.Holdings.All(h => h.Amount.Text.All(c => !char.IsAsciiDigit(c) || c == '0')))
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
        }

        for (var s = 0; s < scenario.Shocks.Count; s++)
        {
            var at = Body(source.Find("shocks", s));
            foreach (var (field, problem) in scenario.Shocks[s].Contradictions())
                reader.Report((field.Length == 0 ? at : at.Find(field)).Location, problem);
            foreach (var reference in scenario.Shocks[s].References())
                Known(at.Find(reference.Field), reference.What, reference.Id);
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
        if (holding.Token is { } token)
        {
            var tokens = market.Snapshot.Tokens.Select(t => t.Id.ToString())
                .Concat(market.Chains.Where(c => market.Snapshot.Chains.Any(s => s.Id == c.Id)).Select(c => c.NativeTokenId().ToString()))
                .ToHashSet();
            if (!tokens.Contains(token.ToString()))
                reader.Report(at.Find("token").Location, $"unknown token '{token}'{NearMatch.Hint(token.ToString(), tokens)}; expected one of the snapshot's");
        }

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

    private static void References(SourceNode list, IReadOnlyList<string> ids, string what, Action<SourceNode, string, string> known)
    {
        for (var i = 0; i < ids.Count; i++)
            known(list.Find(i), what, ids[i]);
    }
}
