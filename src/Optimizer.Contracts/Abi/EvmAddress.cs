using System.Collections.Concurrent;
using Nethereum.Util;

namespace Optimizer.Contracts.Abi;

/// <summary>The 20-byte address of an account or contract of an EVM network.</summary>
public readonly struct EvmAddress : IEquatable<EvmAddress>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 20;

    /// <summary>Addresses read before: those of chain files are read again and again, and a checksum takes a hash.</summary>
    private static readonly ConcurrentDictionary<string, EvmAddress> Known = new(StringComparer.Ordinal);

    private const int MostKnown = 100_000;

    private readonly byte[]? _bytes;

    /// <param name="bytes">20 bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes is not 20.</exception>
    public EvmAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"an address has {Size} bytes, not {bytes.Length}", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>The zero address, which means none.</summary>
    public static EvmAddress Zero { get; } = new(new byte[Size]);

    /// <summary>Whether a value was given: an address that somebody forgot to set equals <see cref="Zero"/>, but must not be encoded.</summary>
    internal bool IsGiven => _bytes is not null;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes ?? new byte[Size];

    /// <summary>Whether it is the zero address.</summary>
    public bool IsZero => Bytes.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Parses an address. In mixed case, its checksum (EIP-55) must be right.</summary>
    /// <exception cref="FormatException">The text is not an address, or its checksum is wrong.</exception>
    public static EvmAddress Parse(string text)
    {
        if (Known.TryGetValue(text, out var known))
            return known;
        var address = Read(text);
        if (Known.Count < MostKnown)
            Known[text] = address;
        return address;
    }

    private static EvmAddress Read(string text)
    {
        if (!AddressUtil.Current.IsValidEthereumAddressHexFormat(text) || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length != 2 + 2 * Size)
            throw new FormatException($"'{text}' is not an address; expected 0x and {2 * Size} hexadecimal digits");
        var address = new EvmAddress(Convert.FromHexString(text.AsSpan(2)));
        var digits = text.AsSpan(2);
        var isMixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        if (isMixed && address.ToString() != text)
            throw new FormatException($"the checksum of '{text}' is wrong, so a digit may be mistyped; if every digit is right, write {address}");
        return address;
    }

    /// <summary>The address with its checksum in the case of its letters (EIP-55).</summary>
    public override string ToString() => AddressUtil.Current.ConvertToChecksumAddress(ToLowerHex());

    /// <summary>The address without a checksum, as nodes write it.</summary>
    public string ToLowerHex() => Hex.Of(Bytes);

    /// <inheritdoc/>
    public bool Equals(EvmAddress other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EvmAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(Bytes[^4..]);

    /// <summary>Whether two addresses are the same.</summary>
    public static bool operator ==(EvmAddress left, EvmAddress right) => left.Equals(right);

    /// <summary>Whether two addresses differ.</summary>
    public static bool operator !=(EvmAddress left, EvmAddress right) => !left.Equals(right);
}
