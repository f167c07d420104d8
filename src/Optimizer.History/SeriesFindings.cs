using System.Globalization;
using MathNet.Numerics.Statistics;

namespace Optimizer.History;

/// <summary>Messages about suspicious values in a time series.</summary>
public static class SeriesFindings
{
    /// <summary>Log change above which a price is reported, if it is also far above the usual changes of the series.</summary>
    private const double LeastOutlier = 0.7;
    private const double Deviations = 10;
    private const int MostNamed = 3;
    private const int LeastCommon = 30;

    /// <summary>Outliers, level shifts, gaps, and missing days of the week.</summary>
    /// <param name="series">One subject's observations of one quantity, oldest first.</param>
    public static IEnumerable<string> Of(IReadOnlyList<Observation> series)
    {
        if (series.Count < HistoryStatistics.LeastSamples)
            return [];
        return [.. series[0].Quantity == Quantities.Price ? Jumps(series) : [], .. Gaps(series)];
    }

    /// <summary>The existing values that an import changes.</summary>
    /// <param name="added">One subject's imported observations of one quantity.</param>
    /// <param name="before">The existing observations of the same subject and quantity.</param>
    public static IEnumerable<string> Corrections(IReadOnlyList<Observation> added, IReadOnlyList<Observation> before)
    {
        var known = before.ToDictionary(o => o.Time, o => o.Value);
        var changed = added.Where(o => known.TryGetValue(o.Time, out var value) && value != o.Value).ToArray();
        if (changed.MaxBy(o => Math.Abs(o.Value - known[o.Time])) is { } most)
            yield return Invariant($"{(changed.Length == 1 ? "1 figure" : $"{changed.Length} figures")} of {most.Subject} {(changed.Length == 1 ? "is" : "are")} replaced; the largest change is on {most.Time:yyyy-MM-dd}: {most.Value:#,0.####} instead of {known[most.Time]:#,0.####}");
    }

    /// <summary>Warns if prices seem to be dated one day off the existing prices: changes of the same day should correlate.</summary>
    /// <remarks>Exchanges date a close by the start of its day; other files by its end. The correlation of daily changes on the same day is
    /// compared with those one day earlier and later, over at least 30 common days.</remarks>
    /// <param name="added">One asset's prices, oldest first.</param>
    /// <param name="known">All existing prices.</param>
    public static IEnumerable<string> Dating(IReadOnlyList<Observation> added, IReadOnlyList<Observation> known)
    {
        const double Clear = 0.3;
        var changes = DailyChanges(added);
        foreach (var other in known.GroupBy(o => o.Subject).OrderBy(other => other.Key != added[0].Subject))
        {
            var theirs = DailyChanges([.. other]);
            var (same, later, earlier) = (Together(changes, theirs, 0), Together(changes, theirs, 1), Together(changes, theirs, -1));
            if (Math.Max(later, earlier) <= same + Clear)
                continue;
            yield return Invariant($"closes of {added[0].Subject} look dated one day {(later > earlier ? "later" : "earlier")} than those of {other.Key}: the correlation of daily changes is {Math.Max(later, earlier):0.00} one day apart, but {same:0.00} on the same day; import files dated at the end of the day with --dated-at-end");
            yield break;
        }
    }

    private static IEnumerable<string> Jumps(IReadOnlyList<Observation> series)
    {
        var changes = series.Zip(series.Skip(1), (before, after) => Math.Log(after.Value / before.Value)).ToArray();
        // The standard deviation of the normal distribution with the same median absolute change.
        var usual = changes.Select(Math.Abs).Median() * 1.4826;
        bool IsFar(double change) => Math.Abs(change) > Math.Max(LeastOutlier, Deviations * usual);
        var (spikes, steps) = (new List<string>(), new List<string>());
        for (var i = 0; i < changes.Length; i++)
        {
            if (!IsFar(changes[i]))
                continue;
            var (before, here) = (series[i], series[i + 1]);
            if (i + 1 < changes.Length && Math.Abs(changes[i] + changes[i + 1]) < Math.Abs(changes[i]) / 3)
                spikes.Add(Invariant($"{here.Value:#,0.####} on {here.Time:yyyy-MM-dd} between {before.Value:#,0.####} and {series[++i + 1].Value:#,0.####}, log change {Math.Log(here.Value / before.Value):0.0}"));
            else
                steps.Add(Invariant($"from {before.Value:#,0.####} to {here.Value:#,0.####} on {here.Time:yyyy-MM-dd}, factor {here.Value / before.Value:0.####}"));
        }

        return
        [
            .. Named(spikes, $"outliers of {series[0].Subject}, which raise its volatility: "),
            .. Named(steps, $"lasting jumps of {series[0].Subject} (a split or a change of unit?): "),
        ];
    }

    private static IEnumerable<string> Gaps(IReadOnlyList<Observation> series)
    {
        var times = series.Select(o => o.Time).Distinct().ToArray();
        var steps = times.Zip(times.Skip(1), (before, after) => (Before: before, After: after, Days: (after - before).TotalDays)).ToArray();
        var usual = steps.Select(step => step.Days).Median();
        var isWeekdays = Math.Abs(usual - 1) < 0.1 && times.All(time => time.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)) && times.Length > 10;
        if (isWeekdays)
            yield return $"{series[0].Subject} has only weekdays; daily statistics leave out changes over weekends";
        var gaps = steps.Where(step => step.Days > 1.6 * usual && !(isWeekdays && step.Days < 3.5)).Select(step => Invariant($"{step.Days:0.#} days from {step.Before:yyyy-MM-dd} to {step.After:yyyy-MM-dd}")).ToArray();
        foreach (var named in Named(gaps, $"gaps of {series[0].Subject} (changes over gaps are left out): "))
            yield return named;
    }

    private static IEnumerable<string> Named(IReadOnlyList<string> all, string what)
    {
        if (all.Count > 0)
            yield return $"{what}{string.Join("; ", all.Take(MostNamed))}{(all.Count > MostNamed ? $"; and {all.Count - MostNamed} more" : "")}";
    }

    private static Dictionary<int, double> DailyChanges(IReadOnlyList<Observation> series)
    {
        var prices = series.GroupBy(o => (int)Math.Floor((o.Time - DateTimeOffset.UnixEpoch).TotalDays)).ToDictionary(day => day.Key, day => day.Last().Value);
        return prices.Where(day => prices.ContainsKey(day.Key - 1)).ToDictionary(day => day.Key, day => Math.Log(day.Value / prices[day.Key - 1]));
    }

    /// <summary>Correlation of changes with another series shifted by a number of days; 0 with too few common days.</summary>
    private static double Together(Dictionary<int, double> changes, Dictionary<int, double> others, int days)
    {
        var common = changes.Where(change => others.ContainsKey(change.Key - days)).ToArray();
        var correlation = common.Length < LeastCommon ? 0 : Correlation.Pearson(common.Select(change => change.Value), common.Select(change => others[change.Key - days]));
        return double.IsFinite(correlation) ? correlation : 0;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
