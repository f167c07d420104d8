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
              optimizer margin scenarios/derivatives/accounts.yaml --positions   what one more unit of each position does
            """);
        var file = new Argument<string>("FILE") { Description = "Margin accounts: YAML or JSON." };
        var format = new Option<OutputFormat>("--format") { Description = "table (default), csv or json.", DefaultValueFactory = _ => OutputFormat.Table };
        command.Arguments.Add(file);
        var positions = new Option<bool>("--positions") { Description = "What a little more of each position adds to the excess, per unit, instead of the margin itself." };
        command.Options.Add(format);
        command.Options.Add(positions);
        command.SetAction(parsed =>
        {
            var accounts = MarginFiles.Read(parsed.GetValue(file)!);
            return (int)(parsed.GetValue(positions)
                ? Show(terminal, accounts, MarginEngine.Marginal, all =>
                {
                    (string, MarginalMargin)[] rows = [.. all.SelectMany(one => one.Result.Select(position => (one.Account.Name, position)))];
                    ResultView.Show(terminal, InstrumentTables.Positions, rows, parsed.GetValue(format), ResultTable.Objects(InstrumentTables.Positions, rows));
                })
                : Show(terminal, accounts, MarginEngine.Report, all =>
                {
                    MarginReport[] reports = [.. all.Select(one => one.Result)];
                    ResultView.Show(terminal, InstrumentTables.Margins, reports, parsed.GetValue(format), reports);
                }));
        });
        return command;
    }

    /// <summary>Computes all accounts, shows those that have an answer, and names the others.</summary>
    private static Outcome Show<T>(Terminal terminal, IReadOnlyList<MarginAccount> accounts, Func<MarginAccount, T> compute, Action<IReadOnlyList<(MarginAccount Account, T Result)>> show)
        where T : class
    {
        var (results, problems) = (new T?[accounts.Count], new string?[accounts.Count]);
        Parallel.For(0, accounts.Count, i =>
        {
            try
            {
                results[i] = compute(accounts[i]);
            }
            catch (PricingException wrong)
            {
                problems[i] = wrong.Message;
            }
        });
        show([.. accounts.Zip(results).Where(pair => pair.Second is not null).Select(pair => (pair.First, pair.Second!))]);
        foreach (var (account, problem) in accounts.Zip(problems).Where(pair => pair.Second is not null))
            terminal.Error.WriteLine($"{account.Name}: {problem}");
        return Array.TrueForAll(problems, problem => problem is null) ? Outcome.Done : Outcome.NoData;
    }
}
