using Optimizer.Model;

namespace Optimizer.Allocation.Tests;

/// <summary>What must hold of allocations whatever the market.</summary>
public sealed class IdentityTests
{
    private static readonly Figure Assumed = new(0, "test");

    [Fact]
    public void A_tighter_cap_never_improves() => Gen.Double[0.3, 0.9].Array[2].Sample(caps =>
    {
        var loaded = Gallery.Load("issuer-depeg");
        double Best(double cap) => loaded.With(new Limit { Each = Grouping.Protocol, Max = new(cap, true) }, new Limit { Chain = "base", Max = new(cap, true) }).Solve().Objective!.Value;
        return Best(caps.Min()) <= Best(caps.Max()) + 2e-4 * Math.Abs(Best(caps.Max())) + 1;
    }, iter: 4);

    [Fact]
    public void Money_is_never_burnt_for_safety()
    {
        var result = Gallery.Load("treasury-usdc").With().Wanting(new MinimumRisk { ReturnAtLeast = new(-1) }).Solve();
        Assert.InRange(result.Plan!.CostUsd, 0, 1e-4 * result.BookUsd);
    }

    /// <summary>With views on prices too: nothing done, nothing gained.</summary>
    [Theory]
    [InlineData("mixed-allocator")]
    [InlineData("eth-book")]
    public void Staying_put_returns_what_it_returned_before(string scenario)
    {
        var result = Gallery.Load(scenario).With(new CostBudget { Max = new(0, false) }).Solve();
        Assert.Empty(result.Plan!.Steps);
        Assert.Equal(result.Objective!.ReturnPerYearBefore, result.Objective.ReturnPerYear, 1e-9);
    }

    [Fact]
    public void Greater_aversion_means_less_risk()
    {
        var loaded = Gallery.Load("treasury-usdc").With();
        var risks = new[] { 0.0, 4, 40, 400 }.Select(a => loaded.Wanting(new MeanVariance { RiskAversion = a }).Solve().Objective!.VolatilityPerYear).ToArray();
        Assert.Equal(risks.OrderDescending(), risks);
    }

    [Theory]
    [InlineData(0.006)]
    [InlineData(0.01)]
    [InlineData(0.015)]
    public void A_risk_limit_is_met_and_used(double volatility)
    {
        var result = Gallery.Load("treasury-usdc").With().Wanting(new MaximumReturn { RiskAtMost = new(volatility) }).Solve();
        Assert.Contains(result.Status, (string[])["optimal", "feasible"]);
        Assert.InRange(result.Objective!.VolatilityPerYear, volatility * 0.999, volatility + 5e-7);
    }

    [Fact]
    public void A_return_target_is_met_with_less_risk_than_the_most_return_has()
    {
        var result = Gallery.Load("treasury-usdc").With().Wanting(new MinimumRisk { ReturnAtLeast = new(0.03) }).Solve();
        Assert.InRange(result.Objective!.ReturnPerYear, 0.03 - 1e-5, 0.0303);
    }

    /// <summary>A perpetual is one more opportunity: margin as capital, a short exposure, funding as carry.</summary>
    [Fact]
    public void A_short_perpetual_hedges_without_any_change_of_the_solver()
    {
        var loaded = Gallery.Load("mixed-allocator");
        var perpetual = new Opportunity
        {
            Id = "perp/base/ETH-short",
            Protocol = "perp",
            Chain = "base",
            Kind = OpportunityKind.Derivative,
            Inputs = [new(new("USDC", "base"), 1)],
            CapitalPerUnit = Assumed.With(0.25),
            Exposures = new Dictionary<string, Figure> { ["ETH"] = Assumed.With(-1) },
            Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = Assumed.With(0.02) } },
            Volatility = Assumed.With(0.01),
            Total = Assumed.With(1e9),
            EnterGasUnits = Assumed.With(500_000),
            ExitGasUnits = Assumed.With(500_000),
            Events = [],
        };
        var snapshot = loaded.Market.Snapshot;
        var hedged = loaded with
        {
            Market = loaded.Market.With(snapshot with { Opportunities = [.. snapshot.Opportunities, perpetual] }),
            Scenario = loaded.Scenario with
            {
                Objective = new MeanVariance { RiskAversion = 50 },
                Views = [],
                Exposure = ExposureRule.Free,
                // A quarter of the book is ether that cannot be sold.
                Holdings = [new() { Token = new("ETH", "base"), Amount = Amount.Parse("500"), Locked = true }, new() { Token = new("ETH", "base"), Amount = Amount.Parse("1") }, new() { Token = new("USDC", "base"), Amount = Amount.Parse("3_000_000") }],
                Universe = new() { Chains = ["base"], Assets = ["USDC"], Kinds = [OpportunityKind.Lending, OpportunityKind.Derivative] },
                Constraints = [],
            },
        };
        var result = hedged.Solve();
        var margin = result.Positions.Single(p => p.Opportunity == perpetual.Id).Usd;
        var ether = result.Positions.Where(p => p.Opportunity.EndsWith("/ETH", StringComparison.Ordinal) || p.Opportunity.EndsWith("/WETH", StringComparison.Ordinal)).Sum(p => p.Usd)
            + result.Idle.Where(i => i.Token.Symbol is "ETH" or "WETH").Sum(i => i.Usd);
        Assert.InRange(ether, 1_000_000, 1_010_000);
        // Bitcoin moves with ether, so the hedge is a little larger than the ether alone.
        Assert.InRange(margin / 0.25, 0.8 * ether, 1.8 * ether);
        Assert.True(result.Objective!.VolatilityPerYear < 0.15);
    }

    [Fact]
    public void Where_a_position_stays_gas_stays_to_leave_it()
    {
        var loaded = Gallery.Load("mixed-allocator");
        loaded = loaded with
        {
            Settings = loaded.Settings with { Moves = loaded.Settings.Moves with { KeepGas = new(1_000, false) } },
            Scenario = loaded.Scenario with
            {
                Holdings = [new() { Opportunity = "aave-v3/base/USDC", Amount = Amount.Parse("500_000") }, new() { Token = new("ETH", "base"), Amount = Amount.Parse("10") }],
                // Ether is nothing but risk here, and nothing is to be moved into the position.
                Objective = new MeanVariance { RiskAversion = 5_000 },
                Views = [],
                Exposure = ExposureRule.Free,
                Constraints = [new Limit { Opportunity = "aave-v3/base/USDC", Min = new(450_000, false), Max = new(500_000, false) }],
                Universe = new() { Assets = ["USDC", "ETH"], Protocols = ["aave-v3"], Chains = ["base"] },
            },
        };
        var result = loaded.Solve();
        var ether = result.Idle.Where(idle => $"{idle.Token}" == "ETH@base").Sum(idle => idle.Usd);
        Assert.Contains(result.Plan!.Steps, step => step.Kind == StepKind.Swap && $"{step.Token}" == "ETH@base");
        Assert.InRange(ether, 890, 1_100);
    }

    [Fact]
    public void Liquidity_is_put_where_its_fees_pay_for_what_arbitrage_takes()
    {
        var loaded = Gallery.Load("mixed-allocator");
        var snapshot = loaded.Market.Snapshot;
        Opportunity Pool(double fees, double concentration) => new()
        {
            Id = "pool/base/USDC-WETH",
            Protocol = "pool",
            Chain = "base",
            Kind = OpportunityKind.Liquidity,
            Inputs = [new(new("USDC", "base"), 0.5), new(new("WETH", "base"), 0.5)],
            Carry = new() { Base = new EmissionCurve { Basis = RateBasis.Simple, PerYear = Assumed.With(fees * 5e7), Supplied = Assumed.With(5e7) } },
            LiquidityConcentration = Assumed.With(concentration),
            Volatility = Assumed.With(0.01),
            Total = Assumed.With(5e7),
            EnterGasUnits = Assumed.With(450_000),
            ExitGasUnits = Assumed.With(350_000),
            Events = [],
        };
        SolveResult With(Opportunity pool) => (loaded with
        {
            Market = loaded.Market.With(snapshot with { Opportunities = [.. snapshot.Opportunities, pool] }),
            Scenario = loaded.Scenario with { Objective = new MeanVariance { RiskAversion = 0.5 }, Views = [], Constraints = [] },
        }).Solve();
        var worth = With(Pool(0.4, 1)).Positions.Single(p => p.Opportunity == "pool/base/USDC-WETH");
        Assert.True(worth.Usd > 100_000, $"{worth.Usd:0} USD");
        // The same fees in a narrow range, where arbitrage takes ten times as much.
        Assert.InRange(worth.ExpectedLossRate, 0.02, 0.1);
        Assert.DoesNotContain(With(Pool(0.4, 10)).Positions, p => p.Opportunity == "pool/base/USDC-WETH" && p.Usd > 0);
    }

    [Fact]
    public void A_pool_above_its_target_is_neither_drained_nor_credited_with_its_spike()
    {
        var loaded = Gallery.Load("small-book");
        var crowded = Crowd(loaded.Market.Opportunity("aave-v3/base/USDC"));
        var snapshot = loaded.Market.Snapshot;
        var market = loaded.Market.With(snapshot with { Opportunities = [.. snapshot.Opportunities.Select(o => o.Id == crowded.Id ? crowded : o)] });
        var result = (loaded with { Market = market }).Solve();
        var position = result.Positions.Single(p => p.Opportunity == crowded.Id);
        Assert.True(position.Usd >= position.BeforeUsd - 1e-6);
        var curve = (KinkedCurve)crowded.Carry.Base;
        Assert.True(curve.SpotRate(0) > 2 * curve.RateAtTarget);
        Assert.True(position.CarryRate <= curve.Basis.ToEffective(curve.RateAtTarget) + (crowded.Carry.Rewards?.CreditedRate(0) ?? 0) + 1e-12);
    }

    /// <summary>A fee by zones of the whole amount has cliffs: just below one, less is paid.</summary>
    [Fact]
    public void A_tiered_fee_is_that_of_the_whole_amounts_zone()
    {
        var loaded = Gallery.Load("treasury-usdc").With();
        var snapshot = loaded.Market.Snapshot;
        var usdt = new TokenId("USDT", "ethereum");
        var tiered = snapshot.Routes.First(r => r.From == usdt && r.To == new TokenId("USDC", "ethereum")) with
        {
            Id = "tiered/ethereum/USDT-USDC",
            ImpactBpsPerMillion = null,
            Maximum = null,
            Minimum = null,
            Fees = [new() { UpTo = Assumed.With(400_000), Bps = Assumed.With(1) }, new() { Bps = Assumed.With(150) }],
        };
        var only = loaded with
        {
            Market = loaded.Market.With(snapshot with { Routes = [.. snapshot.Routes.Where(r => r.From != usdt && r.To != usdt), tiered] }),
            Scenario = loaded.Scenario with { Universe = new() { Chains = ["ethereum"], Assets = ["USDC"] } },
        };
        var swap = Assert.Single(only.Solve().Plan!.Steps, s => s.Kind == StepKind.Swap && s.Token == usdt);
        Assert.Equal(400_000, swap.Usd, 1.0);
        Assert.Equal(40, swap.FeeUsd, 0.1);
    }

    [Fact]
    public void What_stays_is_explained_by_cost_against_gain()
    {
        var unmoved = Gallery.Load("small-book").Solve().Unmoved;
        Assert.Contains(unmoved, u => u.GainUsd > 0 && u.GainUsd <= u.CostUsd && u.Reason.Contains("costs more than it gains", StringComparison.Ordinal));
    }

    private static Opportunity Crowd(Opportunity pool)
    {
        var curve = (KinkedCurve)pool.Carry.Base;
        return pool with { Carry = pool.Carry with { Base = curve with { Borrowed = curve.Supplied.With(curve.Supplied * 0.985) } } };
    }
}
