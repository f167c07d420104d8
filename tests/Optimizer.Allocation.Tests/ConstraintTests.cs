using Optimizer.Model;

namespace Optimizer.Allocation.Tests;

/// <summary>Each kind of constraint holds on the reported positions, and would not hold without it.</summary>
public sealed class ConstraintTests
{
    private const double Dollar = 1;

    [Theory]
    [InlineData(Grouping.Chain)]
    [InlineData(Grouping.Protocol)]
    [InlineData(Grouping.Asset)]
    [InlineData(Grouping.Issuer)]
    [InlineData(Grouping.Kind)]
    [InlineData(Grouping.Opportunity)]
    public void Limit_by_group(Grouping grouping)
    {
        var loaded = Gallery.Load("treasury-usdc");
        var result = loaded.With(new Limit { Each = grouping, Max = new(0.5, true) }).Solve();
        Assert.Equal("optimal", result.Status);
        Assert.All(Groups(loaded.Market, result, grouping), group => Assert.True(group.Usd <= 0.5 * result.BookUsd + Dollar, $"{group.Name} holds {group.Usd}"));
        Assert.Contains(Groups(loaded.Market, loaded.With().Wanting(new MeanVariance { RiskAversion = 0 }).Solve(), grouping), group => group.Usd > 0.5 * result.BookUsd);
    }

    [Fact]
    public void Limit_by_event_bounds_the_loss()
    {
        var loaded = Gallery.Load("treasury-usdc");
        var result = loaded.With(new Limit { Each = Grouping.Event, Max = new(0.05, true) }).Solve();
        Assert.All(result.Risks.Where(r => r.LossIfItStrikesUsd is not null), r => Assert.True(r.LossIfItStrikesUsd <= 0.05 * result.BookUsd + Dollar));
        Assert.Contains(loaded.With().Solve().Risks, r => r.LossIfItStrikesUsd > 0.05 * result.BookUsd);
    }

    [Fact]
    public void Floors_are_reached()
    {
        var result = Gallery.Load("treasury-usdc").With(new Limit { Protocol = "compound-v3", Min = new(500_000, false) }).Solve();
        Assert.True(result.Positions.Where(p => p.Opportunity.StartsWith("compound-v3/", StringComparison.Ordinal)).Sum(p => p.Usd) >= 500_000 - Dollar);
    }

    [Fact]
    public void Rating_floor()
    {
        var loaded = Gallery.Load("treasury-usdc");
        var result = loaded.With(new RatingFloor { Min = Rating.Parse("A-") }).Solve();
        Assert.Contains(result.Positions, p => p.Usd > 0);
        Assert.All(result.Positions.Where(p => p.Usd > 0), p => Assert.All(
            loaded.Market.OwnEventsOf(loaded.Market.Opportunity(p.Opportunity)), e => Assert.True(loaded.Market.Event(e.Event).Rating.Rank <= 2)));
    }

    [Fact]
    public void Zero_or_minimum()
    {
        var result = Gallery.Load("treasury-usdc").With(new MinimumPosition { Min = new(900_000, false) }, new Limit { Each = Grouping.Opportunity, Max = new(0.22, true) }).Solve();
        Assert.Equal("optimal", result.Status);
        Assert.All(result.Positions, p => Assert.True(p.Usd == 0 || p.Usd >= 900_000 - Dollar, $"{p.Opportunity} {p.Usd}"));
    }

    [Theory]
    [InlineData(Counted.Positions)]
    [InlineData(Counted.Chains)]
    [InlineData(Counted.Protocols)]
    public void Count_at_most(Counted counted)
    {
        var loaded = Gallery.Load("treasury-usdc");
        var result = loaded.With(new Count { Of = counted, Max = 2 }, new Limit { Each = Grouping.Opportunity, Max = new(0.5, true) }).Solve();
        Assert.Equal("optimal", result.Status);
        Assert.InRange(Number(loaded.Market, result, counted), 1, 2);
    }

    [Fact]
    public void Count_at_least()
    {
        var loaded = Gallery.Load("treasury-usdc");
        Assert.True(Number(loaded.Market, loaded.With(new Count { Of = Counted.Protocols, Min = 6 }).Solve(), Counted.Protocols) >= 6);
    }

    [Fact]
    public void Count_of_routes()
    {
        var result = Gallery.Load("treasury-usdc").With(new Count { Of = Counted.Routes, Max = 1 }).Solve();
        Assert.InRange(result.Plan!.Steps.Count(s => s.Kind is StepKind.Swap or StepKind.Wrap or StepKind.BridgeSend or StepKind.GasTopUp), 0, 1);
    }

    [Fact]
    public void Turnover_bounds_what_moves()
    {
        var result = Gallery.Load("treasury-usdc").With(new Turnover { Max = new(0.1, true) }).Solve();
        Assert.True(result.Plan!.Steps.Where(s => s.Kind == StepKind.Deposit).Sum(s => s.Usd) <= 0.1 * result.BookUsd + Dollar);
        Assert.True(result.Plan.Steps.Where(s => s.Kind.IsLeaving()).Sum(s => s.Usd) <= 0.1 * result.BookUsd + Dollar);
    }

    [Fact]
    public void Daily_movement_bounds_every_way_to_move()
    {
        var result = Gallery.Load("treasury-usdc").With(new DailyMovement { Max = new(700_000, false) }).Solve();
        Assert.NotEmpty(result.Plan!.Steps);
        foreach (var kinds in (StepKind[][])[[StepKind.Deposit], [StepKind.Withdraw, StepKind.RequestWithdrawal], [StepKind.BridgeSend, StepKind.GasTopUp], [StepKind.Swap, StepKind.Wrap]])
            Assert.True(result.Plan.Steps.Where(s => kinds.Contains(s.Kind)).Sum(s => s.Usd) <= 700_000 + Dollar);
        // It does hold something back.
        Assert.True(Gallery.Load("treasury-usdc").Solve().Plan!.Steps.Where(s => s.Kind == StepKind.Deposit).Sum(s => s.Usd) > 5_000_000);
    }

    [Fact]
    public void Only_allowed_contracts_are_used()
    {
        var loaded = Gallery.Load("multisig");
        string Address(string chain, string protocol, string role) => loaded.Market.Chain(chain).Protocols.Single(entry => entry.Id == protocol).Addresses[role];
        string[] allowed = [Address("base", "aave-v3", "pool").ToLowerInvariant(), Address("ethereum", "compound-v3", "cometUsdt"), Address("ethereum", "cctp-v2", "tokenMessenger")];
        var result = loaded.With(new Contracts { Allow = allowed }).Solve();
        // A list for Tether's market allows no USDC, and Aave on Base does not allow Aave elsewhere.
        Assert.Equal(["aave-v3/base/USDC"], result.Plan!.Steps.Where(s => s.Kind == StepKind.Deposit).Select(s => s.Via).Distinct());
        Assert.All(result.Plan.Steps.Where(s => s.Kind == StepKind.BridgeSend), s => Assert.True(s.Chain == "ethereum" && s.Via.StartsWith("cctp-", StringComparison.Ordinal)));
        // What only tells prices or passes messages on takes no money.
        Assert.DoesNotContain(loaded.With(new Contracts { Allow = [Address("ethereum", "aave-v3", "oracle"), Address("ethereum", "cctp-v2", "messageTransmitter")] }).Solve().Plan!.Steps, s => s.Kind is StepKind.Deposit or StepKind.BridgeSend);
        Assert.DoesNotContain(loaded.With(new Contracts { Allow = [] }).Solve().Plan!.Steps, s => s.Kind is StepKind.Deposit or StepKind.BridgeSend);
    }

    [Theory]
    [InlineData(CostKind.All, 100)]
    [InlineData(CostKind.Gas, 0.7)]
    [InlineData(CostKind.Fees, 20)]
    public void Costs_stay_within_the_budget(CostKind kind, double usd)
    {
        var plan = Gallery.Load("treasury-usdc").With(new CostBudget { Of = kind, Max = new(usd, false) }).Solve().Plan!;
        var spent = plan.Steps.Sum(s => kind switch { CostKind.Gas => s.GasUsd, CostKind.Fees => s.FeeUsd, _ => s.CostUsd });
        Assert.InRange(spent, 0, usd + 0.1);
    }

    [Fact]
    public void Exit_ladder()
    {
        var loaded = Gallery.Load("payroll-ladder").Wanting(new MeanVariance { RiskAversion = 0 });
        var result = loaded.With(new ExitLadder { Within = new(1), Min = new(0.5, true) }).Solve();
        var available = result.Idle.Sum(i => i.Usd) + result.Positions.Where(p => loaded.Market.Opportunity(p.Opportunity).ExitDays(loaded.Market.Snapshot.TakenAt) <= 1).Sum(p => p.Usd);
        Assert.True(available >= 0.5 * result.BookUsd - 0.001 * result.BookUsd);
    }

    [Fact]
    public void Plan_duration_counts_the_longest_chain_of_moves()
    {
        var loaded = Gallery.Load("treasury-usdc");
        Assert.True(loaded.With().Solve().Plan!.DurationSeconds > 600);
        Assert.InRange(loaded.With(new PlanDuration { Max = Duration.FromSeconds(600) }).Solve().Plan!.DurationSeconds, 0, 600);
    }

    [Fact]
    public void Eligibility_by_tag_protocol_and_name()
    {
        var loaded = Gallery.Load("treasury-usdc");
        var result = loaded.With(new Eligibility { DenyTags = ["young"], DenyProtocols = ["maple"], DenyOpportunities = ["aave-v3/base/USDC"] }).Solve();
        Assert.All(result.Positions.Where(p => p.Usd > p.BeforeUsd), p =>
        {
            var opportunity = loaded.Market.Opportunity(p.Opportunity);
            Assert.DoesNotContain("young", opportunity.Tags);
            Assert.NotEqual("maple", opportunity.Protocol);
            Assert.NotEqual("aave-v3/base/USDC", opportunity.Id);
        });
    }

    [Fact]
    public void Frozen_and_locked_stay_to_the_unit()
    {
        var result = Gallery.Load("frozen-and-locked").Solve();
        Assert.All(new[] { "sky-savings/ethereum/USDS", "ethena/ethereum/USDe" }, name =>
        {
            var position = result.Positions.Single(p => p.Opportunity == name);
            Assert.Equal(position.BeforeUsd, position.Usd, 1e-6);
        });
        Assert.True(result.Idle.Single(i => i.Token.ToString() == "USDT@ethereum").Usd >= 500_000 - Dollar);
    }

    [Fact]
    public void Idle_cash()
    {
        var result = Gallery.Load("treasury-usdc").With(new Idle { Min = new(0.2, true), Max = new(0.25, true) }).Solve();
        Assert.InRange(result.Idle.Sum(i => i.Usd) / result.BookUsd, 0.2 - 1e-6, 0.25 + 1e-6);
    }

    private static int Number(Market market, SolveResult result, Counted counted)
    {
        var held = result.Positions.Where(p => p.Usd > 0).Select(p => market.Opportunity(p.Opportunity)).ToArray();
        return counted switch
        {
            Counted.Chains => held.Select(o => o.Chain).Distinct().Count(),
            Counted.Protocols => held.Select(o => o.Protocol).Distinct().Count(),
            _ => held.Length,
        };
    }

    private static IEnumerable<(string Name, double Usd)> Groups(Market market, SolveResult result, Grouping grouping) => result.Positions
        .Select(p => (Opportunity: market.Opportunity(p.Opportunity), p.Usd))
        .Select(p => (Name: grouping switch
        {
            Grouping.Chain => p.Opportunity.Chain,
            Grouping.Protocol => p.Opportunity.Protocol,
            Grouping.Asset => market.AssetOf(p.Opportunity.Inputs[0].Token).Id,
            Grouping.Issuer => market.Token(p.Opportunity.Inputs[0].Token).Issuer ?? "",
            Grouping.Kind => p.Opportunity.Kind.ToString(),
            _ => p.Opportunity.Id,
        }, p.Usd))
        .GroupBy(p => p.Name).Select(group => (group.Key, group.Sum(p => p.Usd)));
}
