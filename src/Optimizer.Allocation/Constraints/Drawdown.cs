namespace Optimizer.Allocation;

/// <summary>A limit on conditional drawdown at risk: the mean of the worst drawdowns (falls below the highest value so far) on the way to
/// the horizon.</summary>
/// <remarks>Source: Chekhlov, Uryasev and Zabarankin, Drawdown measure in portfolio optimization, 2005, over all draws and times. Rows are
/// added as for <see cref="Cvar"/>.</remarks>
public sealed record Drawdown : TailLimit
{
    /// <inheritdoc/>
    protected override string Describe() => $"mean of the deepest {Worst()} of drawdowns at most {AtMost}";

    /// <inheritdoc/>
    protected override LinearExpression Loss(AllocationProblem problem, IReadOnlyList<double>? values) => problem.Drawdowns.MeanWorst(Confidence.Fraction, values);
}
