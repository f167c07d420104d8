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
    /// <summary>Probability of an event within a year, by rating. Default: the middle of Credora's classes.</summary>
    public IReadOnlyDictionary<string, Percentage> Ratings { get; init; } = new Dictionary<string, Percentage>
    {
        ["A+"] = new(0.0005),
        ["A"] = new(0.0025),
        ["A-"] = new(0.006),
        ["B+"] = new(0.0115),
        ["B"] = new(0.0225),
        ["B-"] = new(0.045),
        ["C+"] = new(0.09),
        ["C"] = new(0.22),
        ["C-"] = new(0.6),
    };

    /// <summary>Share of a pool beyond which no position grows, so that one's own exit does not move it;
    /// at most 66 %, where size × rate stops being concave. Default 20 %.</summary>
    public Percentage MaximumShareOfPool { get; init; } = new(0.2);
}

/// <summary>How moves are judged.</summary>
public sealed record MoveSettings
{
    /// <summary>What money could earn while it is in flight, per year. Default 4 %.</summary>
    public Percentage ReferenceRate { get; init; } = new(0.04);

    /// <summary>What the work of preparing, checking and signing one more move is worth. It weighs in the decision and
    /// is not paid out of the book. Default 5 USD.</summary>
    public Limit Effort { get; init; } = new(5, false);

    /// <summary>Value of native token to keep on every chain that money is moved on, for the way back. Default 5 USD.</summary>
    public Limit KeepGas { get; init; } = new(5, false);

    /// <summary>Time in which the advantage of a better rate halves, since others come for it too: its median, of which a factor
    /// of two is one standard deviation. Default 90 days.</summary>
    public Duration RateHalfLife { get; init; } = new(90);

    /// <summary>Moves worth less are not made. Default 0.05 % of the book.</summary>
    public Limit MinimumMove { get; init; } = new(0.0005, true);

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
