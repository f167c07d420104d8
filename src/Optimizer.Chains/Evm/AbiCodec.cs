using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Optimizer.Chains.Evm;

/// <summary>Encodes and decodes values as contracts do (Solidity documentation, Contract ABI Specification).</summary>
/// <remarks>Decoding is strict, for what comes from an endpoint may be anything: every offset, length, padding and range is
/// checked, and no input makes it build more values than the input has words.</remarks>
public static class AbiCodec
{
    internal const int Word = 32;

    private static readonly UTF8Encoding StrictText = new(false, throwOnInvalidBytes: true);

    /// <summary>Encodes values in order.</summary>
    /// <exception cref="ArgumentException">A value is not of its type, or out of its range; the message says which.</exception>
    public static byte[] Encode(AbiTuple types, params IReadOnlyList<object> values)
    {
        var output = new List<byte>();
        EncodeTuple(types.Parts, values, output, "");
        return [.. output];
    }

    /// <summary>Decodes values.</summary>
    /// <exception cref="AbiException">The bytes are no encoding of the types; the message says where.</exception>
    public static object[] Decode(AbiTuple types, ReadOnlySpan<byte> data)
    {
        var budget = data.Length / Word;
        return DecodeTuple(types.Parts, data, "", ref budget);
    }

    private static void EncodeTuple(IReadOnlyList<AbiType> types, IReadOnlyList<object> values, List<byte> output, string path)
    {
        if (values.Count != types.Count)
            throw new ArgumentException($"{(path.Length == 0 ? "arguments" : path)}: {values.Count} values for {types.Count} types");
        var head = types.Sum(type => type.HeadSize);
        var tail = new List<byte>();
        for (var i = 0; i < types.Count; i++)
        {
            var place = $"{path}[{i}]";
            if (types[i].IsDynamic)
            {
                EncodeInteger(head + tail.Count, output);
                EncodeOne(types[i], values[i], tail, place);
            }
            else
            {
                EncodeOne(types[i], values[i], output, place);
            }
        }

        output.AddRange(tail);
    }

    private static void EncodeOne(AbiType type, object value, List<byte> output, string path)
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
                EncodeTuple([.. Enumerable.Repeat(array.Element, elements.Length)], elements, output, path);
                break;
            case (AbiTuple tuple, object[] parts):
                EncodeTuple(tuple.Parts, parts, output, path);
                break;
            default:
                throw new ArgumentException($"argument {path}: {value} ({value.GetType().Name}) is no {type}");
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

    private static object[] DecodeTuple(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data, string path, ref int budget)
    {
        var values = new object[types.Count];
        var at = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var place = $"{path}[{i}]";
            if (types[i].IsDynamic)
            {
                var offset = Length(data, at, place);
                values[i] = DecodeOne(types[i], data[offset..], place, ref budget);
            }
            else
            {
                values[i] = DecodeOne(types[i], data[Math.Min(at, data.Length)..], place, ref budget);
            }

            at += types[i].HeadSize;
        }

        return values;
    }

    private static object DecodeOne(AbiType type, ReadOnlySpan<byte> data, string path, ref int budget)
    {
        // Every value that is not made of others takes a word, and so does every length.
        if (type is not (AbiTuple or AbiArray { Length: not null }) && --budget < 0)
            throw new AbiException(path, "more values than the data has words");
        return type switch
        {
            AbiInteger integer => DecodeInteger(integer, data, path),
            AbiAddress => WordAt(data, 0, path)[..(Word - EvmAddress.Size)].ContainsAnyExcept((byte)0)
                ? throw new AbiException(path, "an address with more than 20 bytes")
                : new EvmAddress(data[(Word - EvmAddress.Size)..Word]),
            AbiBool => DecodeInteger(new(256, false), data, path) is var truth && truth <= 1 ? truth.IsOne : throw new AbiException(path, $"a truth value of {truth}"),
            AbiBytes { Length: { } length } => WordAt(data, 0, path)[length..].ContainsAnyExcept((byte)0)
                ? throw new AbiException(path, $"bytes beyond the {length} of bytes{length}")
                : data[..length].ToArray(),
            AbiBytes bytes => DecodeBytes(bytes, data, path),
            AbiArray array => DecodeArray(array, data, path, ref budget),
            AbiTuple tuple => DecodeTuple(tuple.Parts, data, path, ref budget),
            _ => throw new NotSupportedException(type.ToString()),
        };
    }

    private static BigInteger DecodeInteger(AbiInteger type, ReadOnlySpan<byte> data, string path)
    {
        var number = new BigInteger(WordAt(data, 0, path), isUnsigned: !type.IsSigned, isBigEndian: true);
        return IsInRange(type, number) ? number : throw new AbiException(path, $"{number} is out of the range of {type}");
    }

    private static object DecodeBytes(AbiBytes type, ReadOnlySpan<byte> data, string path)
    {
        var length = Length(data, 0, path);
        if (length > data.Length - Word)
            throw new AbiException(path, $"{length} bytes announced, {data.Length - Word} there");
        var content = data.Slice(Word, length);
        if (!type.IsText)
            return content.ToArray();
        try
        {
            return StrictText.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            throw new AbiException(path, "text that is not UTF-8");
        }
    }

    private static object[] DecodeArray(AbiArray type, ReadOnlySpan<byte> data, string path, ref int budget)
    {
        var length = type.Length ?? Length(data, 0, path);
        var content = type.Length is null ? data[Word..] : data;
        if (length > budget || (long)length * type.Element.HeadSize > content.Length)
            throw new AbiException(path, $"{length} elements announced, {content.Length} bytes there");
        return DecodeTuple([.. Enumerable.Repeat(type.Element, length)], content, path, ref budget);
    }

    /// <summary>An offset or a length: no larger than the data.</summary>
    private static int Length(ReadOnlySpan<byte> data, int at, string path)
    {
        var word = WordAt(data, at, path);
        var value = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
        return word[..24].ContainsAnyExcept((byte)0) || value > (ulong)data.Length
            ? throw new AbiException(path, "an offset or a length beyond the data")
            : (int)value;
    }

    private static ReadOnlySpan<byte> WordAt(ReadOnlySpan<byte> data, int at, string path) =>
        at <= data.Length - Word ? data.Slice(at, Word) : throw new AbiException(path, $"the data ends after {data.Length} bytes");
}

/// <summary>Bytes are not the encoding of what was expected.</summary>
/// <param name="path">Which value, by its indices.</param>
/// <param name="what">What is wrong with it.</param>
public sealed class AbiException(string path, string what) : Exception($"value {path}: {what}");
