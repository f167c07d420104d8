namespace Optimizer.Planning;

/// <summary>A target cannot be carried out exactly; the message says which token or step and by how much.</summary>
public sealed class PlanException(string message) : Exception(message);
