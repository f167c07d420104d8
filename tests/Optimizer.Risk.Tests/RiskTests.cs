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
            var changes = moves.Select(series => series.Select(move => Math.Log(move)).ToArray()).ToArray();
            return ShrunkCovariance.FromChanges(changes, 7).Evd(Symmetricity.Symmetric).EigenValues.All(e => e.Real > -1e-12);
        });

    [Fact]
    public void With_many_samples_of_independent_prices_the_covariance_is_theirs()
    {
        var random = new Random(1);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double[] Changes(double daily) => [.. Enumerable.Range(0, 20_000).Select(_ => daily * Normal())];
        var covariance = ShrunkCovariance.FromChanges([Changes(0.01), Changes(0.03)], 1);
        Assert.Equal(0.01 * 0.01 * 365, covariance[0, 0], 0.002);
        Assert.Equal(0.03 * 0.03 * 365, covariance[1, 1], 0.01);
        Assert.Equal(0, covariance[0, 1], 0.005);
    }

    [Fact]
    public void An_event_adds_intensity_times_loss_squared_to_the_variance()
    {
        var model = new RiskModel(Markets.OneEvent(rating: "A", loss: 0.6), new RiskSettings());
        var variance = model.Loadings(Markets.Token).Values.Sum(l => l * l);
        Assert.Equal(-Math.Log(1 - new RiskSettings().Ratings["A"].Fraction) * 0.36, variance, 1e-12);
        Assert.Equal(1 - Math.Exp(-2 * -Math.Log(1 - new RiskSettings().Ratings["A"].Fraction) * 0.6), model.ExpectedLoss(Markets.Token, 2), 1e-15);
    }

    [Fact]
    public void An_event_named_by_token_and_chain_strikes_once()
    {
        var market = Markets.OneEvent("A", 0.6);
        var shared = market.With(market.Snapshot with { Chains = [market.Snapshot.Chains[0] with { Events = [new("e", new(0.2, ""))] }] });
        Assert.Equal(0.6 * 0.6, new RiskModel(shared, new RiskSettings()).Loadings(Markets.Token).Values.Sum(l => l * l) / -Math.Log(1 - new RiskSettings().Ratings["A"].Fraction), 1e-9);
    }

    /// <summary>Loss-versus-rebalancing is what a small move of the price, up or down with even chance, takes from the pool's own
    /// value function: 0 for what merely holds tokens.</summary>
    [Fact]
    public void Liquidity_loses_what_a_small_move_takes_from_its_value() => Gen.Select(Gen.Double[1.01, 20], Gen.Double[0.05, 1.5]).Sample((range, volatility) =>
    {
        // Two units of liquidity over prices from 1/range to range, at a price of one: worth of both tokens in the second.
        double Worth(double price) => 2 * Math.Sqrt(price) - price / Math.Sqrt(range) - 1 / Math.Sqrt(range);
        const double Move = 1e-4;
        var perVariance = (Worth(1) - (Worth(1 + Move) + Worth(1 - Move)) / 2) / (Move * Move) / Worth(1) * 2;
        var model = Markets.Pool(1 / (1 - 1 / Math.Sqrt(range)), volatility);
        Assert.Equal(1, model.Model.RebalancingLossRate(model.Pool) / (perVariance / 2 * volatility * volatility), 1e-4);
        Assert.Equal(model.Model.RebalancingLossRate(model.Pool), model.Model.ExpectedLoss(model.Pool, 1), 1e-15);
    });

    [Fact]
    public void A_constant_product_pool_loses_an_eighth_of_the_variance_and_a_place_without_trading_nothing()
    {
        // Milionis et al. 2022: σ²/8 a year; and nothing where both tokens move together.
        var (model, pool) = Markets.Pool(1, 0.6);
        Assert.Equal(0.6 * 0.6 / 8, model.RebalancingLossRate(pool), 1e-12);
        Assert.Equal(0, model.RebalancingLossRate(pool with { LiquidityConcentration = null }));
        Assert.Equal(0, model.RebalancingLossRate(pool with { Inputs = [new(Markets.Ether, 0.5), new(Markets.Ether, 0.5)] }), 1e-15);
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

    /// <summary>A pool of dollars that do not move and ether of a volatility.</summary>
    public static (RiskModel Model, Opportunity Pool) Pool(double concentration, double volatility)
    {
        var market = OneEvent("A+", 0);
        var assets = market.Snapshot.Assets.Select(asset => asset.Id == "ETH" ? asset with { ResidualVolatility = new(volatility, "") } : asset);
        var moving = market.With(market.Snapshot with { Assets = [.. assets], History = new() { IntervalDays = 7, Series = [] } });
        return (new(moving, new RiskSettings()), new()
        {
            Id = "pool/c/USD1-ETH",
            Protocol = "pool",
            Chain = "c",
            Kind = OpportunityKind.Liquidity,
            Inputs = [new(Token, 0.5), new(Ether, 0.5)],
            Carry = new() { Base = new FlatCurve { Basis = RateBasis.Simple, RatePerYear = new(0.1, "") } },
            LiquidityConcentration = new(concentration, ""),
            Volatility = new(0, ""),
            Total = new(1e8, ""),
            EnterGasUnits = new(450_000, ""),
            ExitGasUnits = new(350_000, ""),
            Events = [],
        });
    }

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
