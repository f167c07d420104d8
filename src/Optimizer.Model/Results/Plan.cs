using System.Numerics;

namespace Optimizer.Model;

/// <summary>What a step does.</summary>
public enum StepKind
{
    /// <summary>Take value out of a position.</summary>
    Withdraw,

    /// <summary>Allow a contract to spend a token.</summary>
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

    /// <summary>Second phase of leaving a position through a queue: the withdrawn money is claimed, or arrives.</summary>
    Claim,

    /// <summary>Borrow a token.</summary>
    Borrow,

    /// <summary>Repay a debt.</summary>
    Repay,
}

/// <summary>Groups of step kinds.</summary>
public static class StepKinds
{
    /// <summary>Whether the step is an arrival: what an earlier step sent or requested arrives.</summary>
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

    /// <summary>Source: a token id or an opportunity id.</summary>
    public required string From { get; init; }

    /// <summary>Destination: a token id or an opportunity id; for an approval, the spender.</summary>
    public required string To { get; init; }

    /// <summary>The route or opportunity that the step uses.</summary>
    public required string Via { get; init; }

    /// <summary>The amount that goes in, in base units of <see cref="Token"/>.</summary>
    public required BigInteger Amount { get; init; }

    /// <summary>The token in which <see cref="Amount"/> is counted.</summary>
    public required TokenId Token { get; init; }

    /// <summary>The expected amount that comes out, in base units of the output token.</summary>
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

    /// <summary>Seconds until the step's output has arrived.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Numbers of the steps that must be done before this one.</summary>
    public required IReadOnlyList<int> DependsOn { get; init; }
}

/// <summary>The ordered steps from holdings to allocation.</summary>
public sealed record Plan
{
    /// <summary>The steps; each comes after those it depends on.</summary>
    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>Total cost of all steps, in USD.</summary>
    public required double CostUsd { get; init; }

    /// <summary>The gas in <see cref="CostUsd"/>, in USD.</summary>
    public required double GasUsd { get; init; }

    /// <summary>Seconds from the first step to the last delivery; independent steps run in parallel.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Gains, costs and break-even of the moves; absent if nothing was solved.</summary>
    public PlanEconomics? Economics { get; init; }
}

/// <summary>Gains, costs and break-even of a plan's moves.</summary>
/// <param name="GainUsdPerYear">Gain of the moves at the snapshot's rates, net of expected losses, in USD per year.</param>
/// <param name="LaterGainUsdPerYear">The same at the rates that today's rates tend to in the long run.</param>
/// <param name="WaitingUsdPerDay">Gain lost per day of waiting, in USD.</param>
/// <param name="BreakEven">Time in which the costs are earned back.</param>
/// <param name="Moves">The same for each destination; the costs add up to those of the plan.</param>
public sealed record PlanEconomics(double GainUsdPerYear, double LaterGainUsdPerYear, double WaitingUsdPerDay, BreakEvenResult BreakEven, IReadOnlyList<MoveResult> Moves);

/// <summary>Time in which costs are earned back.</summary>
/// <param name="SteadyDays">Days at constant rates; absent for never.</param>
/// <param name="HalfLifeDays">Median half-life of the rate advantage, in days.</param>
/// <param name="EarlyDays">10 % quantile, in days; absent for never.</param>
/// <param name="MedianDays">Median, in days; absent for never.</param>
/// <param name="LateDays">90 % quantile, in days; absent for never.</param>
/// <param name="NeverProbability">The probability that the costs are never earned back.</param>
public sealed record BreakEvenResult(double? SteadyDays, double HalfLifeDays, double? EarlyDays, double? MedianDays, double? LateDays, double NeverProbability);

/// <summary>A move: money that goes to one destination.</summary>
/// <param name="From">The source positions and idle tokens.</param>
/// <param name="To">The destination: a position, or a token that stays idle.</param>
/// <param name="Step">The number of the move's last step.</param>
/// <param name="Usd">Its amount, in USD.</param>
/// <param name="CostUsd">Its cost, in USD. Steps that several moves need are shared in proportion to the amounts.</param>
/// <param name="GainUsdPerYear">Its gain in USD per year: yield at the destination less yield at the sources, net of expected
/// losses.</param>
/// <param name="SteadyDays">Days in which the gain repays the cost at constant rates; absent for never.</param>
/// <param name="PaysFromUsd">Break-even size: the smallest amount for which the same move pays within the horizon, (gas + effort) / net
/// gain per USD; absent if no amount pays.</param>
public sealed record MoveResult(IReadOnlyList<string> From, string To, int Step, double Usd, double CostUsd, double GainUsdPerYear, double? SteadyDays, double? PaysFromUsd);

/// <summary>Exact holdings in base units: idle tokens and positions.</summary>
public sealed record Ledger
{
    /// <summary>Idle tokens.</summary>
    public required IReadOnlyDictionary<TokenId, BigInteger> Idle { get; init; }

    /// <summary>Positions by opportunity, in base units of the opportunity's first input.</summary>
    public required IReadOnlyDictionary<string, BigInteger> Positions { get; init; }
}
