using System.CommandLine;
using Optimizer.Application;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary><c>optimizer price FILE</c>: values, implied volatilities and Greeks of instruments.</summary>
internal static class PriceCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("price", """
            Prices instruments: value, implied volatility and Greeks of each row of a file (docs/derivatives.md).

            Examples:
              optimizer price scenarios/derivatives/instruments.csv
              optimizer price chain.csv --format csv > priced.csv
              optimizer price instruments.json --greeks raw --format json
            """);
        var file = new Argument<string>("FILE") { Description = "Rows of instruments with market data: CSV, JSON or YAML." };
        var greeks = new Option<GreekUnits>("--greeks") { Description = "market (default): theta per day, vega per volatility point, rho per percent; raw: per year and per 1.00.", DefaultValueFactory = _ => GreekUnits.Market };
        var format = new Option<OutputFormat>("--format") { Description = "table (default), csv or json.", DefaultValueFactory = _ => OutputFormat.Table };
        command.Arguments.Add(file);
        command.Options.Add(greeks);
        command.Options.Add(format);
        command.SetAction(parsed =>
        {
            PricedRow[] rows = [.. PricingFiles.Read(parsed.GetValue(file)!).Select(PricingFiles.Price)];
            var columns = InstrumentTables.Prices(parsed.GetValue(greeks));
            ResultView.Show(terminal, columns, rows, parsed.GetValue(format), ResultTable.Objects(columns, rows));
            foreach (var row in rows.Where(row => row.Problem is not null))
                terminal.Error.WriteLine($"{row.Id}: {row.Problem}");
            return (int)(rows.Any(row => row.Problem is not null) ? Outcome.NoData : Outcome.Done);
        });
        return command;
    }
}
