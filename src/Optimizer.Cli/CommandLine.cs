using System.CommandLine;
using Optimizer.Application;
using Optimizer.History;
using Optimizer.Scenarios;
using Optimizer.Transactions.Calls;

namespace Optimizer.Cli;

/// <summary>Defines the commands and handles their errors.</summary>
public static class CommandLine
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 done; 2 bad input; 3 infeasible; 4 data not available; 5 no answer within the time limit; 6 plan invalid; 7 plan outdated
    /// by the market; 8 plan dangerous; 9 plan in progress; 130 cancelled; 1 any other error.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var root = new RootCommand("""
            Allocates capital across opportunities on several blockchains, and plans the transactions to move it there.

            Examples:
              optimizer snapshot --chain base --chain ethereum        read market data from nodes
              optimizer history statistics                            statistics of past rates and prices
              optimizer solve scenarios/treasury-usdc.yaml           the optimal allocation and its moves
              optimizer solve scenarios/treasury-usdc.yaml --format json
              optimizer solve --problem problem.json                  solve a problem file
              optimizer frontier scenarios/eth-book.yaml --points 10  the efficient frontier
              optimizer explain scenarios/treasury-usdc.yaml          the cost of each constraint
              optimizer plan scenarios/treasury-usdc.yaml             only the steps
              optimizer plan SCENARIO --out plans/today               the steps as files to sign with a multisig
              optimizer plan status PLAN SCENARIO                     which steps are done, and what to sign next
              optimizer batch scenarios --format csv                  every scenario, one row each
              optimizer price FILE                                    values and Greeks of derivatives
              optimizer margin FILE                                   margin and liquidation prices of accounts
              optimizer validate scenarios/*.yaml chains/*.yaml       check files

            Exit codes: 0 done, 2 bad input, 3 infeasible (explained), 4 data not available, 5 no answer within the time limit,
            6 plan invalid, 7 plan outdated by the market, 8 plan dangerous, 9 plan in progress, 130 cancelled, 1 any other error.
            Results go to standard output, everything else to standard error.
            """);
        root.Subcommands.Add(SnapshotCommand.Create(terminal));
        root.Subcommands.Add(HistoryCommand.Create(terminal));
        root.Subcommands.Add(SolveCommand.Create(terminal));
        root.Subcommands.Add(FrontierCommand.Create(terminal));
        root.Subcommands.Add(ExplainCommand.Create(terminal));
        root.Subcommands.Add(PlanCommand.Create(terminal));
        root.Subcommands.Add(BatchCommand.Create(terminal));
        root.Subcommands.Add(PriceCommand.Create(terminal));
        root.Subcommands.Add(MarginCommand.Create(terminal));
        root.Subcommands.Add(ValidateCommand.Create(terminal));
        root.Subcommands.Add(DemoCommand.Create(terminal));
        root.Subcommands.Add(CompletionCommand.Create(terminal));

        var parsed = root.Parse(args);
        var errors = new ErrorOutput(terminal, parsed);
        if (parsed.Errors.Count > 0)
        {
            errors.Write([.. parsed.Errors.Select(error => new ErrorLine(error.Message))], "Try 'optimizer --help', or 'optimizer COMMAND --help'.");
            return (int)Outcome.BadInput;
        }

        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = terminal.Output,
            Error = terminal.Error,
        };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (InputException wrong)
        {
            errors.Write([.. wrong.Diagnostics.Select(ErrorLine.Of)]);
            return (int)Outcome.BadInput;
        }
        catch (RequestException wrong)
        {
            errors.Write([new(wrong.Message)]);
            return (int)wrong.Outcome;
        }
        catch (Exception wrong) when (wrong is HistoryException or TransactionException)
        {
            errors.Write([new(wrong.Message)]);
            return (int)Outcome.BadInput;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            errors.Write([new($"cannot read or write a file: {broken.Message}")]);
            return (int)Outcome.BadInput;
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            errors.Write([new($"this is a bug; please report it with the command: {bug.GetType().Name}: {bug.Message}")], bug.StackTrace);
            return (int)Outcome.Failed;
        }
        catch (OperationCanceledException)
        {
            errors.Write([new("cancelled; nothing was written")]);
            return (int)Outcome.Cancelled;
        }
    }
}
