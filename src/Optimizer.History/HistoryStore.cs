using System.Globalization;
using System.Security.Cryptography;
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

/// <summary>What an import did.</summary>
/// <param name="Count">How many figures were added.</param>
/// <param name="Skipped">How many rows had none.</param>
/// <param name="Notes">What a reader should know of them: how they were read, outliers, gaps, corrections.</param>
public sealed record ImportResult(int Count, int Skipped, IReadOnlyList<string> Notes);

/// <summary>A file that cannot be taken into the history; the message says what and where.</summary>
public sealed class HistoryException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Past figures of markets, in a folder of Parquet files that DuckDB queries.</summary>
/// <remarks>Every addition is one file, which appears whole or not at all, so that nothing is locked and nothing half-written,
/// and any other tool reads them. The same addition twice is one. Of several figures for one moment the one that was added last counts.
/// Reading takes time in proportion to what is there.</remarks>
/// <param name="folder">Where the files are; it need not exist yet.</param>
public sealed partial class HistoryStore(string folder)
{
    private const string Columns = "time TIMESTAMP, snapshot VARCHAR, subject VARCHAR, quantity VARCHAR, value DOUBLE, source VARCHAR, as_of TIMESTAMP, added TIMESTAMP";

    /// <summary>Whether there is anything.</summary>
    public bool IsEmpty => !ParquetFolder.HasFiles(folder);

    /// <summary>Adds the figures of a snapshot.</summary>
    /// <returns>How many; the same ones again where it is there already.</returns>
    public int Add(Snapshot snapshot) => Add($"{snapshot.TakenAt.UtcDateTime:yyyyMMddTHHmmssfff}-{Safe(snapshot.Name)}", Quantities.Of(snapshot).ToList());

    /// <summary>Adds the rows of a CSV file: columns <c>time, subject, quantity, value</c>, or one asset's prices or one place's rates as the
    /// usual archives give them. What is there already for the same moments is corrected.</summary>
    /// <param name="file">The file.</param>
    /// <param name="options">What it gives figures of.</param>
    /// <exception cref="HistoryException">The file is of no known form, a row has no number or moment, or two rows contradict each other.</exception>
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
        // The same figures again are the same addition; others of the same name are not.
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rows)))[..12];
        Add($"{archive.Observations.Min(o => o.Time).UtcDateTime:yyyyMMddTHHmmssfff}-{Safe(subject is null ? name : $"{name}-{subject}")}-{mark}", [.. archive.Observations]);
        return new(archive.Observations.Count, archive.Skipped, notes);
    }

    /// <summary>Takes out every addition of a name.</summary>
    /// <param name="name">The snapshot's or the imported file's, as <see cref="Entries"/> names it.</param>
    /// <returns>How many figures are gone.</returns>
    /// <exception cref="HistoryException">There is none of that name.</exception>
    public long Remove(string name)
    {
        if (IsEmpty)
            throw new HistoryException($"the history in {folder} is empty");
        using var connection = ParquetFolder.Open();
        // An addition is a file of one name.
        var files = ParquetFolder.Query(connection, $"SELECT filename, count(*) FROM {ParquetFolder.All(folder)} WHERE snapshot = '{ParquetFolder.Escaped(name)}' GROUP BY filename", row => (File: row.GetString(0), Count: row.GetInt64(1))).ToArray();
        if (files.Length == 0)
            throw new HistoryException($"the history holds no '{name}'; optimizer history list names what it holds");
        foreach (var (file, _) in files)
            File.Delete(file);
        return files.Sum(file => file.Count);
    }

    /// <summary>What is there, oldest first; with what others correct.</summary>
    public IReadOnlyList<HistoryEntry> Entries() => Select(
        "SELECT snapshot, min(time), max(time), count(*), count(DISTINCT subject) FROM (SELECT DISTINCT * FROM additions) GROUP BY snapshot ORDER BY 3, 1",
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
            throw new HistoryException($"the history in {folder} cannot be read; take out the file that is none of its own: {ParquetFolder.FirstLine(broken)}", broken);
        }
    }

    /// <summary>A connection with what the filter lets through: all of it as <c>additions</c>, and as <c>observations</c> of several figures
    /// for one moment the last added.</summary>
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
        // Joined to an empty table by name, so that columns that older files lack are there.
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
