using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>A limit on the duration of the whole plan, waiting for exits included.</summary>
public sealed record PlanDuration : AllocationConstraint
{
    /// <summary>The maximum duration.</summary>
    public required Duration Max { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem) => Arrivals.Within(problem, Title(), Max);

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions() =>
        Max.Days > 0 ? [] : [("max", "is zero; expected a duration above zero")];

    /// <inheritdoc/>
    protected override string Describe() => $"plan done within {Max}";
}
