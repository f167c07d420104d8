using System.Globalization;
using System.Text.RegularExpressions;
using Optimizer.Model;

namespace Optimizer.History;

/// <summary>What a CSV file contains, if the file itself does not state it.</summary>
/// <param name="Asset">The asset whose prices the file contains; null if it contains none.</param>
/// <param name="Opportunity">The opportunity whose rates the file contains; null if it contains none.</param>
public sealed record ImportOptions(string? Asset = null, string? Opportunity = null)
{
    /// <summary>USD per unit of the currency of the prices; &gt; 0. Default 1.</summary>
    public double UsdPerUnit { get; init; } = 1;

    /// <summary>True if rates are in percent; needed only if the file's format does not tell.</summary>
    public bool InPercent { get; init; }

    /// <summary>True if a row's date is the end of the day of its close. False if it is the start. If true, dates are moved one step
    /// earlier.</summary>
    public bool DatedAtEnd { get; init; }
}

/// <summary>The contents of a CSV file in one of the known formats.</summary>
/// <param name="Observations">The figures.</param>
/// <param name="Skipped">Number of rows without a value.</param>
/// <param name="Notes">Notes for the user on how the file was read.</param>
internal sealed partial record ArchiveFile(IReadOnlyList<Observation> Observations, int Skipped, IReadOnlyList<string> Notes)
{
    private static readonly string[] TimeColumns = ["time", "date", "datetime", "timestamp", "snapped_at", "open time", "open_time", "opentime", "day"];
    private static readonly string[] PriceColumns = ["adj close", "adj_close", "adjclose", "adjusted close", "close", "price", "last", "close price", "value"];
    private static readonly string[] RateColumns = ["apy", "apr", "rate", "value"];
    private static readonly string[] Missing = ["", "null", "nan", "na", "n/a", "none", "-", "–", "."];

    /// <summary>Reads a file.</summary>
    /// <exception cref="HistoryException">The format is unknown, or a row has no time or no number, or contradicts another row.</exception>
    public static ArchiveFile Read(string file, ImportOptions options)
    {
        var table = CsvTable.Read(file);
        if (table.Rows.Count == 0)
            throw new HistoryException($"{file} has no rows");
        return new Reader(table, options).Read();
    }

    private sealed class Reader(CsvTable table, ImportOptions options)
    {
        private readonly List<string> _notes = [];
        private readonly string _file = table.File;
        private bool _inPercent = options.InPercent;

        public ArchiveFile Read()
        {
            var (header, rows) = Header();
            var quantity = options.Opportunity is not null ? Quantities.Rate : options.Asset is not null ? Quantities.Price : null;
            var (time, value) = (Column(header, TimeColumns), Column(header, quantity switch { null => ["value"], Quantities.Rate => RateColumns, _ => PriceColumns }));
            var (subjectColumn, quantityColumn) = (Column(header, ["subject"]), Column(header, ["quantity"]));
            if (time < 0 || value < 0 || quantity is null && (subjectColumn < 0 || quantityColumn < 0))
            {
                var expected = quantity switch
                {
                    null => "time, subject, quantity, value (or --asset for a file of one asset's prices, --opportunity for one opportunity's rates)",
                    Quantities.Rate => "date or time, and apy or rate",
                    _ => "date or time, and close or price",
                };
                throw new HistoryException($"{_file} has columns {string.Join(", ", header)}; expected {expected}");
            }

            _inPercent |= quantity == Quantities.Rate && header[value].Equals("apy", StringComparison.OrdinalIgnoreCase) && Column(header, ["tvlusd"]) >= 0;
            var used = rows.Select(row => (row.Line, Time: Field(row, time), Value: Field(row, value), Subject: options.Opportunity ?? options.Asset ?? Field(row, subjectColumn), Quantity: quantity ?? Field(row, quantityColumn))).ToArray();
            var present = used.Where(row => !Missing.Contains(row.Value.ToLowerInvariant())).ToArray();
            if (present.Length == 0)
                throw new HistoryException(used.Length == 0 ? $"{_file} has no rows" : $"{_file}: none of its {used.Length} rows has a value in column '{header[value]}'");
            if (quantity == Quantities.Price && header[value].StartsWith("adj", StringComparison.OrdinalIgnoreCase))
                _notes.Add($"read column '{header[value]}', which is adjusted for splits");
            var moment = Moments([.. present.Select(row => row.Time)]);
            var number = Numbers([.. present.Select(row => row.Value)]);
            var found = new List<(int Line, Observation Observation)>();
            foreach (var row in present)
                found.Add((row.Line, Observed(row.Line, moment(row.Time, row.Line, header[time]), row.Subject, row.Quantity, number(row.Value) ?? throw new HistoryException($"{_file}:{row.Line}: no number in column '{header[value]}': '{row.Value}'"))));
            CheckRates(found);
            return new([.. Once(Shifted(found))], used.Length - present.Length, _notes);
        }

        /// <summary>The column names and the rows below them. Files of Binance have no header; files of yfinance have three header
        /// lines.</summary>
        private (IReadOnlyList<string> Header, IEnumerable<CsvRow> Rows) Header()
        {
            var first = table.Rows[0].Fields;
            if (first.Length >= 6 && first.Take(6).All(field => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
                return (["open time", "open", "high", "low", "close", .. Enumerable.Repeat("", first.Length - 5)], table.Rows);
            if (table.Rows is [_, { Fields: ["Ticker", .. var tickers] }, { Fields: ["Date" or "Datetime", ..] }, ..])
            {
                if (tickers.Distinct().Count() > 1)
                    throw new HistoryException($"{_file} has prices of {string.Join(", ", tickers.Distinct())}; expected a file of one asset");
                CheckCurrency(tickers[0]);
                return (["Date", .. first.Skip(1)], table.Rows.Skip(3));
            }

            return (first, table.Rows.Skip(1));
        }

        private void CheckCurrency(string ticker)
        {
            if (ticker.Split('-') is [_, { Length: 3 } currency] && currency != "USD" && options.UsdPerUnit == 1)
                throw new HistoryException($"{_file} has prices of {ticker} in {currency}; give USD per {currency}, such as --usd-per-unit 1.08");
        }

        private Observation Observed(int line, DateTimeOffset time, string subject, string quantity, double read)
        {
            var value = quantity switch
            {
                Quantities.Price => read * options.UsdPerUnit,
                Quantities.Rate when _inPercent => read / 100,
                _ => read,
            };
            var wrong = subject.Length == 0 ? "no subject"
                : !Quantities.All.Contains(quantity) ? $"unknown quantity '{quantity}'; there are {string.Join(", ", Quantities.All)}"
                : time.Year < 2009 || time > TimeProvider.System.GetUtcNow().AddDays(1) ? $"the time {time:yyyy-MM-dd HH:mm} is before 2009 or in the future"
                : quantity == Quantities.Rate && value is < -1 or > 100 ? $"a rate of {read.ToString(CultureInfo.InvariantCulture)}; expected a fraction per year, such as 0.05"
                : quantity is Quantities.Price or Quantities.Share && value <= 0 ? $"a {quantity} of {read.ToString(CultureInfo.InvariantCulture)}; expected a number above 0"
                : null;
            return wrong is null
                ? new(time, Path.GetFileNameWithoutExtension(_file), subject, quantity, value, $"imported from {Path.GetFileName(_file)}", time)
                : throw new HistoryException($"{_file}:{line}: {wrong}");
        }

        /// <summary>Throws if the median rate is above the largest rate accepted from chains: such rates are percent, not
        /// fractions.</summary>
        private void CheckRates(List<(int Line, Observation Observation)> found)
        {
            var most = new Settings().Reading.MaximumRate.Fraction;
            foreach (var rates in found.Where(row => row.Observation.Quantity == Quantities.Rate).GroupBy(row => row.Observation.Subject))
            {
                var sorted = rates.Select(row => row.Observation.Value).Order().ToArray();
                var (middle, first) = (sorted[sorted.Length / 2], rates.First());
                if (!_inPercent && middle > most)
                    throw new HistoryException($"{_file}:{first.Line}: half of the rates of {rates.Key} are above {middle:P0} per year, such as {first.Observation.Value.ToString(CultureInfo.InvariantCulture)}; expected fractions, such as 0.05, or --percent");
                if (sorted[^1] > most)
                    _notes.Add($"{rates.Count(row => row.Observation.Value > most)} rates of {rates.Key} are above {most:P0} per year; the largest is {sorted[^1]:P0}");
                if (_inPercent)
                    _notes.Add($"rates of {rates.Key} are read as percent: {first.Observation.Value * 100:0.####} is {first.Observation.Value:P2} per year");
            }
        }

        /// <summary>Moves every row earlier by the median time step, if rows are dated at the end of their day.</summary>
        private List<(int Line, Observation Observation)> Shifted(List<(int Line, Observation Observation)> found)
        {
            if (!options.DatedAtEnd)
                return found;
            var times = found.Select(row => row.Observation.Time).Distinct().Order().ToArray();
            var steps = times.Zip(times.Skip(1), (before, after) => after - before).Order().ToArray();
            var step = steps.Length > 0 ? steps[steps.Length / 2] : TimeSpan.FromDays(1);
            return [.. found.Select(row => (row.Line, row.Observation with { Time = row.Observation.Time - step, AsOf = row.Observation.AsOf - step }))];
        }

        /// <summary>The observations without repeated rows.</summary>
        /// <exception cref="HistoryException">Two rows have different values for the same time.</exception>
        private IEnumerable<Observation> Once(List<(int Line, Observation Observation)> found)
        {
            foreach (var same in found.GroupBy(row => (row.Observation.Subject, row.Observation.Quantity, row.Observation.Time)))
            {
                var (line, first) = same.First();
                if (same.FirstOrDefault(row => row.Observation.Value != first.Value) is { Line: > 0 } other)
                    throw new HistoryException(string.Create(CultureInfo.InvariantCulture, $"{_file}:{other.Line}: {other.Observation.Value} for the {first.Quantity} of {first.Subject} at {Moment(first.Time)}, but {first.Value} in line {line}; delete the wrong row"));
                yield return first;
            }
        }

        private static string Moment(DateTimeOffset time) => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

        private static string Field(CsvRow row, int column) => column >= 0 && column < row.Fields.Length ? row.Fields[column] : "";

        private static int Column(IReadOnlyList<string> header, string[] names) =>
            names.Select(name => Enumerable.Range(0, header.Count).FirstOrDefault(i => header[i].Equals(name, StringComparison.OrdinalIgnoreCase), -1)).FirstOrDefault(i => i >= 0, -1);

        /// <summary>Chooses how to parse times: Unix time in seconds to nanoseconds, ISO 8601, or dates with the day or the month
        /// first.</summary>
        private Func<string, int, string, DateTimeOffset> Moments(string[] texts)
        {
            var parts = texts.Select(text => SlashedDate().Match(text)).Where(match => match.Success).Select(match => (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))).ToArray();
            bool? dayFirst = null;
            if (parts.Length > 0)
            {
                var (first, second) = (parts.Any(part => part.Item1 > 12), parts.Any(part => part.Item2 > 12));
                if (first && second)
                    throw new HistoryException($"{_file}: some dates begin with the day and others with the month; expected one order, or dates such as 2026-08-12");
                if (!first && !second && parts.Any(part => part.Item1 != part.Item2))
                    throw new HistoryException($"{_file}: dates such as {texts[0]} are ambiguous (day or month first); expected dates such as 2026-08-12");
                dayFirst = first;
            }

            return (text, line, column) => Parsed(text, dayFirst) ?? throw new HistoryException($"{_file}:{line}: no date in column '{column}': '{text}'; expected 2026-08-12 or 2026-08-12 14:30");
        }

        private static DateTimeOffset? Parsed(string text, bool? dayFirst)
        {
            const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && text.Length is 10 or 13 or 16 or 19)
                return DateTimeOffset.UnixEpoch.AddTicks(text.Length switch { 10 => count * TimeSpan.TicksPerSecond, 13 => count * TimeSpan.TicksPerMillisecond, 16 => count * TimeSpan.TicksPerMicrosecond, _ => count / 100 });
            if (SlashedDate().Match(text) is { Success: true } match)
                text = $"{match.Groups[3].Value}-{match.Groups[dayFirst == true ? 2 : 1].Value.PadLeft(2, '0')}-{match.Groups[dayFirst == true ? 1 : 2].Value.PadLeft(2, '0')}{match.Groups[4].Value}";
            if (text.EndsWith(" UTC", StringComparison.Ordinal))
                text = $"{text[..^4]}Z";
            return IsoDate().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out var moment) ? moment : null;
        }

        /// <summary>Chooses how to parse numbers. If point and comma both occur, the last one is the decimal sign. A comma alone is the
        /// decimal
        /// sign if commas do not separate fields, or if it does not separate groups of three digits.</summary>
        private Func<string, double?> Numbers(string[] texts)
        {
            var decimalComma = texts.Any(text => text.Contains(',', StringComparison.Ordinal) && text.LastIndexOf(',') > text.LastIndexOf('.') && (text.Contains('.', StringComparison.Ordinal) || table.Delimiter != ',' || !Grouped().IsMatch(text)));
            return text =>
            {
                var plain = text.TrimStart('$', '€').Replace("%", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
                plain = decimalComma ? plain.Replace(".", "", StringComparison.Ordinal).Replace(',', '.') : plain.Replace(",", "", StringComparison.Ordinal);
                return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
            };
        }
    }

    [GeneratedRegex(@"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(\D.*)?$")]
    private static partial Regex SlashedDate();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}")]
    private static partial Regex IsoDate();

    [GeneratedRegex(@"^-?\d{1,3}(,\d{3})+$")]
    private static partial Regex Grouped();
}
