using System.Numerics;
using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios.Tests;

/// <summary>What holds of the answer to every scenario of the gallery.</summary>
public sealed class AnswerTests
{
    [Fact]
    public void What_a_looser_limit_would_earn_is_solved_for_the_step_that_is_told()
    {
        static SolveResult With(string limit) => Ask.Solve($$"""
            holdings: [ { token: USDC@ethereum, amount: 5_000_000 }, { token: ETH@ethereum, amount: 1 } ]
            universe: { chains: [ethereum], assets: [USDC, USDe, USDS] }
            objective: { meanVariance: { riskAversion: 4 } }
            constraints: [ limit: { asset: USDe, max: {{limit}} } ]
            """);
        var (tight, loose) = (With("10 %"), With("11 %"));
        var told = tight.Constraints.Single(c => c.Name.StartsWith("asset USDe", StringComparison.Ordinal)).ShadowPriceUsdPerYear;
        var gained = (loose.Objective!.Value - tight.Objective!.Value) / (180 / 365.25);
        Assert.True(told > 10);
        Assert.InRange(gained, 0.97 * told - 5, 1.1 * told + 20);
    }

    private static readonly ScenarioFiles Files = new();

    public static TheoryData<string> Solvable => new(Repository.Scenarios.Where(name => name != "infeasible"));

    [Theory]
    [MemberData(nameof(Solvable))]
    public void The_book_before_is_positions_idle_and_costs_after(string name)
    {
        var result = Solve(name, out _);
        var after = result.Positions.Sum(p => p.Usd) + result.Idle.Sum(i => i.Usd) + result.Plan!.CostUsd;
        Assert.Equal(result.BookUsd, after, 1e-9 * result.BookUsd);
        Assert.All(result.Idle, idle => Assert.True(idle.Amount >= 0));
    }

    /// <summary>What several moves need is shared among them, and nothing of it is lost or counted twice.</summary>
    [Theory]
    [MemberData(nameof(Solvable))]
    public void Costs_and_gains_of_moves_add_up_to_those_of_the_plan(string name)
    {
        var result = Solve(name, out var loaded);
        var economics = result.Plan!.Economics!;
        Assert.Equal(result.Plan.CostUsd, economics.Moves.Sum(move => move.CostUsd), 1e-6 + 1e-9 * result.Plan.CostUsd);
        // What moves gain is the whole gain, views apart.
        if (loaded.Scenario.Views.Count == 0 && economics.Moves.Count > 0)
            Assert.Equal(economics.GainUsdPerYear, economics.Moves.Sum(move => move.GainUsdPerYear), 0.005 * Math.Abs(economics.GainUsdPerYear) + 1);
        Assert.All(economics.Moves, move => Assert.NotEmpty(move.From));
    }

    /// <summary>One signer who makes one step after the other has everything as early as when all steps began at once.</summary>
    [Theory]
    [MemberData(nameof(Solvable))]
    public void What_takes_longest_is_begun_first(string name)
    {
        var plan = Solve(name, out _).Plan!;
        var tail = plan.Steps.Reverse().Aggregate(new Dictionary<int, double>(), (known, step) =>
        {
            known[step.Id] = step.DurationSeconds + plan.Steps.Where(user => user.DependsOn.Contains(step.Id)).Select(user => known[user.Id]).DefaultIfEmpty(0).Max();
            return known;
        });
        // What arrives is waited for while others are made.
        double Urgency(Step step) => tail[step.Id] - (step.Kind.IsArrival() ? step.DurationSeconds : 0);
        var done = new HashSet<int>();
        foreach (var step in plan.Steps)
        {
            Assert.All(plan.Steps.Where(other => !done.Contains(other.Id) && other.DependsOn.All(done.Contains)), other => Assert.True(Urgency(other) <= Urgency(step), $"step {other.Id} takes longer than step {step.Id}"));
            done.Add(step.Id);
        }
    }

    [Theory]
    [MemberData(nameof(Solvable))]
    public void The_certificate_holds(string name)
    {
        var result = Solve(name, out var loaded);
        Assert.Equal("optimal", result.Status);
        Assert.True(result.Objective!.Gap <= loaded.Settings.Solver.Gap.Fraction);
        Assert.InRange(result.Certificate.MaxViolationUsd, 0, 1e-6 * result.BookUsd);
        // What the exact plan comes to is what the solver said, to a millionth of the book.
        Assert.Equal(result.Objective.Value, result.Certificate.ObjectiveRecomputed, 1e-6 * result.BookUsd);
        Assert.Equal(1, result.Positions.Sum(p => p.RiskContribution) + result.Idle.Sum(i => i.RiskContribution), 1e-6);
        Assert.All(result.Constraints, c => Assert.True(double.IsFinite(c.ShadowPriceUsdPerYear) && c.ShadowPriceUsdPerYear >= 0));
    }

    [Theory]
    [MemberData(nameof(Solvable))]
    public void Every_token_conserves_to_the_last_unit(string name)
    {
        var result = Solve(name, out var loaded);
        var market = loaded.Market;
        var balance = new Dictionary<TokenId, BigInteger>();
        void Add(TokenId token, BigInteger amount) => balance[token] = balance.GetValueOrDefault(token) + amount;
        foreach (var holding in loaded.Scenario.Holdings.Where(h => h.Token is not null))
            Add(holding.Token!.Value, Book.AmountOf(market, holding).BaseUnits);
        var done = new HashSet<int>();
        foreach (var step in result.Plan!.Steps)
        {
            Assert.All(step.DependsOn, needed => Assert.Contains(needed, done));
            done.Add(step.Id);
            Add(market.Chain(step.Chain).NativeTokenId(), -step.Gas);
            switch (step.Kind)
            {
                case StepKind.Withdraw or StepKind.BridgeReceive or StepKind.Claim:
                    Add(TokenId.Parse(step.To), step.Received);
                    break;
                case StepKind.Deposit or StepKind.BridgeSend or StepKind.GasTopUp:
                    Add(step.Token, -step.Amount);
                    break;
                case StepKind.Swap or StepKind.Wrap:
                    Add(step.Token, -step.Amount);
                    Add(TokenId.Parse(step.To), step.Received);
                    break;
            }

            Assert.All(balance, pair => Assert.True(pair.Value >= 0, $"{pair.Key} is {pair.Value} after step {step.Id}"));
        }

        foreach (var idle in result.Idle)
            Assert.Equal(balance.GetValueOrDefault(idle.Token), idle.Amount);
    }

    [Theory]
    [MemberData(nameof(Solvable))]
    public void From_its_own_end_nothing_is_left_to_do(string name)
    {
        var result = Solve(name, out var loaded);
        var holdings = new List<Holding>();
        foreach (var position in result.Positions.Where(p => p.Amount > 0))
        {
            var locked = loaded.Scenario.Holdings.Any(h => h.Opportunity == position.Opportunity && h.Locked.IsLocked);
            holdings.Add(new() { Opportunity = position.Opportunity, Amount = Whole(loaded, position.Token, position.Amount), Locked = locked });
        }

        foreach (var idle in result.Idle.Where(i => i.Amount > 0))
        {
            var locked = loaded.Scenario.Holdings.Any(h => h.Token == idle.Token && h.Locked.IsLocked);
            holdings.Add(new() { Token = idle.Token, Amount = Whole(loaded, idle.Token, idle.Amount), Locked = locked });
        }

        var shrunk = result.BookUsd / (result.BookUsd - result.Plan!.CostUsd) * (1 + 1e-6);
        var settings = loaded.Settings with { Moves = loaded.Settings.Moves with { MinimumMove = new(0.005, true) } };
        var staying = result.Objective!.ReturnPerYear + (result.Plan.CostUsd + result.Objective.TimeUsd) / result.BookUsd / loaded.Scenario.Horizon.Years;
        Objective objective = loaded.Scenario.Objective switch
        {
            // What was paid to get there need not be earned again.
            MinimumRisk => new MinimumRisk { ReturnAtLeast = new(staying * shrunk - 1e-6) },
            MaximumReturn most => new MaximumReturn { RiskAtMost = new(most.RiskAtMost.Fraction * shrunk) },
            var other => other,
        };
        var scenario = loaded.Scenario with { Holdings = holdings, Objective = objective, Constraints = [.. loaded.Scenario.Constraints.Select(c => Keep(c, shrunk))] };
        var again = ScenarioRunner.Run(loaded with { Scenario = scenario, Settings = settings });
        Assert.Equal("optimal", again.Status);
        Assert.Empty(again.Plan!.Steps);
    }

    [Fact]
    public void The_conflict_is_irreducible_and_told_with_lines()
    {
        var result = Solve("infeasible", out var loaded);
        Assert.Equal("infeasible", result.Status);
        Assert.Equal(["Little idle", "No protocol above 15 %", "Base at least 60 %"], result.Conflict.Select(c => c.Name));
        Assert.All(result.Conflict, c => Assert.Matches("infeasible\\.yaml:[0-9]+:[0-9]+$", c.Location));
        foreach (var part in result.Conflict)
        {
            var rest = loaded.Scenario.Constraints.Where(c => result.Conflict.Any(x => x.Name == c.Name && x.Name != part.Name)).ToArray();
            Assert.Equal("optimal", ScenarioRunner.Run(loaded with { Scenario = loaded.Scenario with { Constraints = rest } }).Status);
        }
    }

    [Fact]
    public void Chains_without_gas_are_topped_up_before_anything_is_done_there()
    {
        var plan = Solve("new-chains", out _).Plan!;
        var topUps = plan.Steps.Where(s => s.Kind == StepKind.GasTopUp).ToArray();
        Assert.NotEmpty(topUps);
        foreach (var topUp in topUps)
        {
            var arrival = plan.Steps.Single(s => s.Kind == StepKind.BridgeReceive && s.DependsOn.Contains(topUp.Id));
            Assert.All(plan.Steps.Where(s => s.Chain == arrival.Chain && s.Gas > 0), s => Assert.Contains(arrival.Id, s.DependsOn));
        }
    }

    [Fact]
    public void The_frontier_rises()
    {
        var points = Frontier.Trace(Files.Load(Repository.Path("scenarios", "treasury-usdc.yaml")), 6, default).Points;
        Assert.Equal(6, points.Count);
        Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(
            pair.First.ReturnPerYear < pair.Second.ReturnPerYear && pair.First.VolatilityPerYear <= pair.Second.VolatilityPerYear * 1.001));
    }

    /// <summary>Costs have made the book a little smaller, and shares of it larger: caps are kept at the same USD.</summary>
    private static Constraint Keep(Constraint constraint, double shrunk) => constraint is Allocation.Limit { Max: { IsShareOfBook: true } most } limit
        ? limit with { Max = most with { Amount = most.Amount * shrunk } }
        : constraint;

    private static Amount Whole(LoadedScenario loaded, TokenId token, BigInteger units) =>
        new(new TokenAmount(units, loaded.Market.Token(token).Decimals).ToString());

    private static SolveResult Solve(string name, out LoadedScenario loaded)
    {
        loaded = Files.Load(Repository.Path("scenarios", $"{name}.yaml"));
        return ScenarioRunner.Run(loaded);
    }
}
