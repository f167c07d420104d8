using System.Numerics;
using Nethereum.ABI;

namespace Optimizer.Contracts.Abi;

/// <summary>Reads values that take a fixed number of words: most of what protocols answer, read ten thousand times for a snapshot.</summary>
/// <remarks>Strict: a number outside its type's range, or padding that is not zero, is an error. The tests hold it against
/// Nethereum's own decoding.</remarks>
internal static class StaticWords
{
    /// <summary>Reads values that have no dynamic part.</summary>
    /// <exception cref="AbiException">The data are too short, or a value does not fit its type; the message gives its place.</exception>
    public static object[] Read(IReadOnlyList<ABIType> types, ReadOnlySpan<byte> data)
    {
        var at = 0;
        return Read(types, data, ref at);
    }

    /// <summary>The word at an offset.</summary>
    /// <exception cref="AbiException">The data end before it does.</exception>
    public static ReadOnlySpan<byte> At(ReadOnlySpan<byte> data, int at) =>
        at <= data.Length - Hex.WordSize ? data.Slice(at, Hex.WordSize) : throw new AbiException($"the data end after {data.Length} bytes");

    private static object[] Read(IReadOnlyList<ABIType> types, ReadOnlySpan<byte> data, ref int at)
    {
        var values = new object[types.Count];
        for (var i = 0; i < values.Length; i++)
        {
            try
            {
                values[i] = types[i] switch
                {
                    TupleType tuple => Read(AbiLayout.Types(tuple), data, ref at),
                    StaticArrayType array => Read([.. Enumerable.Repeat(array.ElementType, AbiLayout.Count(array))], data, ref at),
                    var type => Read(type, At(data, at), ref at),
                };
            }
            catch (AbiException wrong)
            {
                throw wrong.In(i);
            }
        }

        return values;
    }

    private static object Read(ABIType type, ReadOnlySpan<byte> word, ref int at)
    {
        at += Hex.WordSize;
        return type switch
        {
            IntType integer => Integer(integer, word),
            AddressType => new EvmAddress(Padded(word, Hex.WordSize - EvmAddress.Size, isFront: true, type)),
            BoolType => new BigInteger(word, isUnsigned: true, isBigEndian: true) is var truth && truth <= 1 ? truth.IsOne : throw new AbiException($"{truth} is not a valid bool"),
            Bytes32Type => word.ToArray(),
            BytesElementaryType bytes => Padded(word, bytes.StaticSize, isFront: false, type).ToArray(),
            _ => throw new NotSupportedException(type.Name),
        };
    }

    private static BigInteger Integer(IntType type, ReadOnlySpan<byte> word)
    {
        var number = new BigInteger(word, isUnsigned: !AbiParameters.IsSigned(type), isBigEndian: true);
        return AbiParameters.IsInRange(type, number) ? number : throw new AbiException($"{number} is out of the range of {type.CanonicalName}");
    }

    /// <summary>The part of a word that carries the value; the other part has to be zero.</summary>
    private static ReadOnlySpan<byte> Padded(ReadOnlySpan<byte> word, int split, bool isFront, ABIType type) =>
        (isFront ? word[..split] : word[split..]).ContainsAnyExcept((byte)0) ? throw new AbiException($"bytes beyond those of {type.CanonicalName}")
            : isFront ? word[split..] : word[..split];
}
