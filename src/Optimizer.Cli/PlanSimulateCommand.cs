using System.CommandLine;
using System.Numerics;
using Optimizer.Application;
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
            Simulates a plan on the nodes in the chains' environment variables. On development nodes, such as anvil forks, it sends
            every call from the account and then reverts everything. On other nodes it uses eth_simulateV1, or simulateTransaction
            on Solana, which change nothing. The tokens that a bridge would deliver are added to the receiving account.
            Exit code 6 if a step fails or delivers less than the plan expects.
            """);
        var file = new Argument<FileInfo>("PLAN") { Description = "The plan file (plan.json)." };
        var scenario = new Argument<FileInfo>("SCENARIO") { Description = "The scenario of the plan." };
        command.Arguments.Add(file);
        command.Arguments.Add(scenario);
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = ScenarioFiles.LoadPlan(parsed.GetValue(file)!.FullName);
            var loaded = new ScenarioFiles().Load(parsed.GetValue(scenario)!.FullName);
            if (PlanVerifier.Check(plan, loaded.Market, loaded.Scenario, loaded.Settings.Moves, null) is { Count: > 0 } unsound)
            {
                PlanCommand.Show(terminal, unsound);
                terminal.Result.WriteLine("Nothing was simulated: the plan fails its verification.");
                return (int)Outcome.PlanInvalid;
            }

            using var clients = new Nodes(EnvironmentEndpoints.Instance, new EndpointLimits());
            try
            {
                var nodes = plan.Accounts.Keys.ToDictionary(id => id, id => clients.Of(loaded.Market.Chain(id))[0]);
                var (steps, wrong) = await Progress.ShowAsync(terminal, "simulating the plan", () => new PlanSimulator(loaded.Market, chain => nodes[chain]).RunAsync(plan, cancellation));
                var table = Text.Table("#", "Chain", "Step", "Received>", "Expected>", "Gas>", "Planned gas>");
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
                terminal.Result.WriteLine(wrong.Count == 0 ? $"All {steps.Count} steps succeed and deliver at least the planned amounts." : "The simulation differs from the plan. Do not sign.");
                return (int)(wrong.Count == 0 ? Outcome.Done : Outcome.PlanInvalid);
            }
            catch (ChainDataException unreachable)
            {
                throw new RequestException(Outcome.NoData, unreachable.Message);
            }
        });
        return command;
    }
}
