using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using SimpleBase;

namespace Optimizer.Chains.Solana;

/// <summary>The 32-byte address of a Solana account or program.</summary>
public readonly struct SolanaAddress : IEquatable<SolanaAddress>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger Half = (Prime - 1) / 2;
    private static readonly BigInteger D = Modulo(-121665 * BigInteger.ModPow(121666, Prime - 2, Prime));

    private readonly byte[]? _bytes;

    /// <param name="bytes">32 bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes is not 32.</exception>
    public SolanaAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"an address has {Size} bytes, not {bytes.Length}", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes ?? new byte[Size];

    /// <summary>Parses an address in base 58.</summary>
    /// <exception cref="FormatException">The text is not an address.</exception>
    public static SolanaAddress Parse(string text)
    {
        const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        var bytes = new byte[2 * Size];
        return text.Length is >= 32 and <= 44 && text.All(Alphabet.Contains) && Base58.Bitcoin.TryDecode(text, bytes, out var length) && length == Size ? new(bytes.AsSpan(0, Size)) : throw new FormatException($"'{text}' is not a Solana address; expected {Size} bytes in base 58");
    }

    /// <summary>Whether the bytes are a point of the Ed25519 curve, so that a private key can exist. Program-derived addresses are
    /// not.</summary>
    /// <remarks>RFC 8032, section 5.1.3, as in Solana's runtime: y is taken modulo the prime, and the sign of x = 0 is ignored. x² = (y² −
    /// 1) / (d y² + 1) has a root if the product of numerator and denominator is a square.</remarks>
    public bool IsOnCurve
    {
        get
        {
            var bytes = Bytes.ToArray();
            bytes[^1] &= 0x7f;
            var y = new BigInteger(bytes, isUnsigned: true) % Prime;
            var square = y * y % Prime;
            var product = Modulo((square - 1) * (D * square + 1));
            return product.IsZero || BigInteger.ModPow(product, Half, Prime).IsOne;
        }
    }

    /// <summary>A program-derived address: uses the first bump, from 255 down, whose hash is not on the curve.</summary>
    /// <remarks>Source: solana-program, Pubkey::find_program_address.</remarks>
    /// <param name="program">The program.</param>
    /// <param name="seeds">Up to 15 parts of up to 32 bytes.</param>
    public static (SolanaAddress Address, byte Bump) Derived(SolanaAddress program, params ReadOnlySpan<byte[]> seeds)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var bump = 255; bump >= 0; bump--)
        {
            foreach (var seed in seeds)
                hash.AppendData(seed);
            hash.AppendData([(byte)bump]);
            hash.AppendData(program.Bytes);
            hash.AppendData("ProgramDerivedAddress"u8);
            var address = new SolanaAddress(hash.GetHashAndReset());
            if (!address.IsOnCurve)
                return (address, (byte)bump);
        }

        throw new InvalidOperationException("no bump gives an address off the curve (practically impossible)");
    }

    /// <summary>A program-derived address from another address and a name.</summary>
    public static SolanaAddress Derived(SolanaAddress program, SolanaAddress owner, string name) => Derived(program, owner.Bytes.ToArray(), Encoding.ASCII.GetBytes(name)).Address;

    /// <summary>The address in base 58.</summary>
    public override string ToString() => Base58.Bitcoin.Encode(Bytes);

    /// <inheritdoc/>
    public bool Equals(SolanaAddress other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SolanaAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(Bytes);

    /// <summary>Whether both are the same.</summary>
    public static bool operator ==(SolanaAddress left, SolanaAddress right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(SolanaAddress left, SolanaAddress right) => !left.Equals(right);

    private static BigInteger Modulo(BigInteger number) => (number % Prime + Prime) % Prime;
}
