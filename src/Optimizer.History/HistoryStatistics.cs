using Optimizer.Model;

namespace Optimizer.History;

/// <summary>How one place's rate behaved.</summary>
/// <param name="Subject">The opportunity.</param>
/// <param name="Samples">How many samples, evenly spaced.</param>
/// <param name="Days">From the first to the last.</param>
/// <param name="Last">The last rate, a fraction a year.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation.</param>
/// <param name="Least">The lowest.</param>
/// <param name="Most">The highest.</param>
/// <param name="Correlation">Correlation of one sample with the next; −1 to 1.</param>
/// <param name="Earned">What a share really grew by, a fraction a year, effective; null where shares were not seen.</param>
public sealed record RateStatistics(string Subject, int Samples, double Days, double Last, double Mean, double Deviation, double Least, double Most, double Correlation, double? Earned)
{
    /// <summary>Days in which half of a deviation from the mean is gone, were the rate to follow a first-order autoregression;
    /// null where samples do not hang together.</summary>
    public double? HalfLifeDays => Correlation is > 0 and < 1 ? Days / (Samples - 1) * Math.Log(2) / -Math.Log(Correlation) : null;

    /// <summary>Yearly volatility of what the place earns, a fraction: the rate's deviations add up over time as long as they
    /// hang together.</summary>
    /// <remarks>For a first-order autoregression with step Δ and correlation ρ the sum of n terms has variance
    /// n·σ²·(1+ρ)/(1−ρ) for large n, each weighing Δ: σ·√(Δ·(1+ρ)/(1−ρ)).</remarks>
    public double Volatility => Deviation * Math.Sqrt(Days / (Samples - 1) / Duration.DaysPerYear * (1 + Math.Max(0, Correlation)) / (1 - Math.Clamp(Correlation, 0, 0.99)));
}

/// <summary>What a history says of rates and prices.</summary>
public static class HistoryStatistics
{
    /// <summary>Fewer samples say nothing of a deviation.</summary>
    public const int LeastSamples = 8;

    /// <summary>Statistics of rates, sampled once in an interval.</summary>
    /// <param name="observations">Rates and shares, by subject, oldest first.</param>
    /// <param name="intervalDays">Days from one sample to the next; &gt; 0.</param>
    /// <returns>By subject; those with fewer than <see cref="LeastSamples"/> samples are left out.</returns>
    public static IReadOnlyList<RateStatistics> Rates(IReadOnlyList<Observation> observations, double intervalDays)
    {
        var all = new List<RateStatistics>();
        foreach (var same in observations.Where(o => o.Quantity == Quantities.Rate).GroupBy(o => o.Subject))
        {
            var samples = Sampled([.. same], intervalDays);
            if (samples.Count < LeastSamples)
                continue;
            var mean = samples.Average();
            var deviations = samples.Select(x => x - mean).ToArray();
            var squares = deviations.Sum(d => d * d);
            var next = deviations.Zip(deviations.Skip(1)).Sum(pair => pair.First * pair.Second);
            all.Add(new(same.Key, samples.Count, (samples.Count - 1) * intervalDays, samples[^1], mean, Math.Sqrt(squares / (samples.Count - 1)),
                samples.Min(), samples.Max(), squares > 0 ? next / squares : 0, Earned([.. observations.Where(o => o.Quantity == Quantities.Share && o.Subject == same.Key)])));
        }

        return all;
    }

    /// <summary>Prices of assets, sampled together, as a snapshot holds them.</summary>
    /// <param name="observations">Prices, by subject, oldest first.</param>
    /// <param name="assets">Which assets.</param>
    /// <param name="intervalDays">Days from one sample to the next; &gt; 0.</param>
    /// <param name="from">Key of the provenance.</param>
    /// <returns>As far back as all of them reach without a gap.</returns>
    /// <exception cref="HistoryException">An asset has too few prices.</exception>
    public static PriceHistory Prices(IReadOnlyList<Observation> observations, IReadOnlyList<string> assets, double intervalDays, string from)
    {
        var prices = observations.Where(o => o.Quantity == Quantities.Price).ToLookup(o => o.Subject);
        var last = assets.Where(prices.Contains).Select(asset => prices[asset].Max(o => o.Time)).DefaultIfEmpty(DateTimeOffset.MinValue).Min();
        var sampled = assets.ToDictionary(asset => asset, asset => Sampled([.. prices[asset]], intervalDays, last));
        if (sampled.Count > 0 && sampled.MinBy(s => s.Value.Count) is { Value.Count: < LeastSamples } scarce)
            throw new HistoryException($"the history holds {scarce.Value.Count} prices of {scarce.Key} without a gap, one in {intervalDays} days up to {last:yyyy-MM-dd}; at least {LeastSamples} are needed");
        var length = sampled.Values.Select(s => s.Count).DefaultIfEmpty(0).Min();
        return new() { IntervalDays = intervalDays, Series = [.. sampled.Select(s => new PriceSeries { Asset = s.Key, ClosesUsd = [.. s.Value.TakeLast(length)], From = from })] };
    }

    /// <summary>Yearly deviations of the logarithm of prices (fractions), and the correlations of their changes.</summary>
    /// <param name="history">At least three prices of every asset.</param>
    public static (double[] Deviations, double[,] Correlations) Returns(PriceHistory history)
    {
        var changes = history.Series.Select(series =>
        {
            var logs = series.ClosesUsd.Zip(series.ClosesUsd.Skip(1), (before, after) => Math.Log(after / before)).ToArray();
            var mean = logs.Average();
            return logs.Select(change => change - mean).ToArray();
        }).ToArray();
        double Product(int i, int j) => changes[i].Zip(changes[j]).Sum(pair => pair.First * pair.Second);
        var correlations = new double[changes.Length, changes.Length];
        for (var i = 0; i < changes.Length; i++)
        {
            for (var j = 0; j < changes.Length; j++)
                correlations[i, j] = i == j ? 1 : Math.Sqrt(Product(i, i) * Product(j, j)) is var scale and > 0 ? Product(i, j) / scale : 0;
        }

        return ([.. changes.Select((change, i) => Math.Sqrt(Product(i, i) / (change.Length - 1) * Duration.DaysPerYear / history.IntervalDays))], correlations);
    }

    /// <summary>The value nearest to each of evenly spaced moments, back from an end, as far as there is one within half an interval;
    /// oldest first.</summary>
    private static List<double> Sampled(IReadOnlyList<Observation> series, double intervalDays, DateTimeOffset? end = null)
    {
        var samples = new List<double>();
        if (series.Count == 0)
            return samples;
        var last = end ?? series[^1].Time;
        var i = series.Count - 1;
        for (var k = 0; i >= 0; k++)
        {
            var wanted = last - TimeSpan.FromDays(k * intervalDays);
            while (i > 0 && (series[i - 1].Time - wanted).Duration() <= (series[i].Time - wanted).Duration())
                i--;
            if ((series[i].Time - wanted).Duration() > TimeSpan.FromDays(intervalDays / 2))
                break;
            samples.Add(series[i].Value);
            i--;
        }

        samples.Reverse();
        return samples;
    }

    private static double? Earned(IReadOnlyList<Observation> shares) => shares.Count >= 2 && (shares[^1].AsOf - shares[0].AsOf).TotalDays is >= 1 and var days
        ? Math.Pow(shares[^1].Value / shares[0].Value, Duration.DaysPerYear / days) - 1
        : null;
}
