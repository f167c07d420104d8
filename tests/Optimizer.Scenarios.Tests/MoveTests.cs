using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Scenarios.Tests;

/// <summary>Which moves are made, in which amounts, and how long they wait.</summary>
public sealed class MoveTests
{
    private static readonly string Treasury = File.ReadAllText(Repository.Path("scenarios", "treasury-usdc.yaml"));

    private static string Questions(string settings) => string.Join('\n', Treasury.Split('\n').Where(line => !line.StartsWith('#') && !line.StartsWith("name:", StringComparison.Ordinal) && !line.StartsWith("snapshot:", StringComparison.Ordinal)))
        + $"\nsettings: {{ {settings} }}";

    [Theory]
    [InlineData(10_000)]
    [InlineData(1_000)]
    public void Amounts_are_round_but_for_what_takes_the_rest(double step)
    {
        var (exact, round) = (Ask.Solve(Questions("")), Ask.Solve(Questions(FormattableString.Invariant($"moves: {{ roundTo: {step} USD }}"))));
        Assert.Equal("optimal", round.Status);
        var signed = round.Plan!.Steps.Where(s => s.Kind is StepKind.Deposit or StepKind.BridgeSend or StepKind.Withdraw or StepKind.Swap or StepKind.Wrap).ToArray();
        var market = Ask.Load(Questions("")).Market;
        bool IsRound(Step s) => (s.Amount % new BigInteger(step * Math.Pow(10, market.Token(s.Token).Decimals))).IsZero;
        Assert.True(signed.Count(IsRound) >= signed.Length - 4, string.Join(", ", signed.Where(s => !IsRound(s)).Select(s => $"{s.Kind} {s.Amount}")));
        Assert.True(exact.Plan!.Steps.Count(s => s.Kind == StepKind.Deposit && IsRound(s)) <= 1);
        // The price is the difference of the objectives, and it is told.
        var price = exact.Objective!.Value - round.Objective!.Value;
        Assert.InRange(price, -1, 50);
        Assert.Contains(round.Notes, note => note.Contains("rounded in steps worth at most", StringComparison.Ordinal) && note.Contains("costs", StringComparison.Ordinal));
        Assert.All(round.Constraints, constraint => Assert.False(constraint.Broken, constraint.Name));
    }

    [Fact]
    public void A_round_that_gains_too_little_is_not_made_unless_something_asks_for_it()
    {
        SolveResult Solve(string least, string rest = "") => Ask.Solve($$"""
            holdings:
              - { opportunity: aave-v3/base/USDC, amount: 900_000 }
              - { token: USDC@base, amount: 100_000 }
              - { token: ETH@base, amount: 1 }
            universe: { chains: [base], assets: [USDC] }
            objective: { meanVariance: { riskAversion: 1 } }
            settings: { moves: { minimumGain: {{least}} } }
            {{rest}}
            """);
        var moved = Solve("0 USD");
        Assert.NotEmpty(moved.Plan!.Steps);
        var staying = Ask.Solve("holdings: [ { opportunity: aave-v3/base/USDC, amount: 900_000 }, { token: USDC@base, amount: 100_000 }, { token: ETH@base, amount: 1 } ]\nuniverse: { chains: [base], assets: [USDC] }\nmode: hold\nobjective: { meanVariance: { riskAversion: 1 } }");
        var gain = moved.Certificate.ObjectiveRecomputed - staying.Certificate.ObjectiveRecomputed;
        Assert.True(gain > 0);
        Assert.NotEmpty(Solve(FormattableString.Invariant($"{gain * 0.99:0.00} USD")).Plan!.Steps);
        var put = Solve(FormattableString.Invariant($"{gain * 1.01:0.00} USD"));
        Assert.Empty(put.Plan!.Steps);
        Assert.Equal("optimal", put.Status);
        Assert.Contains("nothing is moved", put.Message, StringComparison.Ordinal);
        Assert.NotEmpty(Solve("900_000 USD", "payments: [ { token: USDC@base, amount: 300_000, by: 30 days } ]").Plan!.Steps);
        Assert.NotEmpty(Solve("900_000 USD", "constraints: [ { limit: { protocol: aave-v3, max: 50 % } } ]").Plan!.Steps);
    }

    /// <summary>Money that waits six days for a little of its kind: the little is left, or another way is taken, once the wait is
    /// known.</summary>
    [Fact]
    public void What_waits_in_the_plan_is_solved_again_with_its_waiting()
    {
        var loaded = Ask.Load("""
            horizon: 60 days
            holdings:
              - { token: USDC@ethereum, amount: 20_000 }
              - { token: USDC@base, amount: 5M }
              - { token: ETH@ethereum, amount: 0.5 }
              - { token: ETH@base, amount: 0.1 }
            settings: { moves: { effort: 4000 USD, effortPerRound: 0 USD, effortPerAccount: 0 USD, referenceRate: 5 %, crossingExposure: 0 days }, risk: { outlierMedians: 1000 } }
            objective: { meanVariance: { riskAversion: 0 } }
            """).With(Ask.Place("rich/base/USDC", "USDC@base", 4));
        loaded = (loaded with { Scenario = loaded.Scenario with { Universe = new() { Protocols = ["rich"] } } }).Under(snapshot => snapshot with
        {
            Routes = [.. snapshot.Routes.Where(route => route.Id == "cctp-standard/ethereum-base/USDC").Select(route => route with { DurationSeconds = Ask.Figure(6 * 86_400) })],
        });
        var result = ScenarioRunner.Run(loaded);
        Assert.Contains(result.Status, new[] { "optimal", "feasible" });
        // Five million that wait six days at 5 % forgo 4,107 USD, more than 20,000 USD gain in 60 days after the call's effort.
        Assert.DoesNotContain(result.Plan!.Steps, step => step.Kind == StepKind.BridgeSend);
        Assert.True(result.Objective!.Bound - result.Certificate.ObjectiveRecomputed < 20_000);
    }

    /// <summary>A rate of 400 % is cut to what others pay. What it tends to is no more than that, and nothing of the cut comes back.</summary>
    [Fact]
    public void The_later_gain_has_nothing_of_an_outlier()
    {
        var loaded = Ask.Load("""
            horizon: 60 days
            holdings:
              - { token: USDC@base, amount: 100_000 }
              - { token: ETH@base, amount: 0.1 }
            settings: { risk: { outlierMedians: 3 } }
            objective: { meanVariance: { riskAversion: 0 } }
            """).With(Ask.Place("rich/base/USDC", "USDC@base", 4));
        loaded = loaded with { Scenario = loaded.Scenario with { Universe = new() { Protocols = ["rich"] } } };
        var economics = ScenarioRunner.Run(loaded).Plan!.Economics!;
        Assert.InRange(economics.GainUsdPerYear, 100_000, 500_000);
        Assert.InRange(economics.LaterGainUsdPerYear, 0, 20_000);
    }

    /// <summary>Early money is deposited at once, and what comes later by itself, where waiting costs more than one more call.</summary>
    [Theory]
    [InlineData(5, 2)]
    [InlineData(100_000, 1)]
    public void A_deposit_is_made_for_each_arrival_where_waiting_costs_more(double effort, int deposits)
    {
        var loaded = Ask.Load(FormattableString.Invariant($$"""
            horizon: 365 days
            holdings:
              - { token: USDC@ethereum, amount: 3M }
              - { token: USDC@base, amount: 5M }
              - { token: ETH@ethereum, amount: 0.5 }
              - { token: ETH@base, amount: 0.1 }
            settings: { moves: { effort: {{effort}} USD, effortPerRound: 0 USD, effortPerAccount: 0 USD }, risk: { outlierMedians: 1000 } }
            objective: { meanVariance: { riskAversion: 0 } }
            """)).With(Ask.Place("rich/base/USDC", "USDC@base", 0.5));
        var result = ScenarioRunner.Run((loaded with { Scenario = loaded.Scenario with { Universe = new() { Protocols = ["rich"] } } }).Under(snapshot => snapshot with
        {
            Routes = [.. snapshot.Routes.Where(route => route.Id == "cctp-standard/ethereum-base/USDC").Select(route => route with { DurationSeconds = Ask.Figure(6 * 86_400) })],
        }));
        var made = result.Plan!.Steps.Where(step => step.Kind == StepKind.Deposit).ToArray();
        Assert.Equal(deposits, made.Length);
        var arrival = result.Plan.Steps.Single(step => step.Kind == StepKind.BridgeReceive).Id;
        Assert.Single(made, step => step.DependsOn.Contains(arrival));
        // No cent is lost in between.
        Assert.Equal(8_000_000 - (double)result.Plan.Steps.Where(step => step.Kind == StepKind.BridgeSend).Sum(step => step.FeeUsd), made.Sum(step => step.Usd), 1.0);
    }

    [Fact]
    public void What_doubt_gave_up_is_the_difference_to_the_answer_without_it()
    {
        var loaded = Ask.Load(Questions(""));
        var (compared, certain) = (ScenarioRunner.RunCompared(loaded), Ask.Solve(Questions("risk: { rateDoubt: 0 }")));
        var told = compared.WithoutDoubt!;
        Assert.Equal(certain.Objective!.ReturnPerYear, told.ReturnPerYear, 1e-6);
        Assert.Equal(certain.Objective.ReturnPerYear - compared.Objective!.ReturnPerYear, told.GivenUpPerYear, 1e-6);
        Assert.True(told.GivenUpPerYear >= -1e-9);
        foreach (var change in told.Changes)
            Assert.Equal((certain.Positions.FirstOrDefault(p => p.Opportunity == change.Opportunity)?.Usd ?? 0) - (compared.Positions.FirstOrDefault(p => p.Opportunity == change.Opportunity)?.Usd ?? 0), change.Usd, 100.0);
        Assert.Null(ScenarioRunner.Run(loaded).WithoutDoubt);
    }
}
