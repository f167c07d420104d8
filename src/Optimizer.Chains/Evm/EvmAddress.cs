using System.Collections.Concurrent;
using System.Text;

namespace Optimizer.Chains.Evm;

/// <summary>The 20-byte address of an account or contract of an EVM network.</summary>
public readonly struct EvmAddress : IEquatable<EvmAddress>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 20;

    private readonly byte[]? _bytes;

    /// <param name="bytes">20 bytes.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public EvmAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"an address has {Size} bytes, not {bytes.Length}", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes ?? new byte[Size];

    /// <summary>Whether it is the zero address, which stands for none.</summary>
    public bool IsZero => Bytes.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Addresses that were read before: those of chain files are read again and again, and a checksum takes a hash.</summary>
    private static readonly ConcurrentDictionary<string, EvmAddress> Known = new(StringComparer.Ordinal);

    private const int MostKnown = 100_000;

    /// <summary>Reads an address. Where it is written in mixed case, its checksum (EIP-55) has to be right.</summary>
    /// <exception cref="FormatException">It is no address, or its checksum is wrong.</exception>
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
        if (text.Length != 2 + 2 * Size || !text.StartsWith("0x", StringComparison.Ordinal) || !text.AsSpan(2).ToString().All(char.IsAsciiHexDigit))
            throw new FormatException($"'{text}' is no address; expected 0x and {2 * Size} hexadecimal digits");
        var address = new EvmAddress(Convert.FromHexString(text.AsSpan(2)));
        var digits = text.AsSpan(2);
        var isMixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        if (isMixed && address.ToString() != text)
            throw new FormatException($"the checksum of address '{text}' is wrong; its digits spell {address}");
        return address;
    }

    /// <summary>The address with its checksum in the case of its letters (EIP-55).</summary>
    public override string ToString()
    {
        var digits = Convert.ToHexStringLower(Bytes).ToCharArray();
        var hash = Keccak.Hash(Encoding.ASCII.GetBytes(digits));
        for (var i = 0; i < digits.Length; i++)
        {
            var nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xF;
            if (nibble >= 8)
                digits[i] = char.ToUpperInvariant(digits[i]);
        }

        return $"0x{new string(digits)}";
    }

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
