using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Optimizer.Model;

namespace Optimizer.History;

/// <summary>Selects observations.</summary>
/// <param name="Subject">Subject, in which * matches any characters; null for all.</param>
/// <param name="Quantity">One of <see cref="Quantities"/>; null for all.</param>
/// <param name="Since">Start time; null for no limit.</param>
public sealed record HistoryFilter(string? Subject = null, string? Quantity = null, DateTimeOffset? Since = null);

/// <summary>A snapshot or imported file in the store.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">Time of its first observation.</param>
/// <param name="To">Time of its last observation.</param>
/// <param name="Observations">Number of observations.</param>
/// <param name="Subjects">Number of different subjects.</param>
public sealed record HistoryEntry(string Name, DateTimeOffset From, DateTimeOffset To, long Observations, long Subjects);

/// <summary>The result of an import.</summary>
/// <param name="Count">Number of observations added.</param>
/// <param name="Skipped">Number of rows without a value.</param>
/// <param name="Notes">Notes for the user: how values were read, outliers, gaps, corrections.</param>
public sealed record ImportResult(int Count, int Skipped, IReadOnlyList<string> Notes);

/// <summary>A file cannot be imported, or the history cannot be used; the message says what is wrong and where.</summary>
public sealed class HistoryException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Past market data in a folder of Parquet files, queried with DuckDB.</summary>
/// <remarks>Every addition is one file, written atomically, so no lock is needed, no half-written file exists, and other tools can read the
/// files. Adding the same data again replaces the first file. If several values exist for one time, the last one added counts. Reading time
/// is
/// proportional to the stored data.</remarks>
/// <param name="folder">The folder of the files; may not exist yet.</param>
public sealed partial class HistoryStore(string folder)
{
    private const string Columns = "time TIMESTAMP, snapshot VARCHAR, subject VARCHAR, quantity VARCHAR, value DOUBLE, source VARCHAR, as_of TIMESTAMP, added TIMESTAMP";

    /// <summary>True if the store has no data.</summary>
    public bool IsEmpty => !ParquetFolder.HasFiles(folder);

    /// <summary>Adds the figures of a snapshot.</summary>
    /// <returns>Number of observations of the snapshot, whether new or already stored.</returns>
    public int Add(Snapshot snapshot) => Add($"{snapshot.TakenAt.UtcDateTime:yyyyMMddTHHmmssfff}-{Safe(snapshot.Name)}", Quantities.Of(snapshot).ToList());

    /// <summary>Imports a CSV file: columns <c>time, subject, quantity, value</c>, or one asset's prices or one opportunity's rates in a
    /// format
    /// of a known provider. Existing values for the same times are replaced.</summary>
    /// <param name="file">The file.</param>
    /// <param name="options">What the file contains.</param>
    /// <exception cref="HistoryException">The format is unknown, a row has no number or time, or two rows contradict each
    /// other.</exception>
    public ImportResult Import(string file, ImportOptions options)
    {
        var archive = ArchiveFile.Read(file, options);
        var notes = new List<string>(archive.Notes);
        foreach (var series in archive.Observations.GroupBy(o => (o.Subject, o.Quantity)))
        {
            Observation[] added = [.. series.OrderBy(o => o.Time)];
            var known = Read(new(null, series.Key.Quantity));
            Observation[] before = [.. known.Where(o => o.Subject == series.Key.Subject)];
            notes.AddRange(SeriesFindings.Of(added));
            notes.AddRange(SeriesFindings.Corrections(added, before));
            if (series.Key.Quantity == Quantities.Price)
                notes.AddRange(SeriesFindings.Dating(added, known));
        }

        var name = Path.GetFileNameWithoutExtension(file);
        var subject = options.Asset ?? options.Opportunity;
        var rows = string.Join('\n', archive.Observations.Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Time.UtcTicks} {o.Subject} {o.Quantity} {o.Value:R}")));
        // The hash makes a repeated import replace itself; a file with the same name but other values is a new addition.
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rows)))[..12];
        Add($"{archive.Observations.Min(o => o.Time).UtcDateTime:yyyyMMddTHHmmssfff}-{Safe(subject is null ? name : $"{name}-{subject}")}-{mark}", [.. archive.Observations]);
        return new(archive.Observations.Count, archive.Skipped, notes);
    }

    /// <summary>Removes all additions with a name.</summary>
    /// <param name="name">Name of the snapshot or imported file, as in <see cref="Entries"/>.</param>
    /// <returns>Number of observations removed.</returns>
    /// <exception cref="HistoryException">The history is empty or has no such name.</exception>
    public long Remove(string name)
    {
        if (IsEmpty)
            throw new HistoryException($"the history in {folder} is empty");
        using var connection = ParquetFolder.Open();
        // Every addition is one file with one name.
        var files = ParquetFolder.Query(connection, $"SELECT filename, count(*) FROM {ParquetFolder.All(folder)} WHERE snapshot = '{ParquetFolder.Escaped(name)}' GROUP BY filename", row => (File: row.GetString(0), Count: row.GetInt64(1))).ToArray();
        if (files.Length == 0)
            throw new HistoryException($"the history has no '{name}'; 'optimizer history list' shows all names");
        foreach (var (file, _) in files)
            File.Delete(file);
        return files.Sum(file => file.Count);
    }

    /// <summary>All entries, oldest first; including values that later additions replaced.</summary>
    public IReadOnlyList<HistoryEntry> Entries() => Select(
        "SELECT snapshot, min(time), max(time), count(*), count(DISTINCT subject) FROM (SELECT DISTINCT * FROM additions) GROUP BY snapshot ORDER BY 3, 1",
        new(), row => new HistoryEntry(row.GetString(0), Utc(row, 1), Utc(row, 2), row.GetInt64(3), row.GetInt64(4)));

    /// <summary>Observations, sorted by subject, quantity and time.</summary>
    public IReadOnlyList<Observation> Read(HistoryFilter filter) => Select(
        "SELECT time, snapshot, subject, quantity, value, source, as_of FROM observations ORDER BY subject, quantity, time, snapshot",
        filter, row => new Observation(Utc(row, 0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetDouble(4), row.GetString(5), Utc(row, 6)));

    /// <summary>Writes observations as CSV or Parquet; the file extension decides.</summary>
    /// <returns>Number of observations written.</returns>
    /// <exception cref="HistoryException">The file extension is not supported.</exception>
    public long Export(string file, HistoryFilter filter)
    {
        var format = Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".csv" => "CSV, HEADER",
            ".parquet" => "PARQUET, COMPRESSION zstd",
            var other => throw new HistoryException($"unknown file extension '{other}'; expected .csv or .parquet"),
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
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        ParquetFolder.Add(folder, name, Columns, observations, (row, o) => row.AppendValue(o.Time.UtcDateTime).AppendValue(o.Snapshot).AppendValue(o.Subject).AppendValue(o.Quantity)
            .AppendValue(o.Value).AppendValue(o.Source).AppendValue(o.AsOf.UtcDateTime).AppendValue(now));
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
            throw new HistoryException($"the history in {folder} cannot be read; remove the file that does not belong to it: {ParquetFolder.FirstLine(broken)}", broken);
        }
    }

    /// <summary>Opens a connection with the selected data: view <c>additions</c> has all rows; view <c>observations</c> has one row for
    /// each time,
    /// subject and quantity, the last one added.</summary>
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
        // UNION ALL BY NAME with an empty table adds columns that older files lack.
        ParquetFolder.Execute(connection,
            $"""
            CREATE TABLE nothing ({Columns}, filename VARCHAR);
            CREATE VIEW stored AS SELECT * FROM nothing{(IsEmpty ? "" : $" UNION ALL BY NAME SELECT * FROM {ParquetFolder.All(folder)}")};
            CREATE VIEW additions AS SELECT * EXCLUDE (added, filename) FROM stored WHERE {where};
            CREATE VIEW observations AS SELECT * EXCLUDE (added, filename) FROM stored WHERE {where}
            QUALIFY row_number() OVER (PARTITION BY time, subject, quantity ORDER BY added DESC NULLS LAST, filename DESC) = 1
            """);
        return connection;
    }

    private static DateTimeOffset Utc(System.Data.Common.DbDataReader row, int column) => new(DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc));

    private static string Safe(string name) => Unsafe().Replace(name, "-");

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex Unsafe();
}
