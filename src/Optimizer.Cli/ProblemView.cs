using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Shows the answer to a problem file as tables.</summary>
internal static class ProblemView
{
    public static void Show(IAnsiConsole console, ProblemAnswer answer)
    {
        var colour = answer.Status is "optimal" ? "green" : answer.Status is "feasible" ? "yellow" : "red";
        console.MarkupLine($"[bold]{Markup.Escape(answer.Problem)}[/]  [{colour}]{answer.Status}[/]");
        foreach (var note in answer.Notes.Append(answer.Message).OfType<string>())
            console.WriteLine(note);
        if (answer.Conflict.Count > 0)
        {
            console.WriteLine("These rows contradict each other; without any one of them, the others can hold:");
            foreach (var row in answer.Conflict)
                console.WriteLine($"  - {row}");
        }

        if (answer.Relaxation is { Count: > 0 } relaxation)
        {
            console.WriteLine("Smallest relaxation that makes the problem feasible:");
            foreach (var (row, amount) in relaxation)
                console.WriteLine($"  - {row} by {amount:0.########}");
        }

        if (answer.Objective is { } objective)
        {
            console.WriteLine($"Objective {objective:g10}, value {answer.Value:g8}, variance {answer.Risk:g8}");
            console.WriteLine();
            var weights = Text.Table("Variable", "Weight>");
            foreach (var (name, weight) in answer.Weights.Where(w => w.Value != 0).OrderByDescending(w => Math.Abs(w.Value)))
                weights.AddRow(Markup.Escape(name), $"{weight:g8}");
            console.Write(weights);
            var binding = answer.Rows.Where(row => row.Dual > 1e-9).OrderByDescending(row => row.Dual).ToArray();
            if (binding.Length > 0)
            {
                console.WriteLine();
                var rows = Text.Table("Row", "Activity>", "Dual>");
                foreach (var row in binding)
                    rows.AddRow(Markup.Escape(row.Name), $"{row.Activity:g8}", $"{row.Dual:g6}");
                console.Write(rows);
            }

            if (answer.WouldNeed.Count > 0)
            {
                console.WriteLine();
                var missing = Text.Table("Zero variable", "Reduced cost>");
                foreach (var (name, gap) in answer.WouldNeed.OrderBy(w => w.Value).Take(15))
                    missing.AddRow(Markup.Escape(name), $"{gap:g6}");
                console.Write(missing);
            }

            console.WriteLine();
            console.WriteLine($"Certificate: {(answer.Bound is { } bound ? $"bound {bound:g10} ({answer.BoundBy}), gap {answer.Gap:0.0e+0}" : "no bound within the time limit")}; largest violation {answer.Violation:0.0e+0}; {answer.Engine}; {answer.Seconds:0.000} s");
        }

        if (answer.EngineReason is { } reason)
            console.WriteLine($"Engine: {reason}");
        if (answer.Verification is { } second)
            console.WriteLine($"Second engine: {second}");
    }
}
