namespace Optimizer.Model;

/// <summary>The tool's settings: <c>optimizer.yaml</c>, overridden by a scenario's <c>settings</c>, overridden by
/// flags.</summary>
public sealed record Settings
{
    /// <summary>What is assumed about risk.</summary>
    public RiskSettings Risk { get; init; } = new();

    /// <summary>How moves are judged.</summary>
    public MoveSettings Moves { get; init; } = new();

    /// <summary>How hard the solver tries.</summary>
    public SolverSettings Solver { get; init; } = new();

    /// <summary>What is believed of what chains say.</summary>
    public ReadingSettings Reading { get; init; } = new();
}

/// <summary>What is believed of what chains and other sources say when a snapshot is taken.</summary>
public sealed record ReadingSettings
{
    /// <summary>Effective annual rate above which an opportunity is left out. Default 100 %.</summary>
    public Percentage MaximumRate { get; init; } = new(1);

    /// <summary>Age of a price feed's answer beyond which it is not taken: the longest heartbeat of the feeds used, and some
    /// more. Default 25 h.</summary>
    public Duration MaximumPriceAge { get; init; } = Duration.FromSeconds(25 * 3_600);

    /// <summary>Relative difference between two sources of one figure beyond which the snapshot says so. Default 1 %.</summary>
    public Percentage Tolerance { get; init; } = new(0.01);

    /// <summary>Age of a node's last block beyond which the node is not believed to follow its chain. Default 10 min.</summary>
    public Duration MaximumBlockAge { get; init; } = Duration.FromSeconds(600);

    /// <summary>Time over which the growth of a vault's share is measured. Default 7 days.</summary>
    public Duration YieldWindow { get; init; } = new(7);

    /// <summary>Time in which an endpoint has to answer one request; tries and waits may take three times as long together.
    /// Default 10 s.</summary>
    public Duration RequestTimeout { get; init; } = Duration.FromSeconds(10);

    /// <summary>Whether every read has to be answered the same by two endpoints. Default no.</summary>
    public bool TwoEndpoints { get; init; }
}

/// <summary>What is assumed about risk.</summary>
public sealed record RiskSettings
{
    /// <summary>Probability that an event of a rating strikes within a year. Default: 1 − (1 − P)^(1/5), P being the middle of Credora's
    /// class of that name: what a whole product comes to, shared among the five causes that one stands on (docs/hazards.md).</summary>
    public IReadOnlyDictionary<string, Percentage> Ratings { get; init; } = new Dictionary<string, Percentage>
    {
        ["A+"] = new(0.0001),
        ["A"] = new(0.0005),
        ["A-"] = new(0.0012),
        ["B+"] = new(0.0023),
        ["B"] = new(0.0045),
        ["B-"] = new(0.0092),
        ["C+"] = new(0.0187),
        ["C"] = new(0.0485),
        ["C-"] = new(0.1674),
    };

    /// <summary>How strongly what is not known about a rate counts against adding to it: so many standard deviations of its mean over the
    /// horizon. Nothing counts against what stays. Default 0.5.</summary>
    [Between(0, 10)]
    public double RateDoubt { get; init; } = 0.5;

    /// <summary>Standard deviation of a mean rate over the horizon, as a share of the rate, where nobody measured one. Default 20 %.</summary>
    public Percentage AssumedRateError { get; init; } = new(0.2);

    /// <summary>A rate of more than so many medians of its unit of account, which no longer mean confirms, counts only so much. Default
    /// 3.</summary>
    [Between(1, 1_000)]
    public double OutlierMedians { get; init; } = 3;

    /// <summary>Draws on which an answer is revalued for its tail; even. Default 20,000.</summary>
    [Between(100, 1_000_000)]
    public int Draws { get; init; } = 20_000;

    /// <summary>How prices are drawn. Default by their covariance.</summary>
    public PriceDraws Prices { get; init; }

    /// <summary>Length of the blocks that history is drawn in: as long as changes of prices bear on each other. Default 28 days.</summary>
    public Duration BlockLength { get; init; } = new(28);

    /// <summary>Share of a pool beyond which no position grows, so that one's own exit does not move it;
    /// no more than 50 % are used, beyond which size × rate is not concave at high rates. Default 20 %.</summary>
    public Percentage MaximumShareOfPool { get; init; } = new(0.2);
}

/// <summary>How prices are drawn.</summary>
public enum PriceDraws
{
    /// <summary>Log-normal, by the covariance.</summary>
    Covariance,

    /// <summary>Blocks of past changes, all assets together: with their own tails, in the order in which they came.</summary>
    History,
}

/// <summary>How moves are judged.</summary>
public sealed record MoveSettings
{
    /// <summary>What money earns in the middle of the market, per year: the rate that advantages fade to, and that money in flight, in a
    /// queue or back from a maturity is measured by. Default: the median of the snapshot's credited rates in the same unit of
    /// account.</summary>
    public Percentage? ReferenceRate { get; init; }

    /// <summary>What the work of preparing and checking one more call is worth. Effort weighs in the decision and is not paid out of the
    /// book. Default 5 USD.</summary>
    public Limit Effort { get; init; } = new(5, false);

    /// <summary>What one more round of signatures on a chain is worth: a second one is needed where money arrives and is to be used.
    /// Default 20 USD.</summary>
    public Limit EffortPerRound { get; init; } = new(20, false);

    /// <summary>What it is worth not to use the account on one more chain. Default 10 USD.</summary>
    public Limit EffortPerAccount { get; init; } = new(10, false);

    /// <summary>The least native token, by value, to keep on every chain that money is moved on, for the way back. Default 5 USD.</summary>
    public Limit KeepGas { get; init; } = new(5, false);

    /// <summary>How many times today's gas price leaving may cost one day: so much native token is kept for every position. Default 100:
    /// the dearest hours of May 2022 against the median of its year.</summary>
    [Between(1, 10_000)]
    public double StressedGas { get; init; } = 100;

    /// <summary>Time in which the advantage of a better rate halves, since others come for it too: its median, of which a factor
    /// of two is one standard deviation. Default 55 days, as measured on 60 pools in August 2026.</summary>
    public Duration RateHalfLife { get; init; } = new(55);

    /// <summary>The least time for which what crosses chains is at its bridge's risk, however fast it is. Default 1 day.</summary>
    public Duration CrossingExposure { get; init; } = new(1);

    /// <summary>Whether every position, held or new, pays for its exit at the horizon: fee, queue and gas, in full up to 60 days and in
    /// proportion beyond. Default yes.</summary>
    public bool ExitAtHorizon { get; init; } = true;

    /// <summary>Moves worth less are not made. Default 0.05 % of the book.</summary>
    public Limit MinimumMove { get; init; } = new(0.0005, true);

    /// <summary>What a plan has to add to doing nothing, over the horizon and after its costs and effort; for less, nothing is moved, unless a
    /// payment or a broken limit asks for it. For objectives of money. Default 0 USD.</summary>
    public Limit MinimumGain { get; init; } = new(0, false);

    /// <summary>Amounts are whole multiples of 1, 2 or 5 times a power of ten of tokens, worth at most so much: what a person signs. Never
    /// what empties a balance or a position, payments, gas, or where a limit would break. Off where absent.</summary>
    public Limit? RoundTo { get; init; }

    /// <summary>The most that a swap or a bridge may deliver below what is expected; less, and its call fails. Default 0.5 %.</summary>
    public Percentage Slippage { get; init; } = new(0.005);

    /// <summary>Time from the snapshot in which a plan may be carried out. Default 3 days.</summary>
    public Duration ValidFor { get; init; } = new(3);
}

/// <summary>How hard the solver tries.</summary>
public sealed record SolverSettings
{
    /// <summary>Relative gap between answer and bound at which an answer counts as optimal. Default 0.01 %.</summary>
    public Percentage Gap { get; init; } = new(1e-4);

    /// <summary>Time after which the best answer so far is taken. Default 30 s.</summary>
    public Duration TimeLimit { get; init; } = Duration.FromSeconds(30);

    /// <summary>Seed of the solver's random choices. Default 0.</summary>
    [Between(0, 1_000_000)]
    public int Seed { get; init; }

    /// <summary>Whose algorithms solve. Default: the own kernels where they can, OR-Tools otherwise.</summary>
    public SolverEngine Engine { get; init; }

    /// <summary>Whether every answer is solved for by the other engine too, and compared. Default no.</summary>
    public bool Verify { get; init; }
}

/// <summary>Whose algorithms solve.</summary>
public enum SolverEngine
{
    /// <summary>The own kernels where they take the problem, OR-Tools otherwise; the answer says which, and why.</summary>
    Auto,

    /// <summary>OR-Tools: PDLP, GLOP, SCIP.</summary>
    OrTools,

    /// <summary>The own interior point, active set, and branch and bound.</summary>
    Native,
}
