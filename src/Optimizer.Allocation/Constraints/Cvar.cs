using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>The mean loss of the worst draws over the horizon (conditional value at risk) is at most so much.</summary>
/// <remarks>Of the draws that an answer is revalued on, those that are worst for one allocation bound the mean loss of every allocation from
/// below: with x in place of that allocation, the mean loss over the same draws is a row. Rows are added for the answers that break the
/// limit until none does (Künzi-Bay and Mayer 2006, for the linear program of Rockafellar and Uryasev 2000).</remarks>
public sealed record Cvar : AllocationConstraint
{
    /// <summary>A limit that is broken by less than this part of the book is kept.</summary>
    private const double Trace = 1e-6;

    /// <summary>Which part of the draws is not looked at: 95 % averages the worst twentieth.</summary>
    public required Percentage Confidence { get; init; }

    /// <summary>The most that the mean loss may come to.</summary>
    public required Model.Limit AtMost { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem) => [Row(problem, problem.Tail.WorstBefore(Confidence.Fraction))];

    /// <inheritdoc/>
    public override Requirement? Missing(AllocationProblem problem, IReadOnlyList<double> values)
    {
        var row = Row(problem, problem.Tail.Worst(Confidence.Fraction, values));
        return row.Inequality.Lesser.At(values) > row.Inequality.Greater.Constant + Trace ? row : null;
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (Confidence.Fraction is < 0.5 or >= 1)
            yield return ("confidence", "expected 50 % to 99.9 %");
    }

    /// <inheritdoc/>
    protected override string Describe() => $"mean loss of the worst {new Percentage(1 - Confidence.Fraction)} at most {AtMost}";

    private Requirement Row(AllocationProblem problem, IReadOnlyList<int> draws) =>
        new(Title(), problem.Tail.MeanLoss(draws) <= AtMost.InUsd(problem.BookUsd) / problem.BookUsd);
}
