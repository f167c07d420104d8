namespace Optimizer.Allocation;

/// <summary>A limit on CVaR: the mean loss of the worst draws over the horizon.</summary>
/// <remarks>The set of draws that is worst for one allocation gives a lower bound of the mean loss of every other allocation. Its mean
/// loss, written as a linear expression in the allocation, is a row. Rows are added for answers that break the limit, until none does
/// (Künzi-Bay and Mayer 2006, for the linear program of Rockafellar and Uryasev 2000).</remarks>
public sealed record Cvar : TailLimit
{
    /// <inheritdoc/>
    protected override string Describe() => $"mean loss of the worst {Worst()} at most {AtMost}";

    /// <inheritdoc/>
    protected override LinearExpression Loss(AllocationProblem problem, IReadOnlyList<double>? values) =>
        problem.Tail.MeanLoss(problem.Tail.Worst(Confidence.Fraction, values));
}
