using Optimizer.Model;

namespace Optimizer.Risk.Tests;

/// <summary>How gains spread, against what can be reckoned by hand.</summary>
public sealed class LossTests
{
    /// <summary>The events, intensities and losses of a treasury's answer of August 2026, frozen: P(no event) is 96.5 % over 180 days, and of
    /// event losses alone 99 % of all draws lose at most 899,889 USD and the worst hundredth 1,265,065 USD on average.</summary>
    [Fact]
    public void A_treasury_s_tail_is_that_of_its_events()
    {
        // Position in USD, and per event: probability within a year (Credora's middle) and loss.
        (double Usd, (string Event, double PerYear, double Loss)[] Losses)[] book =
        [
            (2_500_285, [("maple-exploit", 0.0115, 0.5), ("maple-depeg", 0.0115, 0.3), ("ethereum-halt", 0.0005, 0.02), ("circle-depeg", 0.0025, 0.08)]),
            (2_500_285, [("morpho-exploit", 0.006, 0.5), ("steakhouse-bad-debt", 0.006, 0.15), ("chainlink-fault", 0.0025, 0.15), ("base-halt", 0.0025, 0.03), ("circle-depeg", 0.0025, 0.08)]),
            (2_499_287, [("sky-exploit", 0.0025, 0.5), ("ethereum-halt", 0.0005, 0.02), ("sky-depeg", 0.006, 0.15)]),
            (1_499_529, [("aave-v3-exploit", 0.0025, 0.5), ("chainlink-fault", 0.0025, 0.1), ("base-halt", 0.0025, 0.03), ("circle-depeg", 0.0025, 0.08)]),
            (1_000_114, [("ethena-exploit", 0.006, 0.4), ("ethereum-halt", 0.0005, 0.02), ("ethena-depeg", 0.0115, 0.3)]),
        ];
        var events = book.SelectMany(place => place.Losses).DistinctBy(loss => loss.Event).ToArray();
        var market = Markets.OneEvent("A+", 0);
        var snapshot = market.Snapshot;
        market = market.With(snapshot with
        {
            Events = [.. events.Select(e => new Event { Id = e.Event, Kind = EventKind.Protocol, Name = e.Event, Rating = Rating.Parse("A"), IntensityPerYear = new(-Math.Log(1 - e.PerYear), ""), From = "" })],
            Tokens = [],
            History = new() { IntervalDays = 7, Series = [] },
            Opportunities = [.. book.Select((place, i) => Markets.Pool(1, 0.1).Pool with
            {
                Id = $"place-{i}", Inputs = [new(Markets.Token, 1)], LiquidityConcentration = null,
                Events = [.. place.Losses.Select(loss => new EventLoss(loss.Event, new(loss.Loss, "")))],
            })],
        });
        var risk = new RiskModel(market, new RiskSettings());
        var horizon = new Duration(180);
        // Credited with its expected loss, a place's mean is that of its events alone.
        var items = book.Select((place, i) => new RevaluedItem($"place-{i}", place.Usd, place.Usd, -place.Usd * risk.ExpectedLoss(market.Opportunity($"place-{i}"), horizon.Years))).ToArray();
        var distribution = new LossDistribution(market, risk, new(market, risk, new(), horizon, 400_000, 7), items);
        Assert.Equal(0.965, distribution.NoEventProbability, 0.002);
        var tail = distribution.Tail(0.99);
        // The quantile falls between the atoms 750,086 and 1,250,142, where only pairs of events lie, with 0.014 % of all probability: its
        // standard error says so.
        Assert.InRange(tail.ValueAtRiskUsd, 750_000, 1_250_200);
        Assert.InRange(899_889, tail.ValueAtRiskUsd - 2 * tail.ValueAtRiskErrorUsd, tail.ValueAtRiskUsd + 2 * tail.ValueAtRiskErrorUsd);
        Assert.Equal(1, tail.ConditionalValueAtRiskUsd / 1_265_065, 0.02);
        Assert.Equal(1, tail.EventShare, 1e-3);
        Assert.InRange(tail.ConditionalValueAtRiskErrorUsd, 1_000, 20_000);
    }

    /// <summary>A single log-normal price: quantiles and tail means in closed form.</summary>
    [Fact]
    public void The_tail_of_one_price_is_that_of_the_log_normal()
    {
        const double Volatility = 0.6;
        var market = Markets.OneEvent("A+", 0);
        market = market.With(market.Snapshot with
        {
            Assets = [.. market.Snapshot.Assets.Select(asset => asset.Id == "ETH" ? asset with { ResidualVolatility = new(Volatility, "") } : asset)],
            History = new() { IntervalDays = 7, Series = [] },
        });
        var risk = new RiskModel(market, new RiskSettings());
        var horizon = new Duration(365);
        var tail = new LossDistribution(market, risk, new(market, risk, new(), horizon, 400_000, 1), [new("ETH@c", 1_000_000, 1_000_000, 0)]).Tail(0.95);
        var z = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 0.05);
        var quantile = Math.Exp(Volatility * z - Volatility * Volatility / 2);
        var mean = MathNet.Numerics.Distributions.Normal.CDF(0, 1, z - Volatility) / 0.05;
        Assert.Equal(1_000_000 * (1 - quantile), tail.ValueAtRiskUsd, 5 * tail.ValueAtRiskErrorUsd + 500);
        Assert.Equal(1_000_000 * (1 - mean), tail.ConditionalValueAtRiskUsd, 5 * tail.ConditionalValueAtRiskErrorUsd);
        Assert.Equal(0, tail.EventShare, 1e-9);
    }

    [Fact]
    public void The_mean_is_what_is_credited_and_the_draws_are_those_of_the_seed() => Gen.Select(Gen.Int[0, 1_000], Gen.Double[-50_000, 50_000]).Sample((seed, credited) =>
    {
        var market = Markets.OneEvent("B", 0.5);
        var risk = new RiskModel(market, new RiskSettings());
        var horizon = new Duration(365);
        LossDistribution Draw() => new(market, risk, new(market, risk, new(), horizon, 2_000, seed), [new("USD1@c", 1_000_000, 1_000_000, credited), new("ETH@c", 500_000, 500_000, 0)]);
        var (one, other) = (Draw(), Draw());
        // The worst of all is the mean loss of everything.
        return Math.Abs(one.Tail(0).ConditionalValueAtRiskUsd + credited) < 1e-3 && one.Tail(0.95) == other.Tail(0.95);
    }, iter: 20);
}
