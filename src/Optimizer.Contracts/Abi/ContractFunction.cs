using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;
using Optimizer.Model;

namespace Optimizer.Contracts.Abi;

/// <summary>A call of a contract's function, with its arguments by name. Derived types carry Nethereum's
/// <see cref="FunctionAttribute"/>, and <see cref="ParameterAttribute"/> on every argument.</summary>
public abstract class ContractFunction
{
    private readonly Definition _definition;
    private readonly byte[] _selector;

    /// <param name="name">The function's name; null for that of the attribute.</param>
    protected ContractFunction(string? name = null)
    {
        _definition = Definition.Of(GetType());
        (Name, _selector) = name is null ? (_definition.Name, _definition.Selector) : (name, Definition.SelectorOf(name, _definition.Inputs.Parameters));
    }

    /// <summary>The function's name.</summary>
    public string Name { get; }

    /// <summary>Name, types and names of the arguments: <c>approve(address spender, uint256 value)</c>.</summary>
    public string Signature => $"{Name}({_definition.Inputs.Parameters})";

    /// <summary>What selects the function: the first four bytes of the Keccak-256 of its name and types.</summary>
    public ReadOnlySpan<byte> Selector => _selector;

    /// <summary>What the type declares.</summary>
    private protected Definition Declared => _definition;

    /// <summary>The calldata: the selector and the encoded arguments.</summary>
    /// <exception cref="AbiException">An argument does not fit its type.</exception>
    public byte[] Encode() => [.. Selector, .. _definition.Inputs.Parameters.Encode(_definition.Inputs.Values(this))];

    /// <summary>The call of a contract, for a plan.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="value">Native base units sent along.</param>
    /// <exception cref="AbiException">An argument does not fit its type.</exception>
    public ContractCall Call(EvmAddress contract, BigInteger value = default) => new()
    {
        To = contract.ToString(),
        Value = value,
        Function = Signature,
        Arguments = [.. _definition.Inputs.Values(this).Select(Shown)],
        Data = Hex.Of(Encode()),
    };

    /// <summary>The arguments of calldata; null where it calls another function, or encodes no arguments of this one.</summary>
    public static T? TryRead<T>(ReadOnlySpan<byte> data)
        where T : ContractFunction, new()
    {
        var function = new T();
        if (!data.StartsWith(function.Selector))
            return null;
        try
        {
            function._definition.Inputs.Fill(function, function._definition.Inputs.Parameters.DecodeCall(data[4..]));
            return function;
        }
        catch (AbiException)
        {
            return null;
        }
    }

    private static string Shown(object argument) => argument switch
    {
        byte[] bytes => Hex.Of(bytes),
        object[] parts => $"({string.Join(", ", parts.Select(Shown))})",
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        var other => other.ToString()!,
    };

    /// <summary>What the attributes of a type declare; read once.</summary>
    private protected sealed class Definition
    {
        private static readonly ConcurrentDictionary<Type, Definition> Known = new();

        private Definition(Type type)
        {
            var attribute = type.GetCustomAttribute<FunctionAttribute>()!;
            (Name, Inputs) = (attribute.Name, AbiShape.Of(type));
            Selector = SelectorOf(Name, Inputs.Parameters);
            ResultType = attribute.DTOReturnType;
            Results = attribute.ReturnType is { } single ? new([new Parameter(single)]) : ResultType is null ? null : AbiShape.Of(ResultType).Parameters;
        }

        public string Name { get; }

        public byte[] Selector { get; }

        public AbiShape Inputs { get; }

        /// <summary>The class of the results; null where it is a single value.</summary>
        public Type? ResultType { get; }

        /// <summary>The results; null where the attribute names none.</summary>
        public AbiParameters? Results { get; }

        public static Definition Of(Type type) => Known.GetOrAdd(type, type => new(type));

        public static byte[] SelectorOf(string name, AbiParameters inputs) =>
            Convert.FromHexString(new FunctionABI(name, constant: false) { InputParameters = [.. inputs.Parameters] }.Sha3Signature);
    }
}

/// <summary>A function that is called to be answered.</summary>
/// <typeparam name="TResult">What it returns: a value, an array, or a type with Nethereum's <see cref="ParameterAttribute"/> on every
/// result. A single tuple without dynamic parts is declared as its components: the encoding is the same.</typeparam>
public abstract class ContractFunction<TResult> : ContractFunction
{
    /// <param name="name">The function's name; null for that of the attribute.</param>
    protected ContractFunction(string? name = null)
        : base(name)
    {
    }

    /// <summary>The results of a call.</summary>
    /// <exception cref="AbiException">The bytes are no results of this function.</exception>
    public TResult Decode(ReadOnlySpan<byte> data)
    {
        var values = Declared.Results!.Decode(data);
        return (TResult)(Declared.ResultType is null ? AbiShape.Bound(typeof(TResult), values[0]) : AbiShape.Of(typeof(TResult)).Create(values));
    }
}
