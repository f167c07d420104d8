using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.History.Tests;

/// <summary>What is put into the history comes out of it, and what it says of rates and prices.</summary>
public sealed class HistoryTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<Snapshot> Judged = new(() => new ScenarioFiles().LoadMarket(Repository.Path("scenarios", "snapshots", "2026-08-12.json")).Market.Snapshot);

    // A folder whose name means something to pattern matching and to SQL.
    private readonly string _folder = Directory.CreateTempSubdirectory("history [it's *new]").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_snapshot_comes_out_as_it_went_in()
    {
        var store = new HistoryStore(_folder);
        var snapshot = Seen("now", Start, 0.05, 1.01);
        Assert.Equal(store.Add(snapshot), store.Read(new()).Count);
        var expected = Quantities.Of(snapshot).ToArray();
        Assert.NotEmpty(expected);
        Assert.Equal(expected.OrderBy(o => o.Subject, StringComparer.Ordinal).ThenBy(o => o.Quantity, StringComparer.Ordinal), store.Read(new()));
        var rate = Assert.Single(store.Read(new("sky-savings/*", Quantities.Rate)));
        Assert.Equal(0.05, rate.Value, 1e-12);
    }

    [Fact]
    public void The_same_twice_is_there_once()
    {
        var store = new HistoryStore(_folder);
        var snapshot = Seen("now", Start, 0.05, 1.01);
        var count = store.Add(snapshot);
        store.Add(snapshot);
        // As if somebody had copied the file.
        File.Copy(Directory.GetFiles(_folder).Single(), Path.Combine(_folder, "copy.parquet"));
        Assert.Equal(count, store.Read(new()).Count);
        Assert.Equal((1, (long)count), (store.Entries().Count, store.Entries()[0].Observations));
    }

    [Fact]
    public void An_empty_history_is_no_error()
    {
        var store = new HistoryStore(Path.Combine(_folder, "none"));
        Assert.True(store.IsEmpty);
        Assert.Empty(store.Entries());
        Assert.Empty(store.Read(new("*", Quantities.Price, Start)));
    }

    [Fact]
    public void What_is_assumed_is_no_observation() =>
        Assert.DoesNotContain(Quantities.Of(Judged.Value), o => o.Subject == "USDC" && o.Quantity == Quantities.Price);

    [Fact]
    public void Many_additions_at_once_all_arrive()
    {
        Parallel.For(0, 20, i => new HistoryStore(_folder).Add(Seen($"s{i}", Start.AddDays(i), 0.05, 1 + i / 1000.0)));
        Assert.Equal(20, new HistoryStore(_folder).Entries().Count);
        Assert.DoesNotContain(Directory.GetFiles(_folder), file => file.EndsWith(".draft", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_what_is_asked_for_comes_out()
    {
        var store = new HistoryStore(_folder);
        for (var day = 0; day < 5; day++)
            store.Add(Seen($"s{day}", Start.AddDays(day), 0.05, 1));
        Assert.Equal(2, store.Read(new("sky-savings/ethereum/USDC", Quantities.Rate, Start.AddDays(3))).Count);
        Assert.Empty(store.Read(new("sky.savings/ethereum/USDC")));
        Assert.Empty(store.Read(new("' OR true --")));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("parquet")]
    public void An_export_holds_every_row(string ending)
    {
        var store = new HistoryStore(Path.Combine(_folder, "store"));
        var count = store.Add(Seen("now", Start, 0.05, 1.01));
        var file = Path.Combine(_folder, $"export.{ending}");
        Assert.Equal(count, store.Export(file, new()));
        if (ending == "csv")
        {
            Assert.Equal(count + 1, File.ReadAllLines(file).Length);
            Assert.Equal(count, new HistoryStore(Path.Combine(_folder, "again")).Import(file, new()).Count);
        }
    }

    [Fact]
    public void Daily_prices_are_imported()
    {
        var file = Write("Date,low,high,open,close,volume", "2026-01-01,1,2,3,100.5,9", "2026-01-02,1,2,3,101.25,9");
        var store = new HistoryStore(Path.Combine(_folder, "store"));
        Assert.Equal(2, store.Import(file, new("BTC")).Count);
        Assert.Equal([(Start, 100.5), (Start.AddDays(1), 101.25)], store.Read(new("BTC", Quantities.Price)).Select(o => (o.Time, o.Value)));
    }

    [Theory]
    [InlineData("file.csv has columns a, b; expected date or time, and close or price", "a,b", "1,2")]
    [InlineData("file.csv:3: no number in column 'close'", "date,close", "2026-01-01,1", "2026-01-02,much")]
    [InlineData("file.csv:2: no date in column 'date'", "date,close", "yesterday,1")]
    [InlineData("file.csv:2: a price of -1; expected a number above 0", "date,close", "2026-01-01,-1")]
    [InlineData("file.csv has no rows", "date,close")]
    public void A_file_that_is_none_is_refused_and_leaves_nothing(string message, params string[] lines)
    {
        var store = new HistoryStore(Path.Combine(_folder, "store"));
        var file = Write(lines);
        Assert.Contains(message, Assert.Throws<HistoryException>(() => store.Import(file, new("BTC"))).Message, StringComparison.Ordinal);
        Assert.True(store.IsEmpty);
    }

    [Fact]
    public void An_unknown_quantity_is_refused()
    {
        var wrong = Assert.Throws<HistoryException>(() => new HistoryStore(_folder).Import(Write("time,subject,quantity,value", "2026-01-01,BTC,prise,1"), new()));
        Assert.Contains("file.csv:2: unknown quantity 'prise'; there are price, rate", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_share_that_grows_a_thousandth_a_week_earned_five_per_cent()
    {
        var store = new HistoryStore(_folder);
        for (var week = 0; week < 10; week++)
            store.Add(Seen($"w{week}", Start.AddDays(7 * week), week % 2 == 0 ? 0.04 : 0.06, Math.Pow(1.001, week)));
        var statistics = Assert.Single(HistoryStatistics.Rates(store.Read(new("sky-savings/ethereum/USDC")), 7));
        Assert.Equal((10, 63.0), (statistics.Samples, statistics.Days));
        Assert.Equal((0.05, 0.04, 0.06, 0.06), (Math.Round(statistics.Mean, 12), Math.Round(statistics.Least, 12), Math.Round(statistics.Most, 12), Math.Round(statistics.Last, 12)));
        Assert.Equal(Math.Pow(1.001, 365 / 7.0) - 1, statistics.Earned!.Value, 1e-9);
        // A rate that is high every other week does not hang together: it has no half-life.
        Assert.Null(statistics.HalfLifeDays);
    }

    [Fact]
    public void An_autoregression_shows_its_half_life_and_its_volatility()
    {
        const double Correlation = 0.9;
        const double Deviation = 0.01;
        const int Samples = 20_000;
        var random = new Random(1);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var (x, rates) = (0.0, new List<double>());
        for (var i = 0; i < Samples; i++)
            rates.Add(0.05 + (x = Correlation * x + Deviation * Math.Sqrt(1 - Correlation * Correlation) * Normal()));
        var observations = rates.Select((rate, day) => new Observation(Start.AddDays(day), "s", "place", Quantities.Rate, rate, "test", Start)).ToArray();
        var statistics = Assert.Single(HistoryStatistics.Rates(observations, 1));
        Assert.Equal(Math.Log(2) / -Math.Log(Correlation), statistics.HalfLifeDays!.Value, 0.5);
        // What a year of it earns deviates by as much as the formula says.
        var years = rates.Chunk(365).Where(year => year.Length == 365).Select(year => year.Sum(rate => rate / 365)).ToArray();
        var mean = years.Average();
        Assert.Equal(Math.Sqrt(years.Sum(year => (year - mean) * (year - mean)) / (years.Length - 1)), statistics.Volatility, 0.15 * statistics.Volatility);
    }

    [Fact]
    public void Prices_are_sampled_together_as_far_back_as_all_reach()
    {
        Observation Price(string asset, int day, double usd) => new(Start.AddDays(day), "s", asset, Quantities.Price, usd, "test", Start.AddDays(day));
        Observation[] observations = [.. Enumerable.Range(0, 100).Select(day => Price("BTC", day, 1000 + day)), .. Enumerable.Range(30, 67).Select(day => Price("ETH", day, 100 + day))];
        var history = HistoryStatistics.Prices(observations, ["BTC", "ETH"], 7, "test");
        Assert.Equal((10, 10), (history.Series[0].ClosesUsd.Count, history.Series[1].ClosesUsd.Count));
        // The last moment that both have is day 96.
        Assert.Equal((1096, 196, 1096 - 63, 196 - 63), (history.Series[0].ClosesUsd[^1], history.Series[1].ClosesUsd[^1], history.Series[0].ClosesUsd[0], history.Series[1].ClosesUsd[0]));
        var wrong = Assert.Throws<HistoryException>(() => HistoryStatistics.Prices(observations, ["BTC", "SOL"], 7, "test"));
        Assert.Contains("0 prices of SOL", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_need_not_come_on_the_second()
    {
        var random = new Random(1);
        var observations = Enumerable.Range(0, 60).Select(day => new Observation(Start.AddDays(day).AddSeconds(random.Next(-1_000, 1_000)), "s", "place", Quantities.Rate, day, "test", Start)).ToArray();
        Assert.Equal(60, Assert.Single(HistoryStatistics.Rates(observations, 1)).Samples);
    }

    [Fact]
    public void Samples_before_a_gap_count_and_the_change_over_it_does_not()
    {
        int[] days = [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18];
        var observations = days.Select(day => new Observation(Start.AddDays(day), "s", "place", Quantities.Rate, day, "test", Start)).ToArray();
        Assert.Equal(13, Assert.Single(HistoryStatistics.Rates(observations, 1)).Samples);
        var prices = days.Select(day => new Observation(Start.AddDays(day), "s", "ETH", Quantities.Price, Math.Exp(day < 10 ? 0.1 * (day % 2) : 9 + 0.1 * (day % 2)), "test", Start)).ToArray();
        var history = HistoryStatistics.Prices(prices, ["ETH"], 1, "test");
        Assert.Equal((13, 4), (history.Series[0].ClosesUsd.Count, Assert.Single(history.Gaps)));
        Assert.All(Assert.Single(history.LogChanges()), change => Assert.Equal(0.1, Math.Abs(change), 1e-9));
    }

    private string Write(params string[] lines)
    {
        var file = Path.Combine(_folder, "file.csv");
        File.WriteAllLines(file, lines);
        return file;
    }

    /// <summary>A snapshot in which a savings rate and ether's price were read, and the rest was not.</summary>
    private static Snapshot Seen(string name, DateTimeOffset at, double rate, double share)
    {
        var place = Judged.Value.Opportunities.First(o => o.Protocol == "sky-savings");
        return Judged.Value with
        {
            Name = name,
            TakenAt = at,
            Provenances = new Dictionary<string, Provenance>(Judged.Value.Provenances) { ["read"] = new() { Source = "a test", AsOf = at } },
            Assets = [Judged.Value.Assets[0] with { PriceUsd = new(2_000, "read") }],
            Chains = [Judged.Value.Chains[0] with { Gas = new EvmGas { GweiPerGas = new(1.5, "read") } }],
            Routes = [],
            Opportunities =
            [
                place with { Id = "sky-savings/ethereum/USDC", Total = new(1e9, "read"), Capacity = null, Withdrawable = null, Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = new(rate, "read") } } },
            ],
            ShareRates = new Dictionary<string, Figure> { ["sky-savings/ethereum/USDC"] = new(share, "read") },
        };
    }
}
