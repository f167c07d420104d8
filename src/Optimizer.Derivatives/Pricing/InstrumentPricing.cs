using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>The value of one unit of an instrument and its derivatives.</summary>
/// <param name="Usd">In USD.</param>
/// <param name="Coins">In coins, for what is settled in coin; null otherwise.</param>
/// <param name="Greeks">The derivatives of the value in USD; for what is settled in coin, of the value with the premium in USD, as venues
/// state them.</param>
/// <param name="NetDelta">For what is settled in coin: delta less the coins that the premium is. Holding one unit and short this many coins
/// leaves no exposure to the price. Null otherwise.</param>
public sealed record InstrumentValue(double Usd, double? Coins, Greeks Greeks, double? NetDelta);

/// <summary>Values instruments in a market state.</summary>
/// <remarks>docs/derivatives.md derives every formula and names its source.</remarks>
public static class InstrumentPricing
{
    private const double DaysPerYear = Duration.DaysPerYear;

    /// <summary>The value of one unit in USD.</summary>
    public static double Value(Instrument instrument, in MarketState state) => instrument switch
    {
        SpotInstrument => state.Price,
        // In coin, the interest is in the forward: the premium is undiscounted, divided by it, and worth its coins at today's price.
        OptionInstrument { Settlement: Settlement.Coin } option => Black76.Value(option.Side, state.Forward, option.Strike, state.Years, state.Volatility) / state.Forward * state.Price,
        OptionInstrument option => Black76.Value(option.Side, state.Forward, option.Strike, state.Years, state.Volatility, state.Discount),
        DigitalInstrument digital => digital.Payout * state.Discount * DigitalOption.Probability(digital.Side, state.Forward, digital.Strike, state.Volatility * Math.Sqrt(state.Years)),
        // Marked to market every day, so that gains are not discounted.
        FutureInstrument future => Gain(future.Contract, future.Entry ?? state.Forward, state.Forward, future.Multiplier, state.Price),
        PerpetualInstrument perpetual => Gain(perpetual.Contract, perpetual.Entry ?? state.Price, state.Price, perpetual.Multiplier, state.Price),
        PowerPerpetualInstrument power => PowerPerpetual.Mark(power, state.Price, state.Volatility),
        PowerFutureInstrument power => state.Discount * Math.Pow(state.Forward, power.Power) * Math.Exp(0.5 * power.Power * (power.Power - 1) * state.Volatility * state.Volatility * state.Years),
        EverlastingOptionInstrument option => EverlastingOption.Value(option, state.Price, state.Volatility),
        RangeInstrument range => RangeLiquidity.Value(range, state.Price),
        PrincipalTokenInstrument => state.Price * YieldTokens.Principal(state.Yield, state.Years),
        YieldTokenInstrument => state.Price * (1 - YieldTokens.Principal(state.Yield, state.Years)),
        RateSwapInstrument swap => state.Price * (state.Yield - swap.FixedRate) * state.Years,
        _ => throw new NotSupportedException(instrument.GetType().Name),
    };

    /// <summary>The value of one unit with all derivatives.</summary>
    public static InstrumentValue Price(Instrument instrument, in MarketState state)
    {
        var usd = Value(instrument, state);
        if (instrument is OptionInstrument { Settlement: Settlement.Coin } coin)
        {
            // As Deribit states them: by the forward as if it were the price today, with the coin's interest at zero.
            var greeks = Greeks.Of(Black76.Greeks(coin.Side, state.Forward, coin.Strike, state.Years, state.Volatility), state.Years, state.Forward, state.Forward);
            return new(usd, usd / state.Price, greeks, greeks.Delta - usd / state.Price);
        }

        var raw = Derivatives(instrument, state, usd);
        var isInverse = instrument is PerpetualInstrument { Contract: ContractKind.Inverse } or FutureInstrument { Contract: ContractKind.Inverse };
        return new(usd, isInverse ? usd / state.Price : null, Greeks.Of(raw, state.Years, instrument.HasForward ? state.Spot : null, state.Forward), null);
    }

    /// <summary>What a contract has gained since its entry, in USD at today's price of the coin.</summary>
    private static double Gain(ContractKind contract, double entry, double now, double multiplier, double price) => contract switch
    {
        ContractKind.Linear => now - entry,
        ContractKind.Inverse => (1 / entry - 1 / now) * price,
        _ => multiplier * (now - entry),
    };

    private static ForwardGreeks Derivatives(Instrument instrument, in MarketState state, double usd) => instrument switch
    {
        SpotInstrument => Moving(usd, 1),
        OptionInstrument option => Black76.Greeks(option.Side, state.Forward, option.Strike, state.Years, state.Volatility, state.Discount),
        PerpetualInstrument perpetual => Moving(usd, Slope(perpetual.Contract, perpetual.Entry ?? state.Price, perpetual.Multiplier)),
        // The coins of an inverse future are worth today's price, which moves with the forward but not with the time left.
        FutureInstrument { Contract: ContractKind.Inverse } future => Moving(usd, state.Price / state.Forward / (future.Entry ?? state.Forward), state.Years > 0 ? Math.Log(state.Forward / state.Price) / state.Years * usd : 0),
        FutureInstrument future => Moving(usd, Slope(future.Contract, future.Entry ?? state.Forward, future.Multiplier)),
        RangeInstrument range => new(usd, RangeLiquidity.Delta(range, state.Price), RangeLiquidity.Gamma(range, state.Price), 0, 0, 0, 0, 0),
        PowerPerpetualInstrument power => PowerPerpetual.Derivatives(power, state.Price, state.Volatility),
        PowerFutureInstrument power => PowerPerpetual.Derivatives(power.Power, usd, state),
        PrincipalTokenInstrument => YieldTokens.Derivatives(state, isPrincipal: true),
        YieldTokenInstrument => YieldTokens.Derivatives(state, isPrincipal: false),
        RateSwapInstrument swap => new(usd, (state.Yield - swap.FixedRate) * state.Years, 0, 0, -state.Price * (state.Yield - swap.FixedRate), state.Price * state.Years, 0, 0),
        _ => Differences(instrument, state, usd),
    };

    /// <summary>What moves with the price and depends on nothing else.</summary>
    private static ForwardGreeks Moving(double usd, double delta, double theta = 0) => new(usd, delta, 0, 0, theta, 0, 0, 0);

    /// <summary>USD per USD of the price's move. An inverse contract is worth P/P₀ − 1 dollars.</summary>
    private static double Slope(ContractKind contract, double entry, double multiplier) => contract switch
    {
        ContractKind.Linear => 1,
        ContractKind.Inverse => 1 / entry,
        _ => multiplier,
    };

    /// <summary>Central differences, for what has no short closed form.</summary>
    private static ForwardGreeks Differences(Instrument instrument, MarketState state, double usd)
    {
        const double Step = 1e-4;
        var (df, dv) = (state.Forward * Step, Math.Max(state.Volatility, 0.01) * Step);
        double At(double forwardSteps, double volatilitySteps) => Value(instrument, state with
        {
            Forward = state.Forward + forwardSteps * df,
            Spot = state.Spot * (1 + forwardSteps * Step),
            Volatility = Math.Max(state.Volatility + volatilitySteps * dv, 0),
        });
        var (up, down, high, low) = (At(1, 0), At(-1, 0), At(0, 1), At(0, -1));
        var theta = 0.0;
        if (state.Years > 0)
        {
            var dt = state.Years * Step;
            theta = (Value(instrument, state with { Years = state.Years - dt }) - Value(instrument, state with { Years = state.Years + dt })) / (2 * dt);
        }

        return new(usd, (up - down) / (2 * df), (up - 2 * usd + down) / (df * df), (high - low) / (2 * dv), theta, -state.Years * usd,
            (At(1, 1) - At(1, -1) - At(-1, 1) + At(-1, -1)) / (4 * df * dv), (high - 2 * usd + low) / (dv * dv));
    }
}
