namespace Optimizer.Chains;

/// <summary>Why a figure could not be had.</summary>
public enum ChainFault
{
    /// <summary>No endpoint is given.</summary>
    NoEndpoint,

    /// <summary>The endpoint could not be reached, or hung up.</summary>
    Unreachable,

    /// <summary>The endpoint did not answer in time.</summary>
    TimedOut,

    /// <summary>The endpoint asks for fewer requests.</summary>
    RateLimited,

    /// <summary>The endpoint answered with an HTTP error.</summary>
    HttpError,

    /// <summary>The answer is larger than is ever needed.</summary>
    Oversized,

    /// <summary>The answer is not JSON, or not of the expected form.</summary>
    Malformed,

    /// <summary>The answer is to another request.</summary>
    WrongId,

    /// <summary>The node refused the request.</summary>
    Refused,

    /// <summary>The node is of another chain.</summary>
    WrongChain,

    /// <summary>The node's last block is old, or far behind another node's.</summary>
    Behind,

    /// <summary>Two endpoints answer the same question differently.</summary>
    Disagreement,

    /// <summary>A contract gave an answer that its interface does not know, or none.</summary>
    UnexpectedContract,
}

/// <summary>A figure could not be had; the message is for the person who reads it and names no endpoint's address.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">What, where.</param>
/// <param name="inner">What caused it.</param>
public sealed class ChainDataException(ChainFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ChainFault Fault { get; } = fault;
}
