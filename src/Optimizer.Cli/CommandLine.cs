using System.CommandLine;
using Optimizer.History;
using Optimizer.Scenarios;
using Optimizer.Transactions;

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
            Decides where capital sits across blockchains, and how to move it there.

            Examples:
              optimizer snapshot --chain base --chain ethereum        read the market from their nodes
              optimizer history statistics                            how rates and prices behaved
              optimizer solve scenarios/treasury-usdc.yaml           the allocation and its moves
              optimizer solve scenarios/treasury-usdc.yaml --format json
              optimizer solve --problem problem.json                  any problem from a file
              optimizer frontier scenarios/eth-book.yaml --points 10  return against risk
              optimizer explain scenarios/treasury-usdc.yaml          what each limit costs
              optimizer plan scenarios/treasury-usdc.yaml             the steps alone
              optimizer plan SCENARIO --out plans/today               the steps as files that a multisig can sign
              optimizer plan status PLAN SCENARIO                     what of it is done, and what to sign next
              optimizer batch scenarios --format csv                  every scenario, one row each
              optimizer validate scenarios/*.yaml chains/*.yaml       errors as file:line:column

            Exit codes: 0 done, 2 bad input, 3 infeasible (explained), 4 data not available, 5 no answer within the
            time limit, 6 a plan that is not sound, 7 one that the market has moved under, 8 one
            that has become dangerous, 9 one that is under way, 1 anything else. Results go to standard output, everything else to standard error.
            """);
        root.Subcommands.Add(SnapshotCommand.Create(terminal));
        root.Subcommands.Add(HistoryCommand.Create(terminal));
        root.Subcommands.Add(SolveCommand.Create(terminal));
        root.Subcommands.Add(FrontierCommand.Create(terminal));
        root.Subcommands.Add(ExplainCommand.Create(terminal));
        root.Subcommands.Add(PlanCommand.Create(terminal));
        root.Subcommands.Add(BatchCommand.Create(terminal));
        root.Subcommands.Add(ValidateCommand.Create(terminal));
        root.Subcommands.Add(DemoCommand.Create(terminal));
        root.Subcommands.Add(CompletionCommand.Create(terminal));

        var parsed = root.Parse(args);
        var errors = new ErrorOutput(terminal, parsed);
        if (parsed.Errors.Count > 0)
        {
            errors.Write([.. parsed.Errors.Select(error => new ErrorLine(error.Message))], "Try 'optimizer --help', or 'optimizer COMMAND --help'.");
            return 2;
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
            return 2;
        }
        catch (Exception wrong) when (wrong is HistoryException or TransactionException)
        {
            errors.Write([new(wrong.Message)]);
            return 2;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            errors.Write([new($"cannot write: {broken.Message}")]);
            return 2;
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            errors.Write([new($"this is a bug, please report it with what you did: {bug.GetType().Name}: {bug.Message}")], bug.StackTrace);
            return 1;
        }
        catch (OperationCanceledException)
        {
            errors.Write([new("cancelled; nothing was written")]);
            return 130;
        }
    }
}
