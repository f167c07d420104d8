using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Planning.Tests;

/// <summary>Plans of random books and targets on a small market of two chains.</summary>
public sealed class PlannerTests
{
    private static readonly TokenId UsdA = new("USD", "a"), UsdB = new("USD", "b"), EurA = new("EUR", "a"), GasA = new("GAS", "a"), GasB = new("GAS", "b");

    [Fact]
    public void Base_units_conserve_on_every_token() => Gen.Select(
        Gen.Double[1_000, 1e8], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Bool).Sample((usd, bridged, swapped, deposited, keeps) =>
    {
        var market = SmallMarket.Create();
        var scenario = SmallMarket.Holding((UsdA, usd), (GasA, 10), (GasB, 10));
        var (bridge, swap) = (usd * bridged * 0.5, usd * swapped * 0.4);
        var target = new Target
        {
            Withdrawals = [],
            Flows = [.. new[] { SmallMarket.Flow(market, 0, bridge), SmallMarket.Flow(market, 1, swap) }.Where(f => f.ValueUsd > 1)],
            Deposits = [.. bridge > 1 ? [new TargetDeposit(market.Opportunity("pool/b/USD"), bridge * (1 - 5e-4) * (keeps ? deposited : 1) - (keeps ? 0 : 1))] : Array.Empty<TargetDeposit>()],
            IdleUsd = new Dictionary<TokenId, double> { [UsdA] = usd - bridge - swap, [UsdB] = keeps ? bridge * (1 - deposited) : 0, [EurA] = swap },
        };
        var (plan, after) = Planner.Make(market, scenario, target);
        var balances = new Dictionary<TokenId, BigInteger>();
        void Add(TokenId token, BigInteger amount) => balances[token] = balances.GetValueOrDefault(token) + amount;
        foreach (var holding in scenario.Holdings)
            Add(holding.Token!.Value, Book.AmountOf(market, holding).BaseUnits);
        foreach (var step in plan.Steps)
        {
            Add(market.Chain(step.Chain).NativeTokenId(), -step.Gas);
            if (step.Kind is StepKind.BridgeSend or StepKind.Swap or StepKind.Deposit)
                Add(step.Token, -step.Amount);
            if (step.Kind is StepKind.BridgeReceive or StepKind.Swap)
                Add(TokenId.Parse(step.To), step.Received);
        }

        var valueBefore = scenario.Holdings.Sum(h => Book.ValueUsd(market, h));
        var valueAfter = after.Idle.Sum(t => Value(market, t.Key, t.Value)) + after.Positions.Sum(p => Value(market, UsdB, p.Value));
        return balances.All(pair => after.Idle[pair.Key] == pair.Value && pair.Value >= 0)
            && Math.Abs(valueBefore - valueAfter - plan.CostUsd) <= 1e-9 * valueBefore
            && plan.Steps.All(s => s.DependsOn.All(d => d < s.Id));
    }, iter: 300);

    [Fact]
    public void What_is_not_to_stay_goes_to_the_last_unit()
    {
        var market = SmallMarket.Create();
        var scenario = SmallMarket.Holding((UsdB, 1_234_567.891), (GasB, 10));
        var target = SmallMarket.DepositAll(market, 1_234_567.89);
        var (_, after) = Planner.Make(market, scenario, target);
        Assert.Equal(BigInteger.Zero, after.Idle[UsdB]);
        Assert.Equal(new BigInteger(1_234_567_891_000), after.Positions["pool/b/USD"]);
    }

    [Fact]
    public void A_basket_takes_each_token_by_its_share_and_gives_it_back()
    {
        var market = SmallMarket.Create();
        var snapshot = market.Snapshot;
        var basket = snapshot.Opportunities[0] with
        {
            Id = "lp/a",
            Chain = "a",
            Inputs = [new(UsdA, 0.5), new(EurA, 0.5)],
            EntryFeeBps = new(10, ""),
            ExitFeeBps = new(20, ""),
        };
        market = market.With(snapshot with { Opportunities = [.. snapshot.Opportunities, basket] });
        var scenario = SmallMarket.Holding((UsdA, 1_000), (EurA, 1_000 / 1.17), (GasA, 10));
        var idle = new Dictionary<TokenId, double> { [UsdA] = 500, [EurA] = 500 };
        var (plan, after) = Planner.Make(market, scenario, new() { Withdrawals = [], Flows = [], Deposits = [new(basket, 1_000)], IdleUsd = idle });
        Assert.Equal(999, Value(market, UsdA, after.Positions["lp/a"]), 1e-3);
        Assert.Equal(500, Value(market, UsdA, after.Idle[UsdA]), 1e-3);
        Assert.Equal(500, Value(market, EurA, after.Idle[EurA]), 1e-3);
        Assert.Equal(1, plan.Steps.Single(s => s.Kind == StepKind.Deposit).FeeUsd, 1e-3);

        var back = scenario with { Holdings = [new() { Opportunity = "lp/a", Amount = new("999") }, new() { Token = GasA, Amount = new("10") }] };
        var (_, given) = Planner.Make(market, back, new() { Withdrawals = [new(basket, 999, true)], Flows = [], Deposits = [], IdleUsd = idle });
        Assert.Equal(BigInteger.Zero, given.Positions["lp/a"]);
        Assert.Equal(999 * 0.998 / 2, Value(market, UsdA, given.Idle[UsdA]), 1e-3);
        Assert.Equal(999 * 0.998 / 2, Value(market, EurA, given.Idle[EurA]), 1e-3);
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(299, 300)]
    [InlineData(400, 600)]
    public void What_is_late_keeps_only_the_smallest_use_waiting_that_takes_it_up(double late, double waiting)
    {
        var market = SmallMarket.Create();
        var places = new[] { 200.0, 300, 600 }.Select((usd, i) => (Place: market.Snapshot.Opportunities[0] with { Id = $"place-{i}/b" }, Usd: usd)).ToArray();
        market = market.With(market.Snapshot with { Opportunities = [.. places.Select(place => place.Place)] });
        var target = new Target { Withdrawals = [], Flows = [SmallMarket.Flow(market, 3, late)], Deposits = [.. places.Select(place => new TargetDeposit(place.Place, place.Usd))], IdleUsd = new Dictionary<TokenId, double>() };
        var (plan, after) = Planner.Make(market, SmallMarket.Holding((UsdA, late), (UsdB, 1_100 - late), (GasA, 10), (GasB, 10)), target);
        var arrival = plan.Steps.Single(step => step.Kind == StepKind.BridgeReceive);
        var waits = Assert.Single(plan.Steps, step => step.Kind == StepKind.Deposit && step.DependsOn.Contains(arrival.Id));
        Assert.Equal(waiting, waits.Usd, 1e-6);
        Assert.Equal(BigInteger.Zero, after.Idle[UsdB]);
    }

    [Fact]
    public void What_the_solver_rounded_falls_on_the_largest_use()
    {
        var market = SmallMarket.Create();
        var places = new[] { 200.0, 1_000_000 }.Select((usd, i) => (Place: market.Snapshot.Opportunities[0] with { Id = $"place-{i}/b" }, Usd: usd)).ToArray();
        market = market.With(market.Snapshot with { Opportunities = [.. places.Select(place => place.Place)] });
        var target = new Target { Withdrawals = [], Flows = [SmallMarket.Flow(market, 3, 100)], Deposits = [.. places.Select(place => new TargetDeposit(place.Place, place.Usd))], IdleUsd = new Dictionary<TokenId, double>() };
        var (plan, _) = Planner.Make(market, SmallMarket.Holding((UsdA, 100), (UsdB, 1_000_095), (GasA, 10), (GasB, 10)), target);
        Assert.Equal([200, 999_995], plan.Steps.Where(step => step.Kind == StepKind.Deposit).Select(step => Math.Round(step.Usd, 6)).Order());
    }

    [Fact]
    public void A_target_that_wants_more_than_there_is_is_refused_with_the_figures()
    {
        var error = Assert.Throws<PlanException>(() => Planner.Make(SmallMarket.Create(),
            SmallMarket.Holding((UsdB, 1_000), (GasB, 10)), SmallMarket.DepositAll(SmallMarket.Create(), 2_000)));
        Assert.Contains("2,000.00 USD are needed, but only 1,000.00 USD are available", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gas_that_is_not_there_is_said() => Assert.Contains("gas", Assert.Throws<PlanException>(() => Planner.Make(SmallMarket.Create(),
        SmallMarket.Holding((UsdB, 1_000)), SmallMarket.DepositAll(SmallMarket.Create(), 1_000))).Message, StringComparison.Ordinal);

    [Fact]
    public void Money_that_would_run_in_a_circle_is_refused()
    {
        var market = SmallMarket.Create();
        var target = new Target
        {
            Withdrawals = [],
            Deposits = [],
            IdleUsd = new Dictionary<TokenId, double> { [UsdA] = 900 },
            Flows = [SmallMarket.Flow(market, 1, 500), SmallMarket.Flow(market, 2, 400)],
        };
        Assert.Contains("form a circle", Assert.Throws<PlanException>(() => Planner.Make(market, SmallMarket.Holding((UsdA, 1_000), (GasA, 10)), target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_free_bridge_between_decimals_delivers_what_was_sent() => Gen.Long[0, long.MaxValue].Sample(amount =>
    {
        var market = SmallMarket.Create();
        var free = market.Snapshot.Routes[0];
        return RouteQuote.Received(market, new(market, free), 0, amount) == amount && RouteQuote.Received(market, new(market, free), 5e-4, amount) <= amount;
    });

    private static double Value(Market market, TokenId token, BigInteger units) =>
        new TokenAmount(units, market.Token(token).Decimals).ToUsd(market.PriceUsd(token));
}

/// <summary>Two chains, a stable token on both, another to swap into, a pool.</summary>
internal static class SmallMarket
{
    public static Market Create()
    {
        static Figure F(double value) => new(value, "");
        static Route Route(string id, RouteKind kind, string from, string to) => new()
        {
            Id = id,
            Kind = kind,
            Provider = "p",
            From = TokenId.Parse(from),
            To = TokenId.Parse(to),
            Fees = [new() { Bps = F(5) }],
            DurationSeconds = F(60),
            SourceGasUnits = F(100_000),
            ClaimGasUnits = kind == RouteKind.Bridge ? F(50_000) : null,
        };
        static Chain Chain(string id) => new()
        {
            Id = id,
            Name = id,
            Family = ChainFamily.Evm,
            ChainId = 1,
            NativeToken = "GAS",
            BlockTime = new(0),
            Finality = new(0),
            RpcEnvironmentVariable = "X",
            Explorer = "",
            ApproveGasUnits = 50_000,
            Tokens = [new() { Symbol = "GAS", Decimals = 18 }, new() { Symbol = "USD", Decimals = 6, Address = "0x" }, new() { Symbol = "EUR", Decimals = 18, Address = "0x" }],
        };
        return new(new Snapshot
        {
            Name = "test",
            TakenAt = DateTimeOffset.UnixEpoch,
            Provenances = new Dictionary<string, Provenance>(),
            Assets =
            [
                new() { Id = "GAS", Name = "", PriceUsd = F(2_000), ResidualVolatility = F(0) }, new() { Id = "USD", Name = "", PriceUsd = F(1), ResidualVolatility = F(0) },
                new() { Id = "EUR", Name = "", PriceUsd = F(1.17), ResidualVolatility = F(0) },
            ],
            History = new() { IntervalDays = 7, Series = [] },
            Events = [],
            Chains = [new() { Id = "a", Gas = new EvmGas { GweiPerGas = F(3) } }, new() { Id = "b", Gas = new EvmGas { GweiPerGas = F(0.01), DataFeeGwei = F(7) } }],
            Tokens = [],
            Opportunities =
            [
                new()
                {
                    Id = "pool/b/USD", Protocol = "pool", Chain = "b", Kind = OpportunityKind.Lending, Inputs = [new(new("USD", "b"), 1)],
                    Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = F(0.05) } }, Volatility = F(0), Total = F(1e9),
                    EnterGasUnits = F(200_000), ExitGasUnits = F(200_000), Events = [],
                },
            ],
            Routes = [Route("bridge", RouteKind.Bridge, "USD@a", "USD@b"), Route("swap", RouteKind.Swap, "USD@a", "EUR@a"), Route("back", RouteKind.Swap, "EUR@a", "USD@a"), Route("free", RouteKind.Bridge, "USD@a", "USD@b") with { Fees = [new() { Bps = F(0) }] }],
        }, [Chain("a"), Chain("b")]);
    }

    public static TargetFlow Flow(Market market, int route, double usd) => new(new(market, market.Snapshot.Routes[route]), market.Snapshot.Routes[route].Fees[0].Bps / 1e4, usd);

    public static Scenario Holding(params (TokenId Token, double Amount)[] holdings) => new()
    {
        Name = "test",
        Description = "",
        Snapshot = "",
        Horizon = new(30),
        Objective = new AnyObjective(),
        Holdings = [.. holdings.Select(h => new Holding { Token = h.Token, Amount = new(h.Amount.ToString("0.######")) })],
    };

    public static Target DepositAll(Market market, double usd) => new()
    {
        Withdrawals = [],
        Flows = [],
        IdleUsd = new Dictionary<TokenId, double>(),
        Deposits = [new(market.Opportunity("pool/b/USD"), usd)],
    };

    private sealed record AnyObjective : Objective;
}
