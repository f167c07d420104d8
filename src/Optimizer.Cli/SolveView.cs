using Optimizer.Model;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Shows an answer as tables.</summary>
internal static class SolveView
{
    private const int MostCauses = 8;
    private const int MostShut = 4;

    public static void Show(IAnsiConsole console, SolveResult result)
    {
        Heading(console, result);
        if (result.Objective is not { } objective)
            return;
        console.Write(Positions(result));
        Summary(console, result, objective);
        WithoutDoubt(console, result);
        Comparisons(console, result, objective);
        Totals(console, result);
        Limits(console, result);
        Risks(console, result);
        Losses(console, result);
        PlanView.Show(console, result);
        Unmoved(console, result);
        Certificate(console, result, objective);
    }

    private static void Heading(IAnsiConsole console, SolveResult result)
    {
        var colour = result.Status is "optimal" ? "green" : result.Status is "feasible" ? "yellow" : "red";
        console.MarkupLine($"[bold]{Markup.Escape(result.Scenario)}[/]  [{colour}]{result.Status}[/]");
        console.WriteLine($"Book {Text.Usd(result.BookUsd)} USD, snapshot {result.Snapshot}, horizon {result.HorizonDays:0.#} days"
            + (result.Numeraire == "USD" ? "" : $", return and risk measured in {result.Numeraire}"));
        if (result.Message is { } message)
            console.WriteLine(message);
        if (result.BookBeforeShocksUsd is { } before && before != result.BookUsd)
            console.WriteLine($"The shocks change the book by {(result.BookUsd > before ? "+" : "")}{Text.Signed(result.BookUsd - before)} USD, from {Text.Usd(before)}");
        foreach (var note in result.Notes)
            console.WriteLine($"Note: {note}");
        if (result.Conflict.Count > 0)
        {
            console.WriteLine();
            console.WriteLine(result.Notes.Any(note => note == Allocation.Allocator.NotAllTried) ? "These constraints contradict each other:" : "These constraints contradict each other; without any one of them, the others can hold:");
            foreach (var part in result.Conflict)
                console.WriteLine($"  - {part.Name}{(part.Location is null ? "" : $"  ({part.Location})")}");
        }
        else if (result.Status == "infeasible" && result.BookUsd > 0)
        {
            console.WriteLine();
            console.WriteLine("Infeasible even without constraints: check locked amounts and gas.");
        }

        console.WriteLine();
    }

    private static Table Positions(SolveResult result)
    {
        var after = AfterUsd(result);
        // Shows notional and margin separately if they differ for any position.
        var isLevered = result.Positions.Any(p => Math.Abs(p.NotionalUsd - p.Usd) > 1e-9 * p.NotionalUsd);
        var table = Text.Table(["Position", "Before, USD>", "After, USD>", .. isLevered ? ["Notional, USD>"] : Array.Empty<string>(), "Share>", "Rate today>", "Forecast rate>",
            .. isLevered ? ["On capital>"] : Array.Empty<string>(), "Expected loss>", "Share of risk>"]);
        foreach (var p in result.Positions)
        {
            table.AddRow([Markup.Escape(p.Opportunity), Text.Signed(p.BeforeUsd), Text.Signed(p.Usd), .. isLevered ? [Text.Usd(p.NotionalUsd)] : Array.Empty<string>(), Text.Percent(p.Weight, 1),
                Text.Percent(p.RateToday), Text.Percent(p.CarryRate), .. isLevered ? [p.Usd == 0 ? "" : Text.Percent(p.CarryRate * p.NotionalUsd / Math.Abs(p.Usd))] : Array.Empty<string>(),
                Text.Percent(p.ExpectedLossRate), Text.Percent(p.RiskContribution, 1)]);
        }

        foreach (var idle in result.Idle)
        {
            table.AddRow([Markup.Escape($"idle {idle.Token}"), Text.Usd(idle.BeforeUsd), Text.Usd(idle.Usd), .. isLevered ? [""] : Array.Empty<string>(),
                Text.Percent(idle.Usd / after, 1), idle.RateToday == 0 ? "" : Text.Percent(idle.RateToday), idle.RateToday == 0 ? "" : Text.Percent(idle.CarryRate), .. isLevered ? [""] : Array.Empty<string>(), "", Text.Percent(idle.RiskContribution, 1)]);
        }

        foreach (var other in result.Others)
        {
            table.AddRow([Markup.Escape(other.Name), Text.Usd(other.Usd), Text.Usd(other.Usd), .. isLevered ? [""] : Array.Empty<string>(),
                Text.Percent(other.Usd / after, 1), "", "", .. isLevered ? [""] : Array.Empty<string>(), "?", "?"]);
        }

        return table;
    }

    private static void Summary(IAnsiConsole console, SolveResult result, ObjectiveResult o)
    {
        var days = $"{result.HorizonDays:0.#} days";
        console.WriteLine();
        console.WriteLine($"Net return  {Text.Percent(o.ReturnPerYear)} per year (without moves: {Text.Percent(o.ReturnPerYearBefore)}), volatility {Text.Percent(o.VolatilityPerYear)}");
        var parts = new (string Name, double Usd)[]
        {
            ("carry", o.CarryUsd), ("price views", o.ViewsUsd), ("conversion above market price", o.ConversionUsd), ("expected losses", -o.ExpectedLossUsd), ("moving costs", -o.CostsUsd),
            ("time in transfer", -o.TimeUsd), ("exit at the horizon", -o.ExitUsd), ("rate uncertainty", -o.DoubtUsd), ("effort", -o.EffortUsd),
            ("risk penalty", -o.RiskPenaltyUsd),
        };
        console.WriteLine($"Over {days}, in USD: "
            + string.Join(", ", parts.Where(part => Math.Abs(part.Usd) >= 0.005).Select(part => $"{part.Name} {Text.Signed(part.Usd)}")));
    }

    private static void WithoutDoubt(IAnsiConsole console, SolveResult result)
    {
        const int MostChanges = 4;
        if (result.WithoutDoubt is not { } other)
            return;
        var changes = other.Changes.Take(MostChanges).Select(change => $"{Text.Signed(change.Usd, plus: true)} {change.Opportunity}").ToArray();
        console.WriteLine(changes.Length == 0 ? "Without the deduction for rate uncertainty, the answer is the same."
            : $"Without the deduction for rate uncertainty: {Text.Percent(other.ReturnPerYear)} per year, changes in USD: {string.Join(", ", changes)}{(other.Changes.Count > MostChanges ? $" and {other.Changes.Count - MostChanges} more" : "")}");
    }

    private static void Comparisons(IAnsiConsole console, SolveResult result, ObjectiveResult o)
    {
        if (result.Comparisons.Count == 0)
            return;
        console.WriteLine();
        var table = Text.Table("Comparison, without moving costs", "Net return>", "Volatility>", "CVaR 95 %, USD>");
        table.AddRow("this answer", Text.Percent(o.ReturnPerYear), Text.Percent(o.VolatilityPerYear), result.Losses?.Tails.FirstOrDefault(tail => tail.Confidence == 0.95) is { } tail ? Text.Signed(tail.ConditionalValueAtRiskUsd) : "");
        foreach (var other in result.Comparisons)
            table.AddRow(Markup.Escape(other.Name), Text.Percent(other.ReturnPerYear), Text.Percent(other.VolatilityPerYear), Text.Signed(other.ConditionalValueAtRiskUsd));
        console.Write(table);
    }

    private static void Limits(IAnsiConsole console, SolveResult result)
    {
        var broken = result.Constraints.Where(c => c.Broken).ToArray();
        if (broken.Length > 0)
        {
            console.WriteLine();
            var limits = Text.Table("Violated limit", "Limit>", "Value>");
            foreach (var c in broken)
                limits.AddRow(Markup.Escape(c.Name), Text.InUnit(c.Limit, c.Unit), Text.InUnit(c.Value, c.Unit));
            console.Write(limits);
        }

        var binding = result.Constraints.Where(c => c.Binding && c.ShadowPriceUsdPerYear > 0.5)
            .OrderByDescending(c => c.ShadowPriceUsdPerYear).ToArray();
        if (binding.Length == 0)
            return;
        console.WriteLine();
        var table = Text.Table("Binding limit", "Limit>", "Relaxed by", result.Objective?.Kind == "minimumCvar" ? "CVaR reduction, USD per year>" : "Gain, USD per year>");
        foreach (var c in binding)
            table.AddRow(Markup.Escape(c.Name), Text.InUnit(c.Limit, c.Unit), c.Unit == "usd" ? "1 % of the book" : $"1 {c.Unit}", Text.Usd(c.ShadowPriceUsdPerYear));
        console.Write(table);
    }

    private static void Totals(IAnsiConsole console, SolveResult result)
    {
        const double Least = 0.0005;
        if (result.Totals.Count == 0 || AfterUsd(result) <= 0)
            return;
        var after = AfterUsd(result);
        console.WriteLine();
        var table = Text.Table("By", "Share of the book (in brackets: with look-through)");
        foreach (var by in result.Totals.GroupBy(total => total.By))
        {
            var parts = by.Select(total => (total.Name, Share: total.Usd / after, Through: total.LookedThroughUsd / after))
                .Where(total => Math.Max(Math.Abs(total.Share), Math.Abs(total.Through)) >= Least)
                .OrderByDescending(total => Math.Max(total.Share, total.Through)).ThenBy(total => total.Name, StringComparer.Ordinal)
                .Select(total => $"{total.Name} {Text.Percent(total.Share, 1)}{(Math.Abs(total.Through - total.Share) >= Least ? $" ({Text.Percent(total.Through, 1)})" : "")}");
            table.AddRow(by.Key, Markup.Escape(string.Join(", ", parts)));
        }

        console.Write(table);
    }

    private static double AfterUsd(SolveResult result) => result.Positions.Sum(p => p.Usd) + result.Idle.Sum(i => i.Usd) + result.Others.Sum(o => o.Usd);

    private static void Risks(IAnsiConsole console, SolveResult result)
    {
        if (result.Risks.Count == 0)
            return;
        console.WriteLine();
        var table = Text.Table("Risk", "Share of risk>", "Loss if it occurs, USD>", "Liquid in 1 day then>", "In 7 days>");
        static double Within(IReadOnlyList<LiquidityResult> ladder, double days) => ladder.FirstOrDefault(step => step.WithinDays == days)?.Share ?? 0;
        // Also shows events that close exits, even if they cause no loss.
        var shuts = result.Risks.Skip(MostCauses).Where(risk => risk.Liquidity.Count > 0 && Within(risk.Liquidity, 1) < Within(result.Liquidity, 1) - 0.05)
            .OrderBy(risk => Within(risk.Liquidity, 1)).Take(MostShut);
        foreach (var risk in result.Risks.Take(MostCauses).Concat(shuts))
        {
            table.AddRow(Markup.Escape(risk.Name ?? risk.Factor), Text.Percent(risk.Share, 1), risk.LossIfItStrikesUsd is { } loss ? Text.Usd(loss) : "",
                risk.Liquidity.Count > 0 ? Text.Percent(Within(risk.Liquidity, 1), 1) : "", risk.Liquidity.Count > 0 ? Text.Percent(Within(risk.Liquidity, 7), 1) : "");
        }

        console.Write(table);
    }

    private static void Losses(IAnsiConsole console, SolveResult result)
    {
        if (result.Losses is not { } losses)
            return;
        console.WriteLine();
        console.WriteLine($"Probability of no event: {losses.NoEventProbability:P1}; of a loss within {result.HorizonDays:0.#} days: {losses.LossProbability:P1} ({losses.Draws:#,0} draws)");
        var table = Text.Table("Worst", "Loss exceeded, USD (VaR)>", "Mean loss, USD (CVaR)>", "Share from events>");
        foreach (var tail in losses.Tails)
        {
            table.AddRow(Text.Percent(1 - tail.Confidence, 1), $"{Text.Signed(tail.ValueAtRiskUsd)} ± {Text.Usd(tail.ValueAtRiskErrorUsd)}",
                $"{Text.Signed(tail.ConditionalValueAtRiskUsd)} ± {Text.Usd(tail.ConditionalValueAtRiskErrorUsd)}", tail.ConditionalValueAtRiskUsd > 0 ? Text.Percent(tail.EventShare, 1) : "");
        }

        console.Write(table);
        if (losses.WorstEvents.Count > 0)
            console.WriteLine($"Mean loss by event in the worst 1 % of draws: {string.Join(", ", losses.WorstEvents.Select(worst => $"{worst.Name} {Text.Usd(worst.Usd)} USD"))}");
        console.WriteLine($"Can be converted to cash: {string.Join(", ", result.Liquidity.Select(step => $"{Text.Percent(step.Share, 1)} {(step.WithinDays == 0 ? "at once" : $"within {Text.Counted((int)step.WithinDays, "day")}")}"))}");
    }

    private static void Unmoved(IAnsiConsole console, SolveResult result)
    {
        if (result.Unmoved.Count == 0)
            return;
        console.WriteLine();
        var table = Text.Table("Position kept", "USD>", "Best alternative", "Gain, USD>", "Cost, USD>", "Why not moved");
        foreach (var u in result.Unmoved)
            table.AddRow(Markup.Escape(u.From), Text.Usd(u.Usd), Markup.Escape(u.Alternative), Text.Usd(u.GainUsd), Text.Usd(u.CostUsd), Markup.Escape(u.Reason));
        console.Write(table);
    }

    private static void Certificate(IAnsiConsole console, SolveResult result, ObjectiveResult o)
    {
        string Figure(double value) => o.Unit == "ratio" ? $"{value:0.0000}" : Text.Usd(value);
        console.WriteLine();
        console.WriteLine($"Certificate: {o.Kind} {Figure(o.Value)}{(o.Unit == "ratio" ? "" : " USD")}, {(double.IsFinite(o.Bound) ? $"bound {Figure(o.Bound)} ({result.Certificate.BoundBy}), gap {o.Gap:0.0e+0}" : "no bound within the time limit")};"
            + $" recomputed {Figure(result.Certificate.ObjectiveRecomputed)}; largest violation {result.Certificate.MaxViolationUsd:0.00} USD;"
            + $" {result.Certificate.Engine}");
        if (result.Certificate.Verification is { } second)
            console.WriteLine($"Second engine: {second}");
    }
}
