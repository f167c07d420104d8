using System.Numerics;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.Model;

namespace Optimizer.Contracts.Abi;

/// <summary>A list of ABI parameters: what a function takes, what it returns, or what an event logs.</summary>
/// <remarks>
/// Nethereum encodes and decodes. Decoding is made strict here, because an endpoint may send anything: the layout must be the one
/// that compilers write, and the decoded values must encode to the same bytes. Results without dynamic parts are read by
/// <see cref="StaticWords"/>, which is about a hundred times as fast (docs/decisions/009-nethereum.md).
/// <para>Values are <see cref="BigInteger"/> or <c>int</c>, <see cref="EvmAddress"/>, <c>bool</c>, <c>byte[]</c>, <c>string</c>, and
/// <c>object[]</c> for arrays and tuples. Bytes beyond the encoding are ignored.</para>
/// </remarks>
public sealed class AbiParameters
{
    private static readonly ParametersEncoder Encoder = new();
    private static readonly ParameterDecoder Decoder = new();

    private readonly Parameter[] _parameters;
    private readonly ABIType[] _types;
    private readonly bool _isStatic;

    /// <param name="parameters">The parameters, in order; tuples with their components.</param>
    public AbiParameters(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters];
        _types = [.. _parameters.Select(parameter => parameter.ABIType)];
        _isStatic = Array.TrueForAll(_types, type => !type.IsDynamic());
    }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The names of the parameters, with those of a tuple's components in its place; empty where one has none, or
    /// is a list of tuples.</summary>
    public IReadOnlyList<string> LeafNames => [.. Leaves(_parameters).Select(leaf => IsTuples(leaf.ABIType) ? "" : leaf.Name ?? "")];

    /// <summary>Encodes values, one per parameter.</summary>
    /// <exception cref="AbiException">A value is not of its type or outside its range; the message gives its place.</exception>
    public byte[] Encode(params IReadOnlyList<object> values)
    {
        var converted = Convert(_types, values);
        try
        {
            return Encoder.EncodeAbiTypes(_types, converted);
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            throw new AbiException(wrong.Message, wrong);
        }
    }

    /// <summary>Decodes values, one per parameter.</summary>
    /// <exception cref="AbiException">The bytes do not encode these parameters.</exception>
    public object[] Decode(ReadOnlySpan<byte> data)
    {
        if (_isStatic)
            return StaticWords.Read(_types, data);
        var encoding = data[..AbiLayout.Length(_types, data)].ToArray();
        object[] values;
        try
        {
            values = [.. Decoder.DecodeDefaultData(encoding, _parameters).Select(output => Bound(output.Parameter.ABIType, output.Result))];
        }
        catch (Exception wrong) when (wrong is not (OutOfMemoryException or AbiException))
        {
            throw new AbiException("the data cannot be decoded", wrong);
        }

        return Encode(values).AsSpan().SequenceEqual(encoding) ? values : throw new AbiException("a value outside the range of its type, or padding that is not zero");
    }

    /// <summary>Decodes values, one per name of <see cref="LeafNames"/>.</summary>
    /// <exception cref="AbiException">The bytes do not encode these parameters.</exception>
    public object[] DecodeLeaves(ReadOnlySpan<byte> data) => [.. Leaves(_parameters, Decode(data))];

    private static bool IsTuples(ABIType type) => type is TupleType || type is ArrayType array && IsTuples(array.ElementType);

    private static IEnumerable<Parameter> Leaves(IEnumerable<Parameter> parameters) => parameters.SelectMany(parameter => parameter.ABIType is TupleType tuple ? Leaves(tuple.Components) : [parameter]);

    private static IEnumerable<object> Leaves(IEnumerable<Parameter> parameters, object[] values) =>
        parameters.Zip(values).SelectMany(pair => pair.First.ABIType is TupleType tuple ? Leaves(tuple.Components, (object[])pair.Second) : [pair.Second]);

    /// <summary>A value as Nethereum takes it.</summary>
    private static object Convert(ABIType type, object value) => (type, value) switch
    {
        (AddressType, EvmAddress address) => address.ToLowerHex(),
        (IntType integer, BigInteger number) when IsInRange(integer, number) => number,
        (IntType integer, int number) when IsInRange(integer, number) => (BigInteger)number,
        (BoolType, bool) or (StringType, string) or (BytesType, byte[]) => value,
        (Bytes32Type, byte[] { Length: Hex.WordSize }) => value,
        (BytesElementaryType fixedBytes, byte[] bytes) when bytes.Length == fixedBytes.StaticSize => value,
        (DynamicArrayType array, object[] elements) => Convert([.. Enumerable.Repeat(array.ElementType, elements.Length)], elements),
        (StaticArrayType array, object[] elements) when AbiLayout.Count(array) == elements.Length => Convert([.. Enumerable.Repeat(array.ElementType, elements.Length)], elements),
        (TupleType tuple, object[] parts) => Convert(AbiLayout.Types(tuple), parts),
        _ => throw new AbiException($"{value} ({value.GetType().Name}) is not of type {type.CanonicalName}"),
    };

    private static object[] Convert(ABIType[] types, IReadOnlyList<object> values)
    {
        if (values.Count != types.Length)
            throw new AbiException($"{values.Count} values for {types.Length} types");
        var converted = new object[values.Count];
        for (var i = 0; i < converted.Length; i++)
        {
            try
            {
                converted[i] = Convert(types[i], values[i]);
            }
            catch (AbiException wrong)
            {
                throw wrong.In(i);
            }
        }

        return converted;
    }

    /// <summary>A value as Nethereum gives it, as this product writes it.</summary>
    private static object Bound(ABIType type, object value) => (type, value) switch
    {
        (AddressType, string address) => EvmAddress.Parse(address),
        (TupleType, IEnumerable<ParameterOutput> parts) => parts.Select(part => Bound(part.Parameter.ABIType, part.Result)).ToArray(),
        (ArrayType array, System.Collections.IList elements) => elements.Cast<object>().Select(element => Bound(array.ElementType, element)).ToArray(),
        (StringType, string text) when text.Contains('\uFFFD', StringComparison.Ordinal) => throw new AbiException("text that is not UTF-8"),
        _ => value,
    };

    /// <summary>Whether an integer type holds a number.</summary>
    internal static bool IsInRange(IntType type, BigInteger number) => IsSigned(type)
        ? number.GetBitLength() < 8 * type.StaticSize
        : number.Sign >= 0 && number.GetBitLength() <= 8 * type.StaticSize;

    /// <summary>Whether an integer type is signed.</summary>
    internal static bool IsSigned(IntType type) => type.CanonicalName.StartsWith('i');

    /// <summary>Names and types, as an ABI lists them: <c>address spender, uint256 value</c>.</summary>
    public override string ToString() => Text(_parameters);

    private static string Text(IEnumerable<Parameter> parameters) =>
        string.Join(", ", parameters.Select(parameter => $"{Text(parameter.ABIType)}{(parameter.Indexed ? " indexed" : "")}{(string.IsNullOrEmpty(parameter.Name) ? "" : $" {parameter.Name}")}"));

    private static string Text(ABIType type) => type switch
    {
        TupleType tuple => $"({Text(tuple.Components)})",
        ArrayType array => $"{Text(array.ElementType)}{type.CanonicalName[array.ElementType.CanonicalName.Length..]}",
        _ => type.CanonicalName,
    };
}
