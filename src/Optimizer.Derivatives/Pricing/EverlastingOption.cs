using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Options that never expire and pay mark minus intrinsic value as funding.</summary>
/// <remarks>Source: S. Bankman-Fried and D. White, Everlasting options (2021): the value is that of options of all expiries, weighted by
/// e^(−t/f)/f where funding flows continuously over a period f. Without interest the value W solves W − intrinsic = ½fσ²S²·W_SS, which
/// gives intrinsic + K/u·(S/K)^e with u = √(1 + 8/(σ²f)) and e = (1 + u)/2 below the strike, (1 − u)/2 above it; docs/derivatives.md
/// derives it.</remarks>
internal static class EverlastingOption
{
    /// <summary>The value in USD.</summary>
    public static double Value(EverlastingOptionInstrument option, double price, double volatility) =>
        Black76.Intrinsic(option.Side, price, option.Strike) + TimeValue(option, price, volatility);

    /// <summary>The derivatives. Theta is the funding that a holder pays.</summary>
    public static ForwardGreeks Derivatives(EverlastingOptionInstrument option, double price, double volatility)
    {
        const double Step = 1e-4;
        var (usd, variance) = (Value(option, price, volatility), Variance(option, volatility));
        if (variance == 0)
            return new(usd, Delta(option, price, volatility), 0, 0, 0, 0, 0, 0);
        var timeValue = TimeValue(option, price, volatility);
        var step = volatility * Step;
        return new(usd, Delta(option, price, volatility), 2 * timeValue / (variance * price * price), Vega(option, price, volatility), -timeValue / Funding(option), 0,
            (Delta(option, price, volatility + step) - Delta(option, price, volatility - step)) / (2 * step), (Vega(option, price, volatility + step) - Vega(option, price, volatility - step)) / (2 * step));
    }

    private static double Delta(EverlastingOptionInstrument option, double price, double volatility)
    {
        // At the strike the side above it has e = (1 − u)/2 and an intrinsic value that moves.
        var isAbove = price >= option.Strike;
        var intrinsic = option.Side == OptionSide.Call ? isAbove ? 1 : 0 : isAbove ? 0 : -1;
        return Variance(option, volatility) == 0 ? intrinsic : intrinsic + Exponent(option, price, volatility) * TimeValue(option, price, volatility) / price;
    }

    private static double Vega(EverlastingOptionInstrument option, double price, double volatility)
    {
        var (variance, u) = (Variance(option, volatility), Root(option, volatility));
        var byRoot = TimeValue(option, price, volatility) * (0.5 * (price >= option.Strike ? -1 : 1) * Math.Log(price / option.Strike) - 1 / u);
        return byRoot * -8 * volatility * Funding(option) / (u * variance * variance);
    }

    private static double TimeValue(EverlastingOptionInstrument option, double price, double volatility) =>
        Variance(option, volatility) == 0 ? 0 : option.Strike / Root(option, volatility) * Math.Pow(price / option.Strike, Exponent(option, price, volatility));

    private static double Exponent(EverlastingOptionInstrument option, double price, double volatility) => 0.5 * (1 + (price >= option.Strike ? -1 : 1) * Root(option, volatility));

    private static double Root(EverlastingOptionInstrument option, double volatility) => Math.Sqrt(1 + 8 / Variance(option, volatility));

    private static double Variance(EverlastingOptionInstrument option, double volatility) => volatility * volatility * Funding(option);

    /// <summary>The funding period in years.</summary>
    private static double Funding(EverlastingOptionInstrument option) => option.FundingDays / Duration.DaysPerYear;
}
