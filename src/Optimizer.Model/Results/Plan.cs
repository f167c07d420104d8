using System.Numerics;

namespace Optimizer.Model;

/// <summary>What a step does.</summary>
public enum StepKind
{
    /// <summary>Take value out of a position.</summary>
    Withdraw,

    /// <summary>Allow a contract to take a token.</summary>
    Approve,

    /// <summary>Exchange one token for another on a chain.</summary>
    Swap,

    /// <summary>Wrap, unwrap, mint or redeem at a fixed rate.</summary>
    Wrap,

    /// <summary>First phase of a bridge: the token leaves its chain.</summary>
    BridgeSend,

    /// <summary>Second phase of a bridge: the token is claimed, or arrives, on the other chain.</summary>
    BridgeReceive,

    /// <summary>First phase of bringing a gas token to a chain that has too little.</summary>
    GasTopUp,

    /// <summary>Put value into a position.</summary>
    Deposit,
}

/// <summary>One step, exact in base units.</summary>
public sealed record Step
{
    /// <summary>The step's number in the plan, from 1.</summary>
    public required int Id { get; init; }

    /// <summary>What it does.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>The chain on which it is done.</summary>
    public required string Chain { get; init; }

    /// <summary>What gives: a token, or a position's opportunity.</summary>
    public required string From { get; init; }

    /// <summary>What takes: a token, or a position's opportunity; for an approval, what may take.</summary>
    public required string To { get; init; }

    /// <summary>The route or opportunity that the step uses.</summary>
    public required string Via { get; init; }

    /// <summary>What goes in, in base units of <see cref="Token"/>.</summary>
    public required BigInteger Amount { get; init; }

    /// <summary>The token in which <see cref="Amount"/> is counted.</summary>
    public required TokenId Token { get; init; }

    /// <summary>What is expected to come out, in base units of the token that comes out.</summary>
    public required BigInteger Received { get; init; }

    /// <summary>Value of <see cref="Amount"/> in USD.</summary>
    public required double Usd { get; init; }

    /// <summary>Gas and message fee in native base units.</summary>
    public required BigInteger Gas { get; init; }

    /// <summary>Value of <see cref="Gas"/> in USD.</summary>
    public required double GasUsd { get; init; }

    /// <summary>Fees and price impact in USD.</summary>
    public required double FeeUsd { get; init; }

    /// <summary>Gas and fees in USD.</summary>
    public double CostUsd => GasUsd + FeeUsd;

    /// <summary>Seconds until what it delivers is there.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>The steps that must be done before.</summary>
    public required IReadOnlyList<int> DependsOn { get; init; }
}

/// <summary>The ordered steps from holdings to allocation.</summary>
public sealed record Plan
{
    /// <summary>The steps; each comes after those it depends on.</summary>
    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>What all steps cost, in USD.</summary>
    public required double CostUsd { get; init; }

    /// <summary>Gas part of <see cref="CostUsd"/>.</summary>
    public required double GasUsd { get; init; }

    /// <summary>Seconds from the first step to the last delivery, steps that can overlap overlapping.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Days in which the better carry earns the costs back; absent where it does not.</summary>
    public double? BreakEvenDays { get; init; }
}

/// <summary>What one holds, exactly: idle tokens and positions, in base units.</summary>
public sealed record Ledger
{
    /// <summary>Idle tokens.</summary>
    public required IReadOnlyDictionary<TokenId, BigInteger> Idle { get; init; }

    /// <summary>Positions by opportunity, in base units of the opportunity's first input.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Positions { get; init; }
}
