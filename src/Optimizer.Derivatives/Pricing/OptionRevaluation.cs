using System.Numerics;
using System.Runtime.InteropServices;
using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Moves of one underlying, one per scenario.</summary>
public sealed class MarketMoves
{
    private readonly double[] _factors;
    private readonly double[] _logs;
    private readonly double[] _volatilityFactors;

    /// <param name="priceFactors">Price in a scenario divided by the price now; ≥ 0.</param>
    /// <param name="volatilityFactors">Volatility in a scenario divided by the volatility now; ≥ 0. As many as prices.</param>
    /// <exception cref="ArgumentException">The counts differ, or a figure is out of range.</exception>
    public MarketMoves(IReadOnlyList<double> priceFactors, IReadOnlyList<double> volatilityFactors)
    {
        if (priceFactors.Count != volatilityFactors.Count)
            throw new ArgumentException($"{priceFactors.Count} price factors and {volatilityFactors.Count} volatility factors", nameof(volatilityFactors));
        if (priceFactors.Any(factor => !(factor >= 0 && double.IsFinite(factor))) || volatilityFactors.Any(factor => !(factor >= 0 && double.IsFinite(factor))))
            throw new ArgumentException("a factor that is below zero or not finite", nameof(priceFactors));
        _factors = [.. priceFactors];
        _logs = [.. priceFactors.Select(factor => Math.Log(factor))];
        _volatilityFactors = [.. volatilityFactors];
    }

    private MarketMoves(double[] factors, double[] logs, double[] volatilityFactors) => (_factors, _logs, _volatilityFactors) = (factors, logs, volatilityFactors);

    /// <summary>The same prices with other volatilities.</summary>
    /// <param name="volatilityFactors">As many as there are scenarios; ≥ 0.</param>
    internal MarketMoves With(double[] volatilityFactors) => new(_factors, _logs, volatilityFactors);

    /// <summary>Number of scenarios.</summary>
    public int Count => _factors.Length;

    internal ReadOnlySpan<double> Factors => _factors;

    internal ReadOnlySpan<double> Logs => _logs;

    internal ReadOnlySpan<double> VolatilityFactors => _volatilityFactors;
}

/// <summary>An option as the revaluation takes it.</summary>
/// <param name="Side">Call or put.</param>
/// <param name="Forward">The forward of its expiry now, in USD.</param>
/// <param name="Strike">The strike in USD.</param>
/// <param name="Years">Time to expiry in the scenarios; ≥ 0.</param>
/// <param name="Volatility">Per √year, now.</param>
/// <param name="Discount">What one USD at expiry is worth.</param>
public readonly record struct OptionTerms(OptionSide Side, double Forward, double Strike, double Years, double Volatility, double Discount = 1);

/// <summary>Values of many options in many scenarios, several scenarios at once in the processor's vectors.</summary>
public static class OptionRevaluation
{
    /// <summary>The values of options in scenarios; options × scenarios operations, shared among all processors.</summary>
    /// <returns>Per option, its value in USD per unit in each scenario; within 1e-12 of the strike or forward of <see cref="Black76.Value"/>.</returns>
    public static double[][] Values(IReadOnlyList<OptionTerms> options, MarketMoves moves)
    {
        var values = new double[options.Count][];
        Parallel.For(0, values.Length, i => Values(options[i], moves, values[i] = GC.AllocateUninitializedArray<double>(moves.Count)));
        return values;
    }

    /// <summary>The values of one option.</summary>
    /// <param name="option">The option.</param>
    /// <param name="moves">The scenarios.</param>
    /// <param name="values">Receives its value in USD per unit in each scenario.</param>
    public static void Values(in OptionTerms option, MarketMoves moves, Span<double> values)
    {
        var done = option.Years > 0 && option.Volatility > 0 ? Vectors(option, moves, values) : 0;
        for (var s = done; s < moves.Count; s++)
            values[s] = Black76.Value(option.Side, option.Forward * moves.Factors[s], option.Strike, option.Years, option.Volatility * moves.VolatilityFactors[s], option.Discount);
    }

    /// <summary>Fills whole vectors.</summary>
    /// <returns>The number of scenarios done.</returns>
    /// <remarks>One exponential does for both terms: F·φ(d₁) = K·φ(d₂).</remarks>
    private static int Vectors(in OptionTerms option, MarketMoves moves, Span<double> values)
    {
        var (logMoneyness, root) = (Math.Log(option.Forward / option.Strike), option.Volatility * Math.Sqrt(option.Years));
        var (strike, sign, discount, half) = (new Vector<double>(option.Strike), (double)option.Side.Sign(), new Vector<double>(option.Discount), new Vector<double>(0.5));
        var factors = MemoryMarshal.Cast<double, Vector<double>>(moves.Factors);
        var logs = MemoryMarshal.Cast<double, Vector<double>>(moves.Logs);
        var volatilities = MemoryMarshal.Cast<double, Vector<double>>(moves.VolatilityFactors);
        var results = MemoryMarshal.Cast<double, Vector<double>>(values[..moves.Count]);
        for (var v = 0; v < results.Length; v++)
        {
            // A volatility of zero leaves the intrinsic value: d₁ becomes ±large, and both tails vanish.
            var deviation = Vector.Max(volatilities[v] * root, new Vector<double>(1e-12));
            var forward = factors[v] * option.Forward;
            var d1 = (logs[v] + new Vector<double>(logMoneyness)) / deviation + half * deviation;
            var d2 = d1 - deviation;
            // Below −708 the exponential leaves its fast path; what is lost is less than 1e-300.
            var density = Vector.Exp(Vector.Max(-half * d1 * d1, new Vector<double>(-700))) * forward;
            var (tail1, tail2) = (density * StandardNormal.UpperTailByDensity(Vector.Abs(d1)), density * StandardNormal.UpperTailByDensity(Vector.Abs(d2)));
            var first = Vector.ConditionalSelect(Vector.LessThan(d1 * sign, Vector<double>.Zero), tail1, forward - tail1);
            var second = Vector.ConditionalSelect(Vector.LessThan(d2 * sign, Vector<double>.Zero), tail2, strike - tail2);
            results[v] = Vector.Max((first - second) * sign, Vector<double>.Zero) * discount;
        }

        return results.Length * Vector<double>.Count;
    }
}
