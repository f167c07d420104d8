namespace Optimizer.Model;

/// <summary>Marks a base type of which a file holds one kind, written as the kind's name and its fields:
/// <c>limit: { chain: base, max: 30 % }</c>. The name is the type's name with a small first letter.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class OneOfAttribute : Attribute;

/// <summary>A name that a kind had before: read with a note that gives the present one.</summary>
/// <param name="name">The former name, as files write it.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FormerNameAttribute(string name) : Attribute
{
    /// <summary>The former name.</summary>
    public string Name { get; } = name;
}

/// <summary>Bounds a number of a file; without it, every finite number is accepted.</summary>
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
