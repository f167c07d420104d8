using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Risk;

namespace Optimizer.Scenarios.Tests;

/// <summary>Every objective finds what it says, by another way to the same figure.</summary>
public sealed class ObjectiveTests
{
    private const string Base = """
        holdings:
          - { token: USDC@base, amount: 10M }
          - { token: ETH@base, amount: 1 }
        universe: { chains: [base], assets: [USDC, ETH] }
        settings: { risk: { draws: 2000 } }

        """;

    private static SolveResult Solve(string objective, string rest = "") => Ask.Solve($"{Base}objective: {{ {objective} }}\n{rest}");

    /// <summary>The same question with some protocols alone.</summary>
    private static LoadedScenario Only(LoadedScenario loaded, params string[] protocols) => loaded with { Scenario = loaded.Scenario with { Universe = new() { Protocols = protocols } } };

    private static double Loss(SolveResult result, double confidence) => result.Losses!.Tails.Single(tail => tail.Confidence == confidence).ConditionalValueAtRiskUsd;

    /// <summary>The least mean loss, and the most return with no more than that loss, are one allocation.</summary>
    [Fact]
    public void Least_tail_loss_and_most_return_within_it_agree()
    {
        var least = Solve("minimumCvar: { confidence: 99 %, returnAtLeast: 3 % }");
        Assert.Contains(least.Status, new[] { "optimal", "feasible" });
        Assert.Equal(least.Objective!.Value, Loss(least, 0.99), 100.0);
        Assert.True(least.Objective.Bound <= least.Objective.Value + 1);
        Assert.InRange(least.Objective.ReturnPerYear, 0.03 - 1e-5, 0.05);
        var most = Solve("meanVariance: { riskAversion: 0 }", FormattableString.Invariant($"constraints: [ {{ cvar: {{ confidence: 99 %, atMost: {least.Objective.Value + 200:0} USD }} }} ]"));
        Assert.True(most.Objective!.ReturnPerYear >= 0.03 - 1e-4);
        Assert.True(Loss(Solve("meanVariance: { riskAversion: 4 }"), 0.99) >= least.Objective.Bound - 100);
    }

    /// <summary>Another engine, which takes all draws at once, on the same gains.</summary>
    [Fact]
    public void Least_tail_loss_is_that_of_a_linear_program_over_all_draws()
    {
        var loaded = Ask.Load("""
            holdings: [ { token: USDC@base, amount: 1M }, { token: ETH@base, amount: 0.01 } ]
            settings: { risk: { draws: 600 }, moves: { effort: 0 USD, effortPerRound: 0 USD, effortPerAccount: 0 USD, exitAtHorizon: false, keepGas: 0 USD, rateHalfLife: 10000 days } }
            objective: { minimumCvar: { confidence: 95 %, returnAtLeast: 4 % } }
            """);
        Opportunity Place(string name, double rate, string e, double loss, double volatility) => Ask.Place($"{name}/base/USDC", "USDC@base", rate) with
        {
            Events = [new(e, Ask.Figure(loss))],
            Volatility = Ask.Figure(volatility),
            Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = Ask.Figure(rate) }, TrailingMean = Ask.Figure(rate) },
        };
        Opportunity[] places = [Place("one", 0.04, "aave-v3-exploit", 0.5, 0.02), Place("two", 0.06, "usd-ai-depeg", 0.9, 0.03), Place("three", 0.05, "re-depeg", 0.6, 0.05)];
        loaded = Only(loaded.With(places), "one", "two", "three");
        var result = ScenarioRunner.Run(loaded);
        Assert.Equal("optimal", result.Status);

        var problem = new AllocationProblem(loaded.Market, loaded.Scenario, loaded.Settings);
        var draws = problem.Tail.Draws;
        var columns = places.Select(place => (place.Id, Position: problem.Positions.Single(p => p.Opportunity.Id == place.Id)))
            .Select(column => (column.Id, Credited: ObjectiveTerms.CreditedUsd(problem, column.Position, 1), Doubt: loaded.Settings.Risk.RateDoubt * ObjectiveTerms.RateErrorOf(problem, column.Position),
                Spread: LossDistribution.Spread(loaded.Market, problem.Risk, draws, new(column.Id, 1, 1, 0, ObjectiveTerms.RateErrorOf(problem, column.Position)))))
            .ToArray();
        var gains = Enumerable.Range(0, draws.Count).Select(s => $"[{string.Join(", ", columns.Select(c => (c.Credited + c.Spread[s]).ToString("R", System.Globalization.CultureInfo.InvariantCulture)))}]");
        var file = Path.GetTempFileName();
        File.WriteAllText(file, $$"""
            { "name": "three places", "variables": [ {{string.Join(", ", columns.Select(c => FormattableString.Invariant($"{{ \"name\": \"{c.Id}\", \"value\": {c.Credited:R} }}")))}} ],
              "rows": [ { "name": "book", "exactly": 1, "sum": { {{string.Join(", ", columns.Select(c => $"\"{c.Id}\": 1"))}} } } ],
              "scenarios": { "gains": [ {{string.Join(", ", gains)}} ] },
              "goal": { "minimumCvar": { "confidence": 0.95, "valueAtLeast": {{(0.04 * loaded.Scenario.Horizon.Years).ToString("R", System.Globalization.CultureInfo.InvariantCulture)}} } } }
            """);
        var other = ProblemAnswer.Solve(ProblemFiles.Read(file), loaded.Settings.Solver, default);
        File.Delete(file);
        Assert.Equal("optimal", other.Status);
        Assert.Equal(other.Objective!.Value * result.BookUsd, result.Objective!.Value, 0.01 * Math.Abs(result.Objective.Value) + 60);
    }

    [Fact]
    public void No_trade_off_has_a_better_ratio_than_the_best()
    {
        var best = Solve("maximumSharpeRatio: { riskFreeRate: 1 % }");
        Assert.Equal("ratio", best.Objective!.Unit);
        Assert.Contains(best.Status, new[] { "optimal", "feasible" });
        Assert.Equal(best.Objective.Value, best.Certificate.ObjectiveRecomputed, 0.01);
        Assert.True(best.Objective.Bound >= best.Objective.Value - 1e-9);
        foreach (var aversion in (double[])[1, 4, 20, 100])
        {
            var other = Solve(FormattableString.Invariant($"meanVariance: {{ riskAversion: {aversion} }}"));
            var value = (other.Certificate.ObjectiveRecomputed + other.Objective!.RiskPenaltyUsd) / other.BookUsd / (other.HorizonDays / Duration.DaysPerYear);
            Assert.True((value - 0.01) / other.Objective.VolatilityPerYear <= best.Objective.Bound + 1e-6);
        }

        var none = Solve("maximumSharpeRatio: { riskFreeRate: 50 % }");
        Assert.Equal("infeasible", none.Status);
        Assert.Contains("no allocation earns more than 50 % a year", none.Message, StringComparison.Ordinal);
    }

    /// <summary>Places that share nothing have sizes in inverse proportion to their volatility.</summary>
    [Fact]
    public void Equal_parts_of_the_risk_are_equal()
    {
        var loaded = Only(Ask.Load("""
            holdings: [ { token: USDC@base, amount: 1M }, { token: ETH@base, amount: 1 } ]
            objective: { riskParity: {} }
            """).With([.. new[] { ("one", 0.5), ("two", 1.0), ("three", 2.0) }.Select(place => Ask.Place($"{place.Item1}/base/USDC", "USDC@base", 0.04) with { Volatility = Ask.Figure(place.Item2) })]), "one", "two", "three");
        var result = ScenarioRunner.Run(loaded);
        // Where equal parts are reached, what is left of the objective is the charge for moving, a gap of which says little.
        Assert.Contains(result.Status, new[] { "optimal", "feasible" });
        Assert.All(result.Positions, position => Assert.Equal(1 / 3.0, position.RiskContribution, 0.005));
        var sizes = result.Positions.ToDictionary(position => position.Opportunity.Split('/')[0], position => position.Usd);
        Assert.Equal(2, sizes["one"] / sizes["two"], 0.01);
        Assert.Equal(2, sizes["two"] / sizes["three"], 0.01);
        Assert.Contains("33.3", result.Message, StringComparison.Ordinal);
    }

    /// <summary>A book of ether over a year, against paths of its own.</summary>
    [Fact]
    public void Drawdowns_are_those_of_paths_drawn_by_hand()
    {
        var held = Ask.Load("""
            horizon: 365 days
            holdings: [ { token: ETH@ethereum, amount: 500 } ]
            mode: hold
            settings: { risk: { draws: 100000 } }
            constraints: [ { drawdown: { confidence: 90 %, atMost: 1 % } } ]
            objective: { meanVariance: { riskAversion: 1 } }
            """).Under(snapshot => snapshot with { Events = [.. snapshot.Events.Select(e => e with { IntensityPerYear = Ask.Figure(0) })] });
        var result = ScenarioRunner.Run(held);
        var told = result.Constraints.Single(c => c.Name.Contains("drawdowns", StringComparison.Ordinal));
        Assert.True(told.Broken);
        var volatility = Math.Sqrt(new RiskModel(held.Market, held.Settings.Risk).AssetLoadings("ETH").Values.Sum(loading => loading * loading));
        var random = new Random(11);
        var falls = new List<double>();
        for (var path = 0; path < 40_000; path++)
        {
            var (value, highest) = (1.0, 1.0);
            for (var month = 0; month < 12; month++)
            {
                value *= Math.Exp(volatility * MathNet.Numerics.Distributions.Normal.Sample(random, 0, Math.Sqrt(1 / 12.0)) - volatility * volatility / 24);
                highest = Math.Max(highest, value);
                falls.Add(highest - value);
            }
        }

        var expected = falls.OrderDescending().Take(falls.Count / 10).Average() * result.BookUsd;
        Assert.Equal(expected, told.Value, 0.03 * expected);
    }

    [Theory]
    [InlineData("worstCase: { atMost: 800_000 USD }", 800_000)]
    [InlineData("drawdown: { confidence: 99 %, atMost: 90_000 USD }", 90_000)]
    [InlineData("trackingError: { atMost: 0.4 % }", 40_000)]
    [InlineData("trackingError: { atMost: 0.3 %, benchmark: { aave-v3/base/USDC: 60 %, USDC@base: 40 % } }", 30_000)]
    public void A_limit_of_many_rows_is_reached_and_costs_something(string limit, double most)
    {
        var free = Solve("meanVariance: { riskAversion: 0 }");
        var result = Solve("meanVariance: { riskAversion: 0 }", $"constraints: [ {{ {limit} }} ]");
        Assert.Equal("optimal", result.Status);
        var row = Assert.Single(result.Constraints, constraint => !constraint.Name.StartsWith("exposure", StringComparison.Ordinal));
        Assert.InRange(row.Value, most * 0.999 - 30, most + 30);
        Assert.True(result.Objective!.Value < free.Objective!.Value);
        Assert.True(result.Certificate.MaxViolationUsd < 20);
    }

    [Fact]
    public void The_difference_from_a_benchmark_is_its_volatility()
    {
        var result = Solve("meanVariance: { riskAversion: 0 }", "constraints: [ { trackingError: { atMost: 0.3 %, benchmark: { aave-v3/base/USDC: 60 %, USDC@base: 40 % } } } ]");
        var loaded = Ask.Load(Base + "objective: { meanVariance: { riskAversion: 0 } }");
        var risk = new RiskModel(loaded.Market, loaded.Settings.Risk);
        var exposures = new double[risk.Factors.Count];
        var own = 0.0;
        void Add(IReadOnlyDictionary<int, double> loadings, double size, double volatility)
        {
            foreach (var (factor, loading) in loadings)
                exposures[factor] += loading * size;
            own += volatility * volatility * size * size;
        }

        foreach (var position in result.Positions)
            Add(risk.Loadings(loaded.Market.Opportunity(position.Opportunity)), position.NotionalUsd / result.BookUsd - (position.Opportunity == "aave-v3/base/USDC" ? 0.6 : 0), loaded.Market.Opportunity(position.Opportunity).Volatility);
        foreach (var idle in result.Idle)
            Add(risk.Loadings(idle.Token), idle.Usd / result.BookUsd - (idle.Token == TokenId.Parse("USDC@base") ? 0.4 : 0), 0);
        if (result.Positions.All(position => position.Opportunity != "aave-v3/base/USDC"))
            Add(risk.Loadings(loaded.Market.Opportunity("aave-v3/base/USDC")), -0.6, loaded.Market.Opportunity("aave-v3/base/USDC").Volatility);
        Assert.Equal(0.003, Math.Sqrt(exposures.Sum(e => e * e) + own), 1e-5);
        Assert.Empty(Solve("meanVariance: { riskAversion: 0 }", "constraints: [ { trackingError: { atMost: 0 % } } ]").Plan!.Steps);
    }

    [Fact]
    public void What_is_compared_is_what_holding_would_give()
    {
        var held = Ask.Solve(Base + "mode: hold\nobjective: { meanVariance: { riskAversion: 4 } }");
        var asked = Solve("meanVariance: { riskAversion: 4 }", "constraints: [ { limit: { each: protocol, max: 40 % } } ]");
        var now = asked.Comparisons.Single(other => other.Name == "as it is now");
        Assert.Equal(asked.Objective!.ReturnPerYearBefore, now.ReturnPerYear, 1e-9);
        Assert.Equal(held.Objective!.VolatilityPerYear, now.VolatilityPerYear, 1e-9);
        Assert.Equal(Loss(held, 0.95), now.ConditionalValueAtRiskUsd, 30.0);
        var greedy = asked.Comparisons.Single(other => other.Name.StartsWith("highest rates", StringComparison.Ordinal));
        Assert.True(greedy.ReturnPerYear > now.ReturnPerYear);
    }

    [Theory]
    [InlineData("- { cvar: { confidence: 30 %, atMost: 5 % } }", "50 % to below 100 %")]
    [InlineData("- { trackingError: { atMost: 1 %, benchmark: { USDC@base: 50 % } } }", "add up to 50 %")]
    [InlineData("- { trackingError: { atMost: 1 %, benchmark: { aave: 100 % } } }", "unknown opportunity 'aave'")]
    [InlineData("- { drawdown: { confidence: 100 %, atMost: 5 % } }", "50 % to below 100 %")]
    public void What_makes_no_sense_is_said(string constraint, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => Ask.Load($"{Base}objective: {{ meanVariance: {{ riskAversion: 1 }} }}\nconstraints:\n  {constraint}")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_former_name_is_read_and_the_present_one_told()
    {
        var loaded = Ask.Load(Base + "objective: { meanVariance: { riskAversion: 1 } }\nconstraints: [ { idleCash: { min: 10 % } } ]");
        Assert.Contains(loaded.Notes, note => note.Message.Contains("'idleCash' is now called 'idle'", StringComparison.Ordinal));
        Assert.Equal(new Percentage(0.1).Fraction, ((Idle)loaded.Scenario.Constraints.Single()).Min!.Value.Amount, 1e-12);
    }

    /// <summary>A book that is held is valued, whatever is wanted of it, and a demand that it misses is told.</summary>
    [Theory]
    [InlineData("minimumCvar: { confidence: 95 %, returnAtLeast: 3 % }", true)]
    [InlineData("minimumCvar: { confidence: 95 % }", false)]
    [InlineData("minimumRisk: { returnAtLeast: 3 % }", true)]
    [InlineData("maximumReturn: { riskAtMost: 0.1 % }", true)]
    [InlineData("maximumSharpeRatio: { riskFreeRate: 3 % }", false)]
    [InlineData("riskParity: {}", false)]
    public void A_held_book_is_valued_by_any_objective(string objective, bool isBroken)
    {
        var result = Ask.Solve($"holdings: [ {{ token: USDC@ethereum, amount: 4M }}, {{ opportunity: aave-v3/ethereum/USDC, amount: 2M }}, {{ token: ETH@ethereum, amount: 0.5 }} ]\nmode: hold\nobjective: {{ {objective} }}");
        Assert.Equal("optimal", result.Status);
        Assert.Equal(result.Certificate.ObjectiveRecomputed, result.Objective!.Value, 1e-9);
        Assert.Equal(isBroken, result.Constraints.Any(constraint => constraint.Broken));
        Assert.Empty(result.Plan!.Steps);
        if (objective.StartsWith("minimumCvar", StringComparison.Ordinal))
            Assert.Equal(Loss(result, 0.95), result.Objective.Value, 1e-6);
    }

    /// <summary>Ether that is held and sold short as much moves nothing, however far its price goes.</summary>
    [Fact]
    public void A_hedge_has_no_tail_of_prices()
    {
        var perp = Ask.Place("perp/ethereum/ETH-short", "USDC@ethereum", 0.05, OpportunityKind.Derivative) with
        {
            CapitalPerUnit = Ask.Figure(0.1),
            Exposures = new Dictionary<string, Figure> { ["ETH"] = Ask.Figure(-1) },
        };
        var loaded = Ask.Load("holdings: [ { token: ETH@ethereum, amount: 500 } ]\nmode: hold\nhorizon: 365 days\nobjective: { meanVariance: { riskAversion: 1 } }").With(perp);
        loaded = loaded with { Scenario = loaded.Scenario with { Holdings = [.. loaded.Scenario.Holdings, new() { Opportunity = perp.Id, Amount = Amount.Parse("100_000") }] } };
        var result = ScenarioRunner.Run(loaded.Under(snapshot => snapshot with { Events = [.. snapshot.Events.Select(e => e with { IntensityPerYear = Ask.Figure(0) })] }));
        var gain = result.Objective!.ReturnPerYear * result.BookUsd;
        Assert.True(gain > 30_000);
        Assert.Equal(0, result.Losses!.LossProbability, 0.01);
        Assert.InRange(-result.Losses.Tails[0].ValueAtRiskUsd, 0.5 * gain, gain);
        Assert.Contains(result.Notes, note => note.Contains("price moves use up its margin", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_compared_leaves_what_cannot_move_and_bets_on_no_price()
    {
        var result = Ask.Solve("""
            holdings:
              - { token: USDC@ethereum, amount: 2M }
              - { token: USDT@ethereum, amount: 1M, locked: true }
              - { opportunity: aave-v3/ethereum/USDC, amount: 1M, locked: 2026-12-01 }
              - { other: venture fund, valueUsd: 3M USD }
              - { token: ETH@ethereum, amount: 1 }
            universe: { chains: [ethereum] }
            objective: { minimumRisk: { returnAtLeast: 0.5 % } }
            settings: { risk: { draws: 2000 } }
            """);
        var best = result.Comparisons.Max(other => other.ReturnPerYear);
        // Two of seven million can move, at no more than 12 %.
        Assert.InRange(best, 0.008, 2 / 7.0 * 0.12 + 0.006);
        Assert.All(result.Comparisons, other => Assert.True(other.VolatilityPerYear < 0.1, $"{other}"));
        var staked = Ask.Solve("""
            holdings: [ { opportunity: lido/ethereum/ETH, amount: 1_000 }, { token: ETH@ethereum, amount: 100 } ]
            universe: { chains: [ethereum], assets: [ETH] }
            shocks: [ { price: { asset: wstETH, multiply: 0.94 } } ]
            numeraire: ETH
            objective: { meanVariance: { riskAversion: 1 } }
            """);
        Assert.All(staked.Comparisons.Where(other => other.Name != "as it is now"), other => Assert.InRange(other.ReturnPerYear, -0.1, 0.1));
    }

    [Fact]
    public void An_objective_that_makes_risk_small_says_that_ether_is_not_kept()
    {
        var result = Ask.Solve("holdings: [ { token: USDC@ethereum, amount: 2M }, { token: ETH@ethereum, amount: 1000 } ]\nuniverse: { chains: [ethereum], assets: [USDC, ETH] }\nobjective: { minimumRisk: { returnAtLeast: 1 % } }");
        Assert.Contains(result.Notes, note => note.Contains("does not keep: exposure to ETH", StringComparison.Ordinal));
        Assert.Contains(result.Constraints, constraint => constraint.Name == "net return at least 1 % a year" && !constraint.Broken);
    }

    /// <summary>The price of a convex limit is what the objective gains when it gives, whatever rows stated it.</summary>
    [Fact]
    public void A_price_of_a_tracking_error_is_a_finite_difference()
    {
        SolveResult At(double limit) => Ask.Solve(FormattableString.Invariant($$"""
            holdings: [ { token: USDC@ethereum, amount: 4M }, { opportunity: aave-v3/ethereum/USDC, amount: 2M }, { token: ETH@ethereum, amount: 0.5 } ]
            universe: { chains: [ethereum], assets: [USDC, USDS] }
            objective: { meanVariance: { riskAversion: 4 } }
            constraints: [ { trackingError: { benchmark: { aave-v3/ethereum/USDC: 100 % }, atMost: {{limit}} % } } ]
            """));
        var (at, more) = (At(0.5), At(0.51));
        var numeric = (more.Objective!.Value - at.Objective!.Value) / (180 / Duration.DaysPerYear) * (0.01 * at.BookUsd) / (0.0001 * at.BookUsd);
        var told = at.Constraints.Single(constraint => constraint.Name.StartsWith("volatility against", StringComparison.Ordinal)).ShadowPriceUsdPerYear;
        Assert.InRange(told, 0.8 * numeric, 1.25 * numeric);
    }
}
