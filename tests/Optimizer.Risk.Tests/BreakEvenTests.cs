using MathNet.Numerics.Distributions;
using Optimizer.Model;

namespace Optimizer.Risk.Tests;

/// <summary>When costs come back from an advantage that fades.</summary>
public sealed class BreakEvenTests
{
    [Fact]
    public void At_the_median_the_advantage_has_earned_the_cost() => Gen.Select(Gen.Double[1, 1e4], Gen.Double[0.01, 1e4], Gen.Double[1, 1_000]).Sample((cost, gain, halfLife) =>
    {
        var result = BreakEven.Of(cost, gain, 0, new Duration(halfLife));
        Assert.Equal(cost / gain, result.SteadyDays!.Value, 1e-9 * cost / gain);
        Assert.InRange(result.NeverProbability, 0, 1);
        if (result.MedianDays is not { } days)
            return cost * Math.Log(2) / gain >= halfLife;
        // The same integral, summed up day by day in small pieces.
        const int Pieces = 20_000;
        var earned = Enumerable.Range(0, Pieces).Sum(i => gain * Math.Pow(2, -(i + 0.5) * days / Pieces / halfLife) * days / Pieces);
        return Math.Abs(earned - cost) <= 1e-4 * cost
            && result.SteadyDays <= result.EarlyDays && result.EarlyDays <= days && (result.LateDays is null || days <= result.LateDays);
    }, iter: 200);

    [Fact]
    public void Quantiles_are_those_of_drawn_half_lives()
    {
        var (cost, gain, halfLife) = (1_000.0, 20.0, 60.0);
        var random = new Random(3);
        var drawn = Enumerable.Range(0, 200_000).Select(_ => halfLife * Math.Pow(BreakEven.Spread, Normal.Sample(random, 0, 1)))
            .Select(life => cost * Math.Log(2) / gain is var least && life > least ? -life * Math.Log2(1 - least / life) : double.PositiveInfinity).Order().ToArray();
        var result = BreakEven.Of(cost, gain, 0, new Duration(halfLife));
        Assert.Equal(drawn[drawn.Length / 10], result.EarlyDays!.Value, 0.5);
        Assert.Equal(drawn[drawn.Length / 2], result.MedianDays!.Value, 1.0);
        Assert.Equal(drawn.Count(double.IsInfinity) / (double)drawn.Length, result.NeverProbability, 0.005);
        Assert.Null(result.LateDays);
    }

    [Fact]
    public void What_costs_nothing_is_earned_at_once_and_what_gains_nothing_never()
    {
        Assert.Equal(new(0, 90, 0, 0, 0, 0), BreakEven.Of(0, 5, 0, new Duration(90)));
        Assert.Equal(new(null, 90, null, null, null, 1), BreakEven.Of(10, -1, -2, new Duration(90)));
        Assert.Equal(new(null, 90, null, null, null, 1), BreakEven.Of(10, 0, 0, new Duration(90)));
    }

    /// <summary>Idle money that is put to work earns the median in the end, so that its costs always come back.</summary>
    [Fact]
    public void An_advantage_that_does_not_fade_to_nothing_always_pays() => Gen.Select(Gen.Double[1, 1e3], Gen.Double[1, 1e3], Gen.Double[0.1, 1]).Sample((cost, gain, rest) =>
    {
        var later = rest * gain;
        var result = BreakEven.Of(cost, gain, later, new Duration(55));
        var days = result.MedianDays!.Value;
        const int Pieces = 20_000;
        var earned = Enumerable.Range(0, Pieces).Sum(i => (later + (gain - later) * Math.Pow(2, -(i + 0.5) * days / Pieces / 55)) * days / Pieces);
        return result.NeverProbability == 0 && Math.Abs(earned - cost) <= 1e-4 * cost && days >= cost / gain * (1 - 1e-9) && days <= cost / later * (1 + 1e-9);
    }, iter: 200);
}
