using Optimizer.Application;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Prints rows as a table, as CSV or as JSON.</summary>
internal static class ResultView
{
    /// <param name="terminal">Where it is printed.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="format">How.</param>
    /// <param name="json">What is printed as JSON.</param>
    public static void Show<T>(Terminal terminal, IReadOnlyList<ResultColumn<T>> columns, IReadOnlyList<T> rows, OutputFormat format, object json)
    {
        switch (format)
        {
            case OutputFormat.Json:
                terminal.Output.WriteLine(Formats.Serialize(json));
                return;
            case OutputFormat.Csv:
                terminal.Output.WriteLine(ResultTable.Csv(columns, rows));
                return;
        }

        // A column that is empty everywhere says nothing.
        ResultColumn<T>[] shown = [.. columns.Where(column => column.Title is not null && (rows.Count == 0 || rows.Any(row => column.Value(row) is not null)))];
        var table = Text.Table([.. shown.Select(column => column.Title!)]);
        // Names and numbers stay on one line.
        foreach (var (column, of) in table.Columns.Zip(shown))
            column.NoWrap = column == table.Columns[0] || rows.Any(row => of.Value(row) is double);
        foreach (var row in rows)
            table.AddRow([.. shown.Select(column => Markup.Escape(column.Value(row) is double number ? Text.Figure(number) : $"{column.Value(row)}"))]);
        terminal.Result.Write(table);
    }
}
