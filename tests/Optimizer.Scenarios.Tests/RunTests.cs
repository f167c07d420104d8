using Optimizer.Model;
using Optimizer.Risk;

namespace Optimizer.Scenarios.Tests;

/// <summary>What strikes collateral shuts the pools that accept it, and takes of their lenders what their loans exceed it by.</summary>
public sealed class RunTests
{
    private static readonly string Everything = Held(o => o.Maturity is null && o.Inputs.Count == 1);

    /// <summary>A book with some of every place of a kind, held as it is.</summary>
    private static string Held(Func<Opportunity, bool> isWanted)
    {
        var market = Ask.Load("holdings: [ { token: USDC@ethereum, amount: 1 } ]\nobjective: { meanVariance: { riskAversion: 1 } }").Market;
        return $"holdings: [ {{ token: USDC@ethereum, amount: 100_000 }}, {string.Join(", ", market.Snapshot.Opportunities.Where(isWanted).Select(o => $"{{ opportunity: {o.Id}, amount: {1e5 / market.PriceUsd(o.Inputs[0].Token):0.######} }}"))} ]\n"
            + "objective: { meanVariance: { riskAversion: 1 } }\nmode: hold\nhorizon: 30 days\n";
    }

    [Fact]
    public void After_Kelp_there_is_no_way_out_of_dollars_on_Aave_on_the_first_day()
    {
        var loaded = new ScenarioFiles().Load(Repository.Path("scenarios", "kelp-run.yaml"));
        var result = ScenarioRunner.Run(loaded);
        Assert.Equal("optimal", result.Status);
        foreach (var id in new[] { "aave-v3/ethereum/USDC", "aave-v3/ethereum/USDT", "aave-v3/ethereum/WETH" })
        {
            Assert.Equal(0, loaded.Market.WithdrawableUsd(loaded.Market.Opportunity(id), 1));
            Assert.True(loaded.Market.WithdrawableUsd(loaded.Market.Opportunity(id), 7) > 1e6);
        }

        // What does not accept it stays open, and so does what is idle.
        Assert.Equal(3_001_000, result.Liquidity.Single(step => step.WithinDays == 1).Usd, 1.0);
        Assert.Equal(1, result.Liquidity.Single(step => step.WithinDays == 7).Share, 1e-9);
        Assert.Contains(result.Constraints, constraint => constraint.Broken);
    }

    [Fact]
    public void No_event_leaves_more_money_than_there_is_without_it()
    {
        var result = ScenarioRunner.Run(Ask.Load(Everything));
        var events = result.Risks.Where(risk => risk.Liquidity.Count > 0).ToArray();
        Assert.True(events.Length > 60);
        Assert.All(events, e => Assert.All(e.Liquidity.Zip(result.Liquidity), pair => Assert.True(pair.First.Usd <= pair.Second.Usd + 0.01, $"{e.Factor}: {pair}")));
        Assert.All(events, e => Assert.All(e.Liquidity.Zip(e.Liquidity.Skip(1)), pair => Assert.True(pair.First.Usd <= pair.Second.Usd + 0.01, $"{e.Factor}: {pair}")));
    }

    /// <summary>Two ways to one figure: told beside an answer, and asked for by a shock.</summary>
    [Theory]
    [InlineData("kelp-exploit")]
    [InlineData("ethena-exploit")]
    [InlineData("aave-v3-exploit")]
    [InlineData("bitgo-depeg")]
    [InlineData("circle-depeg")]
    public void What_could_be_had_after_an_event_is_what_a_strike_leaves(string e)
    {
        var told = ScenarioRunner.Run(Ask.Load(Everything));
        var struck = ScenarioRunner.Run(Ask.Load(Everything + $"shocks: [ strike: {{ event: {e} }} ]"));
        Assert.All(told.Risks.Single(risk => risk.Factor == e).Liquidity.Zip(struck.Liquidity), pair => Assert.Equal(pair.First.Usd, pair.Second.Usd, 1.0));
        Assert.Equal(told.BookUsd - told.Risks.Single(risk => risk.Factor == e).LossIfItStrikesUsd!.Value, struck.BookUsd, 1.0);
    }

    [Theory]
    [InlineData(0.5, 0.92, 0.07)]
    [InlineData(0.3, 0.7, 0.2)]
    [InlineData(0.1, 0.85, 0.5)]
    public void Lenders_lose_what_loans_exceed_their_collateral_by(double loss, double loanToValue, double share)
    {
        var kelp = Ask.Load("holdings: [ { token: USDC@ethereum, amount: 1 } ]\nobjective: { meanVariance: { riskAversion: 1 } }").Market;
        var pool = Ask.Place("pool/ethereum/USDC", "USDC@ethereum", 0.05) with
        {
            Collateral = [new() { Token = TokenId.Parse("ETH@ethereum"), Events = [], Share = Ask.Figure(0.3) }, new() { Protocol = "x", Events = [new("kelp-exploit", Ask.Figure(loss))], Share = Ask.Figure(share), LoanToValue = Ask.Figure(loanToValue) }],
            Withdrawable = Ask.Figure(4e8),
        };
        var market = kelp.With(kelp.Snapshot with { Opportunities = [.. kelp.Snapshot.Opportunities, pool] });
        var lost = market.EventsOf(pool).FirstOrDefault(e => e.Event == "kelp-exploit")?.Loss.Value ?? 0;
        Assert.Equal(share * Math.Max(0, 1 - (1 - loss) / loanToValue), lost, 1e-12);
        var after = market.Under([new(new(RiskFactorKind.Strike, "kelp-exploit"), ShiftMode.Set, 1)]).Opportunity(pool.Id);
        Assert.Equal(4e8 - 0.3 * 1e9, after.WithdrawableNow(), 1e-3);
        Assert.Equal(1 - lost, after.Worth?.Value ?? 1, 1e-12);
        Assert.Equal(0.05, after.Carry.Rate(0), 1e-12);
    }

    [Fact]
    public void A_snapshot_says_how_hard_a_run_is_and_how_long_it_lasts()
    {
        var loaded = Ask.Load(Held(o => o.Id == "aave-v3/ethereum/USDC") + "shocks: [ strike: { event: kelp-exploit } ]");
        var market = loaded.Unshocked.With(loaded.Unshocked.Snapshot with
        {
            Events = [.. loaded.Unshocked.Snapshot.Events.Select(e => e.Id == "kelp-exploit" ? e with { Run = new() { Share = Ask.Figure(0.1), RepaidAfterDays = Ask.Figure(20) } } : e)],
        }).Under([new(new(RiskFactorKind.Strike, "kelp-exploit"), ShiftMode.Set, 1)]);
        var pool = market.Opportunity("aave-v3/ethereum/USDC");
        Assert.Equal(176_368_684 - 0.1 * 815_002_231, pool.WithdrawableWithin(19), 1);
        Assert.Equal(20, pool.Repayment!.AfterDays.Value);
    }

    /// <summary>What a professional would defend: between 0.05 and 0.2 % a year for a vault of the better class, all causes together, and
    /// a probability of any strike within Credora's class for such a vault (A: 0.1 to 0.4 %).</summary>
    [Theory]
    [InlineData("morpho-steakhouse/base/USDC")]
    [InlineData("morpho-gauntlet-prime/base/USDC")]
    public void A_vault_of_the_better_class_is_expected_to_lose_a_tenth_of_a_percent(string id)
    {
        var loaded = Ask.Load("holdings: [ { token: USDC@ethereum, amount: 1 } ]\nobjective: { meanVariance: { riskAversion: 1 } }");
        var risk = new RiskModel(loaded.Market, loaded.Settings.Risk);
        var place = loaded.Market.Opportunity(id);
        Assert.InRange(risk.ExpectedLoss(place, 1), 0.0005, 0.002);
        var own = place.Events.Sum(loss => risk.Intensity(loaded.Market.Event(loss.Event)));
        Assert.InRange(1 - Math.Exp(-own), 0.001, 0.004);
    }

    [Theory]
    [InlineData("strike: { event: kelp-exploit }", "strike: { event: kelp-exploit }")]
    [InlineData("strike: { event: lido-exploit }", "strike: { event: kelp-exploit }")]
    [InlineData("strike: { event: kelp-exploit }", "liquidity: { opportunity: aave-v3/ethereum/USDC, multiply: 2 }")]
    public void A_run_on_a_run_heals_like_one(string first, string second)
    {
        LiquidityResult Within(string shocks, double days) => ScenarioRunner.Run(Ask.Load(Held(o => o.Id == "aave-v3/ethereum/USDC") + $"shocks: [ {shocks} ]")).Liquidity.Single(step => step.WithinDays == days);
        var both = $"{{ {first} }}, {{ {second} }}";
        Assert.Equal(1, Within(both, 7).Share, 0.01);
        Assert.Equal(Within($"{{ {first} }}", 1).Usd, Within(both, 1).Usd, 2_000.0);
    }

    [Fact]
    public void What_lies_on_a_chain_that_stands_still_is_no_money()
    {
        const string Book = "holdings: [ { token: USDC@ethereum, amount: 1M }, { token: USDC@base, amount: 1M } ]\nmode: hold\nobjective: { meanVariance: { riskAversion: 1 } }\n";
        var told = Ask.Solve(Book);
        var struck = Ask.Solve(Book + "shocks: [ strike: { event: ethereum-halt } ]");
        Assert.Equal(1_000_000, struck.Liquidity[0].Usd, 1.0);
        Assert.Equal(struck.Liquidity[0].Usd, told.Risks.Single(risk => risk.Factor == "ethereum-halt").Liquidity[0].Usd, 1.0);
        var limited = Ask.Solve(Book + "constraints: [ { exitLadder: { within: 7 days, min: 60 % } } ]\nshocks: [ strike: { event: ethereum-halt } ]");
        Assert.True(Assert.Single(limited.Constraints).Broken);
        var moved = Ask.Solve(Book.Replace("mode: hold\n", "", StringComparison.Ordinal) + "shocks: [ strike: { event: ethereum-halt } ]");
        Assert.DoesNotContain(moved.Plan!.Steps, step => step.Chain == "ethereum");
    }
}
