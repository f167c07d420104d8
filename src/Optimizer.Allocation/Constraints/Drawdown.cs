using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>On the way to the horizon, the mean of the worst falls below the highest value so far (conditional drawdown at risk) is at most
/// so much.</summary>
/// <remarks>Source: Chekhlov, Uryasev and Zabarankin, Drawdown measure in portfolio optimization, 2005: over all draws and moments. Rows as
/// for <see cref="Cvar"/>.</remarks>
public sealed record Drawdown : AddedRows
{
    /// <summary>Which part of all falls is not looked at: 95 % averages the deepest twentieth.</summary>
    public required Percentage Confidence { get; init; }

    /// <summary>The most that the mean fall may come to.</summary>
    public required Model.Limit AtMost { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions() => ConfidenceProblem(Confidence);

    /// <inheritdoc/>
    protected override string Describe() => $"mean of the deepest {new Percentage(1 - Confidence.Fraction)} of drawdowns at most {AtMost}";

    /// <inheritdoc/>
    protected override Inequality Row(AllocationProblem problem, IReadOnlyList<double>? values) =>
        problem.Drawdowns.MeanWorst(Confidence.Fraction, values) <= AtMost.InUsd(problem.BookUsd) / problem.BookUsd;
}
