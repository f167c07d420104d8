namespace Optimizer.Solver;

/// <summary>How a solve ended.</summary>
public enum SolveStatus
{
    /// <summary>The answer is proven optimal within the requested gap.</summary>
    Optimal,

    /// <summary>All constraints hold, but the proven gap is larger than requested.</summary>
    Feasible,

    /// <summary>It is proven that no values satisfy all constraints.</summary>
    Infeasible,

    /// <summary>The time limit passed before any values were found.</summary>
    TimedOut,

    /// <summary>The engine failed, or its answer failed the check; the message says how.</summary>
    Failed,
}

/// <summary>The solver's answer, checked by code independent of the engine.</summary>
public sealed record Answer
{
    /// <summary>How the solve ended.</summary>
    public required SolveStatus Status { get; init; }

    /// <summary>An explanation of the status; empty if none is needed.</summary>
    public string Message { get; init; } = "";

    /// <summary>One value per variable; empty if no point was found.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>Shadow prices, one per row: gain of the objective when the row's binding bound is loosened by one unit; ≥ 0. With binary
    /// variables: while their values stay as they are.</summary>
    public IReadOnlyList<double> ShadowPrices { get; init; } = [];

    /// <summary>Reduced costs in units of value, for variables at their lower bound; 0 for all others. A variable enters once its value
    /// rises by this much per unit; a fixed charge comes on top. Empty for goals without a trade-off in value.</summary>
    public IReadOnlyList<double> CostsOfEntry { get; init; } = [];

    /// <summary>Shadow price of the goal's own limit: gain of the objective when the limit is loosened by one unit of value or risk; ≥ 0. 0
    /// for goals without a limit.</summary>
    public double GoalShadowPrice { get; init; }

    /// <summary>Value of the answer, recomputed with the exact functions.</summary>
    public double Value { get; init; }

    /// <summary>Risk of the answer, recomputed.</summary>
    public double Risk { get; init; }

    /// <summary>The goal's objective, recomputed: utility, value or ratio (maximised), or risk plus penalty, tail loss or deviation from
    /// risk shares (minimised).</summary>
    public double Objective { get; init; }

    /// <summary>The proven bound: no answer has a better objective.</summary>
    public double Bound { get; init; }

    /// <summary>The engine or method that proved the bound.</summary>
    public string BoundBy { get; init; } = "";

    /// <summary>Smallest denominator of the relative gap for objectives in value: below it, the gap is measured against this
    /// constant.</summary>
    public const double LeastValue = 0.01;

    /// <summary>The same for objectives in risk.</summary>
    public const double LeastRisk = 1e-9;

    /// <summary>Relative gap: |bound − objective| divided by the larger of |objective| and <see cref="LeastValue"/>
    /// (<see cref="LeastRisk"/> where risk is minimised).</summary>
    public double Gap { get; init; }

    /// <summary>The largest violation of a bound, row, switch or link, in the problem's unit.</summary>
    public double MaxViolation { get; init; }

    /// <summary>The engines that were used, in order.</summary>
    public string Engine { get; init; } = "";

    /// <summary>Why these engines were used; empty for the default choice.</summary>
    public string EngineReason { get; init; } = "";

    /// <summary>Result of the second engine, if verification was requested.</summary>
    public Verification? Verification { get; init; }

    /// <summary>Wall time in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>The answer with a bound that was proven elsewhere; the status is updated.</summary>
    /// <param name="bound">The bound.</param>
    /// <param name="by">The engine or method that proved it.</param>
    /// <param name="goal">The goal.</param>
    /// <param name="options">The options, for the requested gap.</param>
    public Answer Bounded(double bound, string by, Goal goal, SolveOptions options)
    {
        var gap = Math.Abs(bound - Objective) / Math.Max(Math.Abs(Objective), LeastOf(goal));
        return this with { Bound = bound, BoundBy = by, Gap = gap, Status = gap <= options.Gap ? SolveStatus.Optimal : SolveStatus.Feasible };
    }

    /// <summary>Smallest denominator of the relative gap for a goal.</summary>
    internal static double LeastOf(Goal goal) => goal is MinimumRiskGoal ? LeastRisk : LeastValue;
}

/// <summary>The result of solving with a second engine.</summary>
/// <param name="Agrees">Whether the objectives agree within both gaps, or neither engine finds an answer; null if the second engine has no
/// result.</param>
/// <param name="Engine">The second engine.</param>
/// <param name="Objective">Its objective; null where it has none.</param>
/// <param name="Message">An explanation; empty if none is needed.</param>
public sealed record Verification(bool? Agrees, string Engine, double? Objective, string Message);

/// <summary>Solver options: gap, time limit, engine.</summary>
public sealed record SolveOptions
{
    /// <summary>Relative gap at which an answer counts as optimal; &gt; 0. Default 1e-4.</summary>
    public double Gap { get; init; } = 1e-4;

    /// <summary>Relative gap for continuous subproblems: well below the gap of the whole.</summary>
    internal double PolishGap => Math.Max(Gap * 1e-2, 1e-9);

    /// <summary>Time limit in seconds of wall time, after which the best answer so far is returned; &gt; 0. Default 30.</summary>
    public double TimeLimitSeconds { get; init; } = 30;

    /// <summary>The same options with the time limit reduced to what a deadline leaves.</summary>
    public SolveOptions Within(Deadline deadline) => this with { TimeLimitSeconds = Math.Clamp(deadline.SecondsLeft, LeastSeconds, Math.Max(TimeLimitSeconds, LeastSeconds)) };

    /// <summary>Smallest time limit, in seconds.</summary>
    private const double LeastSeconds = 0.05;

    /// <summary>Seed of random choices; ≥ 0. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>The engine. Default: the built-in kernels where they can solve the problem, OR-Tools otherwise.</summary>
    public Engine Engine { get; init; }

    /// <summary>Whether to solve with the other engine too and compare. Default no.</summary>
    public bool Verify { get; init; }

    /// <summary>The OR-Tools engine for problems without binary variables.</summary>
    public ContinuousEngine Continuous { get; init; }
}

/// <summary>The engine that solves a problem.</summary>
public enum Engine
{
    /// <summary>The built-in kernels where they can solve the problem; OR-Tools otherwise, or if the kernels leave a gap. The answer names
    /// the engine and the reason.</summary>
    Auto,

    /// <summary>OR-Tools: PDLP, GLOP, SCIP.</summary>
    OrTools,

    /// <summary>Built-in: interior point, active set, and branch and bound.</summary>
    Native,
}

/// <summary>The OR-Tools engine for problems without binary variables.</summary>
public enum ContinuousEngine
{
    /// <summary>PDLP with the squares in its objective; GLOP with cuts where the risk is bounded.</summary>
    Pdlp,

    /// <summary>GLOP with cuts, as an independent check.</summary>
    Glop,

    /// <summary>SCIP with cuts, as an independent check; it gives no shadow prices, and its bound is its own.</summary>
    Scip,
}
