namespace Optimizer.Allocation;

/// <summary>Thrown when an objective cannot be applied to a scenario.</summary>
/// <param name="message">Why.</param>
public sealed class ObjectiveException(string message) : Exception(message);
