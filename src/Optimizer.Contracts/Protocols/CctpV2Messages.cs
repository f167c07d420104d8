using System.Numerics;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.CctpV2;

/// <summary>A message of CCTP v2.</summary>
/// <remarks>Source: circlefin/evm-cctp-contracts, MessageV2: version, source and destination domain in 4 bytes each, nonce, sender,
/// recipient and caller in 32, two thresholds in 4, and the body.</remarks>
/// <param name="SourceDomain">Domain of the burn.</param>
/// <param name="DestinationDomain">Domain of the mint.</param>
/// <param name="Nonce">The number assigned by the attesters.</param>
/// <param name="Body">The body of the message.</param>
public sealed record Message(BigInteger SourceDomain, BigInteger DestinationDomain, byte[] Nonce, byte[] Body)
{
    private const int Header = 148;

    /// <summary>Parses a message; null if it is not one.</summary>
    public static Message? Read(ReadOnlySpan<byte> message) => message.Length < Header ? null
        : new(new(message.Slice(4, 4), true, true), new(message.Slice(8, 4), true, true), message.Slice(12, Hex.WordSize).ToArray(), message[Header..].ToArray());
}

/// <summary>A burn, from the body of a CCTP v2 message.</summary>
/// <remarks>Source: circlefin/evm-cctp-contracts, BurnMessageV2: version (4 bytes), token, recipient, amount and sender (32 each), and
/// further fields.</remarks>
/// <param name="Token">The token burnt, as 32 bytes in hexadecimal.</param>
/// <param name="Recipient">The recipient, as 32 bytes in hexadecimal.</param>
/// <param name="Amount">How much was burnt, in base units.</param>
/// <param name="Sender">The sender, as 32 bytes in hexadecimal.</param>
public sealed record BurnMessage(string Token, string Recipient, BigInteger Amount, string Sender)
{
    /// <summary>Parses the body of a message; null if it is not a burn.</summary>
    public static BurnMessage? Read(ReadOnlySpan<byte> body)
    {
        const int Version = 4;
        if (body.Length < Version + 4 * Hex.WordSize)
            return null;
        var (token, recipient) = (Hex.Of(body.Slice(Version, Hex.WordSize)), Hex.Of(body.Slice(Version + Hex.WordSize, Hex.WordSize)));
        return new(token, recipient, new(body.Slice(Version + 2 * Hex.WordSize, Hex.WordSize), true, true), Hex.Of(body.Slice(Version + 3 * Hex.WordSize, Hex.WordSize)));
    }
}
