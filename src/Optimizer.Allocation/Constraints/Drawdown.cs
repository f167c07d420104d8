namespace Optimizer.Allocation;

/// <summary>On the way to the horizon, the mean of the worst falls below the highest value so far (conditional drawdown at risk) is at most
/// so much.</summary>
/// <remarks>Source: Chekhlov, Uryasev and Zabarankin, Drawdown measure in portfolio optimization, 2005: over all draws and moments. Rows as
/// for <see cref="Cvar"/>.</remarks>
public sealed record Drawdown : TailLimit
{
    /// <inheritdoc/>
    protected override string Describe() => $"mean of the deepest {Worst()} of drawdowns at most {AtMost}";

    /// <inheritdoc/>
    protected override LinearExpression Loss(AllocationProblem problem, IReadOnlyList<double>? values) => problem.Drawdowns.MeanWorst(Confidence.Fraction, values);
}
