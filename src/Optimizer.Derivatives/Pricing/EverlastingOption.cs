using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Options that never expire and pay mark minus intrinsic value as funding.</summary>
/// <remarks>Source: S. Bankman-Fried and D. White, Everlasting options (2021): the value is that of options of all expiries, weighted by
/// e^(−t/f)/f where funding flows continuously over a period f. Without interest the integral is K/u·(S/K)^((1 ± u)/2) above the intrinsic
/// value, with u = √(1 + 8/(σ²f)); docs/derivatives.md derives it.</remarks>
internal static class EverlastingOption
{
    /// <summary>The value in USD.</summary>
    public static double Value(EverlastingOptionInstrument option, double price, double volatility)
    {
        var intrinsic = Black76.Intrinsic(option.Side, price, option.Strike);
        var variance = volatility * volatility * option.FundingDays / Duration.DaysPerYear;
        if (variance == 0)
            return intrinsic;
        var u = Math.Sqrt(1 + 8 / variance);
        return intrinsic + option.Strike / u * Math.Pow(price / option.Strike, 0.5 * (price >= option.Strike ? 1 - u : 1 + u));
    }
}
