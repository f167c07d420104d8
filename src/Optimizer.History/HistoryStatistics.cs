using Optimizer.Model;

namespace Optimizer.History;

/// <summary>How one place's rate behaved.</summary>
/// <param name="Subject">The opportunity.</param>
/// <param name="Samples">How many samples, evenly spaced but for gaps.</param>
/// <param name="Days">What they cover, gaps left out.</param>
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

    /// <summary>Squares that are no more than rounding, against the mean's.</summary>
    private const double Trace = 1e-20;

    /// <summary>Statistics of rates, sampled once in an interval.</summary>
    /// <param name="observations">Rates and shares, by subject, oldest first.</param>
    /// <param name="intervalDays">Days from one sample to the next; &gt; 0.</param>
    /// <returns>By subject; those with fewer than <see cref="LeastSamples"/> samples are left out.</returns>
    public static IReadOnlyList<RateStatistics> Rates(IReadOnlyList<Observation> observations, double intervalDays)
    {
        var all = new List<RateStatistics>();
        foreach (var same in observations.Where(o => o.Quantity == Quantities.Rate).GroupBy(o => o.Subject))
        {
            var sampled = Sampled(same, intervalDays, same.Last().Time);
            if (sampled.Count < LeastSamples)
                continue;
            double[] samples = [.. sampled.Values];
            var mean = samples.Average();
            var squares = samples.Sum(x => (x - mean) * (x - mean));
            // Only of neighbours: what lies beyond a gap does not follow.
            var pairs = sampled.Where(sample => sampled.ContainsKey(sample.Key - 1)).Select(sample => (sample.Value - mean, sampled[sample.Key - 1] - mean)).ToArray();
            var next = pairs.Sum(pair => pair.Item1 * pair.Item2) * (samples.Length - 1) / Math.Max(1, pairs.Length);
            all.Add(new(same.Key, samples.Length, (samples.Length - 1) * intervalDays, samples[^1], mean, Math.Sqrt(squares / (samples.Length - 1)),
                samples.Min(), samples.Max(), squares > Trace * mean * mean ? next / squares : 0, Earned([.. observations.Where(o => o.Quantity == Quantities.Share && o.Subject == same.Key)])));
        }

        return all;
    }

    /// <summary>Prices of assets, sampled together, as a snapshot holds them.</summary>
    /// <param name="observations">Prices, by subject, oldest first.</param>
    /// <param name="assets">Which assets.</param>
    /// <param name="intervalDays">Days from one sample to the next; &gt; 0.</param>
    /// <param name="from">Key of the provenance.</param>
    /// <returns>Every moment at which all of them have a price, with the gaps between.</returns>
    /// <exception cref="HistoryException">An asset has too few prices.</exception>
    public static PriceHistory Prices(IReadOnlyList<Observation> observations, IReadOnlyList<string> assets, double intervalDays, string from)
    {
        var prices = observations.Where(o => o.Quantity == Quantities.Price).ToLookup(o => o.Subject);
        var last = assets.Where(prices.Contains).Select(asset => prices[asset].Max(o => o.Time)).DefaultIfEmpty(DateTimeOffset.MinValue).Min();
        var sampled = assets.ToDictionary(asset => asset, asset => Sampled(prices[asset], intervalDays, last));
        if (sampled.Count > 0 && sampled.MinBy(s => s.Value.Count) is { Value.Count: < LeastSamples } scarce)
            throw new HistoryException($"the history holds {scarce.Value.Count} prices of {scarce.Key}, one in {intervalDays} days up to {last:yyyy-MM-dd}; at least {LeastSamples} are needed");
        // Counted back from the end, and so falling; a moment without a neighbour says nothing of changes.
        int[] common = [.. sampled.Values.Select(s => s.Keys.AsEnumerable()).DefaultIfEmpty([]).Aggregate((a, b) => a.Intersect(b)).OrderDescending()];
        var known = common.ToHashSet();
        common = [.. common.Where(k => known.Contains(k - 1) || known.Contains(k + 1))];
        if (assets.Count > 0 && common.Length < LeastSamples)
            throw new HistoryException($"{string.Join(", ", assets)} have {common.Length} prices at common moments, one in {intervalDays} days up to {last:yyyy-MM-dd}; at least {LeastSamples} are needed");
        return new()
        {
            IntervalDays = intervalDays,
            Series = [.. sampled.Select(s => new PriceSeries { Asset = s.Key, ClosesUsd = [.. common.Select(k => s.Value[k])], From = from })],
            Gaps = [.. Enumerable.Range(1, Math.Max(0, common.Length - 1)).Where(i => common[i] != common[i - 1] - 1)],
        };
    }

    /// <summary>Yearly deviations of the logarithm of prices (fractions), and the correlations of their changes.</summary>
    /// <param name="history">At least three prices of every asset.</param>
    public static (double[] Deviations, double[,] Correlations) Returns(PriceHistory history)
    {
        var changes = history.LogChanges().Select(logs =>
        {
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

    /// <summary>The value nearest to each of evenly spaced moments, counted back from an end; moments that have none within half an
    /// interval are left out.</summary>
    private static SortedDictionary<int, double> Sampled(IEnumerable<Observation> series, double intervalDays, DateTimeOffset end)
    {
        var samples = new SortedDictionary<int, double>(Comparer<int>.Create((a, b) => b.CompareTo(a)));
        foreach (var same in series.GroupBy(o => (int)Math.Round((end - o.Time).TotalDays / intervalDays)).Where(same => same.Key >= 0))
            samples[same.Key] = same.MinBy(o => Math.Abs((end - o.Time).TotalDays - same.Key * intervalDays))!.Value;
        return samples;
    }

    private static double? Earned(IReadOnlyList<Observation> shares) => shares.Count >= 2 && (shares[^1].AsOf - shares[0].AsOf).TotalDays is >= 1 and var days
        ? Math.Pow(shares[^1].Value / shares[0].Value, Duration.DaysPerYear / days) - 1
        : null;
}
