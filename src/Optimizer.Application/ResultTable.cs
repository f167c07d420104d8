using CsvHelper;

namespace Optimizer.Application;

/// <summary>A column of a table of results.</summary>
/// <param name="Name">Its name, as in JSON.</param>
/// <param name="Value">The cell: text, a number, or null.</param>
public sealed record ResultColumn<T>(string Name, Func<T, object?> Value)
{
    /// <summary>Its title on the terminal, ending in &gt; where it is aligned to the right; null to leave it out there.</summary>
    public string? Title { get; init; }
}

/// <summary>Rows with named columns.</summary>
public static class ResultTable
{
    /// <summary>The rows as objects with the columns as keys; what is null is left out.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, object>> Objects<T>(IReadOnlyList<ResultColumn<T>> columns, IEnumerable<T> rows) =>
        [.. rows.Select(row => columns.Select(column => (column.Name, Value: column.Value(row))).Where(cell => cell.Value is not null).ToDictionary(cell => cell.Name, cell => cell.Value!))];

    /// <summary>The rows as CSV with a header; numbers with all digits.</summary>
    public static string Csv<T>(IReadOnlyList<ResultColumn<T>> columns, IEnumerable<T> rows)
    {
        using var text = new StringWriter();
        using (var csv = CsvWriter.Create(text, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true))
        {
            csv.WriteHeader([.. columns.Select(column => column.Name)]);
            foreach (var row in rows)
                csv.WriteRecord([.. columns.Select(column => column.Value(row) is bool flag ? flag ? "true" : "false" : $"{column.Value(row)}")]);
        }

        return text.ToString().TrimEnd('\n');
    }
}
