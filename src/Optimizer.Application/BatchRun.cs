using Optimizer.Scenarios;

namespace Optimizer.Application;

/// <summary>One scenario of a batch. USD and yearly fractions; null where there is no answer.</summary>
public sealed record BatchRow
{
    /// <summary>The scenario file's name without its extension.</summary>
    public required string Name { get; init; }

    /// <summary>The status of the answer, or <c>badInput</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The exit code that <c>optimizer solve</c> would have.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The value of the holdings in USD.</summary>
    public double? BookUsd { get; init; }

    /// <summary>Net return per year, a fraction.</summary>
    public double? NetReturnPerYear { get; init; }

    /// <summary>Volatility per year, a fraction.</summary>
    public double? VolatilityPerYear { get; init; }

    /// <summary>The costs of moving in USD.</summary>
    public double? CostsUsd { get; init; }

    /// <summary>The number of positions.</summary>
    public int? Positions { get; init; }

    /// <summary>The number of steps of the plan.</summary>
    public int? Steps { get; init; }

    /// <summary>The proven relative gap.</summary>
    public double? Gap { get; init; }

    /// <summary>Seconds of solving.</summary>
    public double? Seconds { get; init; }

    /// <summary>The conflict, or the error; empty where there is neither.</summary>
    public string Message { get; init; } = "";
}

/// <summary>Solves many scenarios; an error in one does not stop the others.</summary>
public static class BatchRun
{
    /// <summary>The columns of the rows as CSV.</summary>
    private static readonly IReadOnlyList<ResultColumn<BatchRow>> Columns =
    [
        new("name", row => row.Name), new("status", row => row.Status), new("exitCode", row => row.ExitCode), new("bookUsd", row => $"{row.BookUsd:0.00}"),
        new("netReturnPerYear", row => $"{row.NetReturnPerYear:0.########}"), new("volatilityPerYear", row => $"{row.VolatilityPerYear:0.########}"), new("costsUsd", row => $"{row.CostsUsd:0.00}"),
        new("positions", row => row.Positions), new("steps", row => row.Steps), new("gap", row => $"{row.Gap:0.##e+0}"), new("seconds", row => $"{row.Seconds:0.000}"), new("message", row => row.Message),
    ];

    /// <summary>The scenario files of folders and files.</summary>
    public static IReadOnlyList<string> Files(IEnumerable<string> paths) =>
        [.. paths.SelectMany(IEnumerable<string> (path) => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.yaml").Order(StringComparer.Ordinal) : [path])];

    /// <summary>Solves scenarios in parallel.</summary>
    /// <param name="files">The scenario files.</param>
    /// <param name="jobs">How many at a time, at least 1.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>One row per file, in the files' order.</returns>
    public static IReadOnlyList<BatchRow> Run(IReadOnlyList<string> files, int jobs, CancellationToken cancellation)
    {
        var rows = new BatchRow[files.Count];
        var reader = new ScenarioFiles();
        Parallel.For(0, files.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation },
            i => rows[i] = Row(reader, files[i], cancellation));
        return rows;
    }

    /// <summary>Rows as CSV, with a header.</summary>
    public static string Csv(IEnumerable<BatchRow> rows) => ResultTable.Csv(Columns, rows);

    private static BatchRow Row(ScenarioFiles reader, string file, CancellationToken cancellation)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        try
        {
            var result = ScenarioRunner.Run(reader.Load(file), cancellation);
            return new()
            {
                Name = name,
                Status = result.Status,
                ExitCode = (int)Outcomes.Of(result),
                BookUsd = result.BookUsd,
                NetReturnPerYear = result.Objective?.ReturnPerYear,
                VolatilityPerYear = result.Objective?.VolatilityPerYear,
                CostsUsd = result.Objective?.CostsUsd,
                Positions = result.Positions.Count(p => p.Usd > 0),
                Steps = result.Plan?.Steps.Count,
                Gap = result.Objective?.Gap,
                Seconds = result.Certificate.Seconds,
                Message = result.Conflict.Count > 0 ? string.Join("; ", result.Conflict.Select(c => c.Name)) : result.Message ?? "",
            };
        }
        catch (InputException wrong)
        {
            return new() { Name = name, Status = "badInput", ExitCode = (int)Outcome.BadInput, Message = wrong.Diagnostics[0].ToString() };
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            return new() { Name = name, Status = "failed", ExitCode = (int)Outcome.Failed, Message = broken.Message };
        }
    }
}
