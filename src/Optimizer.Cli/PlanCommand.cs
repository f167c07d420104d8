using System.CommandLine;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan SCENARIO</c>: the steps alone.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("plan", """
            Prints the ordered steps from the scenario's holdings to its allocation.

            Examples:
              optimizer plan scenarios/treasury-usdc.yaml
              optimizer plan scenarios/treasury-usdc.yaml --format json > plan.json
            """);
        var scenario = new ScenarioArguments(command);
        var format = new Option<OutputFormat>("--format") { Description = "table (default) or json.", DefaultValueFactory = _ => OutputFormat.Table };
        format.AcceptOnlyFromAmong("table", "json");
        command.Options.Add(format);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var loaded = scenario.Load(parsed);
            var result = Progress.Show(terminal, $"planning {loaded.Scenario.Name}", () => ScenarioRunner.Run(loaded, cancellation));
            if (result.Plan is null)
                SolveView.Show(terminal.Notes, result);
            else if (parsed.GetValue(format) == OutputFormat.Json)
                terminal.Output.WriteLine(Formats.Serialize(result.Plan));
            else
                PlanView.Show(terminal.Result, result);
            return ScenarioRunner.ExitCode(result);
        }, cancellation));
        return command;
    }
}
