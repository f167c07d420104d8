using System.CommandLine;
using Optimizer.Application;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan check</c>: verifies a plan file, and with <c>--now</c> compares it with the market.</summary>
internal static class PlanCheckCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("check", """
            Compares a plan file with its scenario, chain files and snapshot: it builds every call again and expects the same call,
            checks that holdings or earlier steps supply every amount spent, solves the scenario again and expects the same moves, and
            generates the files beside the plan again and expects the same text. With --now, it also reads the plan's chains and
            compares their state with the plan.

            Exit code 6 if a check fails (with the name of the rule); with --now, 7 if market data has moved, and 8 if a step would
            fail or should not be executed.
            """);
        var file = new Argument<FileInfo>("PLAN") { Description = "The plan file (plan.json)." };
        var scenario = new Argument<FileInfo>("SCENARIO") { Description = "The scenario of the plan." };
        command.Arguments.Add(file);
        command.Arguments.Add(scenario);
        var policy = PlanCommand.Policy();
        var now = new Option<bool>("--now") { Description = "Read the plan's chains and report what has changed since the plan was made." };
        command.Options.Add(policy);
        command.Options.Add(now);
        var checking = new PlanChecking(EnvironmentEndpoints.Instance, TimeProvider.System, new TerminalActivity(terminal));
        command.SetAction((parsed, cancellation) => Task.Run(async () =>
        {
            var planFile = parsed.GetValue(file)!;
            var checkedPlan = checking.Check(planFile.FullName, parsed.GetValue(scenario)!.FullName, parsed.GetValue(policy)?.FullName, cancellation);
            if (checkedPlan.Made.Plan is null)
            {
                SolveView.Show(terminal.Notes, checkedPlan.Made);
                return (int)checkedPlan.Outcome;
            }

            if (checkedPlan.Violations.Count > 0)
            {
                PlanCommand.Show(terminal, checkedPlan.Violations);
                terminal.Result.WriteLine("Do not sign.");
                return (int)checkedPlan.Outcome;
            }

            var plan = checkedPlan.Plan;
            terminal.Result.WriteLine($"Plan verified: {plan.Steps.Count} steps, {plan.Steps.Sum(step => step.Calls.Count)} calls, valid until {plan.ValidUntil:yyyy-MM-dd HH:mm} UTC.");
            if (!checkedPlan.SawFiles)
                terminal.Result.WriteLine($"The files to sign were not checked: that needs their {PlanFolder.PlanFile}, and this file is {planFile.Name}.");
            return parsed.GetValue(now) ? Show(terminal, await checking.DriftAsync(plan, checkedPlan.Loaded, cancellation)) : (int)Outcome.Done;
        }, cancellation));
        return command;
    }

    private static int Show(Terminal terminal, PlanDrift drift)
    {
        if (drift.Drifts.Count == 0)
        {
            terminal.Result.WriteLine("Valid: the market still matches the plan.");
            return (int)drift.Outcome;
        }

        var table = Text.Table("", "Step", "Change");
        foreach (var change in drift.Drifts)
            table.AddRow(Text.Words(change.Kind.ToString()), $"{change.Step}", Markup.Escape(change.Message));
        terminal.Result.Write(table);
        foreach (var finding in drift.Unread)
            terminal.Result.WriteLine($"{finding.Subject}: {finding.Message}");
        terminal.Result.WriteLine(drift.Outcome == Outcome.PlanDangerous ? "Do not sign. Take a new snapshot and plan again." : "The plan can still be executed, but may no longer be optimal.");
        return (int)drift.Outcome;
    }
}
