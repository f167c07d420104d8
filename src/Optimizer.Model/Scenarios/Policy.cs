using System.Numerics;

namespace Optimizer.Model;

/// <summary>The calls that plans may make. The owner writes these rules once; no plan may break them. One YAML file.</summary>
/// <remarks>As in Zodiac Roles: a call that no rule allows is forbidden.</remarks>
public sealed record Policy
{
    /// <summary>The policy's name.</summary>
    public required string Name { get; init; }

    /// <summary>The calls that are allowed.</summary>
    public required IReadOnlyList<PolicyRule> Allow { get; init; }

    /// <summary>Spending limits by token (<c>USDC@base</c>), in whole tokens, for all steps of a plan together; tokens that are not named
    /// have no limit.</summary>
    public IReadOnlyDictionary<string, Amount> Spend { get; init; } = new Dictionary<string, Amount>();
}

/// <summary>An allowed call.</summary>
public sealed record PolicyRule
{
    /// <summary>The rule's name, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>The chain.</summary>
    public required string Chain { get; init; }

    /// <summary>The contract.</summary>
    public required string Contract { get; init; }

    /// <summary>The function signature from the ABI, with argument names.</summary>
    public required string Function { get; init; }

    /// <summary>Required values of arguments, by name; other arguments may have any value. <c>account</c> means the plan's own account on
    /// the chain.</summary>
    public IReadOnlyDictionary<string, string> Where { get; init; } = new Dictionary<string, string>();

    /// <summary>Upper bounds of numeric arguments, in base units, by name.</summary>
    public IReadOnlyDictionary<string, BigInteger> AtMost { get; init; } = new Dictionary<string, BigInteger>();

    /// <summary>The most native base units that the call may send; 0 by default.</summary>
    public BigInteger Value { get; init; }
}
