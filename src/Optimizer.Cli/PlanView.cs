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
        if (plan.Economics is { Moves.Count: > 0 } economics)
            ShowMoves(console, economics);
        console.WriteLine($"{Text.Counted(plan.Steps.Count, "step")} {(plan.Steps.Count == 1 ? "costs" : "cost")} {Text.Cents(plan.CostUsd)} USD ({Text.Cents(plan.GasUsd)} of it gas) and {(plan.Steps.Count == 1 ? "takes" : "take")} {Text.Time(plan.DurationSeconds / 86_400)}; {EarnedBack(plan.Economics, plan.CostUsd)}");
    }

    private static void ShowMoves(IAnsiConsole console, PlanEconomics economics)
    {
        var table = Text.Table("Move", "From", "Value, USD>", "Cost, USD>", "Gain, USD a year>", "Back in>", "Pays from, USD>");
        foreach (var move in economics.Moves)
        {
            table.AddRow(Markup.Escape(move.To), Markup.Escape(string.Join(", ", move.From)), Text.Usd(move.Usd), Text.Cents(move.CostUsd), Text.Signed(move.GainUsdPerYear),
                move.CostUsd <= 0 ? "at once" : move.SteadyDays is { } days and < 36_500 ? Text.Time(days) : "not for gain", move.PaysFromUsd is { } least ? Text.Usd(least) : "");
        }

        console.Write(table);
    }

    /// <summary>The break-even time, and the cost of waiting.</summary>
    private static string EarnedBack(PlanEconomics? economics, double cost)
    {
        if (economics is not null && cost <= 0)
            return $"nothing has to be earned back; a day of waiting forgoes {Text.Cents(economics.WaitingUsdPerDay)} USD";
        if (economics is not { BreakEven: { SteadyDays: { } steady } even })
            return "not earned back by carry: they buy less risk, or what the limits ask for";
        string When(double? days) => days is { } known ? Text.Time(known) : "never";
        // If rates decay too slowly to matter, both break-even times are the same.
        var decaying = When(even.LateDays) == When(steady) ? ""
            : $", or {When(even.MedianDays)} ({When(even.EarlyDays)} to {When(even.LateDays)}) if what is better halves in about {Text.Time(even.HalfLifeDays)}"
            + (even.NeverProbability >= 0.005 ? $", and never with {even.NeverProbability:P0}" : "");
        return $"earned back in {When(steady)} if rates stay{decaying}; a day of waiting forgoes {Text.Cents(economics.WaitingUsdPerDay)} USD";
    }

    private static string Destination(Step step) => step.Kind switch
    {
        StepKind.Swap or StepKind.Wrap or StepKind.BridgeSend or StepKind.GasTopUp => $"{step.To} by {step.Via.Split('/')[0]}",
        StepKind.Approve => $"{step.To} may take it",
        _ => step.To,
    };
}
