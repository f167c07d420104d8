using Optimizer.Model;

namespace Optimizer.Derivatives.Tests;

/// <summary>Instruments against their identities, their bumps and published rows.</summary>
public sealed class InstrumentTests
{
    private const double Tiny = 1e-12;

    private static readonly Gen<MarketState> States =
        from spot in Gen.Double[10, 5_000]
        from carry in Gen.Double[-0.1, 0.2]
        from years in Gen.Double[0.02, 2]
        from volatility in Gen.Double[0.1, 1.5]
        from rate in Gen.Double[0, 0.2]
        from yield in Gen.Double[0.001, 0.5]
        select new MarketState { Spot = spot, Forward = spot * Math.Exp(carry * years), Years = years, Volatility = volatility, Rate = rate, Yield = yield };

    public static TheoryData<Instrument> Kinds => new()
    {
        new SpotInstrument(),
        new OptionInstrument { Side = OptionSide.Call, Strike = 900 },
        new OptionInstrument { Side = OptionSide.Put, Strike = 900 },
        new DigitalInstrument { Side = OptionSide.Call, Strike = 900, Payout = 900 },
        new FutureInstrument { Entry = 900 },
        new FutureInstrument { Contract = ContractKind.Quanto, Entry = 900, Multiplier = 0.5 },
        new FutureInstrument { Contract = ContractKind.Inverse, Entry = 900 },
        new PerpetualInstrument { Entry = 900 },
        new PerpetualInstrument { Contract = ContractKind.Inverse, Entry = 900 },
        new PowerPerpetualInstrument { NormalisationFactor = 0.001 },
        new PowerFutureInstrument { Power = 1.5 },
        new EverlastingOptionInstrument { Side = OptionSide.Put, Strike = 900, FundingDays = 7 },
        new RangeInstrument { Lower = 500, Upper = 1_500, Liquidity = 30 },
        new PrincipalTokenInstrument(),
        new YieldTokenInstrument(),
        new RateSwapInstrument { FixedRate = 0.05 },
    };

    /// <summary>Delta, gamma, vega and theta are what the value does when the price (at the same carry), volatility and time move.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Greeks_are_the_limits_of_differences(Instrument instrument) => States.Sample(at =>
    {
        var state = instrument.HasExpiry ? at : at with { Forward = at.Spot!.Value, Years = 0 };
        var (spot, carry) = (state.Spot!.Value, state.Years > 0 ? Math.Log(state.Forward / state.Spot!.Value) / state.Years : 0);
        double Value(double price, double years, double volatility) =>
            InstrumentPricing.Value(instrument, state with { Spot = price, Forward = price * Math.Exp(carry * years), Years = years, Volatility = volatility });
        var found = InstrumentPricing.Price(instrument, state).Greeks.Raw;
        var (ds, dv, dt) = (spot * 1e-4, state.Volatility * 1e-4, state.Years * 1e-4);
        double Now(double price) => Value(price, state.Years, state.Volatility);
        // Where a range ends there is no second derivative.
        if (instrument is RangeInstrument range && (Math.Abs(spot / range.Lower - 1) < 2e-4 || Math.Abs(spot / range.Upper - 1) < 2e-4))
            return;
        var scale = Math.Max(Math.Abs(Now(spot)), spot) / Math.Min(state.Volatility * Math.Sqrt(instrument.HasExpiry ? state.Years : 0.1), 1);
        Assert.Equal((Now(spot + ds) - Now(spot - ds)) / (2 * ds), found.Delta, 1e-6 * scale / spot * 10);
        Assert.Equal((Value(spot, state.Years, state.Volatility + dv) - Value(spot, state.Years, state.Volatility - dv)) / (2 * dv), found.Vega, 1e-5 * scale);
        if (instrument.HasExpiry)
            Assert.Equal((Value(spot, state.Years - dt, state.Volatility) - Value(spot, state.Years + dt, state.Volatility)) / (2 * dt), found.Theta, 1e-5 * scale / state.Years);
    });

    /// <summary>Rho is what the value does when the rate moves, the spot price being as it is.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rho_is_the_limit_of_differences(Instrument instrument) => States.Sample(state =>
    {
        if (!instrument.HasForward || state.Years < 0.05)
            return;
        double Value(double change) => InstrumentPricing.Value(instrument, state with { Rate = state.Rate + change, Forward = state.Forward * Math.Exp(change * state.Years) });
        Assert.Equal((Value(1e-5) - Value(-1e-5)) / 2e-5, InstrumentPricing.Price(instrument, state).Greeks.Raw.Rho, 1e-5 * Math.Max(state.Forward, Math.Abs(Value(0))) * Math.Max(1, state.Years));
    });

    /// <summary>Gamma, vanna and volga are what delta and vega do.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Second_derivatives_are_the_limits_of_differences(Instrument instrument) => States.Sample(at =>
    {
        var state = (instrument.HasExpiry ? at : at with { Forward = at.Spot!.Value, Years = 0 }) with { Spot = null };
        var (df, dv) = (state.Forward * 1e-5, state.Volatility * 1e-5);
        if (instrument is RangeInstrument range && (Math.Abs(state.Forward / range.Lower - 1) < 2e-4 || Math.Abs(state.Forward / range.Upper - 1) < 2e-4))
            return;
        (double Delta, double Gamma, double Theta, double Vega, double Rho, double Vanna, double Volga) At(double forward, double volatility) => InstrumentPricing.Price(instrument, state with { Forward = forward, Volatility = volatility }).Greeks.Raw;
        var found = At(state.Forward, state.Volatility);
        // The intrinsic value of an everlasting option has a kink.
        if (instrument is EverlastingOptionInstrument everlasting && Math.Abs(state.Forward / everlasting.Strike - 1) < 1e-3)
            return;
        void Close(double expected, double actual, double scale) => Assert.Equal(expected, actual, 1e-4 * Math.Max(Math.Abs(expected), scale));
        var deviation = state.Volatility * Math.Sqrt(instrument.HasExpiry ? state.Years : 0.02);
        Close((At(state.Forward + df, state.Volatility).Delta - At(state.Forward - df, state.Volatility).Delta) / (2 * df), found.Gamma, 1e-3 / (state.Forward * deviation));
        Close((At(state.Forward, state.Volatility + dv).Delta - At(state.Forward, state.Volatility - dv).Delta) / (2 * dv), found.Vanna, 1e-2 / state.Volatility);
        Close((At(state.Forward, state.Volatility + dv).Vega - At(state.Forward, state.Volatility - dv).Vega) / (2 * dv), found.Volga, 1e-2 * state.Forward / state.Volatility);
    });

    /// <summary>What a holder pays in a day for an everlasting option is mark less intrinsic value, once in its funding period; by the equation of
    /// its value that is ½σ²S²Γ.</summary>
    [Fact]
    public void Everlasting_options_pay_funding_as_theta()
    {
        var option = new EverlastingOptionInstrument { Side = OptionSide.Put, Strike = 2_200, FundingDays = 1 };
        var found = InstrumentPricing.Price(option, new() { Forward = 2_222.19, Volatility = 0.55 });
        Assert.Equal(-found.Usd, found.Greeks.ThetaPerDay, 1e-9);
        Assert.Equal(-0.5 * 0.55 * 0.55 * 2_222.19 * 2_222.19 * found.Greeks.GammaPerUsd / 365, found.Greeks.ThetaPerDay, 1e-9);
    }

    [Fact]
    public void Principal_and_yield_are_the_underlying() => States.Sample(state =>
    {
        var (principal, yield) = (InstrumentPricing.Price(new PrincipalTokenInstrument(), state), InstrumentPricing.Price(new YieldTokenInstrument(), state));
        Assert.Equal(1, (principal.Usd + yield.Usd) / state.Price, Tiny);
        Assert.Equal(1, principal.Greeks.Delta + yield.Greeks.Delta, Tiny);
        Assert.Equal(0, principal.Greeks.RhoPerPercent + yield.Greeks.RhoPerPercent, 1e-9);
        // DV01, in closed form and by a bump of a basis point.
        var bumped = InstrumentPricing.Value(new PrincipalTokenInstrument(), state with { Yield = state.Yield + 5e-5 }) - InstrumentPricing.Value(new PrincipalTokenInstrument(), state with { Yield = state.Yield - 5e-5 });
        Assert.Equal(bumped, principal.Greeks.RhoPerPercent / 100, 1e-8 * state.Price);
    });

    /// <summary>Coins as margin and a short inverse perpetual of their value are dollars at any price.</summary>
    [Theory]
    [InlineData(1, 60_000, 30_000)]
    [InlineData(5, 3_000, 1_500)]
    public void Coins_and_a_short_inverse_perpetual_are_dollars(double coins, double before, double after)
    {
        var gain = InstrumentPricing.Price(new PerpetualInstrument { Contract = ContractKind.Inverse, Entry = before }, new() { Forward = after, Spot = after });
        var equity = coins - coins * before * gain.Coins!.Value;
        Assert.Equal(coins * before, equity * after, 1e-9 * coins * before);
    }

    [Fact]
    public void Coin_options_have_the_parity_of_coins() => States.Sample(state =>
    {
        var at = state with { Rate = 0 };
        double Coins(OptionSide side) => InstrumentPricing.Price(new OptionInstrument { Side = side, Strike = 800, Settlement = Settlement.Coin }, at).Coins!.Value;
        Assert.Equal(1 - 800 / at.Forward, Coins(OptionSide.Call) - Coins(OptionSide.Put), 1e-12 * Math.Max(1, 800 / at.Forward));
    });

    /// <summary>Options of all expiries, weighted by e^(−t/f)/f.</summary>
    [Theory]
    [InlineData(1_000, 1_100, 0.8, 7)]
    [InlineData(1_300, 1_100, 1.2, 1)]
    [InlineData(1_100, 1_100, 0.5, 30)]
    public void Everlasting_options_are_a_mixture_of_expiries(double price, double strike, double volatility, double days)
    {
        var funding = days / 365;
        var mixture = MathNet.Numerics.Integration.GaussLegendreRule.Integrate(
            z => Black76.Value(OptionSide.Call, price, strike, funding * z * z, volatility) * Math.Exp(-z * z) * 2 * z, 0, 6.5, 128);
        var option = new EverlastingOptionInstrument { Side = OptionSide.Call, Strike = strike, FundingDays = days };
        Assert.Equal(mixture, InstrumentPricing.Value(option, new() { Forward = price, Volatility = volatility }), 1e-6 * price);
    }

    /// <summary>Opyn, Power perp mechanism: F = S^p·exp(((p − 1)(r + pσ²/2) − pq)·T), and its derivatives.</summary>
    [Fact]
    public void Power_futures_are_as_published()
    {
        const double Years = 0.04794520547945205;
        var value = InstrumentPricing.Price(new PowerFutureInstrument(), new() { Spot = 3_000, Forward = 3_000, Years = Years, Volatility = 0.8 });
        Assert.Equal(9280445.098451054, value.Usd, 1e-9 * value.Usd);
        Assert.Equal(6186.963398967369, value.Greeks.Delta, 1e-9 * 6_187);
        Assert.Equal(2.062321132989123, value.Greeks.GammaPerUsd, 1e-9);
        Assert.Equal(711924.5554976151, value.Greeks.Raw.Vega, 1e-9 * 711_925);
    }

    /// <summary>Opyn's Controller: inside its limits, at the cap, over several periods.</summary>
    [Theory]
    [InlineData(3_000, 3_030, 3_600, 0.9999763090166996)]
    [InlineData(3_000, 6_000, 21_600, 0.9952047876796454)]
    [InlineData(4_000, 4_160, 1_512_000, 0.9615384615384616)]
    public void The_normalisation_factor_shrinks_as_in_the_contract(double price, double squeeth, double seconds, double expected) =>
        Assert.Equal(expected, PowerPerpetual.NormalisationFactorAfter(1, price * price, squeeth * price, Duration.FromSeconds(seconds)), 1e-10);

    /// <summary>Uniswap v3 whitepaper, section 6, for an initial value of one.</summary>
    [Theory]
    [InlineData(2_000, 1_500, 2_500, 1_600, 0.8653286193138107, 0.0004667276557403817, -7.292619620943463e-07)]
    [InlineData(2_000, 1_500, 2_500, 2_200, 1.0341267618113088, 0.00012322278797495515, -4.5230304794010957e-07)]
    [InlineData(2_000, 1_500, 2_500, 4_000, 1.0520196816099632, 0, 0)]
    [InlineData(60_000, 40_000, 90_000, 48_000, 0.869631034515552, 1.3693541758269477e-05, -5.288814890430136e-10)]
    [InlineData(100, 1e-06, 1e12, 50, 0.7070931713109696, 0.007071406739236134, -7.071456741986285e-05)]
    public void Ranges_are_as_published(double before, double lower, double upper, double after, double value, double delta, double gamma)
    {
        var one = new RangeInstrument { Lower = lower, Upper = upper };
        var range = one with { Liquidity = 1 / RangeLiquidity.Value(one, before) };
        var found = InstrumentPricing.Price(range, new() { Forward = after });
        Assert.Equal((value, delta, gamma), (found.Usd, found.Greeks.Delta, found.Greeks.GammaPerUsd), Comparer);
    }

    [Theory]
    [InlineData(1.25, 0.6, 30, 0.2170229176557293)]
    [InlineData(1.1, 0.5, 1, 0.0002839347131158799)]
    [InlineData(1.6, 1.0, 30, 0.12701986818885908)]
    public void Health_factors_are_hit_as_often_as_derived(double healthFactor, double volatility, double days, double expected)
    {
        var probability = FirstPassage.Probability(1 / healthFactor, volatility, days / 365);
        Assert.Equal(expected, probability, 1e-9);
        Assert.Equal(1 / healthFactor, FirstPassage.Level(probability, volatility, days / 365), 1e-9);
    }

    /// <summary>The largest liquidation threshold so that collateral covers debt and bonus with 1 − α.</summary>
    [Theory]
    [InlineData(0.6, 1, 0.01, 0.05, 0.9367837667990918)]
    [InlineData(1.2, 48, 0.01, 0.1, 0.7231664173861472)]
    public void Levels_without_drift_are_in_closed_form(double volatility, double hours, double alpha, double bonus, double expected) =>
        Assert.Equal(expected, FirstPassage.LevelWithoutDrift(alpha, volatility, hours / 8_760) / (1 + bonus), 1e-9);

    /// <summary>Theta pays for gamma: θ = −½ΓS²σ² without interest.</summary>
    [Theory]
    [InlineData(OptionSide.Call, 60_000, 0.0821917808219178, 0.55, 4.203704669074489e-05, -62.71006006331669)]
    [InlineData(OptionSide.Put, 54_000, 0.1643835616438356, 0.6, 2.343439652801416e-05, -41.60407931548815)]
    public void Gamma_and_theta_are_as_derived(OptionSide side, double strike, double years, double volatility, double gamma, double theta)
    {
        var greeks = InstrumentPricing.Price(new OptionInstrument { Side = side, Strike = strike }, new() { Spot = 60_000, Forward = 60_000, Years = years, Volatility = volatility }).Greeks;
        Assert.Equal((gamma, theta), (greeks.GammaPerUsd, greeks.ThetaPerDay), (IEqualityComparer<(double, double)>)Comparer);
        Assert.Equal(theta, -0.5 * gamma * 60_000 * 60_000 * volatility * volatility / 365, 1e-9);
    }

    public static TheoryData<string> Deribit => new(File.ReadLines(Repository.Path("tests", "Optimizer.Derivatives.Tests", "data", "deribit-2024-01-01.csv")).Skip(1).Distinct());

    /// <summary>Quotes with Greeks as Deribit stated them on 1 January 2024 (tardis.dev by way of sjdoane/riskpremia, MIT). The mark volatility
    /// is rounded to 0.01 points, which bounds what can agree.</summary>
    [Theory]
    [MemberData(nameof(Deribit))]
    public void Greeks_of_coin_options_are_those_of_Deribit(string quote)
    {
        const double MicrosecondsPerYear = 31_536_000e6;
        var cells = quote.Split(',');
        double At(int cell) => double.Parse(cells[cell], System.Globalization.CultureInfo.InvariantCulture);
        var option = new OptionInstrument { Side = cells[4] == "call" ? OptionSide.Call : OptionSide.Put, Strike = At(5), Settlement = Settlement.Coin };
        var years = (At(6) - At(2)) / MicrosecondsPerYear;
        var found = InstrumentPricing.Price(option, new() { Forward = At(18), Years = years, Volatility = At(16) / 100 });
        Assert.Equal(At(15), found.Coins!.Value, 1.5e-4 * Math.Max(1, At(15)));
        Assert.Equal(At(19), found.Greeks.Delta, 3e-5);
        Assert.Equal(At(20), found.Greeks.GammaPerUsd, 6e-6);
        Assert.Equal(At(21), found.Greeks.VegaPerPoint, 3e-4 * At(21));
        Assert.Equal(At(23), found.Greeks.RhoPerPercent, 2e-4 * Math.Abs(At(23)) + 1e-5);
        // Close to expiry Deribit's theta is smaller: it seems to be at most the premium.
        if (years > 3.0 / 365)
            Assert.Equal(At(22), found.Greeks.ThetaPerDay, 3e-4 * Math.Abs(At(22)));
        Assert.Equal(found.Greeks.Delta - found.Coins.Value, found.NetDelta!.Value, Tiny);
    }

    private static readonly RelativeComparer Comparer = new();

    private sealed class RelativeComparer : IEqualityComparer<(double, double, double)>, IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double, double) x, (double, double, double) y) => Near(x.Item1, y.Item1) && Near(x.Item2, y.Item2) && Near(x.Item3, y.Item3);

        public bool Equals((double, double) x, (double, double) y) => Near(x.Item1, y.Item1) && Near(x.Item2, y.Item2);

        public int GetHashCode((double, double, double) obj) => 0;

        public int GetHashCode((double, double) obj) => 0;

        private static bool Near(double x, double y) => Math.Abs(x - y) <= 1e-9 * Math.Max(Math.Abs(x), Math.Abs(y)) + 1e-300;
    }
}
