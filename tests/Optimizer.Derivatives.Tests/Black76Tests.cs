using Optimizer.Model;

namespace Optimizer.Derivatives.Tests;

/// <summary>The kernels against identities, finite differences and QLNet.</summary>
public sealed class Black76Tests
{
    /// <summary>Forward, strike, years, volatility, rate: from a day to five years, strikes up to six deviations away.</summary>
    private static readonly Gen<(double Forward, double Strike, double Years, double Volatility, double Rate)> Markets =
        from forward in Gen.Double[0.5, 100_000]
        from years in Gen.Double[1.0 / 365, 5]
        from volatility in Gen.Double[0.05, 2.2]
        from deviations in Gen.Double[-6, 6]
        from rate in Gen.Double[-0.05, 0.2]
        select (forward, forward * Math.Exp(deviations * volatility * Math.Sqrt(years)), years, volatility, rate);

    [Fact]
    public void Put_call_parity_holds_to_the_last_digit() => Markets.Sample(m =>
    {
        var discount = Math.Exp(-m.Rate * m.Years);
        var call = Black76.Value(OptionSide.Call, m.Forward, m.Strike, m.Years, m.Volatility, discount);
        var put = Black76.Value(OptionSide.Put, m.Forward, m.Strike, m.Years, m.Volatility, discount);
        Assert.Equal(discount * (m.Forward - m.Strike), call - put, 2e-15 * Math.Max(m.Forward, m.Strike));
    });

    [Fact]
    public void Values_are_those_of_QLNet() => Markets.Sample(m =>
    {
        var discount = Math.Exp(-m.Rate * m.Years);
        var deviation = m.Volatility * Math.Sqrt(m.Years);
        foreach (var (side, theirs) in new[] { (OptionSide.Call, QLNet.Option.Type.Call), (OptionSide.Put, QLNet.Option.Type.Put) })
        {
            var expected = QLNet.Utils.blackFormula(theirs, m.Strike, m.Forward, deviation, discount, 0.0);
            Assert.Equal(expected, Black76.Value(side, m.Forward, m.Strike, m.Years, m.Volatility, discount), 1e-10 * m.Forward + 1e-13 * m.Strike);
        }
    }, iter: 100_000);

    [Fact]
    public void Derivatives_are_those_of_QLNet() => Markets.Sample(m =>
    {
        var discount = Math.Exp(-m.Rate * m.Years);
        var calculator = new QLNet.BlackCalculator(QLNet.Option.Type.Put, m.Strike, m.Forward, m.Volatility * Math.Sqrt(m.Years), discount);
        var greeks = Black76.Greeks(OptionSide.Put, m.Forward, m.Strike, m.Years, m.Volatility, discount);
        Assert.Equal(calculator.deltaForward(), greeks.Delta, 1e-10);
        Assert.Equal(calculator.gammaForward(), greeks.Gamma, 1e-9 * (1 + greeks.Gamma));
        Assert.Equal(calculator.vega(m.Years), greeks.Vega, 1e-10 * m.Forward);
    });

    [Fact]
    public void Derivatives_are_the_limits_of_differences() => Markets.Sample(m =>
    {
        double Value(double forward, double years, double volatility, double rate) => Black76.Value(OptionSide.Call, forward, m.Strike, years, volatility, Math.Exp(-rate * years));
        ForwardGreeks At(double forward, double volatility) => Black76.Greeks(OptionSide.Call, forward, m.Strike, m.Years, volatility, Math.Exp(-m.Rate * m.Years));
        var greeks = At(m.Forward, m.Volatility);
        // The step in the price is a share of what it moves until expiry, so that close expiries are resolved.
        var (df, dt, dv, dr) = (m.Forward * m.Volatility * Math.Sqrt(m.Years) * 1e-4, m.Years * 1e-4, m.Volatility * 1e-4, 1e-5);
        void Close(double expected, double found, double scale) => Assert.Equal(expected, found, 1e-6 * scale);
        Close((Value(m.Forward + df, m.Years, m.Volatility, m.Rate) - Value(m.Forward - df, m.Years, m.Volatility, m.Rate)) / (2 * df), greeks.Delta, 1);
        Close((At(m.Forward + df, m.Volatility).Delta - At(m.Forward - df, m.Volatility).Delta) / (2 * df), greeks.Gamma, 1 / (df * 1e4));
        Close((Value(m.Forward, m.Years, m.Volatility + dv, m.Rate) - Value(m.Forward, m.Years, m.Volatility - dv, m.Rate)) / (2 * dv), greeks.Vega, m.Forward * Math.Sqrt(m.Years) / Math.Min(1, m.Volatility));
        Close((Value(m.Forward, m.Years - dt, m.Volatility, m.Rate) - Value(m.Forward, m.Years + dt, m.Volatility, m.Rate)) / (2 * dt), greeks.Theta, Math.Max(m.Forward, m.Strike) / m.Years);
        Close((Value(m.Forward, m.Years, m.Volatility, m.Rate + dr) - Value(m.Forward, m.Years, m.Volatility, m.Rate - dr)) / (2 * dr), greeks.Rho, Math.Max(m.Forward, m.Strike) * m.Years);
        Close((At(m.Forward, m.Volatility + dv).Delta - At(m.Forward, m.Volatility - dv).Delta) / (2 * dv), greeks.Vanna, 10 / m.Volatility);
        Close((At(m.Forward, m.Volatility + dv).Vega - At(m.Forward, m.Volatility - dv).Vega) / (2 * dv), greeks.Volga, m.Forward * Math.Sqrt(m.Years) * 40 / m.Volatility);
    });

    [Fact]
    public void Implied_volatility_comes_back_from_the_price_out_of_the_money() =>
        Gen.Select(Gen.Double[Math.Log(1e-3), Math.Log(5)], Gen.Double[-6, 6], Gen.Double[0.01, 3]).Sample((logDeviation, deviations, years) =>
        {
            var (deviation, forward) = (Math.Exp(logDeviation), 2_000.0);
            var (strike, volatility) = (forward * Math.Exp(deviations * deviation), deviation / Math.Sqrt(years));
            var side = strike >= forward ? OptionSide.Call : OptionSide.Put;
            var price = Black76.Value(side, forward, strike, years, volatility, 0.97);
            Assert.Equal(1, ImpliedVolatility.Of(side, price, forward, strike, years, 0.97) / volatility, 1e-12);
        }, iter: 20_000);

    [Theory]
    [InlineData(OptionSide.Call, 100, 90, 10, "not above the intrinsic value")]
    [InlineData(OptionSide.Call, 100, 90, 9.99, "not above the intrinsic value")]
    [InlineData(OptionSide.Put, 100, 90, 0, "not above the intrinsic value")]
    [InlineData(OptionSide.Put, 100, 90, 90, "not below 90")]
    [InlineData(OptionSide.Call, 100, 90, double.NaN, "not above the intrinsic value")]
    public void Prices_that_no_volatility_gives_are_refused(OptionSide side, double forward, double strike, double price, string message) =>
        Assert.Contains(message, Assert.Throws<PricingException>(() => ImpliedVolatility.Of(side, price, forward, strike, 0.5)).Message, StringComparison.Ordinal);

    [Fact]
    public void Vectors_give_what_single_values_give() => Gen.Select(Markets, Gen.Double[0.2, 4].Array[37], Gen.Double[0, 3].Array[37], Gen.Enum<OptionSide>()).Sample((m, prices, volatilities, side) =>
    {
        volatilities[3] = 0;
        var option = new OptionTerms(side, m.Forward, m.Strike, m.Years, m.Volatility, Math.Exp(-m.Rate * m.Years));
        var values = OptionRevaluation.Values([option], new(prices, volatilities))[0];
        for (var s = 0; s < values.Length; s++)
        {
            var forward = m.Forward * prices[s];
            Assert.Equal(Black76.Value(side, forward, m.Strike, m.Years, m.Volatility * volatilities[s], option.Discount), values[s], 1e-12 * Math.Max(forward, m.Strike));
        }
    });

    [Fact]
    public void Expired_options_are_worth_what_they_pay()
    {
        Assert.Equal(10, Black76.Value(OptionSide.Call, 110, 100, 0, 0.5));
        Assert.Equal((10, 1, 0, 0), Black76.Greeks(OptionSide.Call, 110, 100, 0, 0.5) is var greeks ? (greeks.Value, greeks.Delta, greeks.Gamma, greeks.Vega) : default);
        Assert.Equal([0, 12], OptionRevaluation.Values([new(OptionSide.Call, 110, 100, 0, 0.5)], new([0.5, 1.12 / 1.1], [1, 1]))[0].Select(value => Math.Round(value, 9)));
    }

    /// <summary>E. G. Haug, The Complete Guide to Option Pricing Formulas, 2nd ed.: examples of chapters 1 and 2.</summary>
    [Theory]
    [InlineData(OptionSide.Call, 60, 65, 0.25, 0.30, 0.08, 0.08, 2.1334)]
    [InlineData(OptionSide.Put, 100, 95, 0.5, 0.20, 0.10, 0.05, 2.4648)]
    [InlineData(OptionSide.Put, 19, 19, 0.75, 0.28, 0.10, 0, 1.7011)]
    public void Published_values_come_out(OptionSide side, double spot, double strike, double years, double volatility, double rate, double carry, double expected) =>
        Assert.Equal(expected, Black76.Value(side, spot * Math.Exp(carry * years), strike, years, volatility, Math.Exp(-rate * years)), 5e-5);
}
