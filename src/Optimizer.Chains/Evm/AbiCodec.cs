using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Optimizer.Chains.Evm;

/// <summary>Encodes and decodes values as contracts do (Solidity documentation, Contract ABI Specification).</summary>
/// <remarks>Decoding is strict, for what comes from an endpoint may be anything: every offset, length, padding and range is
/// checked, and no input makes it build more values than the input has words.</remarks>
public static class AbiCodec
{
    /// <summary>Bytes in a word, the unit of every encoding.</summary>
    public const int Word = 32;

    private static readonly UTF8Encoding StrictText = new(false, throwOnInvalidBytes: true);

    /// <summary>Encodes values in order.</summary>
    /// <exception cref="AbiException">A value is not of its type, or out of its range; the message says which.</exception>
    public static byte[] Encode(AbiTuple types, params IReadOnlyList<object> values)
    {
        var output = new List<byte>();
        EncodeTuple(types.Parts, values, output);
        return [.. output];
    }

    /// <summary>Decodes values.</summary>
    /// <exception cref="AbiException">The bytes are no encoding of the types; the message says where.</exception>
    public static object[] Decode(AbiTuple types, ReadOnlySpan<byte> data)
    {
        var budget = data.Length / Word;
        return DecodeTuple(types.Parts, data, ref budget);
    }

    private static void EncodeTuple(IReadOnlyList<AbiType> types, IReadOnlyList<object> values, List<byte> output)
    {
        if (values.Count != types.Count)
            throw new AbiException($"{values.Count} values for {types.Count} types");
        var start = output.Count;
        var at = start;
        // Offsets are filled in once it is known where the values begin.
        output.AddRange(new byte[types.Sum(type => type.HeadSize)]);
        var fixedPart = new List<byte>(Word);
        for (var i = 0; i < types.Count; i++)
        {
            try
            {
                fixedPart.Clear();
                if (types[i].IsDynamic)
                {
                    EncodeInteger(output.Count - start, fixedPart);
                    EncodeOne(types[i], values[i], output);
                }
                else
                {
                    EncodeOne(types[i], values[i], fixedPart);
                }
            }
            catch (AbiException wrong)
            {
                throw wrong.In(i);
            }

            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(fixedPart).CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(output)[at..]);
            at += types[i].HeadSize;
        }
    }

    private static void EncodeOne(AbiType type, object value, List<byte> output)
    {
        switch (type, value)
        {
            case (AbiInteger integer, BigInteger number) when IsInRange(integer, number):
                EncodeInteger(number, output);
                break;
            case (AbiInteger integer, int number) when IsInRange(integer, number):
                EncodeInteger(number, output);
                break;
            case (AbiAddress, EvmAddress address):
                output.AddRange(new byte[Word - EvmAddress.Size]);
                output.AddRange(address.Bytes);
                break;
            case (AbiBool, bool truth):
                EncodeInteger(truth ? 1 : 0, output);
                break;
            case (AbiBytes { Length: { } length }, byte[] bytes) when bytes.Length == length:
                output.AddRange(bytes);
                output.AddRange(new byte[Word - length]);
                break;
            case (AbiBytes { Length: null, IsText: false }, byte[] bytes):
                EncodeBytes(bytes, output);
                break;
            case (AbiBytes { IsText: true }, string text):
                EncodeBytes(StrictText.GetBytes(text), output);
                break;
            case (AbiArray array, object[] elements) when array.Length is null || array.Length == elements.Length:
                if (array.Length is null)
                    EncodeInteger(elements.Length, output);
                EncodeTuple([.. Enumerable.Repeat(array.Element, elements.Length)], elements, output);
                break;
            case (AbiTuple tuple, object[] parts):
                EncodeTuple(tuple.Parts, parts, output);
                break;
            default:
                throw new AbiException($"{value} ({value.GetType().Name}) is no {type}");
        }
    }

    private static void EncodeBytes(byte[] bytes, List<byte> output)
    {
        EncodeInteger(bytes.Length, output);
        output.AddRange(bytes);
        output.AddRange(new byte[(Word - bytes.Length % Word) % Word]);
    }

    private static void EncodeInteger(BigInteger number, List<byte> output)
    {
        var word = new byte[Word];
        if (number.Sign < 0)
            Array.Fill(word, (byte)0xFF);
        var length = number.GetByteCount(isUnsigned: number.Sign >= 0);
        number.TryWriteBytes(word.AsSpan(Word - length), out _, isUnsigned: number.Sign >= 0, isBigEndian: true);
        output.AddRange(word);
    }

    private static bool IsInRange(AbiInteger type, BigInteger number) => type.IsSigned
        ? number >= -BigInteger.One << (type.Bits - 1) && number < BigInteger.One << (type.Bits - 1)
        : number.Sign >= 0 && number < BigInteger.One << type.Bits;

    private static object[] DecodeTuple(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data, ref int budget)
    {
        var values = new object[types.Count];
        var at = 0;
        for (var i = 0; i < values.Length; i++)
        {
            try
            {
                values[i] = DecodeOne(types[i], data[(types[i].IsDynamic ? Length(data, at) : Math.Min(at, data.Length))..], ref budget);
            }
            catch (AbiException wrong)
            {
                throw wrong.In(i);
            }

            at += types[i].HeadSize;
        }

        return values;
    }

    private static object DecodeOne(AbiType type, ReadOnlySpan<byte> data, ref int budget)
    {
        // Every value that is not made of others takes a word, and so does every length.
        if (type is not (AbiTuple or AbiArray { Length: not null }) && --budget < 0)
            throw new AbiException("more values than the data has words");
        return type switch
        {
            AbiInteger integer => DecodeInteger(integer, data),
            AbiAddress => WordAt(data, 0)[..(Word - EvmAddress.Size)].ContainsAnyExcept((byte)0)
                ? throw new AbiException("an address with more than 20 bytes")
                : new EvmAddress(data[(Word - EvmAddress.Size)..Word]),
            AbiBool => DecodeInteger(new(256, false), data) is var truth && truth <= 1 ? truth.IsOne : throw new AbiException($"a truth value of {truth}"),
            AbiBytes { Length: { } length } => WordAt(data, 0)[length..].ContainsAnyExcept((byte)0)
                ? throw new AbiException($"bytes beyond the {length} of bytes{length}")
                : data[..length].ToArray(),
            AbiBytes bytes => DecodeBytes(bytes, data),
            AbiArray array => DecodeArray(array, data, ref budget),
            AbiTuple tuple => DecodeTuple(tuple.Parts, data, ref budget),
            _ => throw new NotSupportedException(type.ToString()),
        };
    }

    private static BigInteger DecodeInteger(AbiInteger type, ReadOnlySpan<byte> data)
    {
        var number = new BigInteger(WordAt(data, 0), isUnsigned: !type.IsSigned, isBigEndian: true);
        return IsInRange(type, number) ? number : throw new AbiException($"{number} is out of the range of {type}");
    }

    private static object DecodeBytes(AbiBytes type, ReadOnlySpan<byte> data)
    {
        var length = Length(data, 0);
        if (length > data.Length - Word)
            throw new AbiException($"{length} bytes announced, {data.Length - Word} there");
        var content = data.Slice(Word, length);
        if (!type.IsText)
            return content.ToArray();
        try
        {
            return StrictText.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            throw new AbiException("text that is not UTF-8");
        }
    }

    private static object[] DecodeArray(AbiArray type, ReadOnlySpan<byte> data, ref int budget)
    {
        var length = type.Length ?? Length(data, 0);
        var content = type.Length is null ? data[Word..] : data;
        if (length > budget || (long)length * type.Element.HeadSize > content.Length)
            throw new AbiException($"{length} elements announced, {content.Length} bytes there");
        return DecodeTuple([.. Enumerable.Repeat(type.Element, length)], content, ref budget);
    }

    /// <summary>An offset or a length: no larger than the data.</summary>
    private static int Length(ReadOnlySpan<byte> data, int at)
    {
        var word = WordAt(data, at);
        var value = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
        return word[..24].ContainsAnyExcept((byte)0) || value > (ulong)data.Length
            ? throw new AbiException("an offset or a length beyond the data")
            : (int)value;
    }

    private static ReadOnlySpan<byte> WordAt(ReadOnlySpan<byte> data, int at) =>
        at <= data.Length - Word ? data.Slice(at, Word) : throw new AbiException($"the data ends after {data.Length} bytes");
}

/// <summary>Bytes are not the encoding of what was expected, or values not of the types that they are encoded as.</summary>
public sealed class AbiException : Exception
{
    private readonly string _path;
    private readonly string _what;

    /// <param name="what">What is wrong.</param>
    public AbiException(string what)
        : this("", what)
    {
    }

    private AbiException(string path, string what)
        : base(path.Length == 0 ? what : $"value {path}: {what}") => (_path, _what) = (path, what);

    /// <summary>The same in the value of an index: paths are made only where something is wrong.</summary>
    internal AbiException In(int index) => new($"[{index}]{_path}", _what);
}
