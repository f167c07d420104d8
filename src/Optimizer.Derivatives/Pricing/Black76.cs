using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>An option's value and its derivatives by the forward, the volatility, the time and the discount rate, per unit and per year.</summary>
/// <param name="Value">In USD.</param>
/// <param name="Delta">∂V/∂F.</param>
/// <param name="Gamma">∂²V/∂F², per USD.</param>
/// <param name="Vega">∂V/∂σ, in USD per 1.00 of volatility.</param>
/// <param name="Theta">−∂V/∂T at the same forward, in USD per year.</param>
/// <param name="Rho">∂V/∂r at the same forward, in USD per 1.00 of rate.</param>
/// <param name="Vanna">∂²V/∂F∂σ, per 1.00 of volatility.</param>
/// <param name="Volga">∂²V/∂σ², in USD per 1.00² of volatility.</param>
public readonly record struct ForwardGreeks(double Value, double Delta, double Gamma, double Vega, double Theta, double Rho, double Vanna, double Volga);

/// <summary>European options on a forward.</summary>
/// <remarks>Source: F. Black, The pricing of commodity contracts, J. Financial Economics 3 (1976); derivatives as in E. G. Haug, The Complete
/// Guide to Option Pricing Formulas, 2nd ed. (2007), chapter 2. docs/derivatives.md derives them.</remarks>
public static class Black76
{
    /// <summary>Below this σ√T the two terms of the formula are too close to be subtracted.</summary>
    private const double SmallDeviation = 0.03;

    /// <summary>The value in USD per unit.</summary>
    /// <param name="side">Call or put.</param>
    /// <param name="forward">The forward of the expiry in USD; ≥ 0.</param>
    /// <param name="strike">The strike in USD; &gt; 0.</param>
    /// <param name="years">Time to expiry; ≥ 0.</param>
    /// <param name="volatility">Per √year, as a fraction; ≥ 0.</param>
    /// <param name="discount">What one USD at expiry is worth; in (0, 1] for rates ≥ 0.</param>
    /// <remarks>The side out of the money is computed and the other follows by put–call parity, which therefore holds to the last digit.</remarks>
    public static double Value(OptionSide side, double forward, double strike, double years, double volatility, double discount = 1) =>
        discount * (Intrinsic(side, forward, strike) + TimeValue(forward, strike, volatility * Math.Sqrt(years)));

    /// <summary>What exercise at the forward would pay, undiscounted.</summary>
    public static double Intrinsic(OptionSide side, double forward, double strike) => Math.Max(side.Sign() * (forward - strike), 0);

    /// <summary>The value and all derivatives.</summary>
    /// <inheritdoc cref="Value"/>
    public static ForwardGreeks Greeks(OptionSide side, double forward, double strike, double years, double volatility, double discount = 1)
    {
        var value = Value(side, forward, strike, years, volatility, discount);
        var rho = -years * value;
        var rate = years > 0 ? -Math.Log(discount) / years : 0;
        var sign = side.Sign();
        var root = Math.Sqrt(years);
        var deviation = volatility * root;
        if (deviation == 0)
            return new(value, discount * (sign * (forward - strike) > 0 ? sign : 0), 0, 0, rate * value, rho, 0, 0);
        var d1 = Math.Log(forward / strike) / deviation + 0.5 * deviation;
        var d2 = d1 - deviation;
        var density = discount * StandardNormal.Density(d1);
        var vega = forward * density * root;
        return new(value, sign * discount * StandardNormal.Cumulative(sign * d1), density / (forward * deviation), vega,
            -0.5 * forward * density * volatility / root + rate * value, rho, -density * d2 / volatility, vega * d1 * d2 / volatility);
    }

    /// <summary>The undiscounted value of the side that is out of the money.</summary>
    private static double TimeValue(double forward, double strike, double deviation) =>
        forward == 0 ? 0 : Math.Sqrt(forward * strike) * NormalisedTimeValue(Math.Abs(Math.Log(forward / strike)), deviation);

    /// <summary>The undiscounted value of the side that is out of the money, divided by √(FK).</summary>
    /// <param name="x">|ln(F/K)|: the value is the same for a call on the lower price struck at the higher, and the other way round.</param>
    /// <param name="deviation">σ√T; ≥ 0.</param>
    internal static double NormalisedTimeValue(double x, double deviation) =>
        deviation == 0 ? 0
        : deviation < SmallDeviation ? NearExpiry(x / deviation, deviation)
        : Math.Max(Math.Exp(-0.5 * x) * StandardNormal.Cumulative(0.5 * deviation - x / deviation) - Math.Exp(0.5 * x) * StandardNormal.Cumulative(-0.5 * deviation - x / deviation), 0);

    /// <summary>The same where both terms are nearly equal: with the Mills ratio M it is φ(a)·e^(−s²/8)·(M(a − s/2) − M(a + s/2)), and the
    /// difference is its Taylor series, from M′ = aM − 1 and M⁽ⁿ⁺¹⁾ = aM⁽ⁿ⁾ + nM⁽ⁿ⁻¹⁾.</summary>
    private static double NearExpiry(double a, double deviation)
    {
        const int Terms = 9;
        var half = 0.5 * deviation;
        var density = StandardNormal.Density(a);
        if (density == 0)
            return 0;
        var before = StandardNormal.Cumulative(-a) / density;
        var derivative = a * before - 1;
        var (power, sum) = (half, 0.0);
        for (var n = 1; n <= Terms; n++)
        {
            if (n % 2 == 1)
                sum -= 2 * power * derivative;
            (before, derivative) = (derivative, a * derivative + n * before);
            power *= half / (n + 1);
        }

        return Math.Max(density * Math.Exp(-0.5 * half * half) * sum, 0);
    }
}
