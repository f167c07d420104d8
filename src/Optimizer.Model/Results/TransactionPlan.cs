using System.Numerics;

namespace Optimizer.Model;

/// <summary>A plan as its owner's tools can sign it: every step with the calls that carry it out. One JSON file.</summary>
public sealed record TransactionPlan
{
    /// <summary>The plan's name.</summary>
    public required string Name { get; init; }

    /// <summary>The snapshot that it was made from, and that it is checked against.</summary>
    public required string Snapshot { get; init; }

    /// <summary>The moment of that snapshot.</summary>
    public required DateTimeOffset SnapshotTakenAt { get; init; }

    /// <summary>The moment until which it may be carried out; calls that take a deadline have this one.</summary>
    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>Whose money it is: the account by chain.</summary>
    public required IReadOnlyDictionary<string, string> Accounts { get; init; }

    /// <summary>The next nonce of the Safe by chain, for the hashes that signers compare; only where somebody gave it.</summary>
    public IReadOnlyDictionary<string, BigInteger> Nonces { get; init; } = new Dictionary<string, BigInteger>();

    /// <summary>The version of the Safes, for the contract that makes their batches; only where somebody gave it.</summary>
    public string? SafeVersion { get; init; }

    /// <summary>What each account holds idle before the plan, in base units by token.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Before { get; init; }

    /// <summary>What of it must stay: what is locked, and gas for the way back, in base units by token.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Reserved { get; init; }

    /// <summary>What each account is sure to hold idle after it, in base units by token; what arrives above the minima comes on
    /// top.</summary>
    public required IReadOnlyDictionary<string, BigInteger> After { get; init; }

    /// <summary>Base units that each opportunity's position is sure to gain (or loses, below zero), by opportunity.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Positions { get; init; }

    /// <summary>What all steps are expected to cost, in USD: the sum of their gas and fees.</summary>
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

    /// <summary>What is spent at most, and exactly where the chain allows it, in base units of <see cref="Token"/>.</summary>
    public required BigInteger Amount { get; init; }

    /// <summary>The token that is received; absent where none is.</summary>
    public TokenId? ReceivedToken { get; init; }

    /// <summary>What is expected to be received, in base units.</summary>
    public required BigInteger Received { get; init; }

    /// <summary>What is received at the least: less, and the call fails.</summary>
    public required BigInteger MinimumReceived { get; init; }

    /// <summary>Expected gas and message fee in native base units.</summary>
    public required BigInteger Gas { get; init; }

    /// <summary>Value of <see cref="Gas"/> in USD.</summary>
    public required double GasUsd { get; init; }

    /// <summary>Expected fees and price impact in USD.</summary>
    public required double FeeUsd { get; init; }

    /// <summary>Expected seconds until what it delivers is there.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>The steps that must be done before.</summary>
    public required IReadOnlyList<int> DependsOn { get; init; }

    /// <summary>The calls, in order; none where what was sent arrives by itself, or where the claim needs a proof that only the
    /// sending gives.</summary>
    public required IReadOnlyList<ContractCall> Calls { get; init; }
}

/// <summary>One call of a contract; on Solana, one instruction of a program.</summary>
public sealed record ContractCall
{
    /// <summary>The contract, or program.</summary>
    public required string To { get; init; }

    /// <summary>Native base units sent along.</summary>
    public required BigInteger Value { get; init; }

    /// <summary>The function as its ABI has it, with the names of its arguments.</summary>
    public required string Function { get; init; }

    /// <summary>The arguments as text, in order, for people who compare.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Selector and arguments, in hexadecimal.</summary>
    public required string Data { get; init; }

    /// <summary>On Solana, the accounts that the instruction reads and writes, in its order.</summary>
    public IReadOnlyList<CallAccount> Accounts { get; init; } = [];
}

/// <summary>An account that an instruction of Solana names.</summary>
public sealed record CallAccount
{
    /// <summary>What it is to the program, as its interface has it.</summary>
    public required string Name { get; init; }

    /// <summary>Its address.</summary>
    public required string Address { get; init; }

    /// <summary>Whether it has to sign.</summary>
    public bool Signer { get; init; }

    /// <summary>Whether it may be written.</summary>
    public bool Writable { get; init; }
}
