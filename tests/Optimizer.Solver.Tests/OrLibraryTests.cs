using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>The efficient frontiers that J. E. Beasley's OR-Library publishes (Chang, Meade, Beasley and Sharaiha,
/// Heuristics for cardinality constrained portfolio optimisation, 2000).</summary>
public sealed class OrLibraryTests
{
    [SharedDataTheory("orlib")]
    [InlineData(1)]
    [InlineData(2)]
    public void Variances_are_the_published_ones(int instance)
    {
        var folder = SharedData.Find("orlib")!;
        var (means, covariance) = Read(Path.Combine(folder, $"port{instance}.txt"));
        var frontier = File.ReadLines(Path.Combine(folder, $"portef{instance}.txt"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(p => p.Length == 2)
            .Select(p => (Return: double.Parse(p[0]), Variance: double.Parse(p[1]))).ToArray();
        var worst = 0.0;
        foreach (var (target, published) in frontier)
        {
            var answer = MeanVarianceSolver.Solve(Problem(means, covariance, target), new SolveOptions { Gap = 1e-7 });
            Assert.True(answer.Status == SolveStatus.Optimal, $"return {target}: {answer.Status} {answer.Message} gap {answer.Gap}");
            worst = Math.Max(worst, Math.Abs(answer.Risk / 1_000 - published) / published);
        }

        Assert.InRange(worst, 0, 2e-5);
    }

    [SharedDataTheory("orlib")]
    [InlineData(1, 0.004)]
    [InlineData(1, 0.008)]
    [InlineData(2, 0.004)]
    [InlineData(2, 0.007)]
    public void Ten_positions_of_one_percent_at_least_are_proven(int instance, double target)
    {
        var (means, covariance) = Read(Path.Combine(SharedData.Find("orlib")!, $"port{instance}.txt"));
        var free = Problem(means, covariance, target);
        var n = means.Length;
        var counted = free with
        {
            Variables = [.. free.Variables, .. Enumerable.Range(0, n).Select(i => new Variable($"on {i}", 0, 1, IsBinary: true))],
            Switches = [.. Enumerable.Range(0, n).Select(i => new Switch(n + i, i, 0.01))],
            Rows = [.. free.Rows, new("count", double.NegativeInfinity, 10, [.. Enumerable.Range(0, n).Select(i => new Term(n + i, 1))])],
        };
        var answer = MeanVarianceSolver.Solve(counted, new SolveOptions { Gap = 1e-4, TimeLimitSeconds = 120 });
        Assert.True(answer.Status == SolveStatus.Optimal, $"{answer.Status} gap {answer.Gap} {answer.Engine} {answer.EngineReason}");
        Assert.True(answer.Values.Take(n).Count(x => x > 0) <= 10 && answer.Values.Take(n).All(x => x is 0 or >= 0.01 - 1e-9));
        Assert.True(answer.Objective >= MeanVarianceSolver.Solve(free, new SolveOptions { Gap = 1e-7 }).Objective * (1 - 1e-6));
    }

    /// <summary>Full covariance as factors: the columns of its Cholesky factor; risk ×1000 so that it is around one.</summary>
    private static Problem Problem(double[] means, double[,] covariance, double target)
    {
        var n = means.Length;
        var root = Cholesky(covariance);
        return new()
        {
            Variables = [.. means.Select((mean, i) => new Variable($"asset {i}", 0, 1, mean))],
            Rows = [new("budget", 1, 1, [.. Enumerable.Range(0, n).Select(i => new Term(i, 1))])],
            Factors = [.. Enumerable.Range(0, n).Select(f => new Factor($"factor {f}",
                [.. Enumerable.Range(f, n - f).Select(i => new Term(i, Math.Sqrt(1_000) * root[i, f]))]))],
            Goal = new MinimumRiskGoal(target, []),
        };
    }

    private static (double[] Means, double[,] Covariance) Read(string file)
    {
        var numbers = new Queue<string>(File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        double Next() => double.Parse(numbers.Dequeue());
        var n = (int)Next();
        var stocks = Enumerable.Range(0, n).Select(_ => (Mean: Next(), Deviation: Next())).ToArray();
        var covariance = new double[n, n];
        while (numbers.Count >= 3)
        {
            var (i, j) = ((int)Next() - 1, (int)Next() - 1);
            covariance[i, j] = covariance[j, i] = Next() * stocks[i].Deviation * stocks[j].Deviation;
        }

        return ([.. stocks.Select(s => s.Mean)], covariance);
    }

    private static double[,] Cholesky(double[,] a)
    {
        var n = a.GetLength(0);
        var l = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++)
                    sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 0)) : l[j, j] == 0 ? 0 : sum / l[j, j];
            }
        }

        return l;
    }
}
