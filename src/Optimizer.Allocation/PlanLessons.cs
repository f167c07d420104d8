namespace Optimizer.Allocation;

/// <summary>What exact plans have shown of a problem, to state it better.</summary>
public sealed record PlanLessons
{
    /// <summary>Nothing yet.</summary>
    public static PlanLessons None { get; } = new();

    /// <summary>What money that waits for a route forgoes beyond the route's own time, in USD by the route's id.</summary>
    public IReadOnlyDictionary<string, double> DelaysUsd { get; init; } = new Dictionary<string, double>();

    /// <summary>Chains on which gas was to be paid before any was there: what is sent from them waits for it.</summary>
    public IReadOnlySet<string> GasIsLate { get; init; } = new HashSet<string>();
}
