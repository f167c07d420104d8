using System.Numerics;

namespace Optimizer.Model;

/// <summary>A plan ready for signing: every step with its contract calls. One JSON file.</summary>
public sealed record TransactionPlan
{
    /// <summary>The plan's name.</summary>
    public required string Name { get; init; }

    /// <summary>The snapshot from which the plan was made and against which it is checked.</summary>
    public required string Snapshot { get; init; }

    /// <summary>The moment of that snapshot.</summary>
    public required DateTimeOffset SnapshotTakenAt { get; init; }

    /// <summary>The time until which the plan may be executed; calls with a deadline use this time.</summary>
    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>The accounts that execute the plan, by chain.</summary>
    public required IReadOnlyDictionary<string, string> Accounts { get; init; }

    /// <summary>The Safe's next nonce by chain, for the hashes that signers compare; only where given.</summary>
    public IReadOnlyDictionary<string, BigInteger> Nonces { get; init; } = new Dictionary<string, BigInteger>();

    /// <summary>The version of the Safes, which determines the batching contract; only where given.</summary>
    public string? SafeVersion { get; init; }

    /// <summary>What each account holds idle before the plan, in base units by token.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Before { get; init; }

    /// <summary>Idle amounts that must stay, in base units by token: locked amounts, and gas for the exit.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Reserved { get; init; }

    /// <summary>Guaranteed idle balances after the plan, in base units by token. Amounts received above the minima come on top.</summary>
    public required IReadOnlyDictionary<string, BigInteger> After { get; init; }

    /// <summary>Guaranteed change of each position in base units, by opportunity; negative for a decrease.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Positions { get; init; }

    /// <summary>Expected cost of all steps, in USD: the sum of their gas and fees.</summary>
    public required double CostUsd { get; init; }

    /// <summary>The steps; each comes after those it depends on.</summary>
    public required IReadOnlyList<TransactionStep> Steps { get; init; }
}

/// <summary>One step with its calls.</summary>
public sealed record TransactionStep
{
    /// <summary>The step's number in the plan, from 1.</summary>
    public required int Id { get; init; }

    /// <summary>What it does.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>The chain on which it is done.</summary>
    public required string Chain { get; init; }

    /// <summary>What it does, in a sentence with exact amounts.</summary>
    public required string Description { get; init; }

    /// <summary>The route or opportunity that the step uses.</summary>
    public required string Via { get; init; }

    /// <summary>The token that is spent, or whose position shrinks.</summary>
    public required TokenId Token { get; init; }

    /// <summary>Maximum amount spent, in base units of <see cref="Token"/>; the exact amount where the chain allows it.</summary>
    public required BigInteger Amount { get; init; }

    /// <summary>The token that is received; absent if none is.</summary>
    public TokenId? ReceivedToken { get; init; }

    /// <summary>Expected amount received, in base units.</summary>
    public required BigInteger Received { get; init; }

    /// <summary>Minimum amount received, in base units; the call fails if it would receive less.</summary>
    public required BigInteger MinimumReceived { get; init; }

    /// <summary>Expected gas and message fee in native base units.</summary>
    public required BigInteger Gas { get; init; }

    /// <summary>Value of <see cref="Gas"/> in USD.</summary>
    public required double GasUsd { get; init; }

    /// <summary>Expected fees and price impact in USD.</summary>
    public required double FeeUsd { get; init; }

    /// <summary>Expected seconds until the step's output has arrived.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Numbers of the steps that must be done before this one.</summary>
    public required IReadOnlyList<int> DependsOn { get; init; }

    /// <summary>The calls, in order; none if the money arrives by itself, or if the claim needs a proof that exists only after
    /// sending.</summary>
    public required IReadOnlyList<ContractCall> Calls { get; init; }
}

/// <summary>One call of a contract; on Solana, one instruction of a program.</summary>
public sealed record ContractCall
{
    /// <summary>The contract, or program.</summary>
    public required string To { get; init; }

    /// <summary>Native base units sent along.</summary>
    public required BigInteger Value { get; init; }

    /// <summary>The function signature from the ABI, with argument names.</summary>
    public required string Function { get; init; }

    /// <summary>The arguments as text, in order, so that signers can compare them.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Selector and arguments, in hexadecimal.</summary>
    public required string Data { get; init; }

    /// <summary>On Solana, the accounts of the instruction, in the order that it needs.</summary>
    public IReadOnlyList<CallAccount> Accounts { get; init; } = [];
}

/// <summary>An account in a Solana instruction.</summary>
public sealed record CallAccount
{
    /// <summary>Its name in the program's interface.</summary>
    public required string Name { get; init; }

    /// <summary>Its address.</summary>
    public required string Address { get; init; }

    /// <summary>Whether it has to sign.</summary>
    public bool Signer { get; init; }

    /// <summary>Whether it may be written.</summary>
    public bool Writable { get; init; }
}
