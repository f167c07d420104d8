using Optimizer.Application;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Prints rows as a table, as CSV or as JSON.</summary>
internal static class ResultView
{
    public static void Show<T>(Terminal terminal, IReadOnlyList<ResultColumn<T>> columns, IReadOnlyList<T> rows, OutputFormat format)
    {
        switch (format)
        {
            case OutputFormat.Json:
                terminal.Output.WriteLine(Formats.Serialize(rows));
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
