namespace Optimizer.Solver;

/// <summary>How a solve ended.</summary>
public enum SolveStatus
{
    /// <summary>Proven within the gap that was asked for.</summary>
    Optimal,

    /// <summary>All constraints hold; the stated gap is larger than asked for.</summary>
    Feasible,

    /// <summary>Proven that no values satisfy all constraints.</summary>
    Infeasible,

    /// <summary>The time limit passed before any values were found.</summary>
    TimedOut,

    /// <summary>The engine broke down or its answer does not survive the check; the message says how.</summary>
    Failed,
}

/// <summary>What the solver found, checked by code that is not the engine's.</summary>
public sealed record Answer
{
    /// <summary>How the solve ended.</summary>
    public required SolveStatus Status { get; init; }

    /// <summary>What to know beyond the status; empty when there is nothing to say.</summary>
    public string Message { get; init; } = "";

    /// <summary>One value per variable; empty where there is no answer.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>Per row, how much the objective gains when the row's binding bound is loosened by one unit; ≥ 0.
    /// With binary variables: while those stay as they are.</summary>
    public IReadOnlyList<double> ShadowPrices { get; init; } = [];

    /// <summary>Per variable at its lower bound, how much more value a unit of it would have to have for the next unit to
    /// pay; 0 for all others. A charge for being on comes on top. Empty for goals without a trade-off in value.</summary>
    public IReadOnlyList<double> EntryGaps { get; init; } = [];

    /// <summary>For a goal with a limit of its own: how much the objective gains when that limit is loosened by one
    /// unit of value or risk; ≥ 0.</summary>
    public double GoalShadowPrice { get; init; }

    /// <summary>Value of the answer, recomputed with the exact functions.</summary>
    public double Value { get; init; }

    /// <summary>Risk of the answer, recomputed.</summary>
    public double Risk { get; init; }

    /// <summary>The goal's objective, recomputed: utility or value (greater is better), or risk and toll (less
    /// is better).</summary>
    public double Objective { get; init; }

    /// <summary>No answer can be better than this.</summary>
    public double Bound { get; init; }

    /// <summary>Who proved the bound.</summary>
    public string BoundBy { get; init; } = "";

    /// <summary>An objective of value below this is measured against this: a gap of 1e-4 is then a millionth of the
    /// unit.</summary>
    public const double LeastValue = 0.01;

    /// <summary>An objective of risk below this is measured against this.</summary>
    public const double LeastRisk = 1e-9;

    /// <summary>|bound − objective| relative to the larger of |objective| and <see cref="LeastValue"/> (or
    /// <see cref="LeastRisk"/> where risk is minimised).</summary>
    public double Gap { get; init; }

    /// <summary>The largest amount by which a bound, row, switch or link is broken, in the problem's unit.</summary>
    public double MaxViolation { get; init; }

    /// <summary>The engines that were used, in order.</summary>
    public string Engine { get; init; } = "";

    /// <summary>Why these engines and no others; empty where the choice was the usual one.</summary>
    public string EngineReason { get; init; } = "";

    /// <summary>What the other engine says, where that was asked for.</summary>
    public Verification? Verification { get; init; }

    /// <summary>Wall time in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>The answer with a bound that was proven elsewhere, and the status that follows.</summary>
    /// <param name="bound">No answer can be better than this.</param>
    /// <param name="by">Who proved it.</param>
    /// <param name="goal">What was wanted.</param>
    /// <param name="options">What gap is asked for.</param>
    public Answer Bounded(double bound, string by, Goal goal, SolveOptions options)
    {
        var gap = Math.Abs(bound - Objective) / Math.Max(Math.Abs(Objective), LeastOf(goal));
        return this with { Bound = bound, BoundBy = by, Gap = gap, Status = gap <= options.Gap ? SolveStatus.Optimal : SolveStatus.Feasible };
    }

    /// <summary>The objective below which gaps are measured against a constant.</summary>
    internal static double LeastOf(Goal goal) => goal is MinimizeRisk ? LeastRisk : LeastValue;
}

/// <summary>A second engine's word on an answer.</summary>
/// <param name="Agrees">Whether both objectives lie within the gaps of both, or both find no answer; null where the second engine
/// has no word to give.</param>
/// <param name="Engine">The second engine.</param>
/// <param name="Objective">Its objective; null where it has none.</param>
/// <param name="Message">What to know beyond that; empty when there is nothing to say.</param>
public sealed record Verification(bool? Agrees, string Engine, double? Objective, string Message);

/// <summary>How hard to try.</summary>
public sealed record SolveOptions
{
    /// <summary>Relative gap at which an answer counts as optimal; &gt; 0. Default 1e-4.</summary>
    public double Gap { get; init; } = 1e-4;

    /// <summary>The relative gap to which continuous parts are driven: well below what is asked of the whole.</summary>
    internal double PolishGap => Math.Max(Gap * 1e-2, 1e-9);

    /// <summary>Wall time in seconds after which the best answer so far is taken; &gt; 0. Default 30.</summary>
    public double TimeLimitSeconds { get; init; } = 30;

    /// <summary>The same with no more time than a deadline leaves.</summary>
    public SolveOptions Within(Deadline deadline) => this with { TimeLimitSeconds = Math.Clamp(deadline.SecondsLeft, LeastSeconds, Math.Max(TimeLimitSeconds, LeastSeconds)) };

    /// <summary>In less than this nothing is solved.</summary>
    private const double LeastSeconds = 0.05;

    /// <summary>Seed of random choices; ≥ 0. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Whose algorithms solve. Default: the own kernels where they can, OR-Tools otherwise.</summary>
    public Engine Engine { get; init; }

    /// <summary>Whether to solve by the other engine too and compare. Default no.</summary>
    public bool Verify { get; init; }

    /// <summary>Which of OR-Tools' engines solves problems without binary variables.</summary>
    public ContinuousEngine Continuous { get; init; }
}

/// <summary>Whose algorithms solve a problem.</summary>
public enum Engine
{
    /// <summary>The own kernels where they take the problem, OR-Tools otherwise or where they leave a gap; the answer says
    /// which, and why.</summary>
    Auto,

    /// <summary>OR-Tools: PDLP, GLOP, SCIP.</summary>
    OrTools,

    /// <summary>The own interior point, active set, and branch and bound.</summary>
    Native,
}

/// <summary>Which OR-Tools engine solves problems without binary variables.</summary>
public enum ContinuousEngine
{
    /// <summary>PDLP with the squares in its objective; GLOP with cuts where the risk is bounded.</summary>
    Pdlp,

    /// <summary>GLOP with cuts, as an independent check.</summary>
    Glop,

    /// <summary>SCIP with cuts, as an independent check; it gives no shadow prices, and its bound is its own.</summary>
    Scip,
}
