using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>The opportunities, tokens and routes of a market that matter to a scenario.</summary>
/// <remarks>Leaving out what cannot be in an answer keeps a market with hundreds of routes solvable in a second. A route is left out if one
/// of its tokens is not used, or if another route between the same tokens is at least as good in every respect.</remarks>
internal sealed class RelevantMarket
{
    public RelevantMarket(Market market, Scenario scenario, double keepGasUsd)
    {
        var held = scenario.Holdings.Where(h => h.Opportunity is not null).Select(h => h.Opportunity!).ToHashSet();
        var heldTokens = scenario.Holdings.Where(h => h.Token is not null).Select(h => h.Token!.Value).ToHashSet();
        Opportunities = [.. market.Snapshot.Opportunities.Where(o => (held.Contains(o.Id) || scenario.Universe.Allows(market, o)) && o.Inputs.All(input => market.PriceUsd(input.Token) > 0))];
        var inputs = Opportunities.SelectMany(o => o.Inputs).Select(i => i.Token);
        var chains = Opportunities.Select(o => o.Chain).Concat(heldTokens.Select(t => t.Chain)).ToHashSet();
        var natives = chains.Select(chain => market.Chain(chain).NativeTokenId()).ToHashSet();
        var wanted = inputs.Concat(heldTokens).ToHashSet();
        var assets = wanted.Select(token => market.AssetOf(token).Id).ToHashSet();
        // Another token of a used asset may be an intermediate step between chains, such as USDC on the chain of a bridge.
        wanted.UnionWith(market.Snapshot.Tokens.Select(t => t.Id)
            .Where(t => chains.Contains(t.Chain) && assets.Contains(market.AssetOf(t).Id)));
        var invested = inputs.Select(token => market.AssetOf(token).Id).ToHashSet();
        IsGasOnly = token => natives.Contains(token) && !invested.Contains(market.AssetOf(token).Id);
        Tokens = wanted.Union(natives).ToHashSet();
        // A chain is poor if it cannot pay for its most expensive action, and short if it may have to buy gas.
        var poor = chains.Where(chain => NativeUsd(market, scenario, chain) < DearestUsd(market, chain)).ToHashSet();
        HasGas = poor.Count < chains.Count;
        var isShort = chains.Where(chain => NativeUsd(market, scenario, chain) < keepGasUsd + 20 * DearestUsd(market, chain)).ToHashSet();
        Routes = Undominated(market, [.. market.Snapshot.Routes.Where(route =>
            Tokens.Contains(route.From) && Tokens.Contains(route.To) && market.PriceUsd(route.From) > 0 && market.PriceUsd(route.To) > 0
            && AllowsChain(scenario.Universe, route.From.Chain, heldTokens) && AllowsChain(scenario.Universe, route.To.Chain, heldTokens)
            // A chain without gas cannot buy any by a swap of its own: gas must come from a chain that has some, by a route that needs no
            // claim.
            && !(natives.Contains(route.To) && poor.Contains(route.To.Chain)
                && (!route.CrossesChains() || route.ClaimGasUnits is { Value: > 0 }))
            && !(natives.Contains(route.To) && isShort.Contains(route.To.Chain) && poor.Contains(route.From.Chain))
            && !(IsGasOnly(route.To) && !isShort.Contains(route.To.Chain))
            // Gas tokens are not sold, but may be sent to chains that need gas.
            && !(IsGasOnly(route.From) && !natives.Contains(route.To)))]);
    }

    /// <summary>Whether at least one chain has gas for a transaction.</summary>
    public bool HasGas { get; }

    public IReadOnlyList<Opportunity> Opportunities { get; }

    public IReadOnlySet<TokenId> Tokens { get; }

    public IReadOnlyList<Route> Routes { get; }

    /// <summary>Whether a token is used for gas only.</summary>
    public Func<TokenId, bool> IsGasOnly { get; }

    private static bool AllowsChain(Universe universe, string chain, HashSet<TokenId> held) =>
        universe.Chains.Count == 0 || universe.Chains.Contains(chain) || held.Any(token => token.Chain == chain);

    /// <summary>Free native token on a chain in USD.</summary>
    private static double NativeUsd(Market market, Scenario scenario, string chain)
    {
        var (held, locked) = Book.HeldUsd(market, scenario, market.Chain(chain).NativeTokenId());
        return held - locked;
    }

    /// <summary>Cost of the most expensive action on a chain, in USD.</summary>
    private double DearestUsd(Market market, string chain) => GasCosts.ToUsd(market, chain, Opportunities
        .Where(o => o.Chain == chain)
        .SelectMany(o => new[] { GasCosts.Enter(market, o), GasCosts.Exit(market, o) })
        .Concat(market.Snapshot.Routes.Where(r => r.From.Chain == chain && !r.CrossesChains()).Select(r => GasCosts.Send(market, r)))
        .Aggregate(System.Numerics.BigInteger.Zero, System.Numerics.BigInteger.Max));

    private static List<Route> Undominated(Market market, IReadOnlyList<Route> routes)
    {
        var kept = new List<Route>();
        foreach (var parallel in routes.GroupBy(route => (route.From, route.To)))
        {
            var candidates = parallel.ToList();
            kept.AddRange(candidates.Where((route, i) =>
                !candidates.Where((other, j) => j != i && Dominates(market, other, route)
                    && (j < i || !Dominates(market, route, other))).Any()));
        }

        return kept;
    }

    private static bool Dominates(Market market, Route a, Route b) =>
        // Both routes connect the same tokens, so their figures are in the same units.
        a.Fees.Count == 1 && a.Fees[0].Bps <= b.Fees.Min(fee => fee.Bps.Value)
        && new RouteTerms(market, a).Ratio >= new RouteTerms(market, b).Ratio
        && (a.FixedFee?.Value ?? 0) <= (b.FixedFee?.Value ?? 0)
        && (a.ImpactBpsPerMillion?.Value ?? 0) <= (b.ImpactBpsPerMillion?.Value ?? 0)
        && (a.Minimum?.Value ?? 0) <= (b.Minimum?.Value ?? 0)
        && (a.Maximum?.Value ?? double.PositiveInfinity) >= (b.Maximum?.Value ?? double.PositiveInfinity)
        && a.DurationSeconds <= b.DurationSeconds
        && GasCosts.Send(market, a) <= GasCosts.Send(market, b)
        && GasCosts.Claim(market, a) <= GasCosts.Claim(market, b)
        && a.Events.Sum(e => e.Loss) <= b.Events.Sum(e => e.Loss);
}
