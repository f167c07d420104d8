using System.Text.Json;
using System.Text.Json.Serialization;
using Optimizer.Solver;
using Optimizer.Solver.Dispatch;

namespace Optimizer.Scenarios;

/// <summary>The answer to a problem from a file.</summary>
public sealed record ProblemAnswer
{
    /// <summary>The format of this object.</summary>
    [JsonPropertyName("$schema")]
    public string Schema { get; } = "urn:optimizer:problem-answer:1";

    /// <summary>The problem's name.</summary>
    public required string Problem { get; init; }

    /// <summary><c>optimal</c>, <c>feasible</c>, <c>infeasible</c>, <c>timedOut</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>An explanation of the status; absent if none is needed.</summary>
    public string? Message { get; init; }

    /// <summary>Changes made when reading, such as a repaired covariance.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The goal's objective, recomputed outside the engine.</summary>
    public double? Objective { get; init; }

    /// <summary>The proven bound: no answer has a better objective; absent if nothing is proven.</summary>
    public double? Bound { get; init; }

    /// <summary>Relative gap between objective and bound.</summary>
    public double? Gap { get; init; }

    /// <summary>The engine or method that proved the bound.</summary>
    public string? BoundBy { get; init; }

    /// <summary>The largest constraint violation.</summary>
    public double? Violation { get; init; }

    /// <summary>Value of the answer.</summary>
    public double? Value { get; init; }

    /// <summary>Risk (variance) of the answer.</summary>
    public double? Risk { get; init; }

    /// <summary>The engines that were used.</summary>
    public required string Engine { get; init; }

    /// <summary>Why these engines were used; absent for the default choice.</summary>
    public string? EngineReason { get; init; }

    /// <summary>Result of the second engine, if verification was requested.</summary>
    public string? Verification { get; init; }

    /// <summary>Solver time in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The values of all variables; variables added by the reader, such as switches, come last.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>Reduced costs of variables at their lower bound: how much its value per unit must rise before it pays, without its
    /// charge.</summary>
    public IReadOnlyDictionary<string, double> WouldNeed { get; init; } = new Dictionary<string, double>();

    /// <summary>Activity and dual value of every row. With binary variables, dual values hold while the binaries stay as they
    /// are.</summary>
    public IReadOnlyList<RowAnswer> Rows { get; init; } = [];

    /// <summary>For an infeasible problem: an irreducible conflict, rows that cannot hold together although all but any one of them
    /// can.</summary>
    public IReadOnlyList<string> Conflict { get; init; } = [];

    /// <summary>For an infeasible problem: the cheapest relaxation, by how much each row must be loosened; rows with the highest priority
    /// number are loosened first. Absent if no relaxation helps.</summary>
    public IReadOnlyDictionary<string, double>? Relaxation { get; init; }

    /// <summary>Solves a problem from a file.</summary>
    public static ProblemAnswer Solve(LoadedProblem loaded, Model.SolverSettings settings, CancellationToken cancellation)
    {
        var options = Allocation.Allocator.Options(new Model.Settings { Solver = settings });
        var problem = loaded.Problem;
        Answer answer;
        try
        {
            answer = MeanVarianceSolver.Solve(problem, options, cancellation);
        }
        catch (ArgumentException unsound)
        {
            throw new InputException([new(new(loaded.Path, 1, 1), unsound.Message)]);
        }

        var hasValues = answer.Values.Count > 0;
        return new()
        {
            Problem = loaded.File.Name,
            Status = JsonNamingPolicy.CamelCase.ConvertName(answer.Status.ToString()),
            Message = answer.Message.Length > 0 ? answer.Message : null,
            Notes = loaded.Notes,
            Objective = hasValues ? answer.Objective : null,
            Bound = hasValues && double.IsFinite(answer.Bound) ? answer.Bound : null,
            Gap = hasValues && double.IsFinite(answer.Gap) ? answer.Gap : null,
            BoundBy = answer.BoundBy.Length > 0 ? answer.BoundBy : null,
            Violation = hasValues ? answer.MaxViolation : null,
            Value = hasValues ? answer.Value : null,
            Risk = hasValues ? answer.Risk : null,
            Engine = answer.Engine,
            EngineReason = answer.EngineReason.Length > 0 ? answer.EngineReason : null,
            Verification = answer.Verification is { } second ? ScenarioRunner.Describe(second) : null,
            Seconds = answer.Seconds,
            Weights = hasValues ? problem.Variables.Select((v, i) => (v.Name, Value: answer.Values[i])).DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Value) : new Dictionary<string, double>(),
            WouldNeed = problem.Variables.Select((v, i) => (v.Name, Gap: i < answer.CostsOfEntry.Count ? answer.CostsOfEntry[i] : 0)).Where(p => p.Gap > 1e-12)
                .DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Gap),
            Rows = hasValues
                ? [.. problem.Rows.Select((row, r) => new RowAnswer(row.Name, row.Terms.Sum(t => t.Coefficient * answer.Values[t.Variable]),
                    Finite(row.Lower), Finite(row.Upper), r < answer.ShadowPrices.Count ? answer.ShadowPrices[r] : null))]
                : [],
            Conflict = answer.Status == SolveStatus.Infeasible ? Infeasibility.Conflict(problem, options, cancellation) : [],
            Relaxation = answer.Status == SolveStatus.Infeasible ? Relaxed(loaded, options, cancellation) : null,
        };
    }

    private static Dictionary<string, double>? Relaxed(LoadedProblem loaded, SolveOptions options, CancellationToken cancellation)
    {
        var problem = loaded.Problem;
        // Rows added by the reader, such as those of a curve's stretches, define the curve and must not be loosened.
        var priorities = loaded.File.Rows.DistinctBy(row => row.Name).ToDictionary(row => row.Name, row => row.Priority);
        var counts = loaded.File.Counts.Select(count => count.Name).ToHashSet();
        int[] priority = [.. problem.Rows.Select(row => priorities.TryGetValue(row.Name, out var given) ? given : counts.Contains(row.Name) ? 0 : -1)];
        var relaxed = Infeasibility.CheapestRelaxation(problem, priority, options, cancellation);
        return relaxed?.Where(r => r.Value > 1e-9).GroupBy(r => r.Key < problem.Rows.Count ? problem.Rows[r.Key].Name : "goal").ToDictionary(same => same.Key, same => same.Sum(r => r.Value));
    }

    private static double? Finite(double limit) => double.IsFinite(limit) ? limit : null;
}

/// <summary>One row of the answer to a problem.</summary>
/// <param name="Name">The row.</param>
/// <param name="Activity">The value of its sum.</param>
/// <param name="AtLeast">Its lower limit.</param>
/// <param name="AtMost">Its upper limit.</param>
/// <param name="Dual">Dual value (shadow price): gain of the objective when the binding limit is loosened by one unit; ≥ 0. Absent for
/// goals without dual values.</param>
public sealed record RowAnswer(string Name, double Activity, double? AtLeast, double? AtMost, double? Dual);
