using System.Numerics;
using Optimizer.Model;
using Optimizer.Risk;

namespace Optimizer.Scenarios.Tests;

/// <summary>What lies somewhere, what a unit of it moves with, and what events take of it are told apart.</summary>
public sealed class ValueTests
{
    private static Opportunity Short(double margin, params EventLoss[] events) => Ask.Place("perp/ethereum/ETH-short", "USDC@ethereum", 0.08, OpportunityKind.Derivative) with
    {
        CapitalPerUnit = Ask.Figure(margin),
        Exposures = new Dictionary<string, Figure> { ["ETH"] = Ask.Figure(-1) },
        Events = events,
    };

    private static Opportunity Debt(double rate = -0.025) => Ask.Place("aave-debt/ethereum/WETH", "WETH@ethereum", rate) with { CapitalPerUnit = Ask.Figure(-1) };

    /// <summary>100,000 of margin for 1,000,000 of notional: a strike takes half of what lies there.</summary>
    [Fact]
    public void An_event_takes_the_margin_and_not_the_notional()
    {
        var loaded = Ask.Load("""
            horizon: 365 days
            holdings:
              - { token: USDC@ethereum, amount: 100_000 }
              - { token: ETH@ethereum, amount: 500 }
            mode: hold
            objective: { meanVariance: { riskAversion: 0.1 } }
            """).With(Short(0.1, new EventLoss("uniswap-v3-exploit", Ask.Figure(0.5))));
        loaded = loaded with { Scenario = loaded.Scenario with { Holdings = [new() { Opportunity = "perp/ethereum/ETH-short", Amount = Amount.Parse("100_000") }, loaded.Scenario.Holdings[1]] } };
        var result = ScenarioRunner.Run(loaded);
        Assert.Equal(1_100_000, result.BookUsd, 1e-6);
        var position = result.Positions.Single();
        Assert.Equal((100_000, 1_000_000), (Math.Round(position.Usd, 6), Math.Round(position.NotionalUsd, 6)));
        Assert.Equal(50_000, result.Risks.Single(risk => risk.Factor == "uniswap-v3-exploit").LossIfItStrikesUsd!.Value, 1e-6);
        // The exploit alone: 1 − e^(−λ/2) of the margin.
        var loss = new RiskModel(loaded.Market, loaded.Settings.Risk).ExpectedLoss(loaded.Market.Opportunity(position.Opportunity) with { Chain = "ethereum" }, 1);
        var chain = loaded.Market.EventsOf(TokenId.Parse("USDC@ethereum")).Sum(e => e.Loss * new RiskModel(loaded.Market, loaded.Settings.Risk).Intensity(loaded.Market.Event(e.Event)));
        var rated = loaded.Settings.Risk.Ratings[$"{loaded.Market.Event("uniswap-v3-exploit").Rating}"].Fraction;
        Assert.Equal(1 - Math.Exp(Math.Log(1 - rated) * 0.5 - chain), loss, 1e-12);
    }

    [Fact]
    public void Events_of_one_issuer_add_over_the_tokens_of_a_pool()
    {
        var pool = Ask.Place("uniswap-v3/ethereum/DAI-USDS-100", "DAI@ethereum", 0, OpportunityKind.Liquidity) with
        {
            Inputs = [new(TokenId.Parse("DAI@ethereum"), 0.5), new(TokenId.Parse("USDS@ethereum"), 0.5)],
            LiquidityConcentration = Ask.Figure(1),
        };
        var market = Ask.Load("holdings: [ { token: ETH@ethereum, amount: 1 } ]\nobjective: { meanVariance: { riskAversion: 1 } }").With(pool).Market;
        double Loss(Opportunity o) => market.With(market.Snapshot with { Opportunities = [o] }).EventsOf(o).Single(e => e.Event == "sky-depeg").Loss;
        Assert.Equal(0.15, Loss(pool), 1e-12);
        // One token struck of two: all of it in a stable pool, 1 − √(1 − L) in a constant product, in between in a range.
        var half = pool with { Inputs = [new(TokenId.Parse("DAI@ethereum"), 0.5), new(TokenId.Parse("USDC@ethereum"), 0.5)] };
        Assert.Equal(1 - Math.Sqrt(1 - 0.15), Loss(half), 1e-12);
        Assert.Equal(0.15, Loss(half with { LiquidityConcentration = Ask.Figure(1_000) }), 1e-3);
        Assert.Equal(0.075, Loss(half with { LiquidityConcentration = null }), 1e-12);
    }

    [Fact]
    public void A_debt_counts_against_the_book_and_is_paid_back_where_that_pays()
    {
        var loaded = Ask.Load("""
            numeraire: ETH
            holdings:
              - { token: WETH@ethereum, amount: 500 }
              - { token: ETH@ethereum, amount: 1 }
            universe: { chains: [ethereum], assets: [ETH] }
            objective: { meanVariance: { riskAversion: 1 } }
            """).With(Debt());
        loaded = loaded with { Scenario = loaded.Scenario with { Universe = loaded.Scenario.Universe with { Kinds = [OpportunityKind.Lending] }, Holdings = [.. loaded.Scenario.Holdings, new() { Opportunity = "aave-debt/ethereum/WETH", Amount = Amount.Parse("100") }] } };
        var result = ScenarioRunner.Run(loaded);
        Assert.Equal(802_000, result.BookUsd, 1e-6);
        Assert.Equal(-200_000, result.Positions.Single(p => p.Opportunity == "aave-debt/ethereum/WETH").BeforeUsd, 1e-6);
        var repaid = result.Plan!.Steps.Single(step => step.Kind == StepKind.Repay);
        Assert.Equal(System.Numerics.BigInteger.Pow(10, 20), repaid.Amount);
        Assert.Equal(0, result.Positions.Single(p => p.Opportunity == "aave-debt/ethereum/WETH").Usd);
    }

    [Fact]
    public void A_debt_is_drawn_where_what_it_buys_earns_more_and_the_book_stays_what_it_was()
    {
        // Where money may be borrowed at 1 % and lent at 6 %.
        var loaded = Ask.Load("""
            holdings:
              - { token: USDC@ethereum, amount: 1_000_000 }
              - { token: ETH@ethereum, amount: 1 }
            objective: { meanVariance: { riskAversion: 0 } }
            """)
            .With(Ask.Place("cheap/ethereum/USDC", "USDC@ethereum", -0.01) with { CapitalPerUnit = Ask.Figure(-1), Capacity = Ask.Figure(500_000) }, Ask.Place("dear/ethereum/USDC", "USDC@ethereum", 0.06));
        loaded = loaded with { Scenario = loaded.Scenario with { Universe = new() { Chains = ["ethereum"], Protocols = ["cheap", "dear"] } } };
        var result = ScenarioRunner.Run(loaded);
        Assert.Equal("optimal", result.Status);
        Assert.Equal(-500_000, result.Positions.Single(p => p.Opportunity == "cheap/ethereum/USDC").Usd, 1);
        Assert.Equal(1_500_000, result.Positions.Single(p => p.Opportunity == "dear/ethereum/USDC").Usd, 1);
        var after = result.Positions.Sum(p => p.Usd) + result.Idle.Sum(i => i.Usd);
        Assert.Equal(result.BookUsd, after + result.Plan!.CostUsd, 1e-3);
        var borrowed = result.Plan.Steps.Single(step => step.Kind == StepKind.Borrow);
        Assert.Contains(result.Plan.Steps, step => step.Kind == StepKind.Deposit && step.DependsOn.Contains(borrowed.Id));
    }

    /// <summary>What dominates what it stands on is impossible: lending a staked dollar bears the stake's events and its own.</summary>
    [Fact]
    public void Nothing_is_safer_than_what_it_stands_on()
    {
        var loaded = Ask.Load("holdings: [ { token: ETH@ethereum, amount: 1 } ]\nobjective: { meanVariance: { riskAversion: 1 } }");
        var risk = new RiskModel(loaded.Market, loaded.Settings.Risk);
        double Loss(string id) => risk.ExpectedLoss(loaded.Market.Opportunity(id), 1);
        Assert.True(Loss("aave-v3/ethereum/sUSDe") > Loss("ethena/ethereum/USDe"));
        Assert.True(Loss("aave-v3/ethereum/weETH") > Loss("etherfi/ethereum/ETH"));
        Assert.True(Loss("pendle-pt-susde/ethereum/USDe") > Loss("ethena/ethereum/USDe") - 1e-12);
        Assert.True(risk.ExpectedLoss(TokenId.Parse("wstETH@ethereum"), 1) >= Loss("lido/ethereum/ETH"));
    }

    [Theory]
    [InlineData("protocol: ethena")]
    [InlineData("asset: USDe")]
    [InlineData("issuer: Ethena")]
    public void A_limit_looks_through_claims(string group)
    {
        string Question(string more) => $$"""
            holdings:
              - { token: USDC@ethereum, amount: 1_000_000 }
              - { token: ETH@ethereum, amount: 1 }
            universe: { chains: [ethereum], assets: [USDC, USDe, sUSDe], protocols: [aave-v3, ethena] }
            objective: { meanVariance: { riskAversion: 0 } }
            constraints:
              - limit: { {{group}}, max: 10 %{{more}} }
              - limit: { opportunity: aave-v3/ethereum/USDC, max: 20 % }
            settings: { risk: { rateDoubt: 0 } }
            """;
        // Lending USDe is no business of Ethena's contracts, though USDe is of its making.
        bool Counts(string name) => name.EndsWith("sUSDe", StringComparison.Ordinal) || name.StartsWith("ethena/", StringComparison.Ordinal) || (group != "protocol: ethena" && name.EndsWith("USDe", StringComparison.Ordinal));
        double InEthena(SolveResult result) => result.Positions.Where(p => Counts(p.Opportunity)).Sum(p => p.Usd) + result.Idle.Where(i => Counts(i.Token.Symbol)).Sum(i => i.Usd);
        var through = Ask.Solve(Question(""));
        Assert.InRange(InEthena(through), 0, 0.1 * through.BookUsd + 1);
        if (group == "protocol: ethena")
            Assert.True(InEthena(Ask.Solve(Question(", lookThrough: false"))) > 0.2 * through.BookUsd);
    }

    [Fact]
    public void Working_capital_of_a_book_in_dollars_is_dollars()
    {
        var result = Ask.Solve("""
            holdings:
              - { token: USDC@ethereum, amount: 1_000_000 }
              - { token: ETH@ethereum, amount: 1_000 }
            universe: { chains: [ethereum], assets: [USDC, ETH] }
            objective: { meanVariance: { riskAversion: 4 } }
            constraints: [ idle: { min: 10 % } ]
            """);
        Assert.True(result.Idle.Where(i => i.Token.Symbol == "USDC").Sum(i => i.Usd) >= 0.1 * result.BookUsd - 0.01);
    }

    [Fact]
    public void A_book_of_ether_alone_has_the_price_of_ether_as_its_risk()
    {
        var result = Ask.Solve("""
            holdings: [ { token: ETH@ethereum, amount: 100 } ]
            mode: hold
            objective: { meanVariance: { riskAversion: 1 } }
            """);
        Assert.Equal(1, result.Risks.Single(r => r.Factor == "price ETH").Share, 1e-3);
        Assert.DoesNotContain(result.Risks, r => r.Factor == "price BTC" && Math.Abs(r.Share) > 1e-9);
    }

    /// <summary>A margin of 100,000 against 1,000,000 of ether sold: ether that rises by 5 % takes half of it.</summary>
    [Theory]
    [InlineData(1.05, 50_000, 1_050_000)]
    [InlineData(0.9, 200_000, 900_000)]
    [InlineData(1.2, 0, 0)]
    public void A_price_moves_the_margin_by_the_notional(double move, double margin, double notional)
    {
        var loaded = Ask.Load("holdings: [ { token: USDC@ethereum, amount: 1 } ]\nobjective: { meanVariance: { riskAversion: 1 } }").With(Short(0.1));
        var after = loaded.Market.Under([new(new(RiskFactorKind.Spot, "ETH"), ShiftMode.Multiply, move)]);
        var held = new BigInteger(100_000_000_000);
        var place = after.Opportunity("perp/ethereum/ETH-short");
        Assert.Equal(margin, Book.ValueUsd(after, place, held), 1e-3);
        Assert.Equal(notional, margin == 0 ? 0 : Book.NotionalUsd(after, place, held), 1e-2);
    }

    [Fact]
    public void An_idle_claim_earns_what_its_place_earns()
    {
        var result = Ask.Solve("holdings: [ { token: wstETH@ethereum, amount: 100 }, { token: ETH@ethereum, amount: 1 } ]\nmode: hold\nobjective: { meanVariance: { riskAversion: 1 } }");
        var market = Ask.Load("holdings: [ { token: ETH@ethereum, amount: 1 } ]\nobjective: { meanVariance: { riskAversion: 1 } }").Market;
        var staked = result.Idle.Single(token => token.Token.Symbol == "wstETH");
        Assert.Equal(market.CarryRate(market.Opportunity("lido/ethereum/ETH"), 0), staked.RateToday, 1e-12);
        Assert.Equal(result.Objective!.CarryUsd, staked.Usd * (Math.Pow(1 + staked.CarryRate, 180 / Duration.DaysPerYear) - 1), 0.01);
        Assert.Equal(0, result.Idle.Single(token => token.Token.Symbol == "ETH").RateToday);
    }

    /// <summary>A stake that sells for 0.94 is worth that, and its place gives back par to whoever waits.</summary>
    [Fact]
    public void A_stake_below_par_counts_as_what_it_sells_for_and_leaves_at_par()
    {
        var loaded = Ask.Load("""
            holdings: [ { opportunity: lido/ethereum/ETH, amount: 1_000 }, { token: ETH@ethereum, amount: 1 } ]
            universe: { chains: [ethereum], assets: [ETH], protocols: [aave-v3] }
            shocks: [ { price: { asset: wstETH, multiply: 0.94 } } ]
            numeraire: ETH
            constraints: [ { limit: { protocol: lido, max: 0 % } } ]
            objective: { meanVariance: { riskAversion: 0 } }
            """);
        var place = loaded.Market.Opportunity("lido/ethereum/ETH");
        var eth = loaded.Market.PriceUsd(TokenId.Parse("ETH@ethereum"));
        Assert.Equal(940 * eth, Book.ValueUsd(loaded.Market, loaded.Scenario.Holdings[0]), 1);
        var result = ScenarioRunner.Run(loaded);
        var leaves = result.Plan!.Steps.First(step => step.Kind.IsLeaving());
        Assert.Equal(BigInteger.Pow(10, 21), leaves.Received);
        Assert.Equal("lido/ethereum/ETH", place.Id);
    }

    [Fact]
    public void A_book_that_owes_more_than_it_has_is_said_to_be_worth_nothing()
    {
        var loaded = Ask.Load("holdings: [ { token: USDC@ethereum, amount: 1_000 } ]\nobjective: { meanVariance: { riskAversion: 1 } }").With(Debt());
        loaded = loaded with { Scenario = loaded.Scenario with { Holdings = [.. loaded.Scenario.Holdings, new() { Opportunity = "aave-debt/ethereum/WETH", Amount = Amount.Parse("1") }] } };
        var result = ScenarioRunner.Run(loaded);
        Assert.Equal("infeasible", result.Status);
        Assert.Contains("debts exceed assets", result.Message, StringComparison.Ordinal);
    }
}
