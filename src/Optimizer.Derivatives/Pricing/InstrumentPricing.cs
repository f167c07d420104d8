using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>The value of one unit of an instrument and its derivatives.</summary>
/// <param name="Usd">In USD.</param>
/// <param name="Coins">In coins, for what is settled in coin; null otherwise.</param>
/// <param name="Greeks">The derivatives of the value in USD; for options settled in coin, as Deribit states them: of price in coin × forward,
/// by the forward.</param>
/// <param name="NetDelta">For what is settled in coin: delta less the coins that the premium is. Holding one unit and short this many coins
/// leaves no exposure to the price. Null otherwise.</param>
public sealed record InstrumentValue(double Usd, double? Coins, Greeks Greeks, double? NetDelta);

/// <summary>Values instruments in a market state.</summary>
/// <remarks>docs/derivatives.md derives every formula and names its source.</remarks>
public static class InstrumentPricing
{
    /// <summary>The value of one unit in USD.</summary>
    public static double Value(Instrument instrument, in MarketState state) => instrument switch
    {
        SpotInstrument => state.Price,
        // In coin, the interest is in the forward: the premium is undiscounted, divided by it, and worth its coins at today's price.
        OptionInstrument { Settlement: Settlement.Coin } option => Black76.Value(option.Side, state.Forward, option.Strike, state.Years, state.Volatility) / state.Forward * state.Price,
        OptionInstrument option => Black76.Value(option.Side, state.Forward, option.Strike, state.Years, state.Volatility, state.Discount),
        DigitalInstrument digital => DigitalOption.Value(digital, state),
        // Marked to market every day, so that gains are not discounted.
        FutureInstrument future => Gain(future.Contract, future.Entry ?? state.Forward, state.Forward, future.Multiplier, state.Price),
        PerpetualInstrument perpetual => Gain(perpetual.Contract, perpetual.Entry ?? state.Price, state.Price, perpetual.Multiplier, state.Price),
        PowerPerpetualInstrument power => PowerPerpetual.Mark(power, state.Price, state.Volatility),
        PowerFutureInstrument power => state.Discount * Math.Pow(state.Forward, power.Power) * Math.Exp(0.5 * power.Power * (power.Power - 1) * state.Volatility * state.Volatility * state.Years),
        EverlastingOptionInstrument option => EverlastingOption.Value(option, state.Price, state.Volatility),
        RangeInstrument range => RangeLiquidity.Value(range, state.Price),
        PrincipalTokenInstrument => YieldTokens.Value(state, isPrincipal: true),
        YieldTokenInstrument => YieldTokens.Value(state, isPrincipal: false),
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

        var value = Greeks.Of(Derivatives(instrument, state, usd), state.Years, instrument.HasForward ? state.Spot : null, state.Forward);
        return instrument is PerpetualInstrument { Contract: ContractKind.Inverse } or FutureInstrument { Contract: ContractKind.Inverse }
            ? new(usd, usd / state.Price, value, value.Delta - usd / state.Price)
            : new(usd, null, value, null);
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
        FutureInstrument { Contract: ContractKind.Inverse } future => Moving(usd, state.Price / state.Forward / (future.Entry ?? state.Forward), state.Years > 0 ? Math.Log(state.Forward / state.Price) / state.Years * usd : 0, -state.Years * usd),
        FutureInstrument future => Moving(usd, Slope(future.Contract, future.Entry ?? state.Forward, future.Multiplier)),
        RangeInstrument range => new(usd, RangeLiquidity.Delta(range, state.Price), RangeLiquidity.Gamma(range, state.Price), 0, 0, 0, 0, 0),
        PowerPerpetualInstrument power => PowerPerpetual.Derivatives(power, state.Price, state.Volatility),
        PowerFutureInstrument power => PowerPerpetual.Derivatives(power.Power, usd, state),
        PrincipalTokenInstrument => YieldTokens.Derivatives(state, isPrincipal: true),
        YieldTokenInstrument => YieldTokens.Derivatives(state, isPrincipal: false),
        RateSwapInstrument swap => new(usd, usd / state.Price, 0, 0, -state.Price * (state.Yield - swap.FixedRate), state.Price * state.Years, 0, 0),
        DigitalInstrument digital => DigitalOption.Derivatives(digital, state, usd),
        EverlastingOptionInstrument option => EverlastingOption.Derivatives(option, state.Price, state.Volatility),
        _ => throw new NotSupportedException(instrument.GetType().Name),
    };

    /// <summary>What moves with the price and depends on nothing else.</summary>
    private static ForwardGreeks Moving(double usd, double delta, double theta = 0, double rho = 0) => new(usd, delta, 0, 0, theta, rho, 0, 0);

    /// <summary>USD per USD of the price's move. An inverse contract is worth P/P₀ − 1 dollars.</summary>
    private static double Slope(ContractKind contract, double entry, double multiplier) => contract switch
    {
        ContractKind.Linear => 1,
        ContractKind.Inverse => 1 / entry,
        _ => multiplier,
    };
}
