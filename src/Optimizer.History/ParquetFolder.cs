using System.Data.Common;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Optimizer.History;

/// <summary>A folder of Parquet files that DuckDB writes and queries: every addition is a file of its own.</summary>
internal static partial class ParquetFolder
{
    /// <summary>Whether anything has been added.</summary>
    public static bool HasFiles(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.parquet").Any();

    /// <summary>All files of a folder, as SQL names them, with a column <c>filename</c>; columns that a file lacks are null.</summary>
    public static string All(string folder) => $"read_parquet('{Escaped(Globbed(folder))}/*.parquet', union_by_name = true, filename = true)";

    /// <summary>Adds rows as a file, which appears whole or not at all; a file of that name is replaced.</summary>
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

    /// <summary>A connection to a database in memory.</summary>
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

    /// <summary>Text within quotes of SQL.</summary>
    public static string Escaped(string text) => text.Replace("'", "''", StringComparison.Ordinal);

    /// <summary>A path in which DuckDB takes no character for a pattern.</summary>
    public static string Globbed(string path) => Pattern().Replace(path, match => $"[{match.Value}]");

    /// <summary>What is worth telling of DuckDB's messages.</summary>
    public static string FirstLine(Exception wrong) => wrong.Message.Split('\n')[0];

    [GeneratedRegex(@"[\[\]*?]")]
    private static partial Regex Pattern();
}
