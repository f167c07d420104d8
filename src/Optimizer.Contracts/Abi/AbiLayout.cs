using System.Buffers.Binary;
using Nethereum.ABI;

namespace Optimizer.Contracts.Abi;

/// <summary>Where the parts of an encoding lie (Solidity documentation, Contract ABI Specification).</summary>
/// <remarks>Only the layout that compilers write is accepted: each tail follows the one before it. So no byte is read twice, and a
/// small answer cannot unfold into a large one. Linear in the number of values.</remarks>
internal static class AbiLayout
{
    /// <summary>The length of an encoding in bytes.</summary>
    /// <exception cref="AbiException">The data have another layout, or end too early.</exception>
    public static int Length(IReadOnlyList<ABIType> types, ReadOnlySpan<byte> data)
    {
        var (head, tail) = (0, types.Sum(HeadSize));
        if (tail > data.Length)
            throw new AbiException($"the data end after {data.Length} bytes");
        foreach (var type in types)
        {
            if (type.IsDynamic())
            {
                if (Number(data, head) != tail)
                    throw new AbiException("an offset that does not point behind the part before it");
                tail += DynamicLength(type, data[tail..]);
            }

            head += HeadSize(type);
        }

        return tail;
    }

    /// <summary>The types of a tuple's components, in order.</summary>
    public static ABIType[] Types(TupleType tuple) => [.. tuple.Components.Select(component => component.ABIType)];

    /// <summary>The number of elements of an array of fixed length.</summary>
    public static int Count(StaticArrayType array) => array.FixedSize / array.ElementType.FixedSize;

    private static int HeadSize(ABIType type) => type.IsDynamic() ? Hex.WordSize : type.FixedSize;

    private static int DynamicLength(ABIType type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case TupleType tuple:
                return Length(Types(tuple), data);
            case StaticArrayType array:
                return Length([.. Enumerable.Repeat(array.ElementType, Count(array))], data);
            case DynamicArrayType array:
                var count = Number(data, 0);
                return (long)count * HeadSize(array.ElementType) > data.Length - Hex.WordSize
                    ? throw new AbiException($"expected {count} elements, found {data.Length - Hex.WordSize} bytes")
                    : Hex.WordSize + Length([.. Enumerable.Repeat(array.ElementType, count)], data[Hex.WordSize..]);
            default:
                var bytes = Number(data, 0);
                var padded = (bytes + Hex.WordSize - 1) / Hex.WordSize * Hex.WordSize;
                return padded > data.Length - Hex.WordSize
                    ? throw new AbiException($"expected {bytes} bytes, found {data.Length - Hex.WordSize}")
                    : Hex.WordSize + padded;
        }
    }

    /// <summary>An offset, a count or a length: no larger than the data.</summary>
    private static int Number(ReadOnlySpan<byte> data, int at)
    {
        var word = StaticWords.At(data, at);
        var value = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
        return word[..24].ContainsAnyExcept((byte)0) || value > (ulong)data.Length
            ? throw new AbiException("an offset or a length beyond the data")
            : (int)value;
    }
}
