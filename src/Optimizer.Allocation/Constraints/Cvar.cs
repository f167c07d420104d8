using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>The mean loss of the worst draws over the horizon (conditional value at risk) is at most so much.</summary>
/// <remarks>Of the draws that an answer is revalued on, those that are worst for one allocation bound the mean loss of every allocation from
/// below: with x in place of that allocation, the mean loss over the same draws is a row. Rows are added for the answers that break the
/// limit until none does (Künzi-Bay and Mayer 2006, for the linear program of Rockafellar and Uryasev 2000).</remarks>
public sealed record Cvar : AddedRows
{
    /// <summary>Which part of the draws is not looked at: 95 % averages the worst twentieth.</summary>
    public required Percentage Confidence { get; init; }

    /// <summary>The most that the mean loss may come to.</summary>
    public required Model.Limit AtMost { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions() => ConfidenceProblem(Confidence);

    /// <inheritdoc/>
    protected override string Describe() => $"mean loss of the worst {new Percentage(1 - Confidence.Fraction)} at most {AtMost}";

    /// <inheritdoc/>
    protected override Inequality Row(AllocationProblem problem, IReadOnlyList<double>? values) =>
        problem.Tail.MeanLoss(values is null ? problem.Tail.WorstBefore(Confidence.Fraction) : problem.Tail.Worst(Confidence.Fraction, values)) <= AtMost.InUsd(problem.BookUsd) / problem.BookUsd;
}
