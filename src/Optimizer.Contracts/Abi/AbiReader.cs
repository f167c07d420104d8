using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Nethereum.ABI;

namespace Optimizer.Contracts.Abi;

/// <summary>Decodes values by spans (Solidity documentation, Contract ABI Specification).</summary>
/// <remarks>
/// It accepts what contracts accept: tails in any order, gaps, and bytes that end without padding. A Safe's transaction may be encoded by
/// whoever submits it, and one that we fail to read could be offered for signing twice. It refuses what contracts refuse: a number
/// outside its type's range, an address with more than 20 bytes, an offset or length beyond the data.
/// <para>Tails may overlap, but no more than a few times the bytes are read, so that a small answer cannot unfold into a large one. The
/// tests hold it against Nethereum's own decoding (docs/decisions/009-nethereum.md).</para>
/// </remarks>
internal static class AbiReader
{
    /// <summary>How often every byte may be read, on average.</summary>
    private const int MostReads = 4;

    private static readonly UTF8Encoding StrictText = new(false, throwOnInvalidBytes: true);

    /// <summary>Decodes values, one per type. Linear in the data.</summary>
    /// <param name="types">The types.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="masksAddresses">Whether bytes in front of an address are ignored, as contracts do that were compiled before Solidity 0.8.</param>
    /// <exception cref="AbiException">The bytes do not encode the types; the message gives the place.</exception>
    public static object[] Read(IReadOnlyList<ABIType> types, ReadOnlySpan<byte> data, bool masksAddresses = false)
    {
        var reading = new Reading { Bytes = (long)data.Length * MostReads, MasksAddresses = masksAddresses };
        return Tuple(types, data, ref reading);
    }

    /// <summary>The types of a tuple's components, in order.</summary>
    public static ABIType[] Types(TupleType tuple) => [.. tuple.Components.Select(component => component.ABIType)];

    /// <summary>The number of elements of an array of fixed length.</summary>
    public static int Count(StaticArrayType array) => array.FixedSize / array.ElementType.FixedSize;

    private static object[] Tuple(IReadOnlyList<ABIType> types, ReadOnlySpan<byte> data, ref Reading reading)
    {
        var values = new object[types.Count];
        var at = 0;
        for (var i = 0; i < values.Length; i++)
        {
            try
            {
                var isDynamic = types[i].IsDynamic();
                values[i] = Value(types[i], data[(isDynamic ? Number(data, at, ref reading) : Math.Min(at, data.Length))..], ref reading);
                at += isDynamic ? Hex.WordSize : types[i].FixedSize;
            }
            catch (AbiException wrong)
            {
                throw wrong.In(i);
            }
        }

        return values;
    }

    private static object Value(ABIType type, ReadOnlySpan<byte> data, ref Reading reading)
    {
        switch (type)
        {
            case TupleType tuple:
                return Tuple(Types(tuple), data, ref reading);
            case StaticArrayType array:
                return Tuple([.. Enumerable.Repeat(array.ElementType, Count(array))], data, ref reading);
            case DynamicArrayType array:
                var count = Number(data, 0, ref reading);
                // Every element takes a word at least.
                return (long)count * Hex.WordSize <= reading.Bytes
                    ? Tuple([.. Enumerable.Repeat(array.ElementType, count)], data[Hex.WordSize..], ref reading)
                    : throw new AbiException($"expected {count} elements, found {data.Length - Hex.WordSize} bytes");
            case BytesType:
                return Bytes(data, ref reading).ToArray();
            case StringType:
                return Text(Bytes(data, ref reading));
            default:
                return Static(type, Word(data, 0, ref reading), reading.MasksAddresses);
        }
    }

    private static object Static(ABIType type, ReadOnlySpan<byte> word, bool masksAddresses) => type switch
    {
        IntType integer => Integer(integer, word),
        AddressType when masksAddresses => new EvmAddress(word[^EvmAddress.Size..]),
        AddressType => new EvmAddress(Padded(word, Hex.WordSize - EvmAddress.Size, isFront: true, type)),
        BoolType => Hex.Number(word) is var truth && truth <= 1 ? truth.IsOne : throw new AbiException($"{truth} is not a valid bool"),
        Bytes32Type => word.ToArray(),
        BytesElementaryType bytes => Padded(word, bytes.StaticSize, isFront: false, type).ToArray(),
        _ => throw new NotSupportedException(type.Name),
    };

    private static BigInteger Integer(IntType type, ReadOnlySpan<byte> word)
    {
        var number = new BigInteger(word, isUnsigned: !AbiParameters.IsSigned(type), isBigEndian: true);
        return AbiParameters.IsInRange(type, number) ? number : throw new AbiException($"{number} is out of the range of {type.CanonicalName}");
    }

    /// <summary>The part of a word that carries the value; the other part has to be zero.</summary>
    private static ReadOnlySpan<byte> Padded(ReadOnlySpan<byte> word, int split, bool isFront, ABIType type) =>
        (isFront ? word[..split] : word[split..]).ContainsAnyExcept((byte)0) ? throw new AbiException($"bytes beyond those of {type.CanonicalName}")
            : isFront ? word[split..] : word[..split];

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> data, ref Reading reading)
    {
        var length = Number(data, 0, ref reading);
        if (length > data.Length - Hex.WordSize)
            throw new AbiException($"expected {length} bytes, found {data.Length - Hex.WordSize}");
        Spend(length, ref reading);
        return data.Slice(Hex.WordSize, length);
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictText.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new AbiException("text that is not UTF-8");
        }
    }

    /// <summary>An offset, a count or a length: no larger than the data.</summary>
    private static int Number(ReadOnlySpan<byte> data, int at, ref Reading reading)
    {
        var word = Word(data, at, ref reading);
        var value = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
        return word[..24].ContainsAnyExcept((byte)0) || value > (ulong)data.Length
            ? throw new AbiException("an offset or a length beyond the data")
            : (int)value;
    }

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> data, int at, ref Reading reading)
    {
        Spend(Hex.WordSize, ref reading);
        return at <= data.Length - Hex.WordSize ? data.Slice(at, Hex.WordSize) : throw new AbiException($"the data end after {data.Length} bytes");
    }

    private static void Spend(int bytes, ref Reading reading)
    {
        if ((reading.Bytes -= bytes) < 0)
            throw new AbiException("values that unfold the same bytes again and again");
    }

    /// <summary>What may still be read, and how.</summary>
    private struct Reading
    {
        /// <summary>Bytes that may still be read.</summary>
        public long Bytes;

        /// <summary>Whether bytes in front of an address are ignored.</summary>
        public bool MasksAddresses;
    }
}
