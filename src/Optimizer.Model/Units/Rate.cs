namespace Optimizer.Model;

/// <summary>How a yearly rate compounds within its year.</summary>
public enum RateBasis
{
    /// <summary>An effective annual rate (APY): what one year really pays.</summary>
    Effective,

    /// <summary>A simple rate that is not compounded within the year.</summary>
    Simple,

    /// <summary>An APR paid every second (Aave, Compound, Sky).</summary>
    PerSecond,

    /// <summary>An APR paid every day.</summary>
    Daily,

    /// <summary>An APR paid every week (sUSDe).</summary>
    Weekly,

    /// <summary>A continuously compounded rate.</summary>
    Continuous,
}

/// <summary>Converts rates of any basis to effective annual rates.</summary>
public static class RateBases
{
    /// <summary>The effective annual rate: (1 + r/n)ⁿ − 1 with n periods a year, or eʳ − 1.</summary>
    /// <param name="basis">How <paramref name="perYear"/> compounds.</param>
    /// <param name="perYear">The yearly rate as a fraction; finite, &gt; −1.</param>
    public static double ToEffective(this RateBasis basis, double perYear) => basis switch
    {
        RateBasis.Effective or RateBasis.Simple => perYear,
        RateBasis.Continuous => double.ExpM1(perYear),
        _ => double.ExpM1(Periods(basis) * Log1P(perYear / Periods(basis))),
    };

    /// <summary>The derivative of <see cref="ToEffective"/> with respect to the yearly rate.</summary>
    public static double EffectiveSlope(this RateBasis basis, double perYear) => basis switch
    {
        RateBasis.Effective or RateBasis.Simple => 1,
        RateBasis.Continuous => Math.Exp(perYear),
        _ => Math.Exp((Periods(basis) - 1) * Log1P(perYear / Periods(basis))),
    };

    /// <summary>ln(1 + x). <c>double.LogP1</c> computes 1 + x first, which leaves only four digits for a rate per second.</summary>
    private static double Log1P(double x) => Math.Abs(x) < 1e-4 ? x - x * x / 2 + x * x * x / 3 : Math.Log(1 + x);

    private static double Periods(RateBasis basis) => basis switch
    {
        RateBasis.PerSecond => 31_536_000,
        RateBasis.Daily => 365,
        RateBasis.Weekly => 365.0 / 7,
        _ => throw new ArgumentOutOfRangeException(nameof(basis), basis, "this basis has no compounding periods"),
    };
}
