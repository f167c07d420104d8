using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Policies;

namespace Optimizer.Transactions.Tests;

/// <summary>Plans that spend only what is sure to be there, and checks that let no change through.</summary>
public sealed class PlanTests
{
    private static readonly LoadedScenario Loaded = new ScenarioFiles().Load(Repository.Path("scenarios", "multisig.yaml"));
    private static readonly Lazy<Plan> Moves = new(() => ScenarioRunner.Run(Loaded).Plan!);
    private static readonly Lazy<TransactionPlan> Made = new(() => TransactionPlanner.Make(Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves, Moves.Value));

    [Fact]
    public void A_plan_is_sound_and_reads_back_the_same()
    {
        Assert.Empty(Check(Made.Value));
        var file = Path.Combine(Directory.CreateTempSubdirectory("optimizer-").FullName, "plan.json");
        File.WriteAllText(file, Formats.Serialize(Made.Value));
        Assert.Equal(Formats.Serialize(Made.Value), Formats.Serialize(ScenarioFiles.LoadPlan(file)));
        Assert.Equal("plan", FileCheck.Of(file).Kind);
    }

    [Fact]
    public void Base_units_are_conserved_and_costs_add_up()
    {
        var plan = Made.Value;
        // On every token: what was there and arrives is what is spent, paid for gas, and left.
        foreach (var (token, left) in plan.After)
        {
            BigInteger Sum(Func<TransactionStep, bool> which, Func<TransactionStep, BigInteger> amount) => plan.Steps.Where(which).Aggregate(BigInteger.Zero, (sum, step) => sum + amount(step));
            var spent = Sum(step => TransactionPlanner.Spends(step.Kind) && $"{step.Token}" == token, step => step.Amount);
            var arrived = Sum(step => TransactionPlanner.Delivers(step.Kind) && $"{step.ReceivedToken}" == token, step => step.MinimumReceived);
            var gas = Sum(step => $"{Loaded.Market.Chain(step.Chain).NativeTokenId()}" == token, step => step.Gas);
            Assert.Equal(plan.Before.GetValueOrDefault(token) + arrived, spent + gas + left);
            Assert.True(left.Sign >= 0);
        }

        Assert.Equal(plan.Steps.Sum(step => step.GasUsd + step.FeeUsd), plan.CostUsd, 1e-9);
    }

    [Fact]
    public void Allowances_are_given_in_the_phase_that_uses_them_and_for_exactly_as_much()
    {
        var phases = Phase.Of(Made.Value);
        foreach (var phase in phases)
        {
            foreach (var approval in phase.Steps.Where(step => step.Kind == StepKind.Approve))
                Assert.Contains(phase.Steps, step => step.DependsOn.Contains(approval.Id) && step.Amount == approval.Amount && step.Id > approval.Id);
        }

        Assert.Contains(phases, phase => phase.Number == 2 && phase.WaitsFor.Count > 0);
    }

    [Fact]
    public void Random_books_give_sound_plans()
    {
        // Swaps, wraps, and deposits that live on what they deliver, in every proportion.
        var market = Loaded.Market.With(Loaded.Market.Snapshot with
        {
            Routes = [.. Loaded.Market.Snapshot.Routes.Select(route => route.Provider == "uniswap-v3" ? route with { Parameters = new Dictionary<string, string> { ["fee"] = "500" } } : route)],
        });
        Gen.Select(Gen.Int[1, 100_000], Gen.Int[1, 500], Gen.Double[0, 1], Gen.Double[0.0001, 0.02]).Sample((usdc, weth, share, slippage) =>
        {
            var scenario = Loaded.Scenario with
            {
                Holdings =
                [
                    new() { Token = new("USDC", "ethereum"), Amount = Amount.Parse($"{usdc}") },
                    new() { Token = new("ETH", "ethereum"), Amount = Amount.Parse($"{weth + 1}") },
                    // What is locked pays for no slippage.
                    new() { Token = new("USDC", "ethereum"), Amount = Amount.Parse("777"), Locked = true },
                ],
            };
            var (swapped, sold) = (market.Snapshot.Routes.Single(route => route.Id == "uniswap-v3/ethereum/ETH-USDC"), Math.Floor(weth * 1e18 * share));
            BigInteger Units(double amount) => new(amount);
            var received = Units(sold / 1e18 * 2_000 * 0.999 * 1e6);
            var all = usdc * BigInteger.Pow(10, 6) + received;
            Step Step(int id, StepKind kind, string via, TokenId token, BigInteger amount, BigInteger gets, params int[] after) => new()
            {
                Id = id,
                Kind = kind,
                Chain = "ethereum",
                From = $"{token}",
                To = via,
                Via = via,
                Amount = amount,
                Token = token,
                Received = gets,
                Usd = 0,
                Gas = 1_000,
                GasUsd = 0.01,
                FeeUsd = 1,
                DurationSeconds = 0,
                DependsOn = after,
            };
            var (aave, compound) = (all / 3, all - all / 3);
            var moves = new Plan
            {
                Steps =
                [
                    Step(1, StepKind.Swap, swapped.Id, swapped.From, Units(sold), received),
                    Step(2, StepKind.Approve, "aave-v3/ethereum/USDC", swapped.To, aave, aave),
                    Step(3, StepKind.Deposit, "aave-v3/ethereum/USDC", swapped.To, aave, aave, 1, 2),
                    Step(4, StepKind.Approve, "compound-v3/ethereum/USDC", swapped.To, compound, compound),
                    Step(5, StepKind.Deposit, "compound-v3/ethereum/USDC", swapped.To, compound, compound, 1, 4),
                ],
                CostUsd = 0,
                GasUsd = 0,
                DurationSeconds = 0,
            };
            var settings = Loaded.Settings.Moves with { Slippage = new(slippage) };
            var plan = TransactionPlanner.Make(market, scenario, settings, moves);
            Assert.Empty(PlanVerifier.Check(plan, market, scenario, settings, moves));
            // Not a unit is lost: what slippage may take is not deposited, and nothing else is left.
            var deposited = plan.Positions.Values.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);
            Assert.Equal(usdc * BigInteger.Pow(10, 6) + plan.Steps.Single(step => step.Kind == StepKind.Swap).MinimumReceived, deposited);
            Assert.Equal(777 * BigInteger.Pow(10, 6), plan.After["USDC@ethereum"]);
        }, iter: 200);
    }

    [Fact]
    public void No_change_of_a_plan_goes_through()
    {
        var sound = JsonNode.Parse(Formats.Serialize(Made.Value))!;
        var places = Places(sound).Where(place => !place.EndsWith("$schema", StringComparison.Ordinal)).ToArray();
        var random = new Random(1);
        var changed = 0;
        // A hundred changed figures, addresses and words, and every pair of steps that can be swapped.
        for (var i = 0; i < 400 && changed < 150; i++)
        {
            var file = sound.DeepClone();
            var place = places[random.Next(places.Length)];
            if (!Change(file, place, random))
                continue;
            changed++;
            Assert.True(IsRefused(file), $"{place} became {At(file, place)}");
        }

        Assert.True(changed >= 100, $"{changed}");
        for (var i = 1; i < Made.Value.Steps.Count; i++)
        {
            var steps = Made.Value.Steps.ToList();
            (steps[i - 1], steps[i]) = (steps[i] with { Id = i }, steps[i - 1] with { Id = i + 1 });
            Assert.NotEmpty(Check(Made.Value with { Steps = steps }));
        }
    }

    [Fact]
    public void A_lowered_minimum_is_refused_even_where_the_call_says_the_same()
    {
        // The whole plan made anew with a slippage of 20 %.
        var loose = TransactionPlanner.Make(Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves with { Slippage = new(0.2), ValidFor = new(30) }, Moves.Value);
        Assert.Contains(Check(loose), violation => violation.Rule == PlanVerifier.Deadline);
    }

    [Fact]
    public void Every_rule_is_in_the_docs()
    {
        var docs = File.ReadAllText(Repository.Path("docs", "plan-format.md"));
        Assert.All([.. PlanVerifier.FindingRules, PolicyCheck.Forbidden, PolicyCheck.Spend], rule => Assert.Contains($"`{rule}`", docs, StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_allows_what_it_names_and_nothing_else()
    {
        var policy = ScenarioFiles.LoadPolicy(Repository.Path("scenarios", "policies", "multisig.yaml"));
        Assert.Empty(PolicyCheck.Check(Made.Value, policy, Loaded.Market));
        // Without any one of its rules something is forbidden, and the message names what came nearest.
        foreach (var rule in policy.Allow)
            Assert.Contains(PolicyCheck.Check(Made.Value, policy with { Allow = [.. policy.Allow.Where(other => other != rule)] }, Loaded.Market), violation => violation.Rule == PolicyCheck.Forbidden);
        // The words beside the data do not count.
        var step = Made.Value.Steps.First(step => step.Kind == StepKind.BridgeSend);
        var elsewhere = step.Calls[0] with { Data = step.Calls[0].Data.Replace("5afe3855358e112b5647b952709e6165e1c1eeee", "5afe3855358e112b5647b952709e6165e1c1eeef", StringComparison.Ordinal) };
        var wrong = Assert.Single(PolicyCheck.Check(Made.Value with { Steps = [.. Made.Value.Steps.Select(other => other == step ? step with { Calls = [elsewhere] } : other)] }, policy, Loaded.Market));
        Assert.Contains("requires mintRecipient to be 0x5aFE3855358E112B5647B952709E6165e1c1eEEe, not 0x0000000000000000000000005afe3855358e112b5647b952709e6165e1c1eeef", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(PolicyCheck.Check(Made.Value, policy with { Spend = new Dictionary<string, Amount> { ["USDC@ethereum"] = Amount.Parse("3_999_999") } }, Loaded.Market), violation => violation.Rule == PolicyCheck.Spend);
        Assert.Throws<TransactionException>(() => PolicyCheck.Check(Made.Value, policy with { Allow = [policy.Allow[0] with { Where = new Dictionary<string, string> { ["spenda"] = "account" } }] }, Loaded.Market));
        Assert.Throws<TransactionException>(() => PolicyCheck.Check(Made.Value, policy with { Spend = new Dictionary<string, Amount> { ["USDC@moon"] = Amount.Parse("1") } }, Loaded.Market));
    }

    [Fact]
    public void What_the_market_did_since_is_told_by_how_bad_it_is()
    {
        var snapshot = Loaded.Market.Snapshot;
        var deposit = Made.Value.Steps.First(step => step.Kind == StepKind.Deposit);
        var send = Made.Value.Steps.First(step => step.Kind == StepKind.BridgeSend);
        Figure Figure(double value) => new(value, snapshot.Assets[0].PriceUsd.From);
        Opportunity Place(Func<Opportunity, Opportunity> change) => change(Loaded.Market.Opportunity(deposit.Via));
        Snapshot WithPlace(Func<Opportunity, Opportunity> change) => snapshot with { Opportunities = [.. snapshot.Opportunities.Select(place => place.Id == deposit.Via ? Place(change) : place)] };
        Snapshot WithRoute(Func<Route, Route> change) => snapshot with { Routes = [.. snapshot.Routes.Select(route => route.Id == send.Via ? change(route) : route)] };
        void Expect(DriftKind? kind, Snapshot now, string message = "")
        {
            var drifts = MarketDrift.Check(Made.Value, Loaded.Market, Loaded.Market.With(now), Loaded.Settings.Moves);
            Assert.Equal(kind, drifts.Count == 0 ? null : drifts.Max(drift => drift.Kind));
            Assert.True(kind is null || drifts.Any(drift => drift.Message.Contains(message, StringComparison.Ordinal)), string.Join("; ", drifts));
        }

        Expect(null, snapshot);
        Expect(DriftKind.Dangerous, WithPlace(place => place with { Capacity = Figure(1_000) }), "accepts only 1,000 USD more now");
        Expect(DriftKind.Dangerous, snapshot with { Opportunities = [.. snapshot.Opportunities.Where(place => place.Id != deposit.Via)] }, "is paused");
        Expect(DriftKind.Drifted, WithPlace(place => place with { Carry = place.Carry.Shifted(new(default, ShiftMode.Multiply, 0.5)) }), "now for the amount, before");
        Expect(DriftKind.Dangerous, snapshot with { Routes = [.. snapshot.Routes.Where(route => route.Id != send.Via)] }, "has no quote now");
        Expect(DriftKind.Drifted, WithRoute(route => route with { Fees = [new() { Bps = Figure(20) }] }), "of the amount now, before");
        Expect(DriftKind.Dangerous, WithRoute(route => route with { Fees = [new() { Bps = Figure(100) }] }), "the call would fail");
        // A converter that gives less than it did costs more, though its fee is the same.
        Expect(DriftKind.Dangerous, WithRoute(route => route with { Rate = Figure(0.98) }), "the call would fail");
        Expect(DriftKind.Dangerous, WithRoute(route => route with { Maximum = Figure(10) }), "accepts at most 10 USD now");
        Expect(DriftKind.Drifted, snapshot with { Assets = [.. snapshot.Assets.Select(asset => asset.Id == "USDC" ? asset with { PriceUsd = Figure(0.98) } : asset)] }, "was 1 USD and is now 0.98");
        Expect(DriftKind.Dangerous, snapshot with { Chains = [.. snapshot.Chains.Where(chain => chain.Id != "base")] }, "base cannot be read now");
    }

    [Fact]
    public void What_cannot_be_called_is_named_and_nothing_is_made()
    {
        var scenario = Loaded.Scenario with { Accounts = new Dictionary<string, string>() };
        var wrong = Assert.Throws<TransactionException>(() => TransactionPlanner.Make(Loaded.Market, scenario, Loaded.Settings.Moves, Moves.Value));
        Assert.Contains("the scenario has no account on ethereum; add it under 'accounts'", wrong.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Violation> Check(TransactionPlan plan) => PlanVerifier.Check(plan, Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves, Moves.Value);

    private static bool IsRefused(JsonNode file)
    {
        var path = Path.Combine(Path.GetTempPath(), $"plan-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, file.ToJsonString());
        try
        {
            return Check(ScenarioFiles.LoadPlan(path)).Count > 0;
        }
        catch (InputException)
        {
            return true;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The places of all values in a file, as paths.</summary>
    private static IEnumerable<string> Places(JsonNode? node, string path = "") => node switch
    {
        JsonObject fields => fields.SelectMany(field => Places(field.Value, $"{path}/{field.Key}")),
        JsonArray items => items.SelectMany((item, i) => Places(item, $"{path}/{i}")),
        null => [],
        _ => [path],
    };

    private static JsonNode? At(JsonNode file, string place) => place.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate((JsonNode?)file, (node, key) => node is JsonArray items ? items[int.Parse(key, CultureInfo.InvariantCulture)] : node![key]);

    private static bool Change(JsonNode file, string place, Random random)
    {
        // Keys with slashes in them are not paths.
        if (place.StartsWith("/positions", StringComparison.Ordinal))
            return false;
        var keys = place.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var parent = At(file, string.Join('/', keys[..^1]))!;
        var value = At(file, place)!.AsValue();
        JsonNode other;
        if (value.TryGetValue<double>(out var number))
            other = number + 1;
        else if (value.GetValue<string>() is { Length: > 0 } text)
            other = text[..^1] + (char.IsAsciiDigit(text[^1]) ? (char)('0' + (text[^1] - '0' + 1 + random.Next(8)) % 10) : text[^1] == 'a' ? 'b' : 'a');
        else
            return false;
        if (parent is JsonArray items)
            items[int.Parse(keys[^1], CultureInfo.InvariantCulture)] = other;
        else
            parent[keys[^1]] = other;
        return true;
    }
}
