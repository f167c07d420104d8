using System.Numerics;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.CctpV2;

/// <summary>A message of CCTP v2.</summary>
/// <remarks>Source: circlefin/evm-cctp-contracts, MessageV2: version, source and destination domain in 4 bytes each, nonce, sender,
/// recipient and caller in 32, two thresholds in 4, and the body.</remarks>
/// <param name="SourceDomain">Where it was burnt.</param>
/// <param name="DestinationDomain">Where it is to be minted.</param>
/// <param name="Nonce">What those who attest have numbered it.</param>
/// <param name="Body">What it is about.</param>
public sealed record Message(BigInteger SourceDomain, BigInteger DestinationDomain, byte[] Nonce, byte[] Body)
{
    private const int Header = 148;

    /// <summary>Reads a message; null where it is none.</summary>
    public static Message? Read(ReadOnlySpan<byte> message) => message.Length < Header ? null
        : new(new(message.Slice(4, 4), true, true), new(message.Slice(8, 4), true, true), message.Slice(12, Hex.WordSize).ToArray(), message[Header..].ToArray());
}

/// <summary>What a message of CCTP v2 says of a burn.</summary>
/// <remarks>Source: circlefin/evm-cctp-contracts, BurnMessageV2: version (4), token, recipient, amount and sender (32 each), and
/// more.</remarks>
/// <param name="Token">The token burnt, as 32 bytes in hexadecimal.</param>
/// <param name="Recipient">For whom.</param>
/// <param name="Amount">How much was burnt, in base units.</param>
/// <param name="Sender">Who burnt it.</param>
public sealed record BurnMessage(string Token, string Recipient, BigInteger Amount, string Sender)
{
    /// <summary>Reads the body of a message; null where it is none.</summary>
    public static BurnMessage? Read(ReadOnlySpan<byte> body)
    {
        const int Version = 4;
        if (body.Length < Version + 4 * Hex.WordSize)
            return null;
        var (token, recipient) = (Hex.Of(body.Slice(Version, Hex.WordSize)), Hex.Of(body.Slice(Version + Hex.WordSize, Hex.WordSize)));
        return new(token, recipient, new(body.Slice(Version + 2 * Hex.WordSize, Hex.WordSize), true, true), Hex.Of(body.Slice(Version + 3 * Hex.WordSize, Hex.WordSize)));
    }
}
