using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>A limit on losses in the worst draws over the horizon.</summary>
public abstract record LossLimit : AddedRows
{
    /// <summary>The maximum loss.</summary>
    public required Model.Limit AtMost { get; init; }

    /// <inheritdoc/>
    protected sealed override Inequality Row(AllocationProblem problem, IReadOnlyList<double>? values) =>
        Loss(problem, values) <= AtMost.InUsd(problem.BookUsd) / problem.BookUsd;

    /// <summary>The limited loss as a linear expression: exact for the given allocation, a lower bound for any other.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The allocation; null for the holdings before the plan.</param>
    protected abstract LinearExpression Loss(AllocationProblem problem, IReadOnlyList<double>? values);
}

/// <summary>A limit on the mean loss of the worst draws.</summary>
public abstract record TailLimit : LossLimit
{
    /// <summary>CVaR confidence level α: 95 % averages the worst 5 %.</summary>
    public required Percentage Confidence { get; init; }

    /// <inheritdoc/>
    public sealed override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (Confidence.Fraction is < 0.5 or >= 1)
            yield return ("confidence", "expected 50 % to below 100 %");
    }

    /// <summary>The averaged part: 1 − α.</summary>
    protected Percentage Worst() => new(1 - Confidence.Fraction);
}
