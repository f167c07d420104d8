using Optimizer.Risk;

namespace Optimizer.Allocation;

/// <summary>What a unit of every column gains by draw, around what it is credited with: from it, the loss of any allocation in any draw.</summary>
public sealed class TailRows
{
    /// <summary>A limit that is broken by less than this part of the book is kept.</summary>
    public const double Trace = 1e-6;

    private readonly AllocationProblem _problem;
    private readonly (object? Of, LinearExpression After, double Before, double[] Spread)[] _columns;

    /// <summary>Revalues a unit of everything in play. Time and memory: columns × draws.</summary>
    public TailRows(AllocationProblem problem)
        : this(problem, new(problem.Market, problem.Risk, problem.Settings.Risk, problem.Scenario.Horizon, problem.Settings.Risk.Draws / 2 * 2, problem.Settings.Solver.Seed), 1)
    {
    }

    /// <summary>Revalues a unit of everything in play at a moment on the way to the horizon.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="draws">The draws of the moment.</param>
    /// <param name="elapsed">The part of the horizon that has passed.</param>
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
    /// <param name="confidence">Which part of all draws is left out.</param>
    /// <param name="values">The allocation; what is held before where null.</param>
    public IReadOnlyList<int> Worst(double confidence, IReadOnlyList<double>? values) => Worst(confidence, Spread(values));

    /// <summary>The mean loss over some draws, in fractions of the book.</summary>
    public LinearExpression MeanLoss(IReadOnlyList<int> draws) => -1 * (MeanSpread(draws) + ObjectiveTerms.Credited(_problem));

    /// <summary>The mean over some draws of what is gained beyond what is credited, in fractions of the book.</summary>
    public LinearExpression MeanSpread(IReadOnlyList<int> draws) =>
        LinearExpression.Sum(_columns.Select(column => draws.Average(s => column.Spread[s]) * column.After));

    /// <summary>What an allocation gains beyond what it is credited with, by draw; what is held before where there are no values.</summary>
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

    /// <summary>The mean loss of the worst draws of any holdings, in USD; gas of leaving apart.</summary>
    /// <param name="confidence">Which part of all draws is left out.</param>
    /// <param name="creditedUsd">What they are taken to gain.</param>
    /// <param name="held">What is held of a position, in fractions of the book.</param>
    /// <param name="idle">What is held of a token.</param>
    public double MeanLossUsd(double confidence, double creditedUsd, Func<Position, double> held, Func<IdleBalance, double> idle)
    {
        var gains = Gains((of, _, _) => of switch { Position position => held(position), IdleBalance balance => idle(balance), _ => 0 });
        return -Worst(confidence, gains).Average(s => gains[s]) * _problem.BookUsd - creditedUsd;
    }

    /// <summary>What leaving at the horizon costs more or less by a draw's gas price, by chain, per unit of the cost at today's.</summary>
    private static IEnumerable<(string Chain, LinearExpression Cost, double Before, double[] Spread)> ExitGas(AllocationProblem problem, ScenarioSet draws) =>
        problem.Settings.Moves.ExitAtHorizon ? problem.Positions.GroupBy(position => position.Opportunity.Chain).OrderBy(same => same.Key, StringComparer.Ordinal).Select(same => (same.Key,
            LinearExpression.Sum(same.Select(position => ObjectiveTerms.ExitGasOf(problem, position) * problem.Held(position))),
            same.Where(position => position.Before > 0).Sum(position => ObjectiveTerms.ExitGasOf(problem, position)),
            GasSpread(problem, draws, same.Key))) : [];

    /// <summary>What a unit of a chain's gas, at today's price, costs less by a draw's.</summary>
    public static double[] GasSpread(AllocationProblem problem, ScenarioSet draws, string chain) =>
        [.. draws.Gas(chain, problem.Settings.Moves.StressedGas).Select(multiple => 1 - multiple)];

    private static int[] Worst(double confidence, double[] gains) =>
        [.. Enumerable.Range(0, gains.Length).OrderBy(s => gains[s]).ThenBy(s => s).Take(Math.Max(1, (int)Math.Round(gains.Length * (1 - confidence))))];
}
