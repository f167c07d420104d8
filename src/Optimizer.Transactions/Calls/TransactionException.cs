namespace Optimizer.Transactions.Calls;

/// <summary>Thrown when a plan cannot be converted to calls; the message names the step and what is missing.</summary>
public sealed class TransactionException(string message) : Exception(message);
