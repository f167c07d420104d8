using Optimizer.Model;

namespace Optimizer.History;

/// <summary>Statistics of one opportunity's rate.</summary>
/// <param name="Subject">The opportunity.</param>
/// <param name="Samples">Number of samples; evenly spaced except for gaps.</param>
/// <param name="Days">Days covered by the samples, without gaps: (samples − 1) × interval.</param>
/// <param name="Last">The last rate, as a fraction per year.</param>
/// <param name="Mean">Mean of the rates.</param>
/// <param name="Deviation">Standard deviation of the rates.</param>
/// <param name="Least">The lowest rate.</param>
/// <param name="Most">The highest rate.</param>
/// <param name="Correlation">Autocorrelation at lag one; −1 to 1.</param>
/// <param name="Earned">Measured growth of the share price, as an effective fraction per year; null without share prices.</param>
public sealed record RateStatistics(string Subject, int Samples, double Days, double Last, double Mean, double Deviation, double Least, double Most, double Correlation, double? Earned)
{
    /// <summary>Half-life, in days, of a deviation from the mean under a first-order autoregression; null if the autocorrelation is not
    /// positive.</summary>
    public double? HalfLifeDays => Correlation is > 0 and < 1 ? Days / (Samples - 1) * Math.Log(2) / -Math.Log(Correlation) : null;

    /// <summary>Yearly volatility of the opportunity's earnings, as a fraction; accounts for the autocorrelation of the rate.</summary>
    /// <remarks>For a first-order autoregression with step Δ and autocorrelation ρ, the sum of n terms has variance n·σ²·(1+ρ)/(1−ρ) for
    /// large n.
    /// Each term counts for Δ years, which gives σ·√(Δ·(1+ρ)/(1−ρ)).</remarks>
    public double Volatility => Deviation * Math.Sqrt(Days / (Samples - 1) / Duration.DaysPerYear * (1 + Math.Max(0, Correlation)) / (1 - Math.Clamp(Correlation, 0, 0.99)));
}

/// <summary>Statistics of past rates and prices.</summary>
public static class HistoryStatistics
{
    /// <summary>Minimum number of samples for a standard deviation.</summary>
    public const int LeastSamples = 8;

    /// <summary>Sum of squares below this multiple of the squared mean is rounding error.</summary>
    private const double Trace = 1e-20;

    /// <summary>Statistics of rates, sampled once per interval.</summary>
    /// <param name="observations">Observations of rates and share prices, oldest first within each subject.</param>
    /// <param name="intervalDays">Days from one sample to the next; &gt; 0.</param>
    /// <returns>One entry per subject; subjects with fewer than <see cref="LeastSamples"/> samples are omitted.</returns>
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
            // Only pairs of neighbours; samples on both sides of a gap are not consecutive.
            var pairs = sampled.Where(sample => sampled.ContainsKey(sample.Key - 1)).Select(sample => (sample.Value - mean, sampled[sample.Key - 1] - mean)).ToArray();
            var next = pairs.Sum(pair => pair.Item1 * pair.Item2) * (samples.Length - 1) / Math.Max(1, pairs.Length);
            all.Add(new(same.Key, samples.Length, (samples.Length - 1) * intervalDays, samples[^1], mean, Math.Sqrt(squares / (samples.Length - 1)),
                samples.Min(), samples.Max(), squares > Trace * mean * mean ? next / squares : 0, Earned([.. observations.Where(o => o.Quantity == Quantities.Share && o.Subject == same.Key)])));
        }

        return all;
    }

    /// <summary>Prices of assets at common times, in the form stored in a snapshot.</summary>
    /// <param name="observations">Observations of prices, oldest first within each subject.</param>
    /// <param name="assets">Which assets.</param>
    /// <param name="intervalDays">Days from one sample to the next; &gt; 0.</param>
    /// <param name="from">Key of the provenance to store.</param>
    /// <returns>All times at which every asset has a price and a neighbouring sample, with the gaps between them.</returns>
    /// <exception cref="HistoryException">An asset has too few prices.</exception>
    public static PriceHistory Prices(IReadOnlyList<Observation> observations, IReadOnlyList<string> assets, double intervalDays, string from)
    {
        var prices = observations.Where(o => o.Quantity == Quantities.Price).ToLookup(o => o.Subject);
        var last = assets.Where(prices.Contains).Select(asset => prices[asset].Max(o => o.Time)).DefaultIfEmpty(DateTimeOffset.MinValue).Min();
        var sampled = assets.ToDictionary(asset => asset, asset => Sampled(prices[asset], intervalDays, last));
        if (sampled.Count > 0 && sampled.MinBy(s => s.Value.Count) is { Value.Count: < LeastSamples } scarce)
            throw new HistoryException($"the history has {scarce.Value.Count} prices of {scarce.Key}, sampled every {intervalDays} days up to {last:yyyy-MM-dd}; at least {LeastSamples} are needed");
        // Indices count backwards from the end, so they fall. A time without a neighbour gives no price change.
        int[] common = [.. sampled.Values.Select(s => s.Keys.AsEnumerable()).DefaultIfEmpty([]).Aggregate((a, b) => a.Intersect(b)).OrderDescending()];
        var known = common.ToHashSet();
        common = [.. common.Where(k => known.Contains(k - 1) || known.Contains(k + 1))];
        if (assets.Count > 0 && common.Length < LeastSamples)
            throw new HistoryException($"{string.Join(", ", assets)} have {common.Length} prices at common times, sampled every {intervalDays} days up to {last:yyyy-MM-dd}; at least {LeastSamples} are needed");
        return new()
        {
            IntervalDays = intervalDays,
            Series = [.. sampled.Select(s => new PriceSeries { Asset = s.Key, ClosesUsd = [.. common.Select(k => s.Value[k])], From = from })],
            Gaps = [.. Enumerable.Range(1, Math.Max(0, common.Length - 1)).Where(i => common[i] != common[i - 1] - 1)],
        };
    }

    /// <summary>Yearly standard deviations of log price changes (fractions), and the correlations of the changes.</summary>
    /// <param name="history">With at least three prices of every asset.</param>
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

    /// <summary>For evenly spaced times, counted backwards from <paramref name="end"/>: the nearest value. Times without a value within
    /// half an
    /// interval are omitted.</summary>
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
