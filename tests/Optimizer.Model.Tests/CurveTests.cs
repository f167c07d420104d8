namespace Optimizer.Model.Tests;

/// <summary>Worked rates, and what holds of every curve.</summary>
public sealed class CurveTests
{
    private static readonly Gen<CarryCurve> Curves = Gen.OneOf(
        Gen.Select(Gen.Double[1e3, 1e9], Gen.Double[0.001, 0.999], Gen.Double[0.4, 0.95], Gen.Double[0, 0.05], Gen.Double[0.001, 0.1], Gen.Double[0, 1], Gen.Double[0, 0.4])
            .Select((supplied, use, optimal, bas, s1, s2, reserve) => (CarryCurve)new KinkedCurve
            {
                Basis = RateBasis.PerSecond,
                Supplied = F(supplied),
                Borrowed = F(supplied * use),
                OptimalUtilisation = F(optimal),
                BaseRate = F(bas),
                Slope1 = F(s1),
                Slope2 = F(s2),
                ReserveFactor = F(reserve),
            }),
        Gen.Select(Gen.Double[1e3, 1e9], Gen.Double[0.001, 0.999], Gen.Double[0.5, 0.95], Gen.Double[0.001, 0.1], Gen.Double[0.1, 1])
            .Select((supplied, use, kink, low, high) => (CarryCurve)new CometCurve
            {
                Basis = RateBasis.PerSecond,
                Supplied = F(supplied),
                Borrowed = F(supplied * use),
                Kink = F(kink),
                BaseRate = F(0),
                SlopeLow = F(low),
                SlopeHigh = F(high),
            }),
        Gen.Select(Gen.Double[1e3, 1e9], Gen.Double[0.001, 0.999], Gen.Double[0.001, 0.2], Gen.Double[0, 0.3])
            .Select((supplied, use, rate, fee) => (CarryCurve)new AdaptiveCurve
            {
                Basis = RateBasis.Effective,
                Supplied = F(supplied),
                Borrowed = F(supplied * use),
                RateAtTargetPerYear = F(rate),
                Fee = F(fee),
            }),
        Gen.Select(Gen.Double[1e3, 1e9], Gen.Double[0.001, 0.999], Gen.Double[0.5, 0.95], Gen.Double[0.001, 0.1], Gen.Double[0.1, 1], Gen.Double[0, 0.4])
            .Select((supplied, use, kink, low, high, reserve) => (CarryCurve)new PointsCurve
            {
                Basis = RateBasis.PerSecond,
                Supplied = F(supplied),
                Borrowed = F(supplied * use),
                Points = Points((0, 0), (kink, low), (1, low + high)),
                OptimalUtilisation = F(kink),
                ReserveFactor = F(reserve),
            }),
        Gen.Select(Gen.Double[1e4, 1e9], Gen.Double[0.3, 3], Gen.Double[5, 500], Gen.Double[0.02, 0.2], Gen.Double[0.05, 1.5])
            .Select((assets, ratio, scalar, rate, years) => (CarryCurve)new FixedTermCurve
            {
                Basis = RateBasis.Effective,
                Principal = F(assets * ratio),
                Assets = F(assets),
                RateScalar = F(scalar / years),
                RateAnchor = F(Math.Exp(rate * years) - Math.Log(ratio) / (scalar / years)),
                FeeFactor = F(Math.Exp(0.001 * years)),
                YearsToMaturity = F(years),
            }),
        Gen.Select(Gen.Double[1e3, 1e9], Gen.Double[0, 1e8])
            .Select((supplied, budget) => (CarryCurve)new EmissionCurve { Basis = RateBasis.Simple, Supplied = F(supplied), PerYear = F(budget) }));

    // aave-v3-origin's formulas; parameters illustrative (data/vectors.json, aave_v3_supply).
    [Theory]
    [InlineData(1000, 800, 0, 0.0352)]
    [InlineData(1000, 800, 100, 0.0290909091)]
    [InlineData(1000, 950, 0, 0.218025)]
    [InlineData(1000, 950, 100, 0.0410227273)]
    public void Aave_supply_rate(double supplied, double borrowed, double deposit, double expected)
    {
        var curve = new KinkedCurve
        {
            Basis = RateBasis.PerSecond,
            Supplied = F(supplied),
            Borrowed = F(borrowed),
            OptimalUtilisation = F(0.9),
            BaseRate = F(0),
            Slope1 = F(0.055),
            Slope2 = F(0.4),
            ReserveFactor = F(0.1),
        };
        Assert.Equal(expected, curve.SpotRate(deposit), 5e-11);
    }

    // deployments/mainnet/usdc/configuration.json of compound-finance/comet; supply and borrow illustrative.
    [Theory]
    [InlineData(0, 0.046)]
    [InlineData(40, 0.0251136364)]
    public void Comet_supply_rate(double deposit, double expected)
    {
        var curve = new CometCurve
        {
            Basis = RateBasis.PerSecond,
            Supplied = F(400),
            Borrowed = F(340),
            Kink = F(0.8),
            BaseRate = F(0),
            SlopeLow = F(0.0325),
            SlopeHigh = F(0.4),
        };
        Assert.Equal(expected, curve.SpotRate(deposit), 5e-11);
    }

    // morpho-org/morpho-blue-irm, AdaptiveCurveIrm, with a rate at target of 4 %.
    [Theory]
    [InlineData(0.9, 0.0367296967)]
    [InlineData(0.917, 0.0570936727)]
    [InlineData(0.87333333333333, 0.0348337908)]
    public void Morpho_supply_yield(double utilisation, double expected)
    {
        var curve = new AdaptiveCurve
        {
            Basis = RateBasis.Effective,
            Supplied = F(1000),
            Borrowed = F(1000 * utilisation),
            RateAtTargetPerYear = F(0.04),
            Fee = F(0),
        };
        Assert.Equal(expected, curve.SpotRate(0), 5e-10);
    }

    [Fact]
    public void Points_at_0_kink_and_1_are_a_kinked_curve() => Gen.Select(Gen.Double[0.001, 0.999], Gen.Double[0.4, 0.95], Gen.Double[-0.5, 2]).Sample((use, kink, added) =>
    {
        var kinked = new KinkedCurve
        {
            Basis = RateBasis.PerSecond,
            Supplied = F(1000),
            Borrowed = F(1000 * use),
            OptimalUtilisation = F(kink),
            BaseRate = F(0.01),
            Slope1 = F(0.05),
            Slope2 = F(0.6),
            ReserveFactor = F(0.2),
        };
        var points = new PointsCurve
        {
            Basis = RateBasis.PerSecond,
            Supplied = F(1000),
            Borrowed = F(1000 * use),
            Points = Points((0, 0.01), (kink, 0.06), (1, 0.66)),
            OptimalUtilisation = F(kink),
            ReserveFactor = F(0.2),
        };
        Assert.Equal(kinked.CreditedRate(1000 * added), points.CreditedRate(1000 * added), 1e-12);
        Assert.Equal(kinked.Withdrawable, points.Withdrawable, 1e-12);
        Assert.Equal(kinked.Times(3).SpotRate(1000 * added), points.Times(3).SpotRate(1000 * added), 1e-12);
    });

    [Fact]
    public void The_sharpest_kink_is_where_the_slope_grows_most()
    {
        Assert.Equal(0.9, PointsCurve.SharpestKink([(0, 0), (0.5, 0.05), (0.9, 0.1), (1, 2)]));
        Assert.Equal(1, PointsCurve.SharpestKink([(0, 0), (0.5, 0.5), (1, 0.6)]));
    }

    /// <summary>The contract's own rule, step by step: the rate at target grows by 50 a year times the distance from the target.</summary>
    [Theory]
    [InlineData(0.88, 24, 0.93)]
    [InlineData(0.88, 180, 0.58)]
    [InlineData(0.95, 30, 7.79)]
    public void Morpho_s_rate_at_target_moves_by_itself(double utilisation, double days, double last)
    {
        var curve = new AdaptiveCurve { Basis = RateBasis.Effective, Supplied = F(1_000), Borrowed = F(1_000 * utilisation), RateAtTargetPerYear = F(0.04), Fee = F(0) };
        var (rate, sum, steps) = (1.0, 0.0, (int)(days * 24));
        var error = (utilisation - 0.9) / (utilisation > 0.9 ? 0.1 : 0.9);
        for (var step = 0; step < steps; step++)
        {
            sum += rate;
            rate *= Math.Exp(50 * error / 365.25 / 24);
        }

        Assert.Equal(last, rate, 0.01);
        Assert.Equal(sum / steps, curve.MeanDrift(days / 365.25), 3e-3 * (sum / steps));
    }

    [Fact]
    public void Slopes_are_the_derivatives_of_rates() => Gen.Select(Curves, Gen.Double[0, 2]).Sample((curve, size) =>
    {
        var at = size * Supplied(curve);
        var h = 1e-6 * Supplied(curve);
        var (left, right) = (curve.CreditedRate(at - h), curve.CreditedRate(at + h));
        var numeric = (right - left) / (2 * h);
        var slope = curve.CreditedSlope(at);
        // At a kink the slope lies between those of the two sides.
        double Side(double from) => (curve.CreditedRate(from + h) - curve.CreditedRate(from)) / h;
        var isKink = Math.Abs(Side(at) - Side(at - h)) > 1e-3 * Math.Abs(numeric);
        return isKink || Math.Abs(numeric - slope) <= 1e-4 * Math.Abs(slope) + 1e-6 / Supplied(curve);
    });

    [Fact]
    public void Carry_is_concave_up_to_what_others_supply() =>
        Gen.Select(Curves, Gen.Double[0, 0.5], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((curve, held, a, b) =>
        {
            var own = held * Supplied(curve);
            var most = Supplied(curve) - own;
            double Size(double x) => x * most * curve.CreditedRate(x * most - own);
            return Size((a + b) / 2) >= (Size(a) + Size(b)) / 2 - 1e-9 * Supplied(curve);
        });

    [Fact]
    public void A_withdrawal_is_never_credited_with_more_than_the_rate_at_target() =>
        Gen.Select(Curves, Gen.Double[0, 0.99]).Sample((curve, share) =>
            curve.CreditedRate(-share * Supplied(curve)) <= curve.Basis.ToEffective(curve.RateAtTarget) + 1e-12);

    [Fact]
    public void A_withdrawal_within_the_limit_keeps_utilisation_at_or_below_target() => Curves.Sample(curve =>
        curve is not UtilisationCurve lending || lending.Withdrawable == 0
            || lending.SpotRate(-lending.Withdrawable) <= lending.RateAtTarget * (1 + 1e-9) + 1e-12);

    private static double Supplied(CarryCurve curve) => curve switch
    {
        UtilisationCurve lending => lending.Supplied,
        EmissionCurve emission => emission.Supplied,
        // Twice that is half of what can be bought before a token costs more than it pays; near the end, where the market runs out
        // of tokens, the price falls off a cliff.
        FixedTermCurve term => term.Capacity / 4,
        _ => 1,
    };

    private static RatePoint[] Points(params ReadOnlySpan<(double Utilisation, double Rate)> points)
    {
        var all = new RatePoint[points.Length];
        for (var i = 0; i < all.Length; i++)
            all[i] = new() { Utilisation = F(points[i].Utilisation), BorrowRate = F(points[i].Rate) };
        return all;
    }

    private static Figure F(double value) => new(value, "test");
}
