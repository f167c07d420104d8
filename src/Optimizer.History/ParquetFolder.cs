using System.Data.Common;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Optimizer.History;

/// <summary>A folder of Parquet files, written and queried with DuckDB; one file per addition.</summary>
internal static partial class ParquetFolder
{
    /// <summary>True if the folder has any data.</summary>
    public static bool HasFiles(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.parquet").Any();

    /// <summary>SQL expression for all files of a folder, with a column <c>filename</c>; columns missing in a file are null.</summary>
    public static string All(string folder) => $"read_parquet('{Escaped(Globbed(folder))}/*.parquet', union_by_name = true, filename = true)";

    /// <summary>Writes rows to a new file atomically; replaces a file of the same name.</summary>
    public static void Add<T>(string folder, string name, string columns, IEnumerable<T> rows, Func<IDuckDBAppenderRow, T, IDuckDBAppenderRow> append)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{name}.parquet");
        var draft = $"{file}.{Environment.ProcessId}.draft";
        try
        {
            using var connection = Open();
            Execute(connection, $"CREATE TABLE added ({columns})");
            using (var appender = connection.CreateAppender("added"))
            {
                foreach (var row in rows)
                    append(appender.CreateRow(), row).EndRow();
            }

            Execute(connection, $"COPY added TO '{Escaped(draft)}' (FORMAT PARQUET, COMPRESSION zstd)");
            File.Move(draft, file, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Opens a connection to an in-memory database.</summary>
    public static DuckDBConnection Open()
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        return connection;
    }

    /// <summary>Runs a statement.</summary>
    public static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Reads rows.</summary>
    public static IEnumerable<T> Query<T>(DuckDBConnection connection, string sql, Func<DbDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return read(reader);
    }

    /// <summary>Escapes text for an SQL string literal.</summary>
    public static string Escaped(string text) => text.Replace("'", "''", StringComparison.Ordinal);

    /// <summary>Escapes a path so that DuckDB treats no character as a glob pattern.</summary>
    public static string Globbed(string path) => Pattern().Replace(path, match => $"[{match.Value}]");

    /// <summary>The first line of a DuckDB message; the rest is not useful to users.</summary>
    public static string FirstLine(Exception wrong) => wrong.Message.Split('\n')[0];

    [GeneratedRegex(@"[\[\]*?]")]
    private static partial Regex Pattern();
}
