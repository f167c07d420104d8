using System.Collections.Concurrent;
using System.Numerics;
using System.Reflection;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;

namespace Optimizer.Contracts.Abi;

/// <summary>The properties of a type that Nethereum's <see cref="ParameterAttribute"/> marks, as ABI parameters in order.</summary>
/// <remarks>Found once per type: reading the attributes takes longer than encoding does. Numbers are <see cref="BigInteger"/>,
/// addresses <see cref="EvmAddress"/>, tuples types of their own, arrays of these.</remarks>
internal sealed class AbiShape
{
    private static readonly ConcurrentDictionary<Type, AbiShape> Known = new();

    private readonly Type _type;
    private readonly PropertyInfo[] _properties;

    private AbiShape(Type type, IEnumerable<PropertyInfo> properties)
    {
        _type = type;
        _properties = [.. properties.OrderBy(property => Attribute(property).Order)];
        Parameters = new(_properties.Select((property, i) => Parameter(property, i + 1)));
    }

    /// <summary>The parameters.</summary>
    public AbiParameters Parameters { get; }

    /// <summary>Those of a function's arguments, or of its results.</summary>
    public static AbiShape Of(Type type) => Known.GetOrAdd(type, type => new(type, Marked(type)));

    /// <summary>The indexed parameters of an event, or the others.</summary>
    public static AbiShape OfEvent(Type type, bool indexed) => new(type, Marked(type).Where(property => Attribute(property).Parameter.Indexed == indexed));

    /// <summary>An instance's values, as <see cref="AbiParameters"/> takes them.</summary>
    public object[] Values(object instance) => [.. _properties.Select(property => Unbound(property.GetValue(instance) ?? throw new AbiException($"{_type.Name}.{property.Name} is not given")))];

    /// <summary>A new instance with values that <see cref="AbiParameters"/> gave.</summary>
    public object Create(object[] values)
    {
        var instance = Activator.CreateInstance(_type, nonPublic: true)!;
        Fill(instance, values);
        return instance;
    }

    /// <summary>Sets an instance's values.</summary>
    public void Fill(object instance, object[] values)
    {
        for (var i = 0; i < values.Length; i++)
            _properties[i].SetValue(instance, Bound(_properties[i].PropertyType, values[i]));
    }

    /// <summary>A single value as a property's or result's type has it.</summary>
    public static object Bound(Type type, object value)
    {
        if (value is not object[] parts)
            return value;
        if (!type.IsArray)
            return Of(type).Create(parts);
        var (element, bound) = (type.GetElementType()!, Array.CreateInstance(type.GetElementType()!, parts.Length));
        for (var i = 0; i < parts.Length; i++)
            bound.SetValue(Bound(element, parts[i]), i);
        return bound;
    }

    private static object Unbound(object value) => value switch
    {
        BigInteger or EvmAddress or bool or byte[] or string => value,
        Array elements => elements.Cast<object>().Select(Unbound).ToArray(),
        _ => Of(value.GetType()).Values(value),
    };

    private static IEnumerable<PropertyInfo> Marked(Type type) => type.GetProperties().Where(property => property.IsDefined(typeof(ParameterAttribute)));

    private static ParameterAttribute Attribute(PropertyInfo property) => property.GetCustomAttribute<ParameterAttribute>()!;

    /// <summary>The parameter of a property; tuples get the components of the property's type.</summary>
    private static Parameter Parameter(PropertyInfo property, int order)
    {
        var attribute = Attribute(property);
        var parameter = new Parameter(attribute.Type, attribute.Name, order) { Indexed = attribute.Parameter.Indexed };
        var (type, abi) = (property.PropertyType, parameter.ABIType);
        while (abi is ArrayType array)
            (type, abi) = (type.GetElementType()!, array.ElementType);
        if (abi is TupleType tuple)
            tuple.SetComponents([.. Of(type).Parameters.Parameters]);
        return parameter;
    }
}
