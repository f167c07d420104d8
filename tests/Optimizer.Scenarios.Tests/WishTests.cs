using Optimizer.Model;
using Optimizer.Risk;

namespace Optimizer.Scenarios.Tests;

/// <summary>What a scenario can ask for beyond limits: views, payments, things that stay; and what no plan may do.</summary>
public sealed class WishTests
{
    private static readonly Lazy<(Market Market, RiskModel Risk)> Prices = new(() =>
    {
        var loaded = Ask.Load("holdings: [ { token: ETH@ethereum, amount: 1 } ]\nobjective: { meanVariance: { riskAversion: 1 } }");
        return (loaded.Market, new RiskModel(loaded.Market, loaded.Settings.Risk));
    });

    /// <summary>Of one view q with confidence c, c·q is expected: (P·Σ·Pᵀ)·(P·Σ·Pᵀ/c)⁻¹·q.</summary>
    [Fact]
    public void A_view_is_met_as_far_as_one_is_sure_of_it()
    {
        string[] assets = ["ETH", "BTC", "LINK", "SOL"];
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 3], Gen.Double[-0.5, 0.5], Gen.Double[0.01, 1]).Sample((first, step, change, confidence) =>
        {
            var (market, risk) = Prices.Value;
            var (asset, over) = (assets[first], assets[(first + step) % 4]);
            var views = new PriceViews(market, risk, [new View { Asset = asset, Over = over, Change = new(change), Confidence = new(confidence) }]);
            return Math.Abs(views.On(asset) - views.On(over) - confidence * change) < 1e-8;
        }, iter: 300);
    }

    [Fact]
    public void Views_without_doubt_are_all_met_and_prices_that_move_with_them_follow()
    {
        var (market, risk) = Prices.Value;
        var views = new PriceViews(market, risk, [new View { Asset = "ETH", Over = "BTC", Change = new(0.05) }, new View { Asset = "BTC", Change = new(0.1) }]);
        Assert.Equal(0.15, views.On("ETH"), 1e-8);
        Assert.Equal(0.1, views.On("BTC"), 1e-8);
        Assert.True(views.On("LINK") > 0);
        Assert.Equal(0, views.On("USDC"), 1e-8);
        // What is a claim on ether follows it; a lone certain view says nothing of others.
        Assert.Equal(views.On("ETH"), views.On("wstETH"), 1e-8);
        Assert.Equal(0, new PriceViews(market, risk, [new View { Asset = "ETH", Change = new(0.05) }]).On("BTC"));
    }

    [Fact]
    public void A_payment_lies_where_it_is_due()
    {
        var result = Ask.Solve("""
            holdings:
              - { token: USDC@ethereum, amount: 1M }
              - { token: ETH@ethereum, amount: 1 }
              - { token: ETH@base, amount: 0.1 }
            universe: { chains: [ethereum, base], assets: [USDC, ETH] }
            payments: [ { token: USDC@base, amount: 250_000, by: 10 days } ]
            objective: { meanVariance: { riskAversion: 1 } }
            """);
        Assert.Equal("optimal", result.Status);
        var idle = result.Idle.Single(token => $"{token.Token}" == "USDC@base").Usd;
        var liquid = result.Positions.Where(position => position.Opportunity.Contains("/base/USDC", StringComparison.Ordinal)).Sum(position => position.Usd);
        // Idle, or where it can be taken out of in time on the same chain.
        Assert.True(idle + liquid >= 250_000 - 1e-6, $"{idle} idle and {liquid} liquid");
    }

    [Fact]
    public void What_is_not_known_or_locked_counts_and_stays()
    {
        SolveResult Solve(string locked) => Ask.Solve($$"""
            holdings:
              - { token: USDC@ethereum, amount: 1M, locked: {{locked}} }
              - { other: venture fund, valueUsd: 1.5M USD }
              - { token: ETH@ethereum, amount: 1 }
            universe: { chains: [ethereum], assets: [USDC, ETH] }
            objective: { meanVariance: { riskAversion: 1 } }
            """);
        var until = Solve("2026-12-01");
        Assert.Equal(2_502_000, until.BookUsd, 1e-3);
        Assert.Empty(until.Plan!.Steps);
        Assert.Equal(0, until.Positions.Sum(position => position.Usd));
        // Of the past: free.
        Assert.NotEmpty(Solve("2026-01-01").Plan!.Steps);
        Assert.NotEmpty(Solve("false").Plan!.Steps);
    }

    [Fact]
    public void Nothing_is_put_into_what_is_off_its_peg()
    {
        double Put(string constraint) => ScenarioRunner.Run(Ask.Load($$"""
            holdings:
              - { token: USDT@ethereum, amount: 1M }
              - { token: ETH@ethereum, amount: 1 }
            universe: { chains: [ethereum], assets: [USDT, ETH] }
            shocks: [ { price: { token: USDT@ethereum, multiply: 0.97 } } ]
            constraints: [ {{constraint}} ]
            objective: { meanVariance: { riskAversion: 1 } }
            """).With(Ask.Place("good/ethereum/USDT", "USDT@ethereum", 0.1))).Positions.Where(position => position.Opportunity == "good/ethereum/USDT").Sum(position => position.Usd);
        Assert.True(Put("{ limit: { chain: ethereum, max: 100 % } }") > 500_000);
        Assert.True(Put("{ pegWithin: 4 % }") > 500_000);
        Assert.Equal(0, Put("{ pegWithin: 2 % }"));
    }

    [Fact]
    public void Ether_without_a_view_on_it_stays_ether()
    {
        SolveResult Solve(string rest) => Ask.Solve($$"""
            holdings:
              - { token: ETH@ethereum, amount: 100 }
              - { token: USDC@ethereum, amount: 100_000 }
            universe: { chains: [ethereum], assets: [ETH, USDC] }
            objective: { meanVariance: { riskAversion: 10 } }
            {{rest}}
            """);
        double Ether(SolveResult result) => result.Idle.Where(token => token.Token.Symbol is "ETH" or "WETH").Sum(token => token.Usd)
            + result.Positions.Where(position => position.Opportunity.EndsWith("ETH", StringComparison.Ordinal)).Sum(position => position.NotionalUsd);
        // Less what its own gas takes.
        Assert.InRange(Ether(Solve("")), 200_000 - 20, 200_000 + 1);
        Assert.True(Ether(Solve("exposure: free")) < 150_000);
        Assert.True(Ether(Solve("views: { ETH: 0 % }")) < 150_000);
        // A limit that asks for less is heard first.
        Assert.True(Ether(Solve("constraints: [ { limit: { asset: ETH, max: 10 % } } ]")) < 31_000);
    }

    /// <summary>The mean loss that is limited is the one that the answer tells, and a tighter limit costs more.</summary>
    [Fact]
    public void The_mean_loss_of_the_worst_draws_stays_within_its_limit()
    {
        SolveResult Solve(string limit, string rest = "") => Ask.Solve($$"""
            holdings:
              - { token: USDC@base, amount: 10M }
              - { token: ETH@base, amount: 1 }
              {{rest}}
            universe: { chains: [base], assets: [USDC, ETH] }
            constraints: [ { cvar: { confidence: 99 %, atMost: {{limit}} } } ]
            settings: { risk: { draws: 4000 } }
            objective: { meanVariance: { riskAversion: 0 } }
            """);
        double Loss(SolveResult result) => result.Losses!.Tails.Single(tail => tail.Confidence == 0.99).ConditionalValueAtRiskUsd;
        var free = Solve("99 %");
        var least = Loss(free);
        var before = free.Objective!.Value;
        foreach (var share in (double[])[0.8, 0.6])
        {
            var result = Solve(FormattableString.Invariant($"{share * least:0} USD"));
            Assert.Equal("optimal", result.Status);
            Assert.InRange(Loss(result), share * least - 100, share * least + 100);
            var row = result.Constraints.Single(constraint => constraint.Name.StartsWith("mean loss", StringComparison.Ordinal));
            Assert.True(row.Binding && row.ShadowPriceUsdPerYear > 0);
            Assert.True(result.Objective!.Value < before);
            before = result.Objective.Value;
        }

        // What cannot be left is not to be had with less.
        var stuck = Solve("10 USD", "- { opportunity: morpho-steakhouse/base/USDC, amount: 1M, locked: true }");
        Assert.Equal("infeasible", stuck.Status);
        Assert.Contains(stuck.Conflict, part => part.Name.StartsWith("mean loss", StringComparison.Ordinal));
    }

    /// <summary>A bridge takes nothing below its minimum, and what is sent must be there: no circle makes up for it.</summary>
    [Fact]
    public void Nothing_is_sent_that_the_sender_does_not_have()
    {
        var result = Bridged(10_000, route => route with { Minimum = Ask.Figure(25_000) });
        Assert.Equal("optimal", result.Status);
        Assert.Empty(result.Plan!.Steps);
        Assert.NotEmpty(Bridged(30_000, route => route with { Minimum = Ask.Figure(25_000) }).Plan!.Steps);
    }

    [Fact]
    public void A_tier_s_fee_is_that_of_the_size_that_is_sent()
    {
        static Route Tiers(Route route) => route with { Fees = [new() { Bps = Ask.Figure(30), UpTo = Ask.Figure(25_000) }, new() { Bps = Ask.Figure(0) }] };
        static decimal Fee(SolveResult result) => (decimal)result.Plan!.Steps.Where(step => step.Kind == StepKind.BridgeSend).Sum(step => step.FeeUsd);
        Assert.Equal(30, Fee(Bridged(10_000, Tiers)), 1);
        Assert.Equal(0, Fee(Bridged(30_000, Tiers)), 1);
    }

    /// <summary>USDC on Ethereum, one bridge each way, and a place on Base that pays half.</summary>
    private static SolveResult Bridged(double usd, Func<Route, Route> terms)
    {
        var loaded = Ask.Load($$"""
            horizon: 365 days
            holdings:
              - { token: USDC@ethereum, amount: {{usd}} }
              - { token: ETH@ethereum, amount: 0.5 }
              - { token: ETH@base, amount: 0.1 }
            universe: { chains: [ethereum, base], assets: [USDC, ETH] }
            settings: { moves: { effort: 0 USD, effortPerRound: 0 USD, effortPerAccount: 0 USD }, risk: { outlierMedians: 1000 } }
            objective: { meanVariance: { riskAversion: 0 } }
            """).With(Ask.Place("rich/base/USDC", "USDC@base", 0.5));
        return ScenarioRunner.Run(loaded.Under(snapshot => snapshot with
        {
            Opportunities = [.. snapshot.Opportunities.Where(place => place.Id == "rich/base/USDC")],
            Assets = [.. snapshot.Assets.Select(asset => asset with { Claims = [] })],
            Routes = [.. snapshot.Routes.Where(route => route.Id is "cctp-standard/ethereum-base/USDC" or "cctp-standard/base-ethereum/USDC").Select(terms)],
        }));
    }
}
