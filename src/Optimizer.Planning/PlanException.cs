namespace Optimizer.Planning;

/// <summary>Thrown when a target cannot be executed exactly; the message names the token or step and the missing amount.</summary>
public sealed class PlanException(string message) : Exception(message)
{
    /// <summary>The chain on which gas would have to be paid before any arrives; null for other errors.</summary>
    public string? GasIsLateOn { get; init; }
}
