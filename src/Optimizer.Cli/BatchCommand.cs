using System.CommandLine;
using Optimizer.Application;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer batch DIR|FILE…</c>: solves many scenarios and prints one row for each.</summary>
internal static class BatchCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("batch", """
            Solves all scenarios in folders and files in parallel and prints one row for each. An error in one scenario does not
            stop the others.

            Examples:
              optimizer batch scenarios
              optimizer batch scenarios --format csv > results.csv
              optimizer batch scenarios/eth-book.yaml scenarios/sol-book.yaml --jobs 2
            """);
        var paths = new Argument<string[]>("DIR|FILE") { Description = "Scenario files, and folders whose *.yaml files are scenarios.", Arity = ArgumentArity.OneOrMore };
        var jobs = new Option<int>("--jobs") { Description = "Number of scenarios to solve at a time; default: number of processors.", DefaultValueFactory = _ => Environment.ProcessorCount };
        jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--jobs: expected at least 1");
        });
        var format = new Option<OutputFormat>("--format") { Description = "table (default), csv or json.", DefaultValueFactory = _ => OutputFormat.Table };
        var strict = new Option<bool>("--strict") { Description = "Exit with code 1 if any scenario has no answer. Without it, the exit code is 0 if all were tried." };
        command.Options.Add(strict);
        command.Arguments.Add(paths);
        command.Options.Add(jobs);
        command.Options.Add(format);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var files = BatchRun.Files(parsed.GetValue(paths)!);
            var rows = Progress.Show(terminal, $"solving {files.Count} scenarios", () => BatchRun.Run(files, parsed.GetValue(jobs), cancellation));
            Show(terminal, rows, parsed.GetValue(format));
            return parsed.GetValue(strict) && rows.Any(row => row.ExitCode != 0) ? (int)Outcome.Failed : (int)Outcome.Done;
        }, cancellation));
        return command;
    }

    private static void Show(Terminal terminal, IReadOnlyList<BatchRow> rows, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            terminal.Output.WriteLine(Formats.Serialize(rows));
            return;
        }

        if (format == OutputFormat.Csv)
        {
            terminal.Output.WriteLine(BatchRun.Csv(rows));
            return;
        }

        var table = Text.Table("Scenario", "Status", "Exit>", "Book, USD>", "Net return>", "Volatility>", "Costs, USD>", "Positions>", "Steps>", "Gap>", "Seconds>");
        foreach (var r in rows)
        {
            table.AddRow(Markup.Escape(r.Name), r.Status, $"{r.ExitCode}", r.BookUsd is { } book ? Text.Usd(book) : "",
                r.NetReturnPerYear is { } net ? Text.Percent(net) : "", r.VolatilityPerYear is { } risk ? Text.Percent(risk) : "",
                r.CostsUsd is { } costs ? Text.Cents(costs) : "", $"{r.Positions}", $"{r.Steps}",
                r.Gap is { } gap ? $"{gap:0.0e+0}" : "", r.Seconds is { } seconds ? $"{seconds:0.00}" : "");
        }

        terminal.Result.Write(table);
        foreach (var r in rows.Where(r => r.Message.Length > 0))
            terminal.Result.WriteLine($"{r.Name}: {r.Message}");
    }
}
