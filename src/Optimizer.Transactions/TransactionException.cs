namespace Optimizer.Transactions;

/// <summary>A plan cannot be turned into calls; the message says which step, and what is missing.</summary>
public sealed class TransactionException(string message) : Exception(message);
