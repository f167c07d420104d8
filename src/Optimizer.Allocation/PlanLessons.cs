namespace Optimizer.Allocation;

/// <summary>Findings from exact plans, used to state the problem again.</summary>
public sealed record PlanLessons
{
    /// <summary>No findings yet.</summary>
    public static PlanLessons None { get; } = new();

    /// <summary>Cost of waiting for a route beyond the route's own time, in USD, by route id.</summary>
    public IReadOnlyDictionary<string, double> DelaysUsd { get; init; } = new Dictionary<string, double>();

    /// <summary>Chains on which the plan would have paid gas before any arrived: flows from them must wait for gas.</summary>
    public IReadOnlySet<string> GasIsLate { get; init; } = new HashSet<string>();
}
