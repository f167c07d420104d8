using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>The unit of a requirement's figures.</summary>
public enum LimitUnit
{
    /// <summary>USD; the expression is in fractions of the book.</summary>
    Usd,

    /// <summary>A count.</summary>
    Count,

    /// <summary>Days.</summary>
    Days,
}

/// <summary>One row that a constraint needs.</summary>
/// <param name="Title">Its title in answers.</param>
/// <param name="Inequality">What must hold.</param>
/// <param name="Unit">The unit of its figures.</param>
/// <param name="IsReported">Whether answers list it; rows that only forbid something are not listed.</param>
public sealed record Requirement(string Title, Inequality Inequality, LimitUnit Unit = LimitUnit.Usd, bool IsReported = true);

/// <summary>A constraint that can be written as rows. Each kind is one file of this folder: its properties are the fields in the scenario
/// file, and its rows go to the solver. No registration is needed.</summary>
public abstract record AllocationConstraint : Constraint
{
    /// <summary>The rows of the constraint.</summary>
    public abstract IEnumerable<Requirement> Rows(AllocationProblem problem);

    /// <summary>The row that an answer violates; null if it violates none. For limits that would need too many rows to state at
    /// once.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The answer's values.</param>
    public virtual Requirement? Missing(AllocationProblem problem, IReadOnlyList<double> values) => null;

    /// <summary>Whether all rows state one limit, on their maximum; otherwise each row is a limit of its own.</summary>
    public virtual bool IsOneLimit() => false;

    /// <summary>For a limit that many rows state: the row that is tightest at an answer; null for other limits.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The answer's values.</param>
    public virtual Inequality? Tightest(AllocationProblem problem, IReadOnlyList<double> values) => null;

    /// <summary>For a limit that many rows state: the value of the limited quantity at an answer, whether or not its row was
    /// added.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The answer's values.</param>
    public virtual double Reached(AllocationProblem problem, IReadOnlyList<double> values) => throw new NotSupportedException($"{GetType().Name} is not a limit stated by many rows");

    /// <summary>The ids that the constraint refers to, for checking.</summary>
    public virtual IEnumerable<Reference> References() => [];

    /// <summary>Contradictions among its own fields: the field and a sentence.</summary>
    public virtual IEnumerable<(string Field, string Problem)> Contradictions() => [];

    /// <summary>Warnings about effects on this scenario that the author may not have meant: the field and a sentence.</summary>
    public virtual IEnumerable<(string Field, string Note)> Notes(Market market, Scenario scenario) => [];
}
