using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>The answer to a scenario, as it is printed and written.</summary>
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

    /// <summary>What to know beyond the status.</summary>
    public string? Message { get; init; }

    /// <summary>What the question says that its author may not have meant, with its place in the file.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The horizon in days.</summary>
    public required double HorizonDays { get; init; }

    /// <summary>In what return and risk are measured.</summary>
    public required string Numeraire { get; init; }

    /// <summary>Value of all holdings before, in USD.</summary>
    public required double BookUsd { get; init; }

    /// <summary>Value of all holdings before the scenario's shocks, in USD; absent without shocks.</summary>
    public double? BookBeforeShocksUsd { get; init; }

    /// <summary>What was sought and found.</summary>
    public ObjectiveResult? Objective { get; init; }

    /// <summary>Positions after the plan, and those that it closes.</summary>
    public IReadOnlyList<PositionResult> Positions { get; init; } = [];

    /// <summary>Idle tokens after the plan, and those that it uses up.</summary>
    public IReadOnlyList<IdleResult> Idle { get; init; } = [];

    /// <summary>What is held and the market does not know.</summary>
    public IReadOnlyList<OtherResult> Others { get; init; } = [];

    /// <summary>What the scenario's constraints come to.</summary>
    public IReadOnlyList<ConstraintResult> Constraints { get; init; } = [];

    /// <summary>What the risk is made of, largest first.</summary>
    public IReadOnlyList<RiskResult> Risks { get; init; } = [];

    /// <summary>How gains over the horizon spread; absent where nothing was solved for.</summary>
    public LossResult? Losses { get; init; }

    /// <summary>What of the book can be had as idle money, by how long it takes, as things are now.</summary>
    public IReadOnlyList<LiquidityResult> Liquidity { get; init; } = [];

    /// <summary>Where the book lies: by asset, chain, protocol and issuer.</summary>
    public IReadOnlyList<TotalResult> Totals { get; init; } = [];

    /// <summary>What else could be done with the book, for comparison.</summary>
    public IReadOnlyList<ComparisonResult> Comparisons { get; init; } = [];

    /// <summary>For an infeasible scenario: constraints that cannot hold together, though any fewer of them can.</summary>
    public IReadOnlyList<ConflictResult> Conflict { get; init; } = [];

    /// <summary>What would be done if rates were known for certain; absent where that was not asked for, or nothing is doubted.</summary>
    public WithoutDoubtResult? WithoutDoubt { get; init; }

    /// <summary>How the answer was checked.</summary>
    public required CertificateResult Certificate { get; init; }

    /// <summary>The steps.</summary>
    public Plan? Plan { get; init; }

    /// <summary>What was not moved, and why.</summary>
    public IReadOnlyList<UnmovedResult> Unmoved { get; init; } = [];
}

/// <summary>What was sought and found.</summary>
public sealed record ObjectiveResult
{
    /// <summary>The kind of objective, as scenario files name it: <c>meanVariance</c>, <c>minimumCvar</c>…</summary>
    public required string Kind { get; init; }

    /// <summary><c>usd</c>, or <c>ratio</c> for a pure number.</summary>
    public required string Unit { get; init; }

    /// <summary>The objective in its unit: over the horizon, or a yearly volatility; a Sharpe ratio is per year.</summary>
    public required double Value { get; init; }

    /// <summary>No allocation can do better than this.</summary>
    public required double Bound { get; init; }

    /// <summary>Distance from value to bound, relative.</summary>
    public required double Gap { get; init; }

    /// <summary>Carry over the horizon in USD.</summary>
    public required double CarryUsd { get; init; }

    /// <summary>Expected price changes over the horizon in USD, from the scenario's views.</summary>
    public required double ViewsUsd { get; init; }

    /// <summary>Expected loss by events over the horizon in USD.</summary>
    public required double ExpectedLossUsd { get; init; }

    /// <summary>Gas, fees and price impact of the moves in USD.</summary>
    public required double CostsUsd { get; init; }

    /// <summary>What converters give beyond the market's prices, in USD: a gain made once, so that it is no return per year.</summary>
    public double ConversionUsd { get; init; }

    /// <summary>What money in flight or in an exit queue forgoes and risks, in USD.</summary>
    public required double TimeUsd { get; init; }

    /// <summary>What leaving every position at the horizon costs, in USD, so far as it counts.</summary>
    public required double ExitUsd { get; init; }

    /// <summary>What is not known about the rates of what is added was taken to weigh, in USD; not paid out of the book.</summary>
    public required double DoubtUsd { get; init; }

    /// <summary>What the work of signing was taken to be worth, in USD; not paid out of the book.</summary>
    public required double EffortUsd { get; init; }

    /// <summary>(γ/2)·variance over the horizon in USD; 0 for objectives without risk aversion.</summary>
    public required double RiskPenaltyUsd { get; init; }

    /// <summary>Net return per year, of the book: all of the above but doubt, effort and risk penalty.</summary>
    public required double ReturnPerYear { get; init; }

    /// <summary>Net return per year of leaving everything as it is.</summary>
    public required double ReturnPerYearBefore { get; init; }

    /// <summary>Volatility per year, of the book.</summary>
    public required double VolatilityPerYear { get; init; }
}

/// <summary>One position after the plan.</summary>
/// <param name="Opportunity">The opportunity.</param>
/// <param name="Token">Its first input.</param>
/// <param name="Amount">Its size in base units of the token.</param>
/// <param name="Usd">Its value in USD: of a deposit what lies there, of a hedge its margin, of a debt what is owed, below zero.</param>
/// <param name="BeforeUsd">Its value before.</param>
/// <param name="NotionalUsd">Its notional in USD, ≥ 0: the value over the capital that a unit takes.</param>
/// <param name="Weight">Its value as a share of the book after the plan.</param>
/// <param name="RateToday">Effective annual rate that is paid today at that size, after haircut and fees, on the notional.</param>
/// <param name="CarryRate">Effective annual rate that is counted on over the horizon, on the notional.</param>
/// <param name="ExpectedLossRate">Expected loss per year as a fraction of the value: by events, and of liquidity to those who trade
/// against it.</param>
/// <param name="RiskContribution">Its share of the book's variance; all shares add up to 1.</param>
public sealed record PositionResult(
    string Opportunity, TokenId Token, System.Numerics.BigInteger Amount, double Usd, double BeforeUsd, double NotionalUsd, double Weight,
    double RateToday, double CarryRate, double ExpectedLossRate, double RiskContribution);

/// <summary>One idle token after the plan.</summary>
/// <param name="Token">The token.</param>
/// <param name="Amount">Its amount in base units.</param>
/// <param name="Usd">Its value in USD.</param>
/// <param name="BeforeUsd">Its value before.</param>
/// <param name="RateToday">Effective annual rate that it earns today, as a claim on a place.</param>
/// <param name="CarryRate">Effective annual rate that is counted on over the horizon.</param>
/// <param name="RiskContribution">Its share of the book's variance.</param>
public sealed record IdleResult(
    TokenId Token, System.Numerics.BigInteger Amount, double Usd, double BeforeUsd, double RateToday, double CarryRate, double RiskContribution);

/// <summary>Something that is held and that the market does not know.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Usd">The value given for it.</param>
public sealed record OtherResult(string Name, double Usd);

/// <summary>One limit and what it costs.</summary>
/// <param name="Name">The constraint, or its group.</param>
/// <param name="Value">What the allocation comes to, in the unit.</param>
/// <param name="Limit">The limit, in the unit.</param>
/// <param name="Unit"><c>usd</c>, <c>count</c> or <c>days</c>.</param>
/// <param name="Binding">Whether the limit is reached.</param>
/// <param name="ShadowPriceUsdPerYear">USD per year that loosening the limit would add: by 1 % of the book for limits in
/// USD, by one for counts and days, solved again for that step. Where binary decisions were made: while they stay as they are. For
/// limits that many rows state: their slope at the limit times the step.</param>
/// <param name="Broken">Whether the limit is broken, as it may be where the book is held.</param>
public sealed record ConstraintResult(
    string Name, double Value, double Limit, string Unit, bool Binding, double ShadowPriceUsdPerYear, bool Broken = false)
{
    /// <summary>By how much a limit that is stated row by row is exceeded, in USD: what is too little for one more row.</summary>
    [JsonIgnore]
    public double ExceededUsd { get; init; }
}

/// <summary>One cause of risk.</summary>
/// <param name="Factor">A price factor or an event's id.</param>
/// <param name="Share">Its share of the book's variance.</param>
/// <param name="LossIfItStrikesUsd">For an event: what the book would lose.</param>
/// <param name="Name">For an event: what it is, for people.</param>
public sealed record RiskResult(string Factor, double Share, double? LossIfItStrikesUsd, string? Name = null)
{
    /// <summary>For an event: what of the book could be had as idle money once it has struck.</summary>
    public IReadOnlyList<LiquidityResult> Liquidity { get; init; } = [];
}

/// <summary>How a book's gains over the horizon spread.</summary>
/// <param name="Draws">On how many draws it was revalued.</param>
/// <param name="NoEventProbability">The probability that no event strikes anything of it.</param>
/// <param name="LossProbability">The probability of a loss.</param>
/// <param name="Tails">Value at risk and conditional value at risk, by confidence.</param>
/// <param name="WorstEvents">What single events take on average of the worst hundredth, most first.</param>
public sealed record LossResult(
    int Draws, double NoEventProbability, double LossProbability, IReadOnlyList<TailResult> Tails, IReadOnlyList<WorstEventResult> WorstEvents);

/// <summary>The tail of a distribution of gains, as losses in USD; below zero where even the tail gains.</summary>
/// <param name="Confidence">α: 0.95 looks at the worst 5 %.</param>
/// <param name="ValueAtRiskUsd">The loss that is exceeded with probability 1 − α.</param>
/// <param name="ValueAtRiskErrorUsd">Its standard error, from the number of draws.</param>
/// <param name="ConditionalValueAtRiskUsd">The mean loss of the worst draws.</param>
/// <param name="ConditionalValueAtRiskErrorUsd">Its standard error.</param>
/// <param name="EventShare">The part of the mean loss that events bring, before carry; the rest is prices.</param>
public sealed record TailResult(
    double Confidence, double ValueAtRiskUsd, double ValueAtRiskErrorUsd, double ConditionalValueAtRiskUsd, double ConditionalValueAtRiskErrorUsd, double EventShare);

/// <summary>What one event takes in the tail.</summary>
/// <param name="Event">The event.</param>
/// <param name="Name">What it is, for people.</param>
/// <param name="Usd">What it takes on average of the worst draws, in USD.</param>
public sealed record WorstEventResult(string Event, string Name, double Usd);

/// <summary>What can be had as idle money within some time.</summary>
/// <param name="WithinDays">The time.</param>
/// <param name="Usd">How much, debts taken off.</param>
/// <param name="Share">The same as a share of the book.</param>
public sealed record LiquidityResult(double WithinDays, double Usd, double Share);

/// <summary>The answer if what is not known about rates counted nothing.</summary>
/// <param name="ReturnPerYear">Its net return per year.</param>
/// <param name="GivenUpPerYear">How much more that is than the answer's: what doubt gave up.</param>
/// <param name="Changes">What it would hold more or less of, most first.</param>
public sealed record WithoutDoubtResult(double ReturnPerYear, double GivenUpPerYear, IReadOnlyList<DoubtedChange> Changes);

/// <summary>One difference.</summary>
/// <param name="Opportunity">The opportunity.</param>
/// <param name="Usd">How much more would be held; below zero for less.</param>
public sealed record DoubtedChange(string Opportunity, double Usd);

/// <summary>Something else that could be done with the book, once it is done: what getting there costs is not in it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="ReturnPerYear">Net return per year, of the book.</param>
/// <param name="VolatilityPerYear">Volatility per year, of the book.</param>
/// <param name="ConditionalValueAtRiskUsd">The mean loss of the worst 5 % of draws over the horizon, in USD; below zero for a gain.</param>
public sealed record ComparisonResult(string Name, double ReturnPerYear, double VolatilityPerYear, double ConditionalValueAtRiskUsd);

/// <summary>What lies in one group.</summary>
/// <param name="By">The way of grouping: <c>asset</c>, <c>chain</c>, <c>protocol</c>, <c>issuer</c>.</param>
/// <param name="Name">The group.</param>
/// <param name="Usd">What lies there directly; these add up to the book.</param>
/// <param name="LookedThroughUsd">What lies there behind claims too.</param>
public sealed record TotalResult(string By, string Name, double Usd, double LookedThroughUsd);

/// <summary>One constraint of a conflict.</summary>
/// <param name="Name">The constraint in the scenario's words.</param>
/// <param name="Location">Where it is written.</param>
public sealed record ConflictResult(string Name, string? Location);

/// <summary>How the answer was checked.</summary>
/// <param name="Engine">The engines that found it.</param>
/// <param name="BoundBy">Who proved the bound.</param>
/// <param name="MaxViolationUsd">The largest amount by which a constraint is broken, in USD.</param>
/// <param name="ObjectiveRecomputed">The objective from the exact plan's end state, in the objective's unit.</param>
/// <param name="Seconds">Time in the solver.</param>
/// <param name="EngineReason">Why these engines and no others, where the choice was not the usual one.</param>
/// <param name="Verification">What a second engine says, where that was asked for.</param>
public sealed record CertificateResult(
    string Engine, string BoundBy, double MaxViolationUsd, double ObjectiveRecomputed, double Seconds,
    string? EngineReason = null, string? Verification = null);

/// <summary>Something that stays where it is.</summary>
/// <param name="From">The idle token or position.</param>
/// <param name="Usd">Its value.</param>
/// <param name="Alternative">Where its money would earn most after the cost of getting there.</param>
/// <param name="GainUsd">What the move would add in carry, net of expected loss, over the horizon.</param>
/// <param name="CostUsd">What the move would cost.</param>
/// <param name="Reason">Why it is not made.</param>
public sealed record UnmovedResult(
    string From, double Usd, string Alternative, double GainUsd, double CostUsd, string Reason);
