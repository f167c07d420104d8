using System.CommandLine;
using Optimizer.Application;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary><c>optimizer solve SCENARIO</c>: allocation and plan; <c>optimizer solve --problem FILE</c>: solves a problem file.</summary>
internal static class SolveCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("solve", """
            Finds the optimal allocation of a scenario and the moves that lead to it; or solves a problem file.

            Examples:
              optimizer solve scenarios/treasury-usdc.yaml
              optimizer solve scenarios/treasury-usdc.yaml --format json > answer.json
              optimizer solve scenarios/treasury-usdc.yaml --out answers --time-limit '5 s'
              optimizer solve scenarios/treasury-usdc.yaml --engine ortools --verify
              optimizer solve scenarios/treasury-usdc.yaml --dump problem.json
              optimizer solve --problem problem.json
            """);
        var scenario = new ScenarioArguments(command, isOptional: true);
        var format = new Option<OutputFormat>("--format") { Description = "table (default) or json.", DefaultValueFactory = _ => OutputFormat.Table };
        format.AcceptOnlyFromAmong("table", "json");
        var output = new Option<DirectoryInfo?>("--out") { Description = "A folder for NAME.answer.json, in addition to the printed answer." };
        var problem = new Option<string?>("--problem") { Description = "A problem file to solve instead of a scenario (docs/problem-format.md)." };
        var dump = new Option<FileInfo?>("--dump") { Description = "A file to which the scenario's problem is written before solving." };
        command.Options.Add(format);
        command.Options.Add(output);
        command.Options.Add(problem);
        command.Options.Add(dump);
        command.Validators.Add(result =>
        {
            if (scenario.IsGiven(result) == result.GetValue(problem) is not null)
                result.AddError("give either a scenario or --problem FILE");
            if (result.GetValue(problem) is not null && (result.GetValue(dump) is not null || result.GetValue(output) is not null))
                result.AddError("--dump and --out need a scenario");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => parsed.GetValue(problem) is { } file
            ? Problem(terminal, scenario, parsed, file, parsed.GetValue(format), cancellation)
            : Scenario(terminal, scenario.Load(parsed), parsed.GetValue(format), parsed.GetValue(output), parsed.GetValue(dump), cancellation), cancellation));
        return command;
    }

    private static int Scenario(
        Terminal terminal, LoadedScenario loaded, OutputFormat format, DirectoryInfo? folder, FileInfo? dump, CancellationToken cancellation)
    {
        if (dump is not null)
            AtomicFile.Write(dump.FullName, Formats.Serialize(ProblemFiles.Of(loaded)) + "\n");
        var result = Progress.Show(terminal, $"solving {loaded.Scenario.Name}", () => ScenarioRunner.RunCompared(loaded, cancellation));
        var json = Formats.Serialize(result);
        if (folder is not null)
            AtomicFile.Write(Path.Combine(folder.FullName, Path.GetFileNameWithoutExtension(loaded.File) + ".answer.json"), json);
        if (format == OutputFormat.Json)
            terminal.Output.WriteLine(json);
        else
            SolveView.Show(terminal.Result, result);
        return (int)Outcomes.Of(result);
    }

    private static int Problem(
        Terminal terminal, ScenarioArguments arguments, ParseResult parsed, string file, OutputFormat format, CancellationToken cancellation)
    {
        var loaded = ProblemFiles.Read(file);
        var settings = arguments.Over(parsed, new());
        var answer = Progress.Show(terminal, $"solving {loaded.File.Name}", () => ProblemAnswer.Solve(loaded, settings, cancellation));
        if (format == OutputFormat.Json)
            terminal.Output.WriteLine(Formats.Serialize(answer));
        else
            ProblemView.Show(terminal.Result, answer);
        return (int)Outcomes.Of(answer.Status);
    }
}
