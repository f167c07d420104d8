using Optimizer.Model;

namespace Optimizer.Scenarios.Tests;

/// <summary>The market that ships: wide enough, and every figure with its provenance.</summary>
public sealed class SnapshotTests
{
    private static readonly Market Market = new ScenarioFiles().Load(Repository.Path("scenarios", "sol-book.yaml")).Market;

    [Fact]
    public void It_is_wide_enough_to_be_a_market()
    {
        var snapshot = Market.Snapshot;
        Assert.True(snapshot.Opportunities.Count >= 45);
        Assert.True(snapshot.Tokens.Count >= 25);
        Assert.True(snapshot.Routes.Count >= 60);
        Assert.True(snapshot.Chains.Count >= 10);
        Assert.Equal(Enum.GetValues<EventKind>(), snapshot.Events.Select(e => e.Kind).Distinct().Order());
        foreach (var kind in (OpportunityKind[])[OpportunityKind.Lending, OpportunityKind.Vault, OpportunityKind.Staking, OpportunityKind.LiquidStaking, OpportunityKind.FixedTerm, OpportunityKind.Basis])
            Assert.Contains(snapshot.Opportunities, o => o.Kind == kind);
    }

    [Fact]
    public void No_round_trip_through_routes_gains()
    {
        // Bellman and Ford over −log of what a dollar becomes, fees alone: no cycle is negative.
        var value = Market.Snapshot.Tokens.Select(t => t.Id).Concat(Market.Chains.Select(c => c.NativeTokenId())).Distinct().ToDictionary(t => t, _ => 0.0);
        var edges = Market.Snapshot.Routes.Select(r => (r.From, r.To, Loss: -Math.Log(1 - r.Fees.Min(f => f.Bps.Value) / 10_000))).ToArray();
        for (var round = 0; round <= value.Count; round++)
        {
            foreach (var (from, to, loss) in edges)
                value[to] = Math.Min(value[to], value[from] + loss);
        }

        Assert.All(edges, e => Assert.True(value[e.To] <= value[e.From] + e.Loss + 1e-12));
        Assert.All(value.Values, v => Assert.True(v >= -1e-12));
    }

    // DefiLlama, pool aa70268e… (aave-v3, Ethereum, USDC) and aave-v3 USDT f981a304…, 2026-08-12: supply APR, paid per second.
    [Theory]
    [InlineData("aave-v3/ethereum/USDC", 0.0330372)]
    [InlineData("aave-v3/ethereum/USDT", 0.0281516)]
    public void Curves_reproduce_the_rates_that_were_observed(string opportunity, double apr) =>
        Assert.Equal(apr, Market.Opportunity(opportunity).Carry.Base.SpotRate(0), 1e-9);
}
