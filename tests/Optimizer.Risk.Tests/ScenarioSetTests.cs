using Optimizer.Model;

namespace Optimizer.Risk.Tests;

/// <summary>Draws: of history in blocks, of the way to a horizon, of rates and of gas.</summary>
public sealed class ScenarioSetTests
{
    private const int Draws = 20_000;

    /// <summary>Weekly changes of ether that repeat three: two small ones and a large fall.</summary>
    private static (Market Market, RiskModel Risk) Ether()
    {
        var market = Markets.OneEvent("B", 0.5);
        double[] changes = [0.02, 0.02, -0.04];
        var closes = new double[61];
        closes[0] = 2_000;
        for (var t = 1; t < closes.Length; t++)
            closes[t] = closes[t - 1] * Math.Exp(changes[t % changes.Length]);
        market = market.With(market.Snapshot with
        {
            Assets = [.. market.Snapshot.Assets.Select(asset => asset.Id == "ETH" ? asset with { ResidualVolatility = new(0, "") } : asset)],
            History = new() { IntervalDays = 7, Series = [new() { Asset = "ETH", ClosesUsd = closes, From = "" }] },
        });
        return (market, new RiskModel(market, new RiskSettings()));
    }

    private static double Deviation(IReadOnlyList<double> values) => Math.Sqrt(values.Average(value => value * value) - values.Average() * values.Average());

    [Fact]
    public void Blocks_of_history_have_its_spread_and_its_extremes()
    {
        var (market, risk) = Ether();
        var oneWeek = new Duration(7);
        ScenarioSet Set(PriceDraws prices, Duration horizon, double block) => new(market, risk, new() { Prices = prices, BlockLength = new(block) }, horizon, Draws, 3);
        double[] Logs(ScenarioSet set) => [.. set.Moves("ETH").Select(move => Math.Log(move))];
        var (past, normal) = (Logs(Set(PriceDraws.History, oneWeek, 7)), Logs(Set(PriceDraws.Covariance, oneWeek, 7)));
        Assert.Equal(Deviation(normal), Deviation(past), 0.02 * Deviation(normal));
        // There are two different changes, and no others.
        Assert.Equal(2, past.Select(log => Math.Round(log, 9)).Distinct().Count());
        // Three consecutive changes add up to nothing, wherever they begin: what comes in order stays in order.
        Assert.All(Logs(Set(PriceDraws.History, new(21), 21)), log => Assert.InRange(Math.Abs(log + Deviation(normal) * Deviation(normal) * 1.5), 0, 0.002));
        Assert.True(Deviation(Logs(Set(PriceDraws.History, new(21), 7))) > 0.03);
    }

    [Fact]
    public void The_last_moment_of_a_path_is_spread_like_the_horizon()
    {
        var market = Markets.OneEvent("B", 0.5);
        var risk = new RiskModel(market, new RiskSettings());
        var horizon = new Duration(365);
        var paths = ScenarioSet.Paths(market, risk, new(), horizon, 12, Draws, 5);
        var whole = new ScenarioSet(market, risk, new(), horizon, Draws, 5);
        Assert.Equal(horizon.Years, paths[^1].Years, 1e-12);
        Assert.Equal(Deviation([.. whole.Moves("ETH").Select(move => Math.Log(move))]), Deviation([.. paths[^1].Moves("ETH").Select(move => Math.Log(move))]), 0.02);
        Assert.Equal(1, Deviation(paths[^1].Normals("anything")), 0.02);
        var e = market.Snapshot.Events[0];
        Assert.Equal(risk.Intensity(e), paths[^1].Strikes(e.Id).Average(strikes => (double)strikes), 0.002);
        Assert.All(paths.Zip(paths.Skip(1)), pair => Assert.True(pair.First.Strikes(e.Id).Zip(pair.Second.Strikes(e.Id)).All(s => s.First <= s.Second)));
    }

    [Fact]
    public void Errors_of_rates_share_a_tenth_and_gas_reaches_its_stressed_price_in_one_hour_of_a_year()
    {
        var market = Markets.OneEvent("B", 0.5);
        var set = new ScenarioSet(market, new RiskModel(market, new RiskSettings()), new(), new Duration(365), Draws, 5);
        var (one, other) = (set.RateErrors("a", "USD"), set.RateErrors("b", "USD"));
        Assert.Equal(1, Deviation(one), 0.02);
        Assert.Equal(0.1, one.Zip(other, (x, y) => x * y).Average(), 0.02);
        var gas = set.Gas("ethereum", 100).Order().ToArray();
        Assert.Equal(1, gas.Average(), 0.1);
        var many = new ScenarioSet(market, new RiskModel(market, new RiskSettings()), new(), new Duration(365), 1_000_000, 5).Gas("ethereum", 100);
        Assert.Equal(1 / 8766.0, many.Count(multiple => multiple >= 100) / 1e6, 4e-5);
    }
}
