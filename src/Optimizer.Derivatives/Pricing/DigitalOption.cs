using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Options that pay a fixed amount.</summary>
/// <remarks>Source: M. Rubinstein and E. Reiner, Unscrambling the binary code, Risk 4 (1991): N(d₂) and N(−d₂).</remarks>
internal static class DigitalOption
{
    /// <summary>The risk-neutral probability that it pays; at expiry, whether it does.</summary>
    public static double Probability(OptionSide side, double forward, double strike, double deviation)
    {
        var sign = side == OptionSide.Call ? 1 : -1;
        return deviation > 0 ? StandardNormal.Cumulative(sign * (Math.Log(forward / strike) / deviation - 0.5 * deviation))
            : sign * (forward - strike) > 0 ? 1 : 0;
    }
}
