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

    /// <summary>First phase of leaving a position through a queue: the money is asked for.</summary>
    RequestWithdrawal,

    /// <summary>Second phase of leaving a position through a queue: what has been set free is claimed, or arrives.</summary>
    Claim,

    /// <summary>Draw a debt: its token is received.</summary>
    Borrow,

    /// <summary>Pay a debt back.</summary>
    Repay,
}

/// <summary>What kinds of steps have in common.</summary>
public static class StepKinds
{
    /// <summary>Whether a step is waited for: what another step has sent, or asked for, arrives.</summary>
    public static bool IsArrival(this StepKind kind) => kind is StepKind.BridgeReceive or StepKind.Claim;

    /// <summary>Whether an arrival follows the step.</summary>
    public static bool IsSending(this StepKind kind) => kind is StepKind.BridgeSend or StepKind.GasTopUp or StepKind.RequestWithdrawal;

    /// <summary>Whether a step makes a position smaller.</summary>
    public static bool IsLeaving(this StepKind kind) => kind is StepKind.Withdraw or StepKind.RequestWithdrawal;
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

    /// <summary>What the moves gain; absent where nothing was solved for.</summary>
    public PlanEconomics? Economics { get; init; }
}

/// <summary>What moves gain for what they cost.</summary>
/// <param name="GainUsdPerYear">What the moves add at the rates of the snapshot, net of expected losses, in USD per year.</param>
/// <param name="LaterGainUsdPerYear">What they add once rates are those that they tend to.</param>
/// <param name="WaitingUsdPerDay">What each day without them forgoes, in USD.</param>
/// <param name="BreakEven">When the costs are earned back.</param>
/// <param name="Moves">The same for each place that money goes to; their costs add up to those of the plan.</param>
public sealed record PlanEconomics(double GainUsdPerYear, double LaterGainUsdPerYear, double WaitingUsdPerDay, BreakEvenResult BreakEven, IReadOnlyList<MoveResult> Moves);

/// <summary>When costs are earned back.</summary>
/// <param name="SteadyDays">Days where the advantage stays as it is; absent for never.</param>
/// <param name="HalfLifeDays">Days in which the advantage is taken to halve, the median.</param>
/// <param name="EarlyDays">Days in one of ten cases; absent for never.</param>
/// <param name="MedianDays">Days in half of all cases; absent for never.</param>
/// <param name="LateDays">Days in nine of ten cases; absent for never.</param>
/// <param name="NeverProbability">The probability that the advantage is gone before.</param>
public sealed record BreakEvenResult(double? SteadyDays, double HalfLifeDays, double? EarlyDays, double? MedianDays, double? LateDays, double NeverProbability);

/// <summary>Money that goes to one place.</summary>
/// <param name="From">The positions and idle tokens that it comes from.</param>
/// <param name="To">The position, or the token that stays idle.</param>
/// <param name="Step">Its last step.</param>
/// <param name="Usd">How much, in USD.</param>
/// <param name="CostUsd">Its share of the costs: of steps that several need, by their amounts.</param>
/// <param name="GainUsdPerYear">What it adds where it goes less what it earned where it came from, net of expected losses.</param>
/// <param name="SteadyDays">Days in which that earns the cost back where rates stay; absent for never.</param>
/// <param name="PaysFromUsd">The least amount for which the same move would pay within the horizon: what gas costs and signing
/// is worth over what is gained beyond fees; absent where none does.</param>
public sealed record MoveResult(IReadOnlyList<string> From, string To, int Step, double Usd, double CostUsd, double GainUsdPerYear, double? SteadyDays, double? PaysFromUsd);

/// <summary>What one holds, exactly: idle tokens and positions, in base units.</summary>
public sealed record Ledger
{
    /// <summary>Idle tokens.</summary>
    public required IReadOnlyDictionary<TokenId, BigInteger> Idle { get; init; }

    /// <summary>Positions by opportunity, in base units of the opportunity's first input.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Positions { get; init; }
}
