using System.Buffers.Binary;
using SimpleBase;

namespace Optimizer.Chains.Solana;

/// <summary>The data of an account, read by byte offset; numbers are little-endian.</summary>
/// <param name="address">The account, for messages.</param>
/// <param name="owner">The program that owns it.</param>
/// <param name="bytes">Its data, or only the first part if no more was requested.</param>
/// <param name="size">Full size of its data on the chain, in bytes.</param>
public sealed class AccountData(string address, string owner, byte[] bytes, int size)
{
    /// <summary>Size of an address, in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>The account.</summary>
    public string Address => address;

    /// <summary>Checks that the account is of the expected kind.</summary>
    /// <param name="what">The expected kind, for messages.</param>
    /// <param name="program">The program that must own it; null to accept forks.</param>
    /// <param name="leastSize">The minimum size, in bytes.</param>
    /// <param name="start">The first bytes of the data: a discriminator or a type byte.</param>
    /// <exception cref="ChainDataException">It is of another kind.</exception>
    public void Require(string what, string? program, int leastSize, params ReadOnlySpan<byte> start)
    {
        if (program is not null && owner != program)
            throw new ChainDataException(ChainFault.UnexpectedContract, $"account {address} is not a {what}: program {owner} owns it, not {program}");
        if (size < leastSize || !bytes.AsSpan().StartsWith(start))
            throw new ChainDataException(ChainFault.UnexpectedContract, $"account {address} is not a {what} with the known layout: {size} bytes, beginning with {Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(8, bytes.Length)))}");
    }

    /// <summary>A byte.</summary>
    public byte U8(int at) => Slice(at, 1)[0];

    /// <summary>Four bytes.</summary>
    public uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(at, 4));

    /// <summary>Four bytes, signed.</summary>
    public int I32(int at) => BinaryPrimitives.ReadInt32LittleEndian(Slice(at, 4));

    /// <summary>Eight bytes.</summary>
    public ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(Slice(at, 8));

    /// <summary>Eight bytes, signed.</summary>
    public long I64(int at) => BinaryPrimitives.ReadInt64LittleEndian(Slice(at, 8));

    /// <summary>Sixteen bytes.</summary>
    public UInt128 U128(int at) => BinaryPrimitives.ReadUInt128LittleEndian(Slice(at, 16));

    /// <summary>A signed fixed-point number with 48 fractional bits.</summary>
    public double I80F48(int at) => (double)BinaryPrimitives.ReadInt128LittleEndian(Slice(at, 16)) / (1L << 48);

    /// <summary>An unsigned fixed-point number with 60 fractional bits.</summary>
    public double U68F60(int at) => (double)U128(at) / (1L << 60);

    /// <summary>An address.</summary>
    public string Key(int at) => Base58.Bitcoin.Encode(Slice(at, KeyBytes));

    /// <summary>A time in seconds since 1970.</summary>
    /// <exception cref="ChainDataException">It is before 1970 or after the year 9999.</exception>
    public DateTimeOffset Time(int at) => I64(at) is >= 0 and < 253_402_300_800 and var seconds
        ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : throw new ChainDataException(ChainFault.UnexpectedContract, $"account {address} has no valid time at byte {at}");

    private ReadOnlySpan<byte> Slice(int at, int length) => at >= 0 && at <= bytes.Length - length
        ? bytes.AsSpan(at, length)
        : throw new ChainDataException(ChainFault.UnexpectedContract, $"account {address} ends after {bytes.Length} bytes; byte {at} was requested");
}
