namespace Optimizer.Planning;

/// <summary>A target cannot be carried out exactly; the message says which token or step and by how much.</summary>
public sealed class PlanException(string message) : Exception(message)
{
    /// <summary>The chain on which gas would have to be paid before any is there; null where something else is wrong.</summary>
    public string? GasIsLateOn { get; init; }
}
