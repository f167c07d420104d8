using Optimizer.Model;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>A plan as a table for people.</summary>
internal static class PlanView
{
    public static void Show(IAnsiConsole console, SolveResult result)
    {
        if (result.Plan is not { } plan)
            return;
        console.WriteLine();
        if (plan.Steps.Count == 0)
        {
            console.WriteLine("Nothing to move: staying put is best.");
            return;
        }

        var table = Text.Table("#", "Step", "On", "From", "To", "Value, USD>", "Cost, USD>", "Takes>", "After");
        foreach (var step in plan.Steps)
        {
            table.AddRow($"{step.Id}", Text.Words(step.Kind.ToString()), step.Chain, Markup.Escape(step.From), Markup.Escape(Destination(step)),
                Text.Usd(step.Usd), Text.Cents(step.CostUsd), step.DurationSeconds == 0 ? "" : Duration.FromSeconds(step.DurationSeconds).ToString(),
                string.Join(", ", step.DependsOn));
        }

        console.Write(table);
        console.WriteLine($"{plan.Steps.Count} steps cost {Text.Cents(plan.CostUsd)} USD ({Text.Cents(plan.GasUsd)} of it gas) and take {Duration.FromSeconds(plan.DurationSeconds)};"
            + (plan.BreakEvenDays is { } days ? $" earned back in {days:0.#} days" : " not earned back by carry: they buy less risk, or what the limits ask for"));
    }

    private static string Destination(Step step) => step.Kind switch
    {
        StepKind.Swap or StepKind.Wrap or StepKind.BridgeSend or StepKind.GasTopUp => $"{step.To} by {step.Via.Split('/')[0]}",
        StepKind.Approve => $"{step.To} may take it",
        _ => step.To,
    };
}
