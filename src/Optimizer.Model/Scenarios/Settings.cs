namespace Optimizer.Model;

/// <summary>The tool's settings: <c>optimizer.yaml</c>, overridden by a scenario's <c>settings</c>, overridden by command-line
/// flags.</summary>
public sealed record Settings
{
    /// <summary>Assumptions about risk.</summary>
    public RiskSettings Risk { get; init; } = new();

    /// <summary>Costs, penalties and limits of moves.</summary>
    public MoveSettings Moves { get; init; } = new();

    /// <summary>Engine, precision and time limit of the solver.</summary>
    public SolverSettings Solver { get; init; } = new();

    /// <summary>Limits for accepting data read from chains.</summary>
    public ReadingSettings Reading { get; init; } = new();
}

/// <summary>Limits for accepting data from chains and other sources when a snapshot is taken.</summary>
public sealed record ReadingSettings
{
    /// <summary>Highest accepted effective annual rate; an opportunity above it is left out. Default 100 %.</summary>
    public Percentage MaximumRate { get; init; } = new(1);

    /// <summary>Highest accepted age of a price feed's answer: a little more than the longest heartbeat of the feeds used. Default 25
    /// h.</summary>
    public Duration MaximumPriceAge { get; init; } = Duration.FromSeconds(25 * 3_600);

    /// <summary>Relative difference between two sources of one figure above which the snapshot reports a finding. Default 1 %.</summary>
    public Percentage Tolerance { get; init; } = new(0.01);

    /// <summary>Highest accepted age of a node's last block; with an older one, the node is considered out of sync. Default 10
    /// min.</summary>
    public Duration MaximumBlockAge { get; init; } = Duration.FromSeconds(600);

    /// <summary>Time over which the growth of a vault's share is measured. Default 7 days.</summary>
    public Duration YieldWindow { get; init; } = new(7);

    /// <summary>Timeout of one request. All attempts and waits of a request together may take three times as long. Default 10 s.</summary>
    public Duration RequestTimeout { get; init; } = Duration.FromSeconds(10);

    /// <summary>Whether two endpoints must give the same answer to every read. Default no.</summary>
    public bool TwoEndpoints { get; init; }
}

/// <summary>Assumptions about risk.</summary>
public sealed record RiskSettings
{
    /// <summary>Yearly probability of an event, by rating. Default: 1 − (1 − P)^(1/5), where P is the middle of Credora's class of that
    /// name. P is for a whole product; it is divided among five causes (docs/hazards.md).</summary>
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

    /// <summary>Penalty for an uncertain rate: number of standard deviations of the mean rate over the horizon that count against adding to
    /// a position. Positions that stay have no penalty. Default 0.5.</summary>
    [Between(0, 10)]
    public double RateDoubt { get; init; } = 0.5;

    /// <summary>Standard deviation of the mean rate over the horizon, as a share of the rate, where nobody measured one. Default 20
    /// %.</summary>
    public Percentage AssumedRateError { get; init; } = new(0.2);

    /// <summary>Outlier limit: a rate above this many medians of its unit of account is cut to that many, unless a longer mean confirms it.
    /// Default 3.</summary>
    [Between(1, 1_000)]
    public double OutlierMedians { get; init; } = 3;

    /// <summary>Number of draws used to estimate the tail of an answer; must be even. Default 20,000.</summary>
    [Between(100, 1_000_000)]
    public int Draws { get; init; } = 20_000;

    /// <summary>How prices are drawn. Default: from the covariance.</summary>
    public PriceDraws Prices { get; init; }

    /// <summary>Length of the blocks in which history is drawn: as long as price changes are correlated. Default 28 days.</summary>
    public Duration BlockLength { get; init; } = new(28);

    /// <summary>Largest share of a pool that a position may reach, so that its exit does not move the pool. At most 50 % is used: beyond
    /// that, size × rate is not concave at high rates. Default 20 %.</summary>
    public Percentage MaximumShareOfPool { get; init; } = new(0.2);
}

/// <summary>How prices are drawn.</summary>
public enum PriceDraws
{
    /// <summary>Log-normal, from the covariance.</summary>
    Covariance,

    /// <summary>Blocks of past changes, the same for all assets: this keeps their tails and their order.</summary>
    History,
}

/// <summary>Costs, penalties and limits of moves.</summary>
public sealed record MoveSettings
{
    /// <summary>Reference rate per year: rate advantages fade to it, and money in flight, in a queue or back from a maturity is valued with
    /// it. Default: the median of the snapshot's credited rates in the same unit of account.</summary>
    public Percentage? ReferenceRate { get; init; }

    /// <summary>Value of the work to prepare and check one more call. It counts in the decision and is not paid from the book. Default 5
    /// USD.</summary>
    public Limit Effort { get; init; } = new(5, false);

    /// <summary>Value of one more round of signatures on a chain; a second round is needed when money arrives and is then used. Default 20
    /// USD.</summary>
    public Limit EffortPerRound { get; init; } = new(20, false);

    /// <summary>Penalty for using the account on one more chain. Default 10 USD.</summary>
    public Limit EffortPerAccount { get; init; } = new(10, false);

    /// <summary>Smallest value of native token to keep, for exits, on every chain where money moves. Default 5 USD.</summary>
    public Limit KeepGas { get; init; } = new(5, false);

    /// <summary>Gas reserve for exits, as a multiple of today's gas price: every position keeps enough native token to leave at that price.
    /// Default 100: the dearest hours of May 2022 against that year's median.</summary>
    [Between(1, 10_000)]
    public double StressedGas { get; init; } = 100;

    /// <summary>Median half-life of the advantage of a better rate, which other capital competes away; one standard deviation is a factor
    /// of two. Default 55 days, as measured on 60 pools in August 2026.</summary>
    public Duration RateHalfLife { get; init; } = new(55);

    /// <summary>Shortest time for which money that crosses chains counts as exposed to its bridge, however fast the bridge is. Default 1
    /// day.</summary>
    public Duration CrossingExposure { get; init; } = new(1);

    /// <summary>Whether every position, held or new, is charged its exit at the horizon (fee, queue, gas): in full for horizons up to 60
    /// days, less in proportion for longer ones. Default yes.</summary>
    public bool ExitAtHorizon { get; init; } = true;

    /// <summary>Smallest value of a move. Default 0.05 % of the book.</summary>
    public Limit MinimumMove { get; init; } = new(0.0005, true);

    /// <summary>Smallest gain of a plan over doing nothing, over the horizon, after costs and effort. Below it nothing is moved, unless a
    /// payment or a broken limit requires it. Only for objectives in money. Default 0 USD.</summary>
    public Limit MinimumGain { get; init; } = new(0, false);

    /// <summary>Rounds amounts to multiples of 1, 2 or 5 times a power of ten of tokens; the rounding step is worth at most this value. Not
    /// rounded: amounts that empty a balance or a position, payments, gas, and amounts whose rounding would break a limit. No rounding
    /// where absent.</summary>
    public Limit? RoundTo { get; init; }

    /// <summary>Slippage tolerance of swaps and bridges: a call that would deliver less fails. Default 0.5 %.</summary>
    public Percentage Slippage { get; init; } = new(0.005);

    /// <summary>Time after the snapshot within which a plan may be executed. Default 3 days.</summary>
    public Duration ValidFor { get; init; } = new(3);
}

/// <summary>Engine, precision and time limit of the solver.</summary>
public sealed record SolverSettings
{
    /// <summary>Relative gap between answer and bound at which an answer counts as optimal. Default 0.01 %.</summary>
    public Percentage Gap { get; init; } = new(1e-4);

    /// <summary>Time limit; the solver then returns the best answer so far. Default 30 s.</summary>
    public Duration TimeLimit { get; init; } = Duration.FromSeconds(30);

    /// <summary>Seed of the solver's random choices. Default 0.</summary>
    [Between(0, 1_000_000)]
    public int Seed { get; init; }

    /// <summary>The engine. Default: the built-in kernels where they can solve the problem, OR-Tools otherwise.</summary>
    public SolverEngine Engine { get; init; }

    /// <summary>Whether the other engine solves every answer too, for comparison. Default no.</summary>
    public bool Verify { get; init; }
}

/// <summary>The engine that solves.</summary>
public enum SolverEngine
{
    /// <summary>The built-in kernels where they can solve the problem, OR-Tools otherwise; the answer names the engine and the
    /// reason.</summary>
    Auto,

    /// <summary>OR-Tools: PDLP, GLOP, SCIP.</summary>
    OrTools,

    /// <summary>Built-in: interior point, active set, and branch and bound.</summary>
    Native,
}
