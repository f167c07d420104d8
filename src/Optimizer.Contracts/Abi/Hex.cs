using System.Globalization;
using System.Numerics;
using Nethereum.Util;

namespace Optimizer.Contracts.Abi;

/// <summary>Numbers and bytes as EVM networks' nodes take them, and words of 32 bytes.</summary>
public static class Hex
{
    /// <summary>Bytes in a word, the unit of every ABI encoding.</summary>
    public const int WordSize = 32;

    /// <summary>A quantity: no leading zeros.</summary>
    public static string Of(BigInteger number) => $"0x{number.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(1, '0')}";

    /// <summary>Bytes, two digits each.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => $"0x{Convert.ToHexStringLower(bytes)}";

    /// <summary>The bytes of digits behind <c>0x</c>.</summary>
    /// <exception cref="FormatException">They are no pairs of hexadecimal digits.</exception>
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex[2..]);

    /// <summary>Up to 32 bytes as a word, padded with zeros on the left.</summary>
    public static byte[] Word(ReadOnlySpan<byte> bytes) => [.. new byte[WordSize - bytes.Length], .. bytes];

    /// <summary>An unsigned number of up to 256 bits as a word.</summary>
    public static byte[] Word(BigInteger number) => Word(number.ToByteArray(isUnsigned: true, isBigEndian: true));

    /// <summary>An unsigned number from up to 256 bits.</summary>
    public static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    /// <summary>The Keccak-256 digest of some bytes; 32 bytes.</summary>
    public static byte[] Keccak(ReadOnlySpan<byte> data) => Sha3Keccack.Current.CalculateHash(data.ToArray());
}
