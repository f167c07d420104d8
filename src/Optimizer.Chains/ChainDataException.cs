namespace Optimizer.Chains;

/// <summary>Why data could not be read.</summary>
public enum ChainFault
{
    /// <summary>No endpoint is given.</summary>
    NoEndpoint,

    /// <summary>The endpoint could not be reached, or closed the connection.</summary>
    Unreachable,

    /// <summary>The endpoint did not answer in time.</summary>
    TimedOut,

    /// <summary>The endpoint limits the request rate.</summary>
    RateLimited,

    /// <summary>The endpoint answered with an HTTP error.</summary>
    HttpError,

    /// <summary>The answer exceeds the size limit.</summary>
    Oversized,

    /// <summary>The answer is not JSON, or not of the expected form.</summary>
    Malformed,

    /// <summary>The answer belongs to another request.</summary>
    WrongId,

    /// <summary>The node refused the request.</summary>
    Refused,

    /// <summary>The node belongs to another chain.</summary>
    WrongChain,

    /// <summary>The node's last block is old, or far behind another node's.</summary>
    Behind,

    /// <summary>Two endpoints give different answers to the same request.</summary>
    Disagreement,

    /// <summary>A contract gave an unexpected answer, or none.</summary>
    UnexpectedContract,
}

/// <summary>Thrown when data cannot be read. The message is for users and never contains an endpoint's address.</summary>
/// <param name="fault">The kind of failure.</param>
/// <param name="message">The data and the source.</param>
/// <param name="inner">The cause.</param>
public sealed class ChainDataException(ChainFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public ChainFault Fault { get; } = fault;
}
