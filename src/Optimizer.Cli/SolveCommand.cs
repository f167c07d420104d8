using System.CommandLine;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary><c>optimizer solve SCENARIO</c>: allocation and plan.</summary>
internal static class SolveCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("solve", """
            Finds the allocation of a scenario and the moves that get there.

            Examples:
              optimizer solve scenarios/treasury-usdc.yaml
              optimizer solve scenarios/treasury-usdc.yaml --format json > answer.json
              optimizer solve scenarios/treasury-usdc.yaml --out answers --time-limit '5 s'
            """);
        var scenario = new ScenarioArguments(command);
        var format = new Option<OutputFormat>("--format") { Description = "table (default) or json.", DefaultValueFactory = _ => OutputFormat.Table };
        format.AcceptOnlyFromAmong("table", "json");
        var output = new Option<DirectoryInfo?>("--out") { Description = "A folder to write NAME.answer.json into, beside what is printed." };
        command.Options.Add(format);
        command.Options.Add(output);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var loaded = scenario.Load(parsed);
            var result = Progress.Show(terminal, $"solving {loaded.Scenario.Name}", () => ScenarioRunner.Run(loaded, cancellation));
            var json = Formats.Serialize(result);
            if (parsed.GetValue(output) is { } folder)
                AtomicFile.Write(Path.Combine(folder.FullName, Path.GetFileNameWithoutExtension(loaded.File) + ".answer.json"), json);
            if (parsed.GetValue(format) == OutputFormat.Json)
                terminal.Output.WriteLine(json);
            else
                SolveView.Show(terminal.Result, result);
            return ScenarioRunner.ExitCode(result);
        }, cancellation));
        return command;
    }
}
