using System.CommandLine;
using Optimizer.Application;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer explain SCENARIO</c>: explains the answer of a scenario.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("explain", """
            Explains the answer of a scenario: the cost of each constraint (found by solving again without it), the extra rate that each
            unused opportunity would need, or the constraints that contradict each other.

            Examples:
              optimizer explain scenarios/treasury-usdc.yaml
              optimizer explain scenarios/infeasible.yaml
              optimizer explain scenarios/treasury-usdc.yaml --format json
            """);
        var scenario = new ScenarioArguments(command);
        var format = new Option<OutputFormat>("--format") { Description = "table (default) or json.", DefaultValueFactory = _ => OutputFormat.Table };
        format.AcceptOnlyFromAmong("table", "json");
        command.Options.Add(format);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var loaded = scenario.Load(parsed);
            var explained = Progress.Show(terminal, $"explaining {loaded.Scenario.Name}", say => Explanation.Of(loaded, say, cancellation));
            if (parsed.GetValue(format) == OutputFormat.Json)
                terminal.Output.WriteLine(Formats.Serialize(explained));
            else
                Show(terminal.Result, explained);
            return (int)Outcomes.Of(explained.Answer);
        }, cancellation));
        return command;
    }

    private static void Show(IAnsiConsole console, ExplanationResult explained)
    {
        SolveView.Show(console, explained.Answer);
        if (explained.Without.Count > 0)
        {
            console.WriteLine();
            var table = Text.Table("Removed constraint", "Location", "Gain, USD per year>", "Net return>", "Volatility>");
            foreach (var w in explained.Without)
            {
                table.AddRow(Markup.Escape(w.Constraint), Markup.Escape(w.Location ?? ""), w.GainUsdPerYear is { } gain ? Text.Usd(gain) : "?",
                    w.ReturnPerYear is { } net ? Text.Percent(net) : w.Status, w.VolatilityPerYear is { } risk ? Text.Percent(risk) : "");
            }

            console.Write(table);
        }

        if (explained.Unused.Count == 0)
            return;
        console.WriteLine();
        var unused = Text.Table("Unused opportunity", "Expected rate>", "Expected loss>", "Extra rate needed>", "Why");
        foreach (var u in explained.Unused)
            unused.AddRow(Markup.Escape(u.Opportunity), Text.Percent(u.CarryRate), Text.Percent(u.ExpectedLossRate), u.WouldNeed is > 5e-7 and var more ? $"+{Text.Percent(more)}" : "", Markup.Escape(u.Reason));
        console.Write(unused);
    }
}
