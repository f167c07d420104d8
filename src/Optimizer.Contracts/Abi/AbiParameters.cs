using System.Numerics;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.Model;

namespace Optimizer.Contracts.Abi;

/// <summary>A list of ABI parameters: what a function takes, what it returns, or what an event logs.</summary>
/// <remarks>
/// Nethereum's types encode. <see cref="AbiReader"/> decodes: an endpoint may send anything, and Nethereum's decoder reads short data as
/// zeros and misreads tails in another order (docs/decisions/009-nethereum.md).
/// <para>Values are <see cref="BigInteger"/> or <c>int</c>, <see cref="EvmAddress"/>, <c>bool</c>, <c>byte[]</c>, <c>string</c>, and
/// <c>object[]</c> for arrays and tuples. Bytes beyond the encoding are ignored.</para>
/// </remarks>
public sealed class AbiParameters
{
    private static readonly ParametersEncoder Encoder = new();

    private readonly Parameter[] _parameters;
    private readonly ABIType[] _types;

    /// <param name="parameters">The parameters, in order; tuples with their components.</param>
    public AbiParameters(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters];
        _types = [.. _parameters.Select(parameter => parameter.ABIType)];
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
    public object[] Decode(ReadOnlySpan<byte> data) => AbiReader.Read(_types, data);

    /// <summary>Decodes calldata as old contracts do, which ignore bytes in front of an address.</summary>
    /// <exception cref="AbiException">The bytes do not encode these parameters.</exception>
    internal object[] DecodeCall(ReadOnlySpan<byte> data) => AbiReader.Read(_types, data, masksAddresses: true);

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
        (AddressType, EvmAddress { IsGiven: false }) => throw new AbiException("an address that was not given"),
        (AddressType, EvmAddress address) => address.ToLowerHex(),
        (IntType integer, BigInteger number) when IsInRange(integer, number) => number,
        (IntType integer, int number) when IsInRange(integer, number) => (BigInteger)number,
        (BoolType, bool) or (StringType, string) or (BytesType, byte[]) => value,
        (Bytes32Type, byte[] { Length: Hex.WordSize }) => value,
        (BytesElementaryType fixedBytes, byte[] bytes) when bytes.Length == fixedBytes.StaticSize => value,
        (DynamicArrayType array, object[] elements) => Convert([.. Enumerable.Repeat(array.ElementType, elements.Length)], elements),
        (StaticArrayType array, object[] elements) when AbiReader.Count(array) == elements.Length => Convert([.. Enumerable.Repeat(array.ElementType, elements.Length)], elements),
        (TupleType tuple, object[] parts) => Convert(AbiReader.Types(tuple), parts),
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
