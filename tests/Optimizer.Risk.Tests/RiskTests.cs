using MathNet.Numerics.LinearAlgebra;
using Optimizer.Model;

namespace Optimizer.Risk.Tests;

/// <summary>Covariance from prices, and what events add.</summary>
public sealed class RiskTests
{
    [Fact]
    public void Shrunk_covariance_is_positive_definite_even_with_few_samples() =>
        Gen.Double[0.5, 2].Array[5].Array[4].Sample(moves =>
        {
            var prices = moves.Select(series => (IReadOnlyList<double>)[.. series.Aggregate(new List<double> { 1 }, (p, m) => [.. p, p[^1] * m])]).ToArray();
            return ShrunkCovariance.FromPrices(prices, 7).Evd(Symmetricity.Symmetric).EigenValues.All(e => e.Real > -1e-12);
        });

    [Fact]
    public void With_many_samples_of_independent_prices_the_covariance_is_theirs()
    {
        var random = new Random(1);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        IReadOnlyList<double> Path(double daily) => [.. Enumerable.Range(0, 20_000).Aggregate(new List<double> { 1 }, (p, _) => { p.Add(p[^1] * Math.Exp(daily * Normal())); return p; })];
        var covariance = ShrunkCovariance.FromPrices([Path(0.01), Path(0.03)], 1);
        Assert.Equal(0.01 * 0.01 * 365, covariance[0, 0], 0.002);
        Assert.Equal(0.03 * 0.03 * 365, covariance[1, 1], 0.01);
        Assert.Equal(0, covariance[0, 1], 0.005);
    }

    [Fact]
    public void An_event_adds_intensity_times_loss_squared_to_the_variance()
    {
        var model = new RiskModel(Markets.OneEvent(rating: "A", loss: 0.6), new RiskSettings());
        var variance = model.Loadings(Markets.Token).Values.Sum(l => l * l);
        Assert.Equal(-Math.Log(1 - 0.0025) * 0.36, variance, 1e-12);
        Assert.Equal(-Math.Log(1 - 0.0025) * 0.6, model.ExpectedLossRate(Markets.OneEvent("A", 0.6).EventsOf(Markets.Token)), 1e-12);
    }

    [Fact]
    public void An_event_named_by_token_and_chain_strikes_once()
    {
        var market = Markets.OneEvent("A", 0.6);
        var shared = market.With(market.Snapshot with { Chains = [market.Snapshot.Chains[0] with { Events = [new("e", new(0.2, ""))] }] });
        Assert.Equal(0.6 * 0.6, new RiskModel(shared, new RiskSettings()).Loadings(Markets.Token).Values.Sum(l => l * l) / -Math.Log(1 - 0.0025), 1e-9);
    }

    [Fact]
    public void Holding_the_numeraire_is_no_price_risk()
    {
        var model = new RiskModel(Markets.OneEvent("A+", 0), new RiskSettings(), "ETH");
        Assert.All(model.Loadings(Markets.Ether).Values, loading => Assert.Equal(0, loading, 1e-15));
        Assert.Contains(model.Loadings(Markets.Token).Values, loading => Math.Abs(loading) > 0.1);
    }
}

/// <summary>The smallest market with an event and a price history.</summary>
internal static class Markets
{
    public static readonly TokenId Token = new("USD1", "c");
    public static readonly TokenId Ether = new("ETH", "c");

    public static Market OneEvent(string rating, double loss) => new(
        new Snapshot
        {
            Name = "test",
            TakenAt = DateTimeOffset.UnixEpoch,
            Provenances = new Dictionary<string, Provenance>(),
            Assets =
            [
                new() { Id = "USD1", Name = "Dollar", PriceUsd = new(1, ""), ResidualVolatility = new(0, "") },
                new() { Id = "ETH", Name = "Ether", PriceUsd = new(2_000, ""), ResidualVolatility = new(0, "") },
            ],
            History = new() { IntervalDays = 7, Series = [new() { Asset = "ETH", ClosesUsd = [100, 110, 90, 105, 120], From = "" }] },
            Events = [new() { Id = "e", Kind = EventKind.Issuer, Name = "e", Rating = Rating.Parse(rating), From = "" }],
            Chains = [new() { Id = "c", Gas = new EvmGas { GweiPerGas = new(1, "") } }],
            Tokens = [new() { Id = Token, Events = [new("e", new(loss, ""))] }],
            Opportunities = [],
            Routes = [],
        },
        [new()
        {
            Id = "c", Name = "C", Family = ChainFamily.Evm, ChainId = 1, NativeToken = "ETH", BlockTime = new(0), Finality = new(0),
            RpcEnvironmentVariable = "X", Explorer = "", ApproveGasUnits = 50_000,
            Tokens = [new() { Symbol = "ETH", Decimals = 18 }, new() { Symbol = "USD1", Decimals = 6, Address = "0x" }],
        }]);
}
