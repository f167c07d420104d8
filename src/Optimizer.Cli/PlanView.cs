using Optimizer.Model;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Shows a plan as tables.</summary>
internal static class PlanView
{
    public static void Show(IAnsiConsole console, SolveResult result)
    {
        if (result.Plan is not { } plan)
            return;
        console.WriteLine();
        if (plan.Steps.Count == 0)
        {
            console.WriteLine("No moves: the current allocation is best.");
            return;
        }

        var table = Text.Table("#", "Step", "Chain", "From", "To", "Value, USD>", "Cost, USD>", "Duration>", "After");
        foreach (var step in plan.Steps)
        {
            table.AddRow($"{step.Id}", Text.Words(step.Kind.ToString()), step.Chain, Markup.Escape(step.From), Markup.Escape(Destination(step)),
                Text.Usd(step.Usd), Text.Cents(step.CostUsd), step.DurationSeconds == 0 ? "" : Duration.FromSeconds(step.DurationSeconds).ToString(),
                string.Join(", ", step.DependsOn));
        }

        console.Write(table);
        if (plan.Economics is { Moves.Count: > 0 } economics)
            ShowMoves(console, economics);
        console.WriteLine($"{Text.Counted(plan.Steps.Count, "step")} {(plan.Steps.Count == 1 ? "costs" : "cost")} {Text.Cents(plan.CostUsd)} USD ({Text.Cents(plan.GasUsd)} USD of it gas) and {(plan.Steps.Count == 1 ? "takes" : "take")} {Text.Time(plan.DurationSeconds / 86_400)}. {EarnedBack(plan.Economics, plan.CostUsd)}");
    }

    private static void ShowMoves(IAnsiConsole console, PlanEconomics economics)
    {
        var table = Text.Table("Move to", "From", "Value, USD>", "Cost, USD>", "Gain, USD/year>", "Break-even>", "Min. size, USD>");
        foreach (var move in economics.Moves)
        {
            table.AddRow(Markup.Escape(move.To), Markup.Escape(string.Join(", ", move.From)), Text.Usd(move.Usd), Text.Cents(move.CostUsd), Text.Signed(move.GainUsdPerYear),
                move.CostUsd <= 0 ? "at once" : move.SteadyDays is { } days and < 36_500 ? Text.Time(days) : "none", move.PaysFromUsd is { } least ? Text.Usd(least) : "");
        }

        console.Write(table);
    }

    /// <summary>The break-even time, and the cost of waiting.</summary>
    private static string EarnedBack(PlanEconomics? economics, double cost)
    {
        if (economics is not null && cost <= 0)
            return $"Break-even: at once. Each day of delay costs {Text.Cents(economics.WaitingUsdPerDay)} USD";
        if (economics is not { BreakEven: { SteadyDays: { } steady } even })
            return "No break-even: the moves do not raise carry; they reduce risk or satisfy limits.";
        string When(double? days) => days is { } known ? Text.Time(known) : "never";
        // If rates decay too slowly to matter, both break-even times are the same.
        var decaying = When(even.LateDays) == When(steady) ? ""
            : $"; {When(even.MedianDays)} (80 % interval {When(even.EarlyDays)} to {When(even.LateDays)}) if the gain has a half-life of about {Text.Time(even.HalfLifeDays)}"
            + (even.NeverProbability >= 0.005 ? $", never with probability {even.NeverProbability:P0}" : "");
        return $"Break-even: {When(steady)} at constant rates{decaying}. Each day of delay costs {Text.Cents(economics.WaitingUsdPerDay)} USD";
    }

    private static string Destination(Step step) => step.Kind switch
    {
        StepKind.Swap or StepKind.Wrap or StepKind.BridgeSend or StepKind.GasTopUp => $"{step.To} via {step.Via.Split('/')[0]}",
        StepKind.Approve => $"spender {step.To}",
        _ => step.To,
    };
}
