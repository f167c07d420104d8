using Optimizer.Risk;

namespace Optimizer.Allocation;

/// <summary>What a unit of every column gains by draw, around what it is credited with: from it, the loss of any allocation in any draw.</summary>
public sealed class TailRows
{
    private readonly AllocationProblem _problem;
    private readonly (LinearExpression After, double[] Spread)[] _columns;

    /// <summary>Revalues a unit of everything in play. Time and memory: columns × draws.</summary>
    public TailRows(AllocationProblem problem)
    {
        _problem = problem;
        var horizon = problem.Scenario.Horizon;
        Draws = new ScenarioSet(problem.Market, problem.Risk, horizon, problem.Settings.Risk.Draws / 2 * 2, problem.Settings.Solver.Seed);
        double[] SpreadOf(string name, double value) => LossDistribution.Spread(problem.Market, problem.Risk, Draws, horizon, new(name, value, 1, 0));
        _columns =
        [
            .. problem.Positions.Where(position => !position.After.IsConstant || position.After.Constant != 0).Select(position => (position.After, SpreadOf(position.Opportunity.Id, position.Capital))),
            .. problem.Idles.Select(idle => (idle.After, SpreadOf($"{idle.Token}", 1))),
        ];
    }

    /// <summary>The draws.</summary>
    public ScenarioSet Draws { get; }

    /// <summary>The worst draws of an allocation.</summary>
    /// <param name="confidence">Which part of all draws is left out.</param>
    /// <param name="values">The allocation.</param>
    public IReadOnlyList<int> Worst(double confidence, IReadOnlyList<double> values) => Worst(confidence, after => after.At(values));

    /// <summary>The worst draws of what is held before.</summary>
    public IReadOnlyList<int> WorstBefore(double confidence)
    {
        var before = _problem.Positions.Select(position => (position.After, position.Before)).Concat(_problem.Idles.Select(idle => (idle.After, idle.Before)))
            .ToDictionary(pair => pair.After, pair => pair.Before);
        return Worst(confidence, after => before[after]);
    }

    /// <summary>The mean loss over some draws, in fractions of the book.</summary>
    public LinearExpression MeanLoss(IReadOnlyList<int> draws) =>
        LinearExpression.Sum(_columns.Select(column => -draws.Average(s => column.Spread[s]) * column.After))
        - (ObjectiveTerms.Carry(_problem) + ObjectiveTerms.Views(_problem) - ObjectiveTerms.ExpectedLoss(_problem));

    private int[] Worst(double confidence, Func<LinearExpression, double> held)
    {
        var gains = new double[Draws.Count];
        foreach (var (after, spread) in _columns)
        {
            var amount = held(after);
            for (var s = 0; s < gains.Length && amount != 0; s++)
                gains[s] += amount * spread[s];
        }

        var count = Math.Max(1, (int)Math.Round(gains.Length * (1 - confidence)));
        return [.. Enumerable.Range(0, gains.Length).OrderBy(s => gains[s]).ThenBy(s => s).Take(count)];
    }
}
