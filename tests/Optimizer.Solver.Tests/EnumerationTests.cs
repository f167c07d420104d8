using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>Small problems of every feature, held against trying every whole number there is, each with another engine under it.
/// OPTIMIZER_FUZZ asks for more of them than the few of every run, as <c>from-to</c>.</summary>
public sealed class EnumerationTests
{
    private static readonly SolveOptions Asked = new() { Gap = 1e-6, TimeLimitSeconds = 20 };

    /// <summary>Cuts of a simplex method: neither the own kernels nor what decides binaries.</summary>
    private static readonly SolveOptions Under = new() { Gap = 1e-7, Engine = Engine.OrTools, Continuous = ContinuousEngine.Scip };

    private const double Close = 5e-6;

    public static TheoryData<int> Seeds()
    {
        var range = (Environment.GetEnvironmentVariable("OPTIMIZER_FUZZ") ?? "0-39").Split('-').Select(int.Parse).ToArray();
        return [.. Enumerable.Range(range[0], range[1] - range[0] + 1)];
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Nothing_is_better_than_the_answer(int seed)
    {
        var problem = Of(seed);
        var answer = MeanVarianceSolver.Solve(problem, Asked);
        var best = Best(problem);
        var told = $"seed {seed}, {problem.Goal}: {answer.Status} {answer.Message} {answer.Objective:g9} (bound {answer.Bound:g9}) by {answer.Engine} {answer.EngineReason}; the best of all is {best:g9}";
        if (best is null)
        {
            Assert.True(answer.Status == SolveStatus.Infeasible, told);
            return;
        }

        Assert.True(answer.Status is SolveStatus.Optimal or SolveStatus.Feasible, told);
        Assert.True(answer.MaxViolation <= 1e-7, $"{told}; violation {answer.MaxViolation}");
        var least = problem.Goal is MinimumRiskGoal ? 1e-6 : 1e-2;
        var sign = problem.Goal is MinimumRiskGoal ? -1 : 1;
        Assert.True(sign * (best.Value - answer.Objective) <= (Close + answer.Gap) * Math.Max(Math.Abs(best.Value), least), told);
        Assert.True(sign * (best.Value - answer.Bound) <= Close * Math.Max(Math.Abs(best.Value), least), $"{told}; the bound is wrong");
    }

    /// <summary>A problem of at most four items, with a lot here and there.</summary>
    private static Problem Of(int seed)
    {
        var random = new Random(seed);
        var problem = Instances.AnyShape(4, switches: random.Next(4) > 0, swaps: random.Next(2) == 0).Generate(new PCG(1, (ulong)seed), null, out _);
        var used = problem.Switches.Select(s => s.Variable).Concat(problem.Links.SelectMany(l => new[] { l.Argument, l.Result })).ToHashSet();
        var whole = Enumerable.Range(0, problem.Variables.Count).Where(v => !used.Contains(v) && problem.Variables[v] is { IsBinary: false, Lower: 0, Upper: > 0 }).Take(random.Next(2));
        return problem with { Variables = [.. problem.Variables.Select((v, i) => whole.Contains(i) ? v with { Lot = v.Upper / (1.2 + random.Next(3)) } : v)] };
    }

    /// <summary>The best objective over all assignments; null where none has a point.</summary>
    private static double? Best(Problem problem)
    {
        var whole = Enumerable.Range(0, problem.Variables.Count).Where(v => problem.Variables[v].IsBinary || problem.Variables[v].Lot > 0).ToArray();
        var steps = whole.Select(v => problem.Variables[v].IsBinary ? 1 : (int)Math.Floor(problem.Variables[v].Upper / problem.Variables[v].Lot + 1e-9)).ToArray();
        double? best = null;
        var count = steps.Aggregate(1, (product, most) => product * (most + 1));
        for (var number = 0; number < count; number++)
        {
            var variables = problem.Variables.ToArray();
            var rest = number;
            for (var w = 0; w < whole.Length; w++)
            {
                var at = variables[whole[w]];
                var value = rest % (steps[w] + 1) * (at.IsBinary ? 1 : at.Lot);
                variables[whole[w]] = at with { Lower = value, Upper = value, IsBinary = false, Lot = 0 };
                rest /= steps[w] + 1;
            }

            foreach (var s in problem.Switches)
            {
                var on = variables[s.Binary].Lower;
                variables[s.Variable] = variables[s.Variable] with { Lower = Math.Max(variables[s.Variable].Lower, s.Minimum * on), Upper = variables[s.Variable].Upper * on };
            }

            if (Array.Exists(variables, v => v.Lower > v.Upper))
                continue;
            var answer = MeanVarianceSolver.Solve(problem with { Variables = variables, Switches = [] }, Under);
            if (answer.Status is SolveStatus.Optimal or SolveStatus.Feasible && (best is null || (problem.Goal is MinimumRiskGoal ? answer.Objective < best : answer.Objective > best)))
                best = answer.Objective;
        }

        return best;
    }
}
