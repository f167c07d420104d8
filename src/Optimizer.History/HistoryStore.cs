using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Optimizer.Model;

namespace Optimizer.History;

/// <summary>Which observations are wanted.</summary>
/// <param name="Subject">Of what: a name, in which * stands for anything; null for all.</param>
/// <param name="Quantity">Which quantity; null for all.</param>
/// <param name="Since">From when on; null for the beginning.</param>
public sealed record HistoryFilter(string? Subject = null, string? Quantity = null, DateTimeOffset? Since = null);

/// <summary>A snapshot or an imported file, as the store holds it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The last moment.</param>
/// <param name="Observations">How many figures.</param>
/// <param name="Subjects">About how many things.</param>
public sealed record HistoryEntry(string Name, DateTimeOffset From, DateTimeOffset To, long Observations, long Subjects);

/// <summary>A file that cannot be taken into the history; the message says what and where.</summary>
public sealed class HistoryException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Past figures of markets, in a folder of Parquet files that DuckDB queries.</summary>
/// <remarks>Every addition is one file, which appears whole or not at all, so that nothing is locked and nothing half-written,
/// and any other tool reads them. The same addition twice is one. Reading takes time in proportion to what is there.</remarks>
/// <param name="folder">Where the files are; it need not exist yet.</param>
public sealed partial class HistoryStore(string folder)
{
    private const string Columns = "time TIMESTAMP, snapshot VARCHAR, subject VARCHAR, quantity VARCHAR, value DOUBLE, source VARCHAR, as_of TIMESTAMP";

    /// <summary>Whether there is anything.</summary>
    public bool IsEmpty => !ParquetFolder.HasFiles(folder);

    /// <summary>Adds the figures of a snapshot.</summary>
    /// <returns>How many; the same ones again where it is there already.</returns>
    public int Add(Snapshot snapshot) => Add($"{snapshot.TakenAt.UtcDateTime:yyyyMMddTHHmmssfff}-{Safe(snapshot.Name)}", Quantities.Of(snapshot).ToList());

    /// <summary>Adds the rows of a CSV file: either columns <c>time, subject, quantity, value</c>, or one asset's daily prices in
    /// columns <c>date</c> (or <c>time</c>) and <c>close</c> (or <c>price</c>), as price archives have them.</summary>
    /// <param name="file">The file.</param>
    /// <param name="asset">The asset that it gives prices of; null for the first form.</param>
    /// <returns>How many rows.</returns>
    /// <exception cref="HistoryException">The file is of neither form, or a row has no number or moment.</exception>
    public int Import(string file, string? asset)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        using var connection = ParquetFolder.Open();
        List<string> header;
        try
        {
            header = [.. ParquetFolder.Query(connection, $"DESCRIBE SELECT * FROM {Csv(file)}", row => row.GetString(0))];
        }
        catch (DuckDBException wrong)
        {
            throw new HistoryException($"{file} is no CSV file with a header: {ParquetFolder.FirstLine(wrong)}", wrong);
        }

        string? Column(params string[] names) => header.FirstOrDefault(column => names.Contains(column.Trim().ToLowerInvariant()));
        var (time, value) = (Column("time", "date"), asset is null ? Column("value") : Column("close", "price"));
        var (subject, quantity) = (Column("subject"), Column("quantity"));
        if (time is null || value is null || asset is null && (subject is null || quantity is null))
            throw new HistoryException($"{file} has columns {string.Join(", ", header)}; expected {(asset is null ? "time, subject, quantity, value (or --asset for a file of one asset's prices)" : "date or time, and close or price")}");
        // Line numbers as an editor shows them; the header is the first.
        var rows = ParquetFolder.Query(connection,
            $"""
            SELECT row_number() OVER () + 1, TRY_CAST({Quoted(time)} AS TIMESTAMP), {(asset is null ? Quoted(subject!) : $"'{ParquetFolder.Escaped(asset)}'")},
                {(asset is null ? Quoted(quantity!) : $"'{Quantities.Price}'")}, TRY_CAST({Quoted(value)} AS DOUBLE)
            FROM {Csv(file)}
            """,
            row => (Line: row.GetInt64(0), Time: row.IsDBNull(1) ? (DateTime?)null : row.GetDateTime(1), Subject: row.IsDBNull(2) ? "" : row.GetString(2), Quantity: row.IsDBNull(3) ? "" : row.GetString(3), Value: row.IsDBNull(4) ? double.NaN : row.GetDouble(4)))
            .ToList();
        var observations = new List<Observation>();
        foreach (var row in rows)
        {
            var wrong = row.Time is null ? $"no moment in column '{time}'; expected 2026-08-12 or 2026-08-12 14:30"
                : row.Subject.Length == 0 ? "no subject"
                : !Quantities.All.Contains(row.Quantity) ? $"unknown quantity '{row.Quantity}'; there are {string.Join(", ", Quantities.All)}"
                : !double.IsFinite(row.Value) ? $"no number in column '{value}'"
                : row.Time is { Year: < 2009 } || row.Time > TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(1) ? $"the moment {row.Time:yyyy-MM-dd HH:mm} is before there were chains, or yet to come"
                : row.Quantity == Quantities.Rate && row.Value is < -1 or > 100 ? $"a rate of {row.Value}; expected a fraction a year, such as 0.05"
                : row.Quantity is Quantities.Price or Quantities.Share && row.Value <= 0 ? $"a {row.Quantity} of {row.Value}; expected more than zero"
                : null;
            if (wrong is not null)
                throw new HistoryException($"{file}:{row.Line}: {wrong}");
            var moment = new DateTimeOffset(DateTime.SpecifyKind(row.Time!.Value, DateTimeKind.Utc));
            observations.Add(new(moment, name, row.Subject, row.Quantity, row.Value, $"imported from {Path.GetFileName(file)}", moment));
        }

        if (observations.Count == 0)
            throw new HistoryException($"{file} has no rows");
        return Add($"{observations.Min(o => o.Time).UtcDateTime:yyyyMMddTHHmmssfff}-{Safe(asset is null ? name : $"{name}-{asset}")}", observations);
    }

    /// <summary>What is there, oldest first.</summary>
    public IReadOnlyList<HistoryEntry> Entries() => Select(
        "SELECT snapshot, min(time), max(time), count(*), count(DISTINCT subject) FROM observations GROUP BY snapshot ORDER BY 3, 1",
        new(), row => new HistoryEntry(row.GetString(0), Utc(row, 1), Utc(row, 2), row.GetInt64(3), row.GetInt64(4)));

    /// <summary>Observations, by subject and quantity, oldest first.</summary>
    public IReadOnlyList<Observation> Read(HistoryFilter filter) => Select(
        "SELECT time, snapshot, subject, quantity, value, source, as_of FROM observations ORDER BY subject, quantity, time, snapshot",
        filter, row => new Observation(Utc(row, 0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetDouble(4), row.GetString(5), Utc(row, 6)));

    /// <summary>Writes observations as CSV or Parquet, by the file's ending.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="HistoryException">The ending is another one.</exception>
    public long Export(string file, HistoryFilter filter)
    {
        var format = Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".csv" => "CSV, HEADER",
            ".parquet" => "PARQUET, COMPRESSION zstd",
            var other => throw new HistoryException($"'{other}' is no known ending; expected .csv or .parquet"),
        };
        using var connection = OpenAll(filter);
        using var command = connection.CreateCommand();
        var draft = $"{file}.draft";
        command.CommandText = $"COPY (SELECT * FROM observations ORDER BY subject, quantity, time) TO '{ParquetFolder.Escaped(draft)}' (FORMAT {format})";
        try
        {
            var count = command.ExecuteNonQuery();
            File.Move(draft, file, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private int Add(string name, List<Observation> observations)
    {
        ParquetFolder.Add(folder, name, Columns, observations, (row, o) => row.AppendValue(o.Time.UtcDateTime).AppendValue(o.Snapshot).AppendValue(o.Subject).AppendValue(o.Quantity)
            .AppendValue(o.Value).AppendValue(o.Source).AppendValue(o.AsOf.UtcDateTime));
        return observations.Count;
    }

    private List<T> Select<T>(string sql, HistoryFilter filter, Func<System.Data.Common.DbDataReader, T> read)
    {
        try
        {
            using var connection = OpenAll(filter);
            return [.. ParquetFolder.Query(connection, sql, read)];
        }
        catch (DuckDBException broken)
        {
            throw new HistoryException($"the history in {folder} cannot be read; take out the file that is none of its own: {ParquetFolder.FirstLine(broken)}", broken);
        }
    }

    /// <summary>A connection with what the filter lets through, as <c>observations</c>; twice the same is there once.</summary>
    private DuckDBConnection OpenAll(HistoryFilter filter)
    {
        var connection = ParquetFolder.Open();
        var where = new StringBuilder("true");
        if (filter.Subject is { } subject)
            where.Append(CultureInfo.InvariantCulture, $" AND subject SIMILAR TO '{ParquetFolder.Escaped(Regex.Escape(subject).Replace("\\*", ".*", StringComparison.Ordinal))}'");
        if (filter.Quantity is { } quantity)
            where.Append(CultureInfo.InvariantCulture, $" AND quantity = '{ParquetFolder.Escaped(quantity)}'");
        if (filter.Since is { } since)
            where.Append(CultureInfo.InvariantCulture, $" AND time >= TIMESTAMP '{since.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}'");
        if (IsEmpty)
            ParquetFolder.Execute(connection, $"CREATE TABLE observations ({Columns})");
        else
            ParquetFolder.Execute(connection, $"CREATE VIEW observations AS SELECT DISTINCT * FROM {ParquetFolder.All(folder)} WHERE {where}");
        return connection;
    }

    private static string Csv(string file) => $"read_csv('{ParquetFolder.Escaped(ParquetFolder.Globbed(file))}', header = true, all_varchar = true)";

    private static DateTimeOffset Utc(System.Data.Common.DbDataReader row, int column) => new(DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc));

    private static string Quoted(string column) => $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Safe(string name) => Unsafe().Replace(name, "-");

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex Unsafe();
}
