using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Perpetuals on a power of the price.</summary>
/// <remarks>Source: J. Clark, A. Leone and Z. Koticha, Power perp mechanism (Opyn); the factor is that of Opyn's Controller.</remarks>
public static class PowerPerpetual
{
    private const double FundingPeriodHours = 420;

    /// <summary>The fair mark of one unit in USD: norm·Sᵖ·exp(½p(p − 1)σ²·f), with f the funding period.</summary>
    internal static double Mark(PowerPerpetualInstrument power, double price, double volatility) =>
        power.NormalisationFactor * Math.Pow(price, power.Power) * Math.Exp(0.5 * power.Power * (power.Power - 1) * volatility * volatility * power.FundingDays / Duration.DaysPerYear);

    /// <summary>The derivatives of the mark.</summary>
    internal static ForwardGreeks Derivatives(PowerPerpetualInstrument power, double price, double volatility)
    {
        var usd = Mark(power, price, volatility);
        // What funding takes in a day from those who hold it: ln(mark/index) over the funding period.
        var bracket = 0.5 * power.Power * (power.Power - 1) * volatility * volatility;
        var derivatives = Derivatives(power.Power, usd, new() { Forward = price, Volatility = volatility, Years = power.FundingDays / Duration.DaysPerYear });
        return derivatives with { Theta = -bracket * usd, Rho = 0 };
    }

    /// <summary>The derivatives of D·Fᵖ·exp(½p(p − 1)σ²T).</summary>
    internal static ForwardGreeks Derivatives(double power, double usd, in MarketState state)
    {
        var (forward, vol, years) = (state.Forward, state.Volatility, state.Years);
        var convexity = power * (power - 1);
        var vega = convexity * vol * years * usd;
        return new(usd, power * usd / forward, convexity * usd / (forward * forward), vega, (state.Rate - 0.5 * convexity * vol * vol) * usd, -years * usd,
            power * vega / forward, convexity * years * usd + convexity * vol * years * vega);
    }

    /// <summary>The normalisation factor after some time.</summary>
    /// <param name="before">The factor before.</param>
    /// <param name="index">The index in USD: the square of the price.</param>
    /// <param name="mark">The mark in USD per unit of index.</param>
    /// <param name="elapsed">The time that passed.</param>
    /// <remarks>The mark counts between 0.8 and 1.4 of the index.</remarks>
    public static double NormalisationFactorAfter(double before, double index, double mark, Duration elapsed) =>
        before * Math.Pow(index / Math.Clamp(mark, 0.8 * index, 1.4 * index), elapsed.Seconds / 3_600 / FundingPeriodHours);
}
