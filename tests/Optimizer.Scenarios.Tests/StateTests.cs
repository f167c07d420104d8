using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Scenarios.Tests;

/// <summary>State is in tokens and prices stand once: shocks reach everything that they should and nothing else.</summary>
public sealed class StateTests
{
    private const string Conserve = """
        holdings:
          - { opportunity: aave-v3/ethereum/WETH, amount: 100_000 }
          - { token: ETH@ethereum, amount: 10 }
        numeraire: ETH
        mode: hold
        objective: { meanVariance: { riskAversion: 1 } }

        """;

    [Fact]
    public void A_crash_of_ether_changes_nothing_measured_in_ether()
    {
        var before = Ask.Solve(Conserve);
        var after = Ask.Solve(Conserve + "shocks: [ price: { asset: ETH, multiply: 0.5 } ]");
        Assert.Equal(before.Positions.Single().CarryRate, after.Positions.Single().CarryRate, 1e-12);
        Assert.Equal(before.Positions.Single().RateToday, after.Positions.Single().RateToday, 1e-12);
        Assert.Equal(before.BookUsd / 2, after.BookUsd, 1e-6);
    }

    /// <summary>Money is a measure: with all prices and all settings in USD times a factor, the same moves are made.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(0.1)]
    public void A_change_of_the_measure_changes_nothing_but_the_measure(double factor)
    {
        Model.Limit Times(Model.Limit limit) => limit.IsShareOfBook ? limit : limit with { Amount = limit.Amount * factor };
        var loaded = new ScenarioFiles().Load(Repository.Path("scenarios", "sol-book.yaml"));
        var moves = loaded.Settings.Moves;
        var other = loaded.Under(snapshot => snapshot with { Assets = [.. snapshot.Assets.Select(asset => asset with { PriceUsd = asset.PriceUsd.With(asset.PriceUsd * factor) })] }) with
        {
            Settings = loaded.Settings with
            {
                Moves = moves with
                {
                    Effort = Times(moves.Effort),
                    EffortPerRound = Times(moves.EffortPerRound),
                    EffortPerAccount = Times(moves.EffortPerAccount),
                    KeepGas = Times(moves.KeepGas),
                    MinimumMove = Times(moves.MinimumMove),
                },
            },
        };
        var (a, b) = (ScenarioRunner.Run(loaded), ScenarioRunner.Run(other));
        Assert.Equal(a.BookUsd * factor, b.BookUsd, 1e-6 * b.BookUsd);
        Assert.Equal(a.Objective!.ReturnPerYear, b.Objective!.ReturnPerYear, 1e-6);
        Assert.Equal(a.Objective.VolatilityPerYear, b.Objective.VolatilityPerYear, 1e-5);
        Assert.Equal(a.Positions.Where(p => p.Usd > 0).Select(p => p.Opportunity), b.Positions.Where(p => p.Usd > 0).Select(p => p.Opportunity));
    }

    [Theory]
    [InlineData(0.9995)]
    [InlineData(1.0002)]
    [InlineData(0.88)]
    public void A_par_converter_delivers_token_for_token(double price)
    {
        var result = Ask.Solve($$"""
            holdings:
              - { token: USDS@ethereum, amount: 3_500_000 }
              - { token: ETH@ethereum, amount: 1 }
            universe: { chains: [ethereum], assets: [USDC], protocols: [aave-v3] }
            objective: { meanVariance: { riskAversion: 0 } }
            constraints: [ limit: { asset: USDC, min: 85 % } ]
            shocks: [ price: { asset: USDC, multiply: {{price}} } ]
            """);
        var wraps = result.Plan!.Steps.Where(step => step.Kind == StepKind.Wrap).ToArray();
        Assert.NotEmpty(wraps);
        Assert.All(wraps, wrap => Assert.Equal(wrap.Amount / BigInteger.Pow(10, 12), wrap.Received));
    }

    /// <summary>One price of what is held, however it is held: as a place's shares or as its token.</summary>
    [Theory]
    [InlineData("opportunity: lido/ethereum/ETH, amount: 1_500")]
    [InlineData("token: wstETH@ethereum, amount: 1_219.51219512195122")]
    public void A_depeg_of_a_staking_token_reaches_the_stake(string holding)
    {
        var result = Ask.Solve($$"""
            holdings:
              - { {{holding}} }
              - { token: ETH@ethereum, amount: 500 }
            mode: hold
            objective: { meanVariance: { riskAversion: 6 } }
            shocks: [ price: { asset: wstETH, multiply: 0.94 } ]
            """);
        Assert.Equal(3_820_000, result.BookUsd, 0.01);
        Assert.Equal(4_000_000, result.BookBeforeShocksUsd!.Value, 0.01);
        Assert.Empty(result.Notes);
    }

    [Fact]
    public void A_claim_follows_what_it_claims_and_a_token_may_part_from_its_asset()
    {
        const string Book = """
            holdings:
              - { token: sUSDe@ethereum, amount: 1_000 }
              - { opportunity: ethena/ethereum/USDe, amount: 1_000 }
              - { token: USDC@arbitrum, amount: 1_000 }
              - { token: USDC@ethereum, amount: 1_000 }
            mode: hold
            objective: { meanVariance: { riskAversion: 1 } }

            """;
        Assert.Equal(0.65 * (1_240 + 1_000) + 2_000, Ask.Solve(Book + "shocks: [ price: { asset: USDe, change: -35 % } ]").BookUsd, 1e-6);
        Assert.Equal(2_240 + 150 + 1_000, Ask.Solve(Book + "shocks: [ price: { token: USDC@arbitrum, multiply: 0.15 } ]").BookUsd, 1e-6);
        Assert.Equal(0.94 * 0.5 * 1_240 + 500 + 2_000, Ask.Solve(Book + "shocks: [ price: { asset: USDe, multiply: 0.5 }, price: { asset: sUSDe, multiply: 0.94 } ]")
            is var both ? both.BookUsd + 500 * (1 - 0.94) : 0, 1e-6);
    }

    [Fact]
    public void A_shock_that_touches_nothing_that_is_held_says_so() =>
        Assert.Contains(Ask.Solve(Conserve + "shocks: [ price: { asset: BNB, multiply: 0.5 } ]").Notes, note => note.EndsWith("has no effect on the holdings", StringComparison.Ordinal));

    [Theory]
    [InlineData("strike: { event: morpho-exploit }")]
    [InlineData("curve: { opportunity: aave-v3/ethereum/USDC, slope1: 12 %, optimalUtilisation: 80 %, reserveFactor: 15 % }")]
    [InlineData("capacity: { opportunity: aave-v3/ethereum/USDC, total: 900M USD }")]
    [InlineData("liquidity: { opportunity: aave-v3/ethereum/USDC, withdrawable: 0 USD }")]
    [InlineData("exitDelay: { opportunity: aave-v3/ethereum/USDC, delay: 40 days }")]
    [InlineData("outage: { opportunity: aave-v3/ethereum/USDC }")]
    [InlineData("rates: { protocol: aave-v3, asset: USDC, add: 75 bps }")]
    [InlineData("rates: { opportunity: aave-v3/ethereum/USDC, multiply: -1 }")]
    [InlineData("intensity: { event: aave-v3-exploit, perYear: 0.1 }")]
    public void Every_shock_can_be_said(string shock)
    {
        const string Book = """
            holdings:
              - { opportunity: aave-v3/ethereum/USDC, amount: 1_000_000 }
              - { opportunity: morpho-steakhouse/base/USDC, amount: 1_000_000 }
              - { token: ETH@ethereum, amount: 1 }
              - { token: ETH@base, amount: 0.1 }
            universe: { chains: [ethereum, base], assets: [USDC] }
            objective: { meanVariance: { riskAversion: 4 } }

            """;
        var loaded = Ask.Load(Book + $"shocks: [ {shock} ]");
        Assert.Empty(loaded.Notes);
        var place = loaded.Market.Opportunity("aave-v3/ethereum/USDC");
        var before = loaded.Unshocked.Opportunity("aave-v3/ethereum/USDC");
        var result = ScenarioRunner.Run(loaded);
        Assert.Contains(result.Status, (string[])["optimal", "feasible"]);
        switch (shock.Split(':')[0])
        {
            case "strike":
                Assert.Equal(1_500_000, result.BookUsd - 2_200, 1);
                var struck = result.Positions.Single(p => p.Opportunity == "morpho-steakhouse/base/USDC");
                Assert.Equal((500_000, 500_000), (Math.Round(struck.BeforeUsd), Math.Round(struck.Usd)));
                break;
            case "curve":
                Assert.Equal(0.12, ((KinkedCurve)place.Carry.Base).Slope1.Value);
                break;
            case "capacity":
                Assert.Equal(900e6 - 815_002_231, place.Capacity!.Value, 1);
                break;
            case "liquidity" or "outage":
                Assert.Equal(1_000_000, result.Positions.Single(p => p.Opportunity == place.Id).Usd, 0.01);
                break;
            case "exitDelay":
                Assert.Equal(40, place.ExitDelayDays!.Value.Value);
                break;
            case "rates" when shock.Contains("add", StringComparison.Ordinal):
                Assert.Equal(before.Carry.Rate(0) + 0.0075, place.Carry.Rate(0), 1e-12);
                break;
            case "rates":
                Assert.Equal(-before.Carry.Rate(0), place.Carry.Rate(0), 1e-12);
                break;
            default:
                Assert.Equal(0.1, loaded.Market.Event("aave-v3-exploit").IntensityPerYear!.Value.Value);
                break;
        }
    }

    [Fact]
    public void A_held_book_keeps_its_limits_unbroken_or_says_which_are_broken()
    {
        var result = Ask.Solve("""
            holdings:
              - { opportunity: aave-v3/ethereum/USDC, amount: 1_000_000 }
              - { token: ETH@ethereum, amount: 100 }
            mode: hold
            objective: { meanVariance: { riskAversion: 4 } }
            constraints:
              - limit: { protocol: aave-v3, max: 85 % }
              - exitLadder: { within: 1 days, min: 10 % }
            shocks: [ price: { asset: ETH, change: -50 % } ]
            """);
        Assert.Empty(result.Plan!.Steps);
        Assert.Equal(["protocol aave-v3 ≤ 85 %"], result.Constraints.Where(c => c.Broken).Select(c => c.Name));
        Assert.Equal(100_000, result.BookBeforeShocksUsd - result.BookUsd);
    }
}
