using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Options that pay a fixed amount.</summary>
/// <remarks>Source: M. Rubinstein and E. Reiner, Unscrambling the binary code, Risk 4 (1991): D·N(±d₂).</remarks>
internal static class DigitalOption
{
    /// <summary>The value in USD; at expiry, what it pays.</summary>
    public static double Value(DigitalInstrument digital, in MarketState state)
    {
        var (sign, deviation) = (digital.Side.Sign(), state.Volatility * Math.Sqrt(state.Years));
        var probability = deviation > 0 ? StandardNormal.Cumulative(sign * (Math.Log(state.Forward / digital.Strike) / deviation - 0.5 * deviation))
            : sign * (state.Forward - digital.Strike) > 0 ? 1 : 0;
        return digital.Payout * state.Discount * probability;
    }

    /// <summary>The derivatives; zero where nothing can change any more.</summary>
    public static ForwardGreeks Derivatives(DigitalInstrument digital, in MarketState state, double usd)
    {
        var (vol, years, forward) = (state.Volatility, state.Years, state.Forward);
        var (interest, rho) = (state.Rate * usd, -years * usd);
        var deviation = vol * Math.Sqrt(years);
        if (deviation == 0)
            return new(usd, 0, 0, 0, interest, rho, 0, 0);
        var d1 = Math.Log(forward / digital.Strike) / deviation + 0.5 * deviation;
        var d2 = d1 - deviation;
        var density = digital.Side.Sign() * digital.Payout * state.Discount * StandardNormal.Density(d2);
        return new(usd, density / (forward * deviation), -density * d1 / (forward * forward * deviation * deviation), -density * d1 / vol,
            interest + density * d1 / (2 * years), rho, density * (d1 * d2 - 1) / (forward * deviation * vol), -density * (d1 * d1 * d2 - d1 - d2) / (vol * vol));
    }
}
