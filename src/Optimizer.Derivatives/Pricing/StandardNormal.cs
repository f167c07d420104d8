using System.Numerics;
using MathNet.Numerics;

namespace Optimizer.Derivatives;

/// <summary>The standard normal distribution.</summary>
internal static class StandardNormal
{
    /// <summary>1/√(2π).</summary>
    public const double InverseRootTwoPi = 0.398942280401432677939946;

    /// <summary>From here on a quotient of polynomials no longer holds.</summary>
    private const double Far = 7.07106781186547524;

    /// <summary>The density at x.</summary>
    public static double Density(double x) => InverseRootTwoPi * Math.Exp(-0.5 * x * x);

    /// <summary>The probability of at most x; relative error about 1e-15, also far below zero.</summary>
    public static double Cumulative(double x) => 0.5 * SpecialFunctions.Erfc(-x / Constants.Sqrt2);

    /// <summary>The value that is exceeded with probability 1 − p.</summary>
    /// <param name="p">Between 0 and 1, both excluded.</param>
    public static double Quantile(double p) => -Constants.Sqrt2 * SpecialFunctions.ErfcInv(2 * p);

    /// <summary>The probability of more than x ≥ 0, divided by exp(−x²/2); absolute error of the probability below 1e-15.</summary>
    /// <remarks>Source: J. F. Hart et al., Computer Approximations (1968), algorithm 5666, in double precision as given by G. West, Better
    /// approximations to cumulative normal functions, Wilmott (2005). Beyond 7.07 the asymptotic series of the Mills ratio.</remarks>
    public static Vector<double> UpperTailByDensity(Vector<double> x)
    {
        var above = new Vector<double>(3.52624965998911e-02) * x + new Vector<double>(0.700383064443688);
        above = above * x + new Vector<double>(6.37396220353165);
        above = above * x + new Vector<double>(33.912866078383);
        above = above * x + new Vector<double>(112.079291497871);
        above = above * x + new Vector<double>(221.213596169931);
        above = above * x + new Vector<double>(220.206867912376);
        var below = new Vector<double>(8.83883476483184e-02) * x + new Vector<double>(1.75566716318264);
        below = below * x + new Vector<double>(16.064177579207);
        below = below * x + new Vector<double>(86.7807322029461);
        below = below * x + new Vector<double>(296.564248779674);
        below = below * x + new Vector<double>(637.333633378831);
        below = below * x + new Vector<double>(793.826512519948);
        below = below * x + new Vector<double>(440.413735824752);
        var near = above / below;
        var isFar = Vector.GreaterThan(x, new Vector<double>(Far));
        if (!Vector.GreaterThanAny(x, new Vector<double>(Far)))
            return near;
        var inverse = Vector<double>.One / (x * x);
        var far = new Vector<double>(InverseRootTwoPi) / x * (Vector<double>.One - inverse * (Vector<double>.One - 3 * inverse * (Vector<double>.One - 5 * inverse)));
        return Vector.ConditionalSelect(isFar, far, near);
    }
}
