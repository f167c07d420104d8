using System.Numerics;

namespace Optimizer.Model;

/// <summary>What plans may call: the rules that an owner writes once and that no plan may break. One YAML file.</summary>
/// <remarks>In the sense of Zodiac Roles: what no rule allows is forbidden.</remarks>
public sealed record Policy
{
    /// <summary>The policy's name.</summary>
    public required string Name { get; init; }

    /// <summary>The calls that are allowed.</summary>
    public required IReadOnlyList<PolicyRule> Allow { get; init; }

    /// <summary>The most of a token that all steps of a plan may take out of the account together, in whole tokens, by token
    /// (<c>USDC@base</c>); tokens that are not named may be spent without limit.</summary>
    public IReadOnlyDictionary<string, Amount> Spend { get; init; } = new Dictionary<string, Amount>();
}

/// <summary>A call that is allowed.</summary>
public sealed record PolicyRule
{
    /// <summary>The rule's name, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>The chain.</summary>
    public required string Chain { get; init; }

    /// <summary>The contract.</summary>
    public required string Contract { get; init; }

    /// <summary>The function as its ABI has it, with the names of its arguments.</summary>
    public required string Function { get; init; }

    /// <summary>What arguments have to be, by name; arguments that are not named may be anything. <c>account</c> is the plan's own
    /// account on the chain.</summary>
    public IReadOnlyDictionary<string, string> Where { get; init; } = new Dictionary<string, string>();

    /// <summary>The most that numeric arguments may be, in base units, by name.</summary>
    public IReadOnlyDictionary<string, BigInteger> AtMost { get; init; } = new Dictionary<string, BigInteger>();

    /// <summary>The most native base units that may be sent along; none by default.</summary>
    public BigInteger Value { get; init; }
}
