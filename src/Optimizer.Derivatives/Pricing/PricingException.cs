namespace Optimizer.Derivatives;

/// <summary>A price or a parameter for which there is no answer; the message says why.</summary>
public sealed class PricingException(string message) : Exception(message);
