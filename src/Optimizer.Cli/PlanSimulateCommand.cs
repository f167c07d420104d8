using System.CommandLine;
using System.Numerics;
using Optimizer.Chains;
using Optimizer.Chains.Rpc;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer plan simulate</c>: executes a plan on nodes without lasting effect.</summary>
internal static class PlanSimulateCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("simulate", """
            Tries a plan at the addresses in the chains' environment variables: on development nodes, such as forks of the
            chains by anvil, every call is made as the account, and everything is undone; other nodes simulate the calls
            (eth_simulateV1; simulateTransaction on Solana) and keep nothing. What bridges bring is put where it would arrive.
            Ends in exit code 6 where a step fails or delivers less than the plan counts on.
            """);
        var file = new Argument<FileInfo>("PLAN") { Description = "The plan's file (plan.json)." };
        var scenario = new Argument<FileInfo>("SCENARIO") { Description = "The scenario that it was made from." };
        command.Arguments.Add(file);
        command.Arguments.Add(scenario);
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = ScenarioFiles.LoadPlan(parsed.GetValue(file)!.FullName);
            var loaded = new ScenarioFiles().Load(parsed.GetValue(scenario)!.FullName);
            if (PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, null) is { Count: > 0 } unsound)
            {
                PlanCommand.Show(terminal, unsound);
                terminal.Result.WriteLine("Nothing was tried: the plan is not sound.");
                return 6;
            }

            using var http = EndpointClient.Create(new EndpointLimits());
            try
            {
                var nodes = plan.Accounts.Keys.ToDictionary(id => id, id => Endpoints.NodesOf(loaded.Market.Chain(id), http, new EndpointLimits())[0]);
                var (steps, wrong) = await Progress.ShowAsync(terminal, "trying the plan", () => new PlanSimulator(loaded.Market, chain => nodes[chain]).RunAsync(plan, cancellation));
                var table = Text.Table("#", "On", "What", "Received>", "Expected>", "Gas>", "Gas in the plan>");
                foreach (var (step, received, gas, failure) in steps)
                {
                    string Whole(TokenId token, BigInteger amount) => new TokenAmount(amount, loaded.Market.Token(token).Decimals).ToString();
                    var native = loaded.Market.Chain(step.Chain).NativeTokenId();
                    table.AddRow($"{step.Id}", step.Chain, Markup.Escape(failure is null ? step.Description : $"FAILED: {step.Description}"), received is { } got ? Whole(step.ReceivedToken!.Value, got) : "",
                        received is null ? "" : Whole(step.ReceivedToken!.Value, step.Received), Whole(native, gas), Whole(native, step.Gas));
                }

                terminal.Result.Write(table);
                if (wrong.Count > 0)
                    PlanCommand.Show(terminal, wrong);
                terminal.Result.WriteLine(wrong.Count == 0 ? $"All {steps.Count} steps do what the plan says." : "The plan does not do what it says. Do not sign.");
                return wrong.Count == 0 ? 0 : 6;
            }
            catch (ChainDataException unreachable)
            {
                await terminal.Error.WriteLineAsync(unreachable.Message);
                return 4;
            }
        });
        return command;
    }
}
