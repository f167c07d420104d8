using System.CommandLine;
using Optimizer.Application;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan status</c>: the steps done, the transfers in flight, and what to sign next.</summary>
internal static class PlanStatusCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("status", """
            Finds out on the plan's chains (endpoints in their environment variables) which of the plan's calls were executed, by a
            Safe or by an account with its own key, and whether their transfers have arrived. Results are kept in the folder
            'journal' beside the plan, so that they are found only once; balances are always read again.

            --out writes the files to sign now: the steps not yet done, and claims from bridges whose proofs are available. --rest
            writes a scenario with today's holdings, to plan the remaining moves on a newer snapshot. Neither is written if a chain
            may have executed more than was found; check that chain yourself, then confirm it with --sure CHAIN.

            Examples:
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml --out plans/next
              optimizer plan status plans/today/plan.json scenarios/multisig.yaml --rest scenarios/rest.yaml --on scenarios/snapshots/new.json

            Exit codes: 0 all steps done, 9 steps to sign or transfers in flight, 4 the state of a chain is not known for sure,
            6 plan invalid.
            """);
        var arguments = new PlanStatusArguments(command);
        command.SetAction((parsed, cancellation) => RunAsync(terminal, arguments.PlanOf(parsed), arguments.ScenarioOf(parsed), arguments.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, FileInfo file, FileInfo scenario, PlanStatusOptions wishes, CancellationToken cancellation)
    {
        var (plan, loaded) = (ScenarioFiles.LoadPlan(file.FullName), new ScenarioFiles().Load(scenario.FullName));
        if (wishes.Wrong(plan, file, scenario) is { } wrong)
            throw new RequestException(Outcome.BadInput, wrong);
        var following = new PlanFollowing(EnvironmentEndpoints.Instance, TimeProvider.System, new TerminalActivity(terminal));
        var word = new OwnersWord(wishes.Named, wishes.Done, wishes.GivenBack, wishes.Sure);
        var (status, unsound) = await following.FollowAsync(file, plan, loaded, wishes.Policy?.FullName, word, needsAll: wishes.Rest is not null, cancellation);
        if (status is not null)
            return PlanStatusView.Show(terminal, status, wishes);
        PlanCommand.Show(terminal, unsound);
        terminal.Result.WriteLine("The plan fails its verification; nothing was looked up.");
        return (int)Outcome.PlanInvalid;
    }
}
