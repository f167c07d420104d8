using Optimizer.Model;

namespace Optimizer.Derivatives.Tests;

/// <summary>Volatility surfaces: what they give, and which they are not allowed to be.</summary>
public sealed class SurfaceTests
{
    private static readonly SviSmile Flat = new() { A = 0.02, B = 0, Rho = 0, M = 0, Sigma = 0.1 };

    [Fact]
    public void At_its_expiries_and_quotes_a_surface_is_what_was_put_in()
    {
        var surface = new VolatilitySurface { Expiries = [Quotes(0.1, (1_800, 0.7), (2_000, 0.6), (2_300, 0.62)), Quotes(0.3, (1_700, 0.68), (2_000, 0.61), (2_500, 0.63))] };
        Assert.Empty(SurfaceArbitrage.Find(surface));
        Assert.Equal(0.62, SurfaceVolatility.Of(surface, 2_300, 0.1), 1e-12);
        Assert.Equal(0.63, SurfaceVolatility.Of(surface, 2_500, 0.3), 1e-12);
        Assert.Equal(2_000, SurfaceVolatility.Forward(surface, 0.2), 1e-9);
        // Beyond the quotes and the expiries it stays.
        Assert.Equal(0.63, SurfaceVolatility.Of(surface, 9_000, 2), 1e-12);
        Assert.Equal(0.7, SurfaceVolatility.Of(surface, 100, 0.01), 1e-12);
        Assert.InRange(SurfaceVolatility.Of(surface, 2_000, 0.2), 0.6, 0.61);
    }

    /// <summary>Axel Vogt's smile, in Gatheral and Jacquier (2014), example 3.1: positive, and not free of butterflies.</summary>
    [Fact]
    public void The_smile_of_Vogt_has_butterflies()
    {
        var vogt = new SviSmile { A = -0.0410, B = 0.1331, M = 0.3586, Rho = 0.3060, Sigma = 0.4153 };
        Assert.Contains("butterflies around strike", Assert.Single(Find(vogt)).Message, StringComparison.Ordinal);
        // A smile near it that has none.
        Assert.Empty(Find(new SviSmile { A = -0.0410 + 0.0414, B = 0.1, M = 0.3, Rho = 0.1, Sigma = 0.4153 }));
        Assert.Contains("negative variance", Assert.Single(Find(vogt with { A = -0.2 })).Message, StringComparison.Ordinal);
        Assert.Contains("a wing", Find(new SviSmile { A = 0.02, B = 1.5, Rho = 0.5, M = 0, Sigma = 0.1 })[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calendar_spreads_for_less_than_nothing_are_found()
    {
        var surface = new VolatilitySurface { Expiries = [Svi(0.1, Flat), Svi(0.2, Flat with { A = 0.019 })] };
        Assert.Contains("calendar spread", Assert.Single(SurfaceArbitrage.Find(surface)).Message, StringComparison.Ordinal);
        Assert.Empty(SurfaceArbitrage.Find(new() { Expiries = [Svi(0.1, Flat), Svi(0.2, Flat with { A = 0.021 })] }));
    }

    /// <summary>Far wings, wide quotes between two others, and the underlying as a call struck at zero hide nothing.</summary>
    [Fact]
    public void Arbitrage_is_found_wherever_it_can_be_traded()
    {
        Assert.Contains("butterflies around strike", Assert.Single(Find(new SviSmile { A = -0.0153, B = 0.1152, Rho = 0.5759, M = 0.1687, Sigma = 0.1717 })).Message, StringComparison.Ordinal);
        Assert.Contains("calendar spread", Assert.Single(SurfaceArbitrage.Find(new() { Expiries = [Svi(0.1, new() { A = 0.0127, B = 0.2141, Rho = 0.7321, M = 0.0969, Sigma = 0.2426 }), Svi(0.2, new() { A = 0.0057, B = 0.2188, Rho = 0.5005, M = -0.0894, Sigma = 0.2992 })] })).Message, StringComparison.Ordinal);
        Assert.Contains("butterfly of strikes 0, 1000 and 1100", Assert.Single(SurfaceArbitrage.Find(new() { Expiries = [Quotes(1, (1_000, 0.9), (1_100, 0.81))] })).Message, StringComparison.Ordinal);
        SurfaceExpiry Wide(double years, double bid, double ask) => new() { Years = years, Forward = 2_000, Smile = new PointsSmile { Quotes = [new() { Strike = 2_000, Bid = bid, Ask = ask }] } };
        Assert.Contains("calendar spread", SurfaceArbitrage.Find(new() { Expiries = [Wide(0.1, 0.9, 0.91), Wide(0.2, 0.1, 1.5), Wide(0.3, 0.3, 0.31)] })[0].Message, StringComparison.Ordinal);
        SmilePoint Quote(double strike, double bid, double ask) => new() { Strike = strike, Bid = bid, Ask = ask };
        var hidden = new SurfaceExpiry { Years = 0.1, Forward = 2_000, Smile = new PointsSmile { Quotes = [Quote(1_900, 0.5, 0.5), Quote(1_950, 0.01, 3), Quote(2_000, 0.8, 0.8), Quote(2_050, 0.01, 3), Quote(2_100, 0.5, 0.5)] } };
        Assert.Contains("the call at 2000 can be sold for more than the call at 1900 costs", SurfaceArbitrage.Find(new() { Expiries = [hidden] })[0].Message, StringComparison.Ordinal);
    }

    /// <summary>A dent in the quotes is arbitrage only where it is deeper than the spread.</summary>
    [Theory]
    [InlineData(0.60, 0, false)]
    [InlineData(0.66, 0, true)]
    [InlineData(0.66, 0.05, false)]
    public void Quotes_count_by_what_can_be_traded(double middle, double half, bool isFound)
    {
        SmilePoint Quote(double strike, double volatility) => new() { Strike = strike, Bid = volatility - half, Ask = volatility + half };
        var expiry = new SurfaceExpiry { Years = 0.1, Forward = 2_000, Smile = new PointsSmile { Quotes = [Quote(1_950, 0.6), Quote(2_000, middle), Quote(2_050, 0.6)] } };
        Assert.Equal(isFound, SurfaceArbitrage.Find(new() { Expiries = [expiry] }).Any(finding => finding.Message.Contains("butterfly of strikes 1950, 2000 and 2050", StringComparison.Ordinal)));
    }

    /// <summary>Whatever passes the check prices calls that fall and are convex in the strike.</summary>
    [Fact]
    public void Smiles_without_findings_have_convex_prices() => Gen.Select(Gen.Double[0, 0.1], Gen.Double[0, 0.6], Gen.Double[-0.95, 0.95], Gen.Double[-0.3, 0.3], Gen.Double[0.02, 0.6]).Sample((a, b, rho, m, sigma) =>
    {
        var surface = new VolatilitySurface { Expiries = [Svi(0.25, new() { A = a + 1e-3, B = b, Rho = rho, M = m, Sigma = sigma })] };
        if (SurfaceArbitrage.Find(surface).Count > 0)
            return;
        double Call(double strike) => Black76.Value(OptionSide.Call, 2_000, strike, 0.25, SurfaceVolatility.Of(surface, strike, 0.25));
        for (var strike = 1_000.0; strike < 4_000; strike += 20)
        {
            Assert.True(Call(strike + 20) <= Call(strike) + 1e-9);
            Assert.True(Call(strike) <= 0.5 * (Call(strike - 20) + Call(strike + 20)) + 1e-6);
        }
    });

    private static IReadOnlyList<ArbitrageFinding> Find(SviSmile smile) => SurfaceArbitrage.Find(new() { Expiries = [Svi(1, smile)] });

    private static SurfaceExpiry Svi(double years, SviSmile smile) => new() { Years = years, Forward = 2_000, Smile = smile };

    private static SurfaceExpiry Quotes(double years, params (double Strike, double Volatility)[] quotes) =>
        new() { Years = years, Forward = 2_000, Smile = new PointsSmile { Quotes = [.. quotes.Select(quote => new SmilePoint { Strike = quote.Strike, Volatility = quote.Volatility })] } };
}
