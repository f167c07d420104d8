using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>A limit on what some of the worst draws lose over the horizon.</summary>
public abstract record LossLimit : AddedRows
{
    /// <summary>The most that may be lost.</summary>
    public required Model.Limit AtMost { get; init; }

    /// <inheritdoc/>
    protected sealed override Inequality Row(AllocationProblem problem, IReadOnlyList<double>? values) =>
        Loss(problem, values) <= AtMost.InUsd(problem.BookUsd) / problem.BookUsd;

    /// <summary>What is limited, for what is worst for an allocation; no more than that for any other.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The allocation; what is held before where null.</param>
    protected abstract LinearExpression Loss(AllocationProblem problem, IReadOnlyList<double>? values);
}

/// <summary>A limit on the mean of the worst.</summary>
public abstract record TailLimit : LossLimit
{
    /// <summary>Which part is not looked at: 95 % averages the worst twentieth.</summary>
    public required Percentage Confidence { get; init; }

    /// <inheritdoc/>
    public sealed override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (Confidence.Fraction is < 0.5 or >= 1)
            yield return ("confidence", "expected 50 % to below 100 %");
    }

    /// <summary>The part that is looked at.</summary>
    protected Percentage Worst() => new(1 - Confidence.Fraction);
}
