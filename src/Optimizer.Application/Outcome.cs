using Optimizer.Model;

namespace Optimizer.Application;

/// <summary>The outcome of a use case. Its number is the exit code of the command.</summary>
public enum Outcome
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Any other error, or a bug.</summary>
    Failed = 1,

    /// <summary>A file or an option has an error.</summary>
    BadInput = 2,

    /// <summary>No allocation satisfies the constraints; the conflict is named.</summary>
    Infeasible = 3,

    /// <summary>Data is not available, or its state is not known for sure.</summary>
    NoData = 4,

    /// <summary>No answer within the time limit.</summary>
    TimedOut = 5,

    /// <summary>A plan fails its verification.</summary>
    PlanInvalid = 6,

    /// <summary>The market has moved since the plan was made.</summary>
    PlanOutdated = 7,

    /// <summary>A step of the plan would fail, or should not be executed.</summary>
    PlanDangerous = 8,

    /// <summary>The plan has steps to sign, or transfers in flight.</summary>
    PlanInProgress = 9,

    /// <summary>Cancelled by the user.</summary>
    Cancelled = 130,
}

/// <summary>Outcomes of answers.</summary>
public static class Outcomes
{
    /// <summary>The outcome of an answer.</summary>
    public static Outcome Of(SolveResult result) => Of(result.Status);

    /// <summary>The outcome of a status as answers write it.</summary>
    public static Outcome Of(string status) => status switch
    {
        "optimal" or "feasible" => Outcome.Done,
        "infeasible" => Outcome.Infeasible,
        "timedOut" => Outcome.TimedOut,
        _ => Outcome.Failed,
    };
}
