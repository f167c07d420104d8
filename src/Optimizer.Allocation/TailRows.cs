using Optimizer.Risk;

namespace Optimizer.Allocation;

/// <summary>Gain per unit of every column by draw, relative to its credited gain; gives the loss of any allocation in any draw.</summary>
public sealed class TailRows
{
    /// <summary>Tolerance of limits, in fractions of the book.</summary>
    public const double Trace = 1e-6;

    private readonly AllocationProblem _problem;
    private readonly (object? Of, LinearExpression After, double Before, double[] Spread)[] _columns;

    /// <summary>Revalues a unit of every position and token. Time and memory: columns × draws.</summary>
    public TailRows(AllocationProblem problem)
        : this(problem, new(problem.Market, problem.Risk, problem.Settings.Risk, problem.Scenario.Horizon, problem.Settings.Risk.Draws / 2 * 2, problem.Settings.Solver.Seed), 1)
    {
    }

    /// <summary>Revalues a unit of every position and token at a time before the horizon.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="draws">The draws for that time.</param>
    /// <param name="elapsed">The fraction of the horizon that has passed.</param>
    public TailRows(AllocationProblem problem, ScenarioSet draws, double elapsed)
    {
        (_problem, Draws) = (problem, draws);
        double[] SpreadOf(RevaluedItem item) => LossDistribution.Spread(problem.Market, problem.Risk, draws, item with { RateErrorUsd = elapsed * item.RateErrorUsd });
        _columns =
        [
            .. problem.Positions.Where(position => !position.After.IsConstant || position.After.Constant != 0)
                .Select(position => ((object?)position, position.After, position.Before, SpreadOf(new(position.Opportunity.Id, position.Capital, 1, 0, ObjectiveTerms.RateErrorOf(problem, position))))),
            .. problem.Idles.Select(idle => ((object?)idle, idle.After, idle.Before, SpreadOf(new($"{idle.Token}", 1, 1, 0)))),
            .. ExitGas(problem, draws).Select(chain => ((object?)null, chain.Cost, chain.Before, chain.Spread)),
        ];
    }

    /// <summary>The draws.</summary>
    public ScenarioSet Draws { get; }

    /// <summary>The worst draws of an allocation.</summary>
    /// <param name="confidence">Confidence level α: 0.95 takes the worst 5 % of draws.</param>
    /// <param name="values">The allocation; null for the holdings before the plan.</param>
    public IReadOnlyList<int> Worst(double confidence, IReadOnlyList<double>? values) => Worst(confidence, Spread(values));

    /// <summary>The mean loss over some draws, in fractions of the book.</summary>
    public LinearExpression MeanLoss(IReadOnlyList<int> draws) => -1 * (MeanSpread(draws) + ObjectiveTerms.Credited(_problem));

    /// <summary>The mean over some draws of the gain relative to the credited gain, in fractions of the book.</summary>
    public LinearExpression MeanSpread(IReadOnlyList<int> draws) =>
        LinearExpression.Sum(_columns.Select(column => draws.Average(s => column.Spread[s]) * column.After));

    /// <summary>Gain of an allocation by draw, relative to its credited gain; null for the holdings before the plan.</summary>
    public double[] Spread(IReadOnlyList<double>? values) => Gains((_, after, before) => values is null ? before : after.At(values));

    private double[] Gains(Func<object?, LinearExpression, double, double> held)
    {
        var gains = new double[Draws.Count];
        foreach (var (of, after, before, spread) in _columns)
        {
            var amount = held(of, after, before);
            for (var s = 0; s < gains.Length && amount != 0; s++)
                gains[s] += amount * spread[s];
        }

        return gains;
    }

    /// <summary>The mean loss of the worst draws for any holdings, in USD, without the gas cost of leaving.</summary>
    /// <param name="confidence">Confidence level α: 0.95 takes the worst 5 % of draws.</param>
    /// <param name="creditedUsd">Their credited gain, in USD.</param>
    /// <param name="held">Size of each position, in fractions of the book.</param>
    /// <param name="idle">Size of each idle balance, in fractions of the book.</param>
    public double MeanLossUsd(double confidence, double creditedUsd, Func<Position, double> held, Func<IdleBalance, double> idle)
    {
        var gains = Gains((of, _, _) => of switch { Position position => held(position), IdleBalance balance => idle(balance), _ => 0 });
        return -Worst(confidence, gains).Average(s => gains[s]) * _problem.BookUsd - creditedUsd;
    }

    /// <summary>Columns for the gas cost of leaving, one per chain: how much a draw's gas price changes it, per unit of the cost at today's
    /// price.</summary>
    private static IEnumerable<(string Chain, LinearExpression Cost, double Before, double[] Spread)> ExitGas(AllocationProblem problem, ScenarioSet draws) =>
        problem.Settings.Moves.ExitAtHorizon ? problem.Positions.GroupBy(position => position.Opportunity.Chain).OrderBy(same => same.Key, StringComparer.Ordinal).Select(same => (same.Key,
            LinearExpression.Sum(same.Select(position => ObjectiveTerms.ExitGasOf(problem, position) * problem.Held(position))),
            same.Where(position => position.Before > 0).Sum(position => ObjectiveTerms.ExitGasOf(problem, position)),
            GasSpread(problem, draws, same.Key))) : [];

    /// <summary>Saving by draw per unit of a chain's gas cost at today's price; negative if gas is dearer in the draw.</summary>
    public static double[] GasSpread(AllocationProblem problem, ScenarioSet draws, string chain) =>
        [.. draws.Gas(chain, problem.Settings.Moves.StressedGas).Select(multiple => 1 - multiple)];

    private static int[] Worst(double confidence, double[] gains) =>
        [.. Enumerable.Range(0, gains.Length).OrderBy(s => gains[s]).ThenBy(s => s).Take(Math.Max(1, (int)Math.Round(gains.Length * (1 - confidence))))];
}
