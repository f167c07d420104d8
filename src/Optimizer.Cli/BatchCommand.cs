using System.CommandLine;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer batch DIR|FILE…</c>: solves many scenarios and prints one row for each.</summary>
internal static class BatchCommand
{
    private static readonly string[] Columns =
        ["name", "status", "exitCode", "bookUsd", "netReturnPerYear", "volatilityPerYear", "costsUsd", "positions", "steps", "gap", "seconds", "message"];

    public static Command Create(Terminal terminal)
    {
        var command = new Command("batch", """
            Solves every scenario of folders and files, in parallel, one row each. One scenario's error fails no other.

            Examples:
              optimizer batch scenarios
              optimizer batch scenarios --format csv > results.csv
              optimizer batch scenarios/eth-book.yaml scenarios/sol-book.yaml --jobs 2
            """);
        var paths = new Argument<string[]>("DIR|FILE") { Description = "Folders with scenarios (their *.yaml), and scenario files.", Arity = ArgumentArity.OneOrMore };
        var jobs = new Option<int>("--jobs") { Description = "Scenarios at a time; as many as there are processors by default.", DefaultValueFactory = _ => Environment.ProcessorCount };
        jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--jobs: expected at least 1");
        });
        var format = new Option<OutputFormat>("--format") { Description = "table (default), csv or json.", DefaultValueFactory = _ => OutputFormat.Table };
        var strict = new Option<bool>("--strict") { Description = "Exit with 1 where any scenario has no answer; otherwise the exit code says only whether all were tried." };
        command.Options.Add(strict);
        command.Arguments.Add(paths);
        command.Options.Add(jobs);
        command.Options.Add(format);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var files = Expand(parsed.GetValue(paths)!);
            var rows = Progress.Show(terminal, $"solving {files.Length} scenarios", () => Run(files, parsed.GetValue(jobs), cancellation));
            Show(terminal, rows, parsed.GetValue(format));
            return parsed.GetValue(strict) && rows.Any(row => row.ExitCode != 0) ? 1 : 0;
        }, cancellation));
        return command;
    }

    private static string[] Expand(string[] paths) =>
        [.. paths.SelectMany(IEnumerable<string> (path) => Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.yaml").Order(StringComparer.Ordinal)
            : [path])];

    private static BatchRow[] Run(string[] files, int jobs, CancellationToken cancellation)
    {
        var rows = new BatchRow[files.Length];
        var reader = new ScenarioFiles();
        Parallel.For(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation },
            i => rows[i] = Row(reader, files[i], cancellation));
        return rows;
    }

    private static BatchRow Row(ScenarioFiles reader, string file, CancellationToken cancellation)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        try
        {
            var result = ScenarioRunner.Run(reader.Load(file), cancellation);
            return new(name, result.Status, ScenarioRunner.ExitCode(result), result.BookUsd, result.Objective?.ReturnPerYear,
                result.Objective?.VolatilityPerYear, result.Objective?.CostsUsd, result.Positions.Count(p => p.Usd > 0),
                result.Plan?.Steps.Count, result.Objective?.Gap, result.Certificate.Seconds,
                result.Conflict.Count > 0 ? string.Join("; ", result.Conflict.Select(c => c.Name)) : result.Message ?? "");
        }
        catch (InputException wrong)
        {
            return new(name, "badInput", 2, null, null, null, null, null, null, null, null, wrong.Diagnostics[0].ToString());
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            return new(name, "failed", 1, null, null, null, null, null, null, null, null, broken.Message);
        }
    }

    private static void Show(Terminal terminal, BatchRow[] rows, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            terminal.Output.WriteLine(Formats.Serialize(rows));
            return;
        }

        if (format == OutputFormat.Csv)
        {
            terminal.Output.WriteLine(string.Join(',', Columns));
            foreach (var row in rows)
                terminal.Output.WriteLine(string.Join(',', row.Cells().Select(Quote)));
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

    private static string Quote(string cell) =>
        cell.IndexOfAny([',', '"', '\n', '\r']) < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private sealed record BatchRow(
        string Name, string Status, int ExitCode, double? BookUsd, double? NetReturnPerYear, double? VolatilityPerYear,
        double? CostsUsd, int? Positions, int? Steps, double? Gap, double? Seconds, string Message)
    {
        public IEnumerable<string> Cells() =>
            [Name, Status, $"{ExitCode}", $"{BookUsd:0.00}", $"{NetReturnPerYear:0.########}", $"{VolatilityPerYear:0.########}",
             $"{CostsUsd:0.00}", $"{Positions}", $"{Steps}", $"{Gap:0.##e+0}", $"{Seconds:0.000}", Message];
    }
}
