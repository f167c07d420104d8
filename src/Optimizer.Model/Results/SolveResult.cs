using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>The answer to a scenario, as printed and as written to JSON.</summary>
public sealed record SolveResult
{
    /// <summary>The format of this object.</summary>
    [JsonPropertyName("$schema")]
    public string Schema { get; } = "urn:optimizer:answer:1";

    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>The snapshot's name.</summary>
    public required string Snapshot { get; init; }

    /// <summary><c>optimal</c>, <c>feasible</c>, <c>infeasible</c>, <c>timedOut</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>An explanation of the status; absent if none is needed.</summary>
    public string? Message { get; init; }

    /// <summary>Warnings about input that the author may not have meant, with the position in the file.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The horizon in days.</summary>
    public required double HorizonDays { get; init; }

    /// <summary>The asset in which return and risk are measured.</summary>
    public required string Numeraire { get; init; }

    /// <summary>Value of all holdings before, in USD.</summary>
    public required double BookUsd { get; init; }

    /// <summary>Value of all holdings before the scenario's shocks, in USD; absent without shocks.</summary>
    public double? BookBeforeShocksUsd { get; init; }

    /// <summary>The objective: what was optimised, and its value.</summary>
    public ObjectiveResult? Objective { get; init; }

    /// <summary>Positions after the plan, and those that it closes.</summary>
    public IReadOnlyList<PositionResult> Positions { get; init; } = [];

    /// <summary>Idle tokens after the plan, and those that it uses up.</summary>
    public IReadOnlyList<IdleResult> Idle { get; init; } = [];

    /// <summary>Holdings that the market does not know.</summary>
    public IReadOnlyList<OtherResult> Others { get; init; } = [];

    /// <summary>The scenario's constraints with value, limit and shadow price.</summary>
    public IReadOnlyList<ConstraintResult> Constraints { get; init; } = [];

    /// <summary>Risk contributions, largest first.</summary>
    public IReadOnlyList<RiskResult> Risks { get; init; } = [];

    /// <summary>The distribution of the gain over the horizon; absent if nothing was solved.</summary>
    public LossResult? Losses { get; init; }

    /// <summary>The part of the book that can become idle money, by the time needed, in today's market.</summary>
    public IReadOnlyList<LiquidityResult> Liquidity { get; init; } = [];

    /// <summary>The book by asset, chain, protocol and issuer.</summary>
    public IReadOnlyList<TotalResult> Totals { get; init; } = [];

    /// <summary>Alternatives to the answer, for comparison.</summary>
    public IReadOnlyList<ComparisonResult> Comparisons { get; init; } = [];

    /// <summary>For an infeasible scenario: an irreducible conflict. These constraints cannot hold together; without any one of them the
    /// others can.</summary>
    public IReadOnlyList<ConflictResult> Conflict { get; init; } = [];

    /// <summary>The answer with <c>rateDoubt: 0</c>; absent if not asked for, or if no rate is uncertain.</summary>
    public WithoutDoubtResult? WithoutDoubt { get; init; }

    /// <summary>How the answer was checked.</summary>
    public required CertificateResult Certificate { get; init; }

    /// <summary>The steps.</summary>
    public Plan? Plan { get; init; }

    /// <summary>Positions and tokens that do not move, with the reason.</summary>
    public IReadOnlyList<UnmovedResult> Unmoved { get; init; } = [];
}

/// <summary>The objective and its parts.</summary>
public sealed record ObjectiveResult
{
    /// <summary>The kind of objective, as scenario files name it: <c>meanVariance</c>, <c>minimumCvar</c>…</summary>
    public required string Kind { get; init; }

    /// <summary><c>usd</c>, or <c>ratio</c> for a pure number.</summary>
    public required string Unit { get; init; }

    /// <summary>The objective in its unit: over the horizon, or a yearly volatility; a Sharpe ratio is per year.</summary>
    public required double Value { get; init; }

    /// <summary>The proven bound: no allocation has a better value.</summary>
    public required double Bound { get; init; }

    /// <summary>Relative gap between value and bound.</summary>
    public required double Gap { get; init; }

    /// <summary>Carry over the horizon in USD.</summary>
    public required double CarryUsd { get; init; }

    /// <summary>Expected price changes over the horizon in USD, from the scenario's views.</summary>
    public required double ViewsUsd { get; init; }

    /// <summary>Expected loss from events over the horizon, in USD.</summary>
    public required double ExpectedLossUsd { get; init; }

    /// <summary>Gas, fees and price impact of the moves in USD.</summary>
    public required double CostsUsd { get; init; }

    /// <summary>Gain from converters that pay more than the market price, in USD. It is made once, so it is not part of the yearly
    /// return.</summary>
    public double ConversionUsd { get; init; }

    /// <summary>Cost of time, in USD: yield forgone and risk borne by money in flight or in exit queues.</summary>
    public required double TimeUsd { get; init; }

    /// <summary>Cost of leaving every position at the horizon, in USD, in the proportion that the objective counts.</summary>
    public required double ExitUsd { get; init; }

    /// <summary>Penalty for uncertain rates of added positions, in USD; not paid from the book.</summary>
    public required double DoubtUsd { get; init; }

    /// <summary>Penalty for the work of signing, in USD; not paid from the book.</summary>
    public required double EffortUsd { get; init; }

    /// <summary>(γ/2)·variance over the horizon in USD; 0 for objectives without risk aversion.</summary>
    public required double RiskPenaltyUsd { get; init; }

    /// <summary>Net return of the book per year: all of the above except conversion gains, doubt, effort and risk penalty.</summary>
    public required double ReturnPerYear { get; init; }

    /// <summary>Net return per year if nothing is moved.</summary>
    public required double ReturnPerYearBefore { get; init; }

    /// <summary>Yearly volatility of the book.</summary>
    public required double VolatilityPerYear { get; init; }
}

/// <summary>One position after the plan.</summary>
/// <param name="Opportunity">The opportunity.</param>
/// <param name="Token">Its first input.</param>
/// <param name="Amount">Its size in base units of the token.</param>
/// <param name="Usd">Its value in USD. Deposit: the amount deposited; hedge: its margin; debt: the amount owed, as a negative
/// number.</param>
/// <param name="BeforeUsd">Its value before the plan, in USD.</param>
/// <param name="NotionalUsd">Its notional in USD, ≥ 0: value / |capital per unit|.</param>
/// <param name="Weight">Its value as a share of the book after the plan.</param>
/// <param name="RateToday">Effective annual rate paid today at that size, after haircut and fees, relative to the notional.</param>
/// <param name="CarryRate">Effective annual rate forecast over the horizon, relative to the notional.</param>
/// <param name="ExpectedLossRate">Expected loss per year as a fraction of the value: from events and, for liquidity positions, from
/// arbitrage (loss-versus-rebalancing).</param>
/// <param name="RiskContribution">Its share of the book's variance; all shares add up to 1.</param>
public sealed record PositionResult(
    string Opportunity, TokenId Token, System.Numerics.BigInteger Amount, double Usd, double BeforeUsd, double NotionalUsd, double Weight,
    double RateToday, double CarryRate, double ExpectedLossRate, double RiskContribution);

/// <summary>One idle token after the plan.</summary>
/// <param name="Token">The token.</param>
/// <param name="Amount">Its amount in base units.</param>
/// <param name="Usd">Its value in USD.</param>
/// <param name="BeforeUsd">Its value before the plan, in USD.</param>
/// <param name="RateToday">Effective annual rate that it earns today as a claim on an opportunity.</param>
/// <param name="CarryRate">Effective annual rate forecast over the horizon.</param>
/// <param name="RiskContribution">Its share of the book's variance.</param>
public sealed record IdleResult(
    TokenId Token, System.Numerics.BigInteger Amount, double Usd, double BeforeUsd, double RateToday, double CarryRate, double RiskContribution);

/// <summary>A holding that the market does not know.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Usd">Its value in USD, as given in the scenario.</param>
public sealed record OtherResult(string Name, double Usd);

/// <summary>One constraint with its value, limit and shadow price.</summary>
/// <param name="Name">The constraint, or its group.</param>
/// <param name="Value">The value of the limited quantity, in the unit.</param>
/// <param name="Limit">The limit, in the unit.</param>
/// <param name="Unit"><c>usd</c>, <c>count</c> or <c>days</c>.</param>
/// <param name="Binding">Whether the limit is reached.</param>
/// <param name="ShadowPriceUsdPerYear">Gain in USD per year from loosening the limit by one step, found by solving again: 1 % of the book
/// for limits in USD, one for counts and days. Binary decisions stay as they are. For limits that many rows state: the slope at the limit,
/// times the step.</param>
/// <param name="Broken">Whether the limit is broken, which can happen in <c>mode: hold</c>.</param>
public sealed record ConstraintResult(
    string Name, double Value, double Limit, string Unit, bool Binding, double ShadowPriceUsdPerYear, bool Broken = false)
{
    /// <summary>The excess over a limit that is stated row by row, in USD: too small to add one more row.</summary>
    [JsonIgnore]
    public double ExceededUsd { get; init; }
}

/// <summary>One risk factor's contribution.</summary>
/// <param name="Factor">A price factor or an event's id.</param>
/// <param name="Share">Its share of the book's variance.</param>
/// <param name="LossIfItStrikesUsd">For an event: the loss of the book if it strikes, in USD.</param>
/// <param name="Name">For an event: its description.</param>
public sealed record RiskResult(string Factor, double Share, double? LossIfItStrikesUsd, string? Name = null)
{
    /// <summary>For an event: the part of the book that can become idle money after it strikes.</summary>
    public IReadOnlyList<LiquidityResult> Liquidity { get; init; } = [];
}

/// <summary>The distribution of the book's gain over the horizon.</summary>
/// <param name="Draws">The number of draws.</param>
/// <param name="NoEventProbability">The probability that no event strikes the book.</param>
/// <param name="LossProbability">The probability of a loss.</param>
/// <param name="Tails">Value at risk and conditional value at risk, by confidence level.</param>
/// <param name="WorstEvents">Mean loss from single events in the worst 1 % of draws, largest first.</param>
public sealed record LossResult(
    int Draws, double NoEventProbability, double LossProbability, IReadOnlyList<TailResult> Tails, IReadOnlyList<WorstEventResult> WorstEvents);

/// <summary>The tail of the gain distribution. Losses are in USD, negative if even the tail gains.</summary>
/// <param name="Confidence">CVaR confidence level α: 0.95 averages the worst 5 %.</param>
/// <param name="ValueAtRiskUsd">The loss that is exceeded with probability 1 − α.</param>
/// <param name="ValueAtRiskErrorUsd">Its standard error, from the number of draws.</param>
/// <param name="ConditionalValueAtRiskUsd">The mean loss of the worst draws.</param>
/// <param name="ConditionalValueAtRiskErrorUsd">Its standard error.</param>
/// <param name="EventShare">The part of the mean loss that events cause, before carry; prices cause the rest.</param>
public sealed record TailResult(
    double Confidence, double ValueAtRiskUsd, double ValueAtRiskErrorUsd, double ConditionalValueAtRiskUsd, double ConditionalValueAtRiskErrorUsd, double EventShare);

/// <summary>The loss from one event in the tail.</summary>
/// <param name="Event">The event.</param>
/// <param name="Name">Its description.</param>
/// <param name="Usd">Its mean loss over the worst draws, in USD.</param>
public sealed record WorstEventResult(string Event, string Name, double Usd);

/// <summary>The amount that can become idle money within some time.</summary>
/// <param name="WithinDays">The time in days.</param>
/// <param name="Usd">The amount in USD, net of debts.</param>
/// <param name="Share">The same as a share of the book.</param>
public sealed record LiquidityResult(double WithinDays, double Usd, double Share);

/// <summary>The answer without the penalty for uncertain rates.</summary>
/// <param name="ReturnPerYear">Its net return per year.</param>
/// <param name="GivenUpPerYear">Return per year given up because of the penalty: this return less the answer's.</param>
/// <param name="Changes">Differences between its positions and the answer's, largest first.</param>
public sealed record WithoutDoubtResult(double ReturnPerYear, double GivenUpPerYear, IReadOnlyList<DoubtedChange> Changes);

/// <summary>The difference in one opportunity.</summary>
/// <param name="Opportunity">The opportunity.</param>
/// <param name="Usd">Amount by which it would hold more, in USD; negative for less.</param>
public sealed record DoubtedChange(string Opportunity, double Usd);

/// <summary>An alternative use of the book. The cost of reaching it is not included.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ReturnPerYear">Net return per year, of the book.</param>
/// <param name="VolatilityPerYear">Volatility per year, of the book.</param>
/// <param name="ConditionalValueAtRiskUsd">Mean loss of the worst 5 % of draws over the horizon, in USD; negative for a gain.</param>
public sealed record ComparisonResult(string Name, double ReturnPerYear, double VolatilityPerYear, double ConditionalValueAtRiskUsd);

/// <summary>The total of one group.</summary>
/// <param name="By">The way of grouping: <c>asset</c>, <c>chain</c>, <c>protocol</c>, <c>issuer</c>.</param>
/// <param name="Name">The group.</param>
/// <param name="Usd">The direct total in USD; direct totals add up to the book.</param>
/// <param name="LookedThroughUsd">The total with claims looked through, in USD.</param>
public sealed record TotalResult(string By, string Name, double Usd, double LookedThroughUsd);

/// <summary>One constraint of a conflict.</summary>
/// <param name="Name">The constraint in the scenario's words.</param>
/// <param name="Location">Its position in the scenario file.</param>
public sealed record ConflictResult(string Name, string? Location);

/// <summary>How the answer was checked.</summary>
/// <param name="Engine">The engines that found the answer.</param>
/// <param name="BoundBy">The engine that proved the bound.</param>
/// <param name="MaxViolationUsd">The largest amount by which a constraint is broken, in USD.</param>
/// <param name="ObjectiveRecomputed">The objective recomputed from the end state of the exact plan, in the objective's unit.</param>
/// <param name="Seconds">Solver time in seconds.</param>
/// <param name="EngineReason">Why these engines were used, if they are not the default.</param>
/// <param name="Verification">The second engine's result, if it was asked for.</param>
public sealed record CertificateResult(
    string Engine, string BoundBy, double MaxViolationUsd, double ObjectiveRecomputed, double Seconds,
    string? EngineReason = null, string? Verification = null);

/// <summary>A token or position that stays where it is.</summary>
/// <param name="From">The idle token or position.</param>
/// <param name="Usd">Its value in USD.</param>
/// <param name="Alternative">The best alternative after the cost of getting there.</param>
/// <param name="GainUsd">Gain of the move over the horizon, in USD: carry net of expected loss.</param>
/// <param name="CostUsd">Cost of the move, in USD.</param>
/// <param name="Reason">Why it is not made.</param>
public sealed record UnmovedResult(
    string From, double Usd, string Alternative, double GainUsd, double CostUsd, string Reason);
