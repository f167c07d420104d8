using Optimizer.Risk;

namespace Optimizer.Allocation;

/// <summary>Drawdowns of an allocation: how far it falls below its highest value so far, by draw and time.</summary>
/// <remarks>Gains are not reinvested, so they are linear in the allocation (Chekhlov, Uryasev and Zabarankin 2005). The credited gain is
/// spread evenly over the horizon.</remarks>
public sealed class DrawdownRows
{
    /// <summary>Number of times on the way to the horizon.</summary>
    private const int Moments = 12;

    /// <summary>Number of draws per path: a path is used for every so many draws.</summary>
    private const int DrawsPerPath = 10;

    private readonly AllocationProblem _problem;
    private readonly TailRows[] _moments;

    /// <summary>Revalues a unit of every position and token at every time.</summary>
    public DrawdownRows(AllocationProblem problem)
    {
        _problem = problem;
        var paths = Math.Max(2, problem.Settings.Risk.Draws / DrawsPerPath / 2 * 2);
        _moments = [.. ScenarioSet.Paths(problem.Market, problem.Risk, problem.Settings.Risk, problem.Scenario.Horizon, Moments, paths, problem.Settings.Solver.Seed)
            .Select((draws, moment) => new TailRows(problem, draws, (moment + 1.0) / Moments))];
    }

    /// <summary>The mean of the worst drawdowns over all draws and times, as a linear expression. It is exact for the given allocation and
    /// a lower bound for any other.</summary>
    /// <param name="confidence">Confidence level α: 0.95 averages the worst 5 % of drawdowns.</param>
    /// <param name="values">The allocation; null for the holdings before the plan.</param>
    public LinearExpression MeanWorst(double confidence, IReadOnlyList<double>? values)
    {
        var credited = values is null ? 0 : ObjectiveTerms.Credited(_problem).At(values);
        var gains = _moments.Select((moment, k) => (double[])[.. moment.Spread(values).Select(spread => spread + (k + 1.0) / Moments * credited)]).ToArray();
        var falls = new List<(double Depth, int From, int To, int Path)>();
        for (var s = 0; s < gains[0].Length; s++)
        {
            // Before the first time there is no gain or loss.
            var (highest, at) = (0.0, -1);
            for (var k = 0; k < Moments; k++)
            {
                if (gains[k][s] > highest)
                    (highest, at) = (gains[k][s], k);
                falls.Add((highest - gains[k][s], at, k, s));
            }
        }

        var worst = falls.OrderByDescending(fall => fall.Depth).ThenBy(fall => fall.Path).ThenBy(fall => fall.To).Take(Math.Max(1, (int)Math.Round(falls.Count * (1 - confidence)))).ToArray();
        var share = 1.0 / worst.Length;
        LinearExpression Sum(int moment, IEnumerable<int> paths) => paths.ToArray() is { Length: > 0 } some ? some.Length * share * _moments[moment].MeanSpread(some) : 0;
        return LinearExpression.Sum([
            .. worst.Where(fall => fall.From >= 0).GroupBy(fall => fall.From).Select(same => Sum(same.Key, same.Select(fall => fall.Path))),
            .. worst.GroupBy(fall => fall.To).Select(same => -1 * Sum(same.Key, same.Select(fall => fall.Path))),
            worst.Sum(fall => share * (fall.From - fall.To) / Moments) * ObjectiveTerms.Credited(_problem)]);
    }
}
