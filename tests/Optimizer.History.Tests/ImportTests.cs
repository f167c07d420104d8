using System.Globalization;
using System.Text;

namespace Optimizer.History.Tests;

/// <summary>Files of prices and rates are read as the usual sources give them, and what is odd about them is named.</summary>
public sealed class ImportTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2024, 1, 13, 0, 0, 0, TimeSpan.Zero);
    private static readonly double[] Closes = [2_300, 2_406.07, 2_531.28];

    private readonly string _folder = Directory.CreateTempSubdirectory("import").FullName;

    private HistoryStore Store => new(Path.Combine(_folder, "store"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The same three closes in every form.</summary>
    [Theory]
    [InlineData("1705104000000,2300.00,1,1,2300.00,12.5,1705190399999,9,12,6,5,0", "1705190400000,1,1,1,2406.07,1,1705276799999,9,1,6,5,0", "1705276800000,1,1,1,2531.28,1,1705363199999,9,1,6,5,0")]
    [InlineData("1705104000000000,2300.00,1,1,2300.00,12.5", "1705190400000000,1,1,1,2406.07,1", "1705276800000000,1,1,1,2531.28,1")]
    [InlineData("Open time,Open,High,Low,Close", "1705104000000,1,1,1,2300", "1705190400000,1,1,1,2406.07", "1705276800000,1,1,1,2531.28")]
    [InlineData("time,low,high,open,close,volume", "1705276800,1,1,1,2531.28,1", "1705190400,1,1,1,2406.07,1", "1705104000,1,1,1,2300,1")]
    [InlineData("snapped_at,price,market_cap,total_volume", "2024-01-13 00:00:00 UTC,2300,1,1", "2024-01-14 00:00:00 UTC,2406.07,1,1", "2024-01-15 00:00:00 UTC,2531.28,1,1")]
    [InlineData("\"Date\",\"Price\",\"Open\",\"Vol.\",\"Change %\"", "\"01/15/2024\",\"2,531.28\",\"1\",\"1.2M\",\"0.1%\"", "\"01/14/2024\",\"2,406.07\",\"1\",\"1.2M\",\"0.1%\"", "\"01/13/2024\",\"2,300.00\",\"1\",\"1.2M\",\"0.1%\"")]
    [InlineData("Date,Open,High,Low,Close,Adj Close,Volume", "2024-01-13,1,1,1,23000,2300,1", "2024-01-14,null,null,null,null,null,null", "2024-01-14,1,1,1,24060.7,2406.07,1", "2024-01-15,1,1,1,25312.8,2531.28,1")]
    [InlineData("Price,Close,High", "Ticker,ETH-USD,ETH-USD", "Date,,", "2024-01-13,2300,1", "2024-01-14,2406.07,1", "2024-01-15,2531.28,1")]
    [InlineData("Datetime,Open,Close", "2024-01-13 00:00:00+00:00,1,2300", "2024-01-14 01:00:00+01:00,1,2406.07", "2024-01-15 00:00:00+00:00,1,2531.28")]
    [InlineData("date;close", "2024-01-13;2.300,00", "2024-01-14;2.406,07", "2024-01-15;2.531,28")]
    [InlineData("date;close", "13.01.2024;2300", "14.01.2024;2406,07", "15.01.2024;2531,28")]
    [InlineData("date\tclose", "13/01/2024\t2300", "14/01/2024\t2406.07", "15/01/2024\t2531.28")]
    public void Every_usual_form_gives_the_same(params string[] lines)
    {
        Assert.Equal(3, Store.Import(Write(lines), new("ETH")).Count);
        Assert.Equal(Closes.Select((close, day) => (Start.AddDays(day), close)), Store.Read(new("ETH", Quantities.Price)).Select(o => (o.Time, o.Value)));
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-8", true)]
    public void Every_encoding_is_read(string name, bool hasMark)
    {
        var file = Path.Combine(_folder, "file.csv");
        var encoding = Encoding.GetEncoding(name);
        File.WriteAllBytes(file, [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes("date,close\r\n2024-01-13,2300\r\n")]);
        Assert.Equal(1, Store.Import(file, new("ETH")).Count);
        Assert.Equal(2_300, Assert.Single(Store.Read(new("ETH"))).Value);
    }

    [Fact]
    public void Rows_without_a_price_are_counted()
    {
        var added = Store.Import(Write("date,close", "2024-01-13,2300", "2024-01-14,null", "2024-01-15,", "2024-01-16,NaN", "2024-01-17,2400"), new("ETH"));
        Assert.Equal((2, 3), (added.Count, added.Skipped));
    }

    [Theory]
    [InlineData("file.csv:4: 2535.5 for the price of ETH at 2024-01-14, but 3296.1 in line 3; delete the wrong row", "date,close", "2024-01-13,1", "2024-01-14,3296.1", "2024-01-14,2535.5")]
    [InlineData("file.csv: dates such as 01/02/2024 are ambiguous (day or month first); expected dates such as 2026-08-12", "date,close", "01/02/2024,1", "01/03/2024,2")]
    [InlineData("file.csv: some dates begin with the day and others with the month", "date,close", "13/01/2024,1", "01/13/2024,2")]
    [InlineData("file.csv has prices of ETH-EUR in EUR; give USD per EUR", "Price,Close", "Ticker,ETH-EUR", "Date,", "2024-01-13,2300")]
    [InlineData("file.csv: none of its 2 rows has a value in column 'close'", "date,close", "2024-01-13,null", "2024-01-14,")]
    public void What_contradicts_itself_is_refused(string message, params string[] lines)
    {
        Assert.Contains(message, Assert.Throws<HistoryException>(() => Store.Import(Write(lines), new("ETH"))).Message, StringComparison.Ordinal);
        Assert.True(Store.IsEmpty);
    }

    [Fact]
    public void A_later_addition_corrects_whatever_its_name()
    {
        Store.Import(WriteAs("zzz", "date,close", "2024-01-13,3296.1", "2024-01-14,2400"), new("ETH"));
        var added = Store.Import(WriteAs("aaa", "date,close", "2024-01-13,2535.5"), new("ETH"));
        Assert.Contains("1 figure of ETH is replaced; the largest change is on 2024-01-13: 2,535.5 instead of 3,296.1", added.Notes);
        Assert.Equal([2_535.5, 2_400], Store.Read(new("ETH")).Select(o => o.Value));
        // The same name again, with other figures, takes nothing else away.
        Store.Import(WriteAs("zzz", "date,close", "2024-01-13,2535.6"), new("ETH"));
        Assert.Equal([2_535.6, 2_400], Store.Read(new("ETH")).Select(o => o.Value));
    }

    [Fact]
    public void What_is_removed_uncovers_what_it_corrected()
    {
        Store.Import(WriteAs("good", "date,close", "2024-01-13,2300"), new("ETH"));
        Store.Import(WriteAs("bad", "date,close", "2024-01-13,23"), new("ETH"));
        Assert.Equal(["bad", "good"], Store.Entries().Select(entry => entry.Name));
        Assert.Equal(1, Store.Remove("bad"));
        Assert.Equal(2_300, Assert.Single(Store.Read(new("ETH"))).Value);
        Assert.Contains("has no 'bad'", Assert.Throws<HistoryException>(() => Store.Remove("bad")).Message, StringComparison.Ordinal);
    }

    /// <summary>Files of former versions do not say when they were added.</summary>
    [Fact]
    public void What_was_added_by_a_former_version_counts_and_can_be_corrected()
    {
        Store.Import(WriteAs("former", "date,close", "2024-01-13,2300", "2024-01-14,2400"), new("ETH"));
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "former")).FullName;
        Store.Export(Path.Combine(folder, "former.parquet"), new());
        var store = new HistoryStore(folder);
        Assert.Equal([2_300, 2_400], store.Read(new("ETH")).Select(o => o.Value));
        store.Import(WriteAs("latter", "date,close", "2024-01-13,2301"), new("ETH"));
        Assert.Equal([2_301, 2_400], store.Read(new("ETH")).Select(o => o.Value));
        Assert.Equal(2, store.Entries().Count);
        Assert.Equal(2, store.Remove("former"));
    }

    [Fact]
    public void A_chart_of_rates_is_percent_and_others_must_say_so()
    {
        Store.Import(Write("timestamp,tvlUsd,apy,apyBase,apyReward", "2024-01-13T23:01:12.000Z,1000000,3.5,3.5,"), new(Opportunity: "place"));
        Assert.Equal(0.035, Assert.Single(Store.Read(new("place", Quantities.Rate))).Value, 1e-12);
        var file = Write("date,rate", "2024-01-14,3.5", "2024-01-15,3.6");
        Assert.Contains("--percent", Assert.Throws<HistoryException>(() => Store.Import(file, new(Opportunity: "other"))).Message, StringComparison.Ordinal);
        Store.Import(file, new(Opportunity: "other") { InPercent = true });
        Assert.Equal(0.035, Store.Read(new("other"))[0].Value, 1e-12);
    }

    [Fact]
    public void Another_currency_needs_a_stated_rate()
    {
        Store.Import(Write("Price,Close", "Ticker,ETH-EUR", "Date,", "2024-01-13,2000"), new("ETH") { UsdPerUnit = 1.1 });
        Assert.Equal(2_200, Assert.Single(Store.Read(new("ETH"))).Value, 1e-9);
    }

    [Fact]
    public void A_misprint_a_split_and_a_gap_are_named()
    {
        var prices = Walk(100, 1);
        prices[30] *= 100;
        for (var day = 60; day < 100; day++)
            prices[day] /= 10;
        var lines = prices.Select((price, day) => Row(Start.AddDays(day), price)).Where((_, day) => day is < 80 or > 84);
        var notes = Store.Import(Write(["date,close", .. lines]), new("ETH")).Notes;
        Assert.Contains(notes, note => note.StartsWith("outliers of ETH", StringComparison.Ordinal) && note.Contains("log change 4.", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.StartsWith("lasting jumps of ETH", StringComparison.Ordinal) && note.Contains("factor 0.1", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Contains("6 days from", StringComparison.Ordinal));
        Assert.Empty(Store.Import(WriteAs("quiet", ["date,close", .. Walk(100, 2).Select((price, day) => Row(Start.AddDays(day), price))]), new("BTC")).Notes);
    }

    [Fact]
    public void Weekdays_are_a_series_of_their_own()
    {
        var days = Enumerable.Range(0, 100).Select(day => Start.AddDays(day)).Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).ToArray();
        var notes = Store.Import(Write(["date,close", .. Walk(days.Length, 1).Select((price, i) => Row(days[i], price))]), new("ETH")).Notes;
        Assert.Equal("ETH has only weekdays; daily statistics leave out changes over weekends", Assert.Single(notes));
    }

    /// <summary>The same closes, dated a day later: one file dates a close by the start of its day, the other by its end.</summary>
    [Fact]
    public void Closes_that_are_dated_a_day_apart_are_named_and_brought_together()
    {
        var prices = Walk(100, 1);
        Store.Import(WriteAs("exchange", ["date,close", .. prices.Select((price, day) => Row(Start.AddDays(day), price))]), new("BTC"));
        var late = WriteAs("late", ["date,close", .. prices.Select((price, day) => Row(Start.AddDays(day + 1), 2 * price))]);
        Assert.Contains("look dated one day later than those of BTC", Assert.Single(Store.Import(late, new("ETH")).Notes), StringComparison.Ordinal);
        Store.Remove("late");
        Assert.Empty(Store.Import(late, new("ETH") { DatedAtEnd = true }).Notes);
        Assert.Equal(2 * prices[0], Store.Read(new("ETH"))[0].Value, 1e-3);
        Assert.Equal(Start, Store.Read(new("ETH"))[0].Time);
    }

    private static double[] Walk(int days, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, days).Aggregate(new List<double>(), (prices, _) => [.. prices, prices.LastOrDefault(2_000) * Math.Exp(0.06 * (random.NextDouble() - 0.5))])];
    }

    private static string Row(DateTimeOffset time, double price) => string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd},{price:0.0000}");

    private string Write(params string[] lines) => WriteAs("file", lines);

    private string WriteAs(string name, params string[] lines)
    {
        var file = Path.Combine(_folder, $"{name}.csv");
        File.WriteAllLines(file, lines);
        return file;
    }
}
