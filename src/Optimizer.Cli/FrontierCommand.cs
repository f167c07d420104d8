using System.CommandLine;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer frontier SCENARIO</c>: the lowest volatility for each net return.</summary>
internal static class FrontierCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("frontier", """
            Computes the efficient frontier of a scenario: the lowest volatility for each net return that its constraints allow.

            Examples:
              optimizer frontier scenarios/eth-book.yaml
              optimizer frontier scenarios/treasury-usdc.yaml --points 12 --format json
            """);
        var scenario = new ScenarioArguments(command);
        var points = new Option<int>("--points") { Description = "Number of points; default: 8.", DefaultValueFactory = _ => 8 };
        points.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 1_000)
                result.AddError("--points: expected 2 to 1000");
        });
        var format = new Option<OutputFormat>("--format") { Description = "table with a chart (default), csv or json.", DefaultValueFactory = _ => OutputFormat.Table };
        command.Options.Add(points);
        command.Options.Add(format);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var loaded = scenario.Load(parsed);
            var frontier = Progress.Show(terminal, $"frontier of {loaded.Scenario.Name}",
                say => Frontier.Trace(loaded, parsed.GetValue(points), say, cancellation));
            switch (parsed.GetValue(format))
            {
                case OutputFormat.Json:
                    terminal.Output.WriteLine(Formats.Serialize(frontier));
                    break;
                case OutputFormat.Csv:
                    terminal.Output.WriteLine("returnPerYear,volatilityPerYear,costsUsd,positions,gap,status");
                    foreach (var p in frontier.Points)
                        terminal.Output.WriteLine($"{p.ReturnPerYear:0.########},{p.VolatilityPerYear:0.########},{p.CostsUsd:0.00},{p.Positions.Count},{p.Gap:0.##e+0},{p.Status}");
                    break;
                default:
                    Show(terminal.Result, frontier);
                    break;
            }

            return frontier.Points.Count > 0 ? 0 : 3;
        }, cancellation));
        return command;
    }

    private static void Show(IAnsiConsole console, FrontierResult frontier)
    {
        console.MarkupLine($"[bold]{Markup.Escape(frontier.Scenario)}[/]  lowest volatility for each net return");
        if (frontier.Points.Count == 0)
        {
            console.WriteLine("No allocation satisfies the constraints; 'optimizer explain' shows which of them conflict.");
            return;
        }

        var widest = frontier.Points.Max(p => p.VolatilityPerYear);
        var table = Text.Table("Net return per year>", "Volatility>", "", "Costs, USD>", "Positions>", "Largest positions");
        foreach (var p in frontier.Points)
        {
            if (p is not { ReturnPerYear: { } net, VolatilityPerYear: { } volatility, CostsUsd: { } costs })
            {
                table.AddRow(p.ReturnPerYear is { } asked ? Text.Percent(asked) : "", "", "", "", "", Markup.Escape($"{p.Status}: {p.Message}"));
                continue;
            }

            var bar = new string('█', widest > 0 ? (int)Math.Round(30 * volatility / widest.Value) : 0);
            table.AddRow(Text.Percent(net), Text.Percent(volatility), bar, Text.Cents(costs), $"{p.Positions.Count}",
                Markup.Escape(string.Join(", ", p.Positions.Take(3).Select(x => $"{x.Opportunity} {Text.Percent(x.Weight, 1)}"))));
        }

        console.Write(table);
    }
}
