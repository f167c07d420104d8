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
            var accounts = MarginFiles.Read(parsed.GetValue(file)!);
            var (reports, problems) = (new MarginReport?[accounts.Count], new string?[accounts.Count]);
            Parallel.For(0, accounts.Count, i => (reports[i], problems[i]) = Report(accounts[i]));
            MarginReport[] known = [.. reports.OfType<MarginReport>()];
            ResultView.Show(terminal, InstrumentTables.Margins, known, parsed.GetValue(format), known);
            foreach (var (account, problem) in accounts.Zip(problems).Where(pair => pair.Second is not null))
                terminal.Error.WriteLine($"{account.Name}: {problem}");
            return (int)(known.Length < accounts.Count ? Outcome.NoData : Outcome.Done);
        });
        return command;
    }

    private static (MarginReport? Report, string? Problem) Report(MarginAccount account)
    {
        try
        {
            return (MarginEngine.Report(account), null);
        }
        catch (PricingException wrong)
        {
            return (null, wrong.Message);
        }
    }
}
