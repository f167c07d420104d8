using System.CommandLine;
using Optimizer.Application;
using Optimizer.Derivatives;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary><c>optimizer margin FILE</c>: margin of accounts, what binds it, and liquidation prices.</summary>
internal static class MarginCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("margin", """
            Computes the margin of accounts: initial and maintenance margin, what is left, the scenario that binds, and the prices at
            which they are liquidated (docs/derivatives.md).

            Examples:
              optimizer margin scenarios/derivatives/accounts.yaml
              optimizer margin accounts.json --format csv > margins.csv
            """);
        var file = new Argument<string>("FILE") { Description = "Margin accounts: YAML or JSON." };
        var format = new Option<OutputFormat>("--format") { Description = "table (default), csv or json.", DefaultValueFactory = _ => OutputFormat.Table };
        command.Arguments.Add(file);
        command.Options.Add(format);
        command.SetAction(parsed =>
        {
            MarginReport[] reports = [.. MarginFiles.Read(parsed.GetValue(file)!).Select(account => Report(account, parsed.GetValue(file)!))];
            ResultView.Show(terminal, InstrumentTables.Margins, reports, parsed.GetValue(format));
            return (int)Outcome.Done;
        });
        return command;
    }

    private static MarginReport Report(MarginAccount account, string file)
    {
        try
        {
            return MarginEngine.Report(account);
        }
        catch (PricingException wrong)
        {
            throw new InputException([new(new(file, 1, 1), $"account {account.Name}: {wrong.Message}")]);
        }
    }
}
