namespace Optimizer.Model;

/// <summary>Marks a base type whose derived type is chosen in a file by name, followed by its fields: <c>limit: { chain: base, max: 30 %
/// }</c>. The name is that of the derived type in camel case.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class OneOfAttribute : Attribute;

/// <summary>A former name of a type. Files may still use it; a note then gives the present name.</summary>
/// <param name="name">The former name, as files write it.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FormerNameAttribute(string name) : Attribute
{
    /// <summary>The former name.</summary>
    public string Name { get; } = name;
}

/// <summary>The accepted range of a number in a file. Without this attribute, every finite number is accepted.</summary>
/// <param name="minimum">The smallest accepted value.</param>
/// <param name="maximum">The largest accepted value.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BetweenAttribute(double minimum, double maximum = double.MaxValue) : Attribute
{
    /// <summary>The smallest accepted value.</summary>
    public double Minimum { get; } = minimum;

    /// <summary>The largest accepted value.</summary>
    public double Maximum { get; } = maximum;
}
