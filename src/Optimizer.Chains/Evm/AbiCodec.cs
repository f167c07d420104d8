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
        var output = new byte[SizeOf(types.Parts, values)];
        Write(types.Parts, values, output);
        return output;
    }

    /// <summary>Decodes values.</summary>
    /// <exception cref="AbiException">The bytes are no encoding of the types; the message says where.</exception>
    public static object[] Decode(AbiTuple types, ReadOnlySpan<byte> data)
    {
        var budget = data.Length / Word;
        return DecodeTuple(types.Parts, data, ref budget);
    }

    /// <summary>Bytes that values take, heads and tails; makes sure that each is of its type.</summary>
    private static int SizeOf(IReadOnlyList<AbiType> types, IReadOnlyList<object> values)
    {
        if (values.Count != types.Count)
            throw new AbiException($"{values.Count} values for {types.Count} types");
        var size = 0;
        for (var i = 0; i < values.Count; i++)
        {
            try
            {
                size += SizeOf(types[i], values[i]) + (types[i].IsDynamic ? Word : 0);
            }
            catch (AbiException wrong)
            {
                throw wrong.In(i);
            }
        }

        return size;
    }

    private static int SizeOf(AbiType type, object value) => (type, value) switch
    {
        (AbiInteger integer, BigInteger number) when IsInRange(integer, number) => Word,
        (AbiInteger integer, int number) when IsInRange(integer, number) => Word,
        (AbiAddress, EvmAddress) or (AbiBool, bool) => Word,
        (AbiBytes { Length: { } length }, byte[] bytes) when bytes.Length == length => Word,
        (AbiBytes { Length: null, IsText: false }, byte[] bytes) => Word + Padded(bytes.Length),
        (AbiBytes { IsText: true }, string text) => Word + Padded(StrictText.GetByteCount(text)),
        (AbiArray array, object[] elements) when array.Length is null || array.Length == elements.Length => (array.Length is null ? Word : 0) + SizeOf(Parts(array, elements.Length), elements),
        (AbiTuple tuple, object[] parts) => SizeOf(tuple.Parts, parts),
        _ => throw new AbiException($"{value} ({value.GetType().Name}) is no {type}"),
    };

    /// <summary>Writes values, whose sizes are known to fit.</summary>
    /// <param name="types">The types.</param>
    /// <param name="values">Values of them.</param>
    /// <param name="output">Zeros from where the values begin.</param>
    /// <returns>The bytes taken.</returns>
    private static int Write(IReadOnlyList<AbiType> types, IReadOnlyList<object> values, Span<byte> output)
    {
        var (head, tail) = (0, types.Sum(type => type.HeadSize));
        for (var i = 0; i < values.Count; i++)
        {
            if (types[i].IsDynamic)
            {
                WriteInteger(tail, output[head..]);
                tail += Write(types[i], values[i], output[tail..]);
            }
            else
            {
                Write(types[i], values[i], output[head..]);
            }

            head += types[i].HeadSize;
        }

        return tail;
    }

    private static int Write(AbiType type, object value, Span<byte> output)
    {
        switch (value)
        {
            case BigInteger number:
                return WriteInteger(number, output);
            case int number:
                return WriteInteger(number, output);
            case bool truth:
                return WriteInteger(truth ? 1 : 0, output);
            case EvmAddress address:
                address.Bytes.CopyTo(output[(Word - EvmAddress.Size)..]);
                return Word;
            case byte[] bytes when type is AbiBytes { Length: not null }:
                bytes.CopyTo(output);
                return Word;
            case byte[] bytes:
                bytes.CopyTo(output[WriteInteger(bytes.Length, output)..]);
                return Word + Padded(bytes.Length);
            case string text:
                return Word + Padded(StrictText.GetBytes(text, output[WriteInteger(StrictText.GetByteCount(text), output)..]));
            case object[] elements when type is AbiArray array:
                var length = array.Length is null ? WriteInteger(elements.Length, output) : 0;
                return length + Write(Parts(array, elements.Length), elements, output[length..]);
            default:
                return Write(((AbiTuple)type).Parts, (object[])value, output);
        }
    }

    private static int WriteInteger(BigInteger number, Span<byte> output)
    {
        if (number.Sign < 0)
            output[..Word].Fill(0xFF);
        number.TryWriteBytes(output[(Word - number.GetByteCount(isUnsigned: number.Sign >= 0))..Word], out _, isUnsigned: number.Sign >= 0, isBigEndian: true);
        return Word;
    }

    private static int Padded(int length) => (length + Word - 1) / Word * Word;

    private static AbiType[] Parts(AbiArray array, int length)
    {
        var parts = new AbiType[length];
        Array.Fill(parts, array.Element);
        return parts;
    }

    private static bool IsInRange(AbiInteger type, BigInteger number) => type.IsSigned
        ? number.GetBitLength() < type.Bits
        : number.Sign >= 0 && number.GetBitLength() <= type.Bits;

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
        return DecodeTuple(Parts(type, length), content, ref budget);
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
