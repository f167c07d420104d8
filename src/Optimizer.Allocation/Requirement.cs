using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>In what a requirement's figures are given.</summary>
public enum LimitUnit
{
    /// <summary>USD; the expression is in fractions of the book.</summary>
    Usd,

    /// <summary>A number of things.</summary>
    Count,

    /// <summary>Days.</summary>
    Days,
}

/// <summary>One row that a constraint asks for.</summary>
/// <param name="Title">What it is called in answers.</param>
/// <param name="Inequality">What must hold.</param>
/// <param name="Unit">In what its figures are given.</param>
/// <param name="IsReported">Whether answers list it; rows that only forbid are not listed one by one.</param>
public sealed record Requirement(string Title, Inequality Inequality, LimitUnit Unit = LimitUnit.Usd, bool IsReported = true);

/// <summary>A constraint that can be written as rows. Each kind is one file of this folder: its fields are what people
/// write, its rows what the solver gets; it needs no registration.</summary>
public abstract record AllocationConstraint : Constraint
{
    /// <summary>The rows that it asks for.</summary>
    public abstract IEnumerable<Requirement> Rows(AllocationProblem problem);

    /// <summary>The row that an answer shows to be missing; null where the answer does what is asked. For what too many rows would have to
    /// say at once.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The answer's values.</param>
    public virtual Requirement? Missing(AllocationProblem problem, IReadOnlyList<double> values) => null;

    /// <summary>Whether its rows are one limit, the most of them being what it limits; else each is a limit of its own.</summary>
    public virtual bool IsOneLimit() => false;

    /// <summary>Of one limit of many rows, the row that is tightest for an answer; null for limits of few.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The answer's values.</param>
    public virtual Inequality? Tightest(AllocationProblem problem, IReadOnlyList<double> values) => null;

    /// <summary>What an answer comes to in one limit of many rows, some of which were not needed to state it.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The answer's values.</param>
    public virtual double Reached(AllocationProblem problem, IReadOnlyList<double> values) => throw new NotSupportedException($"{GetType().Name} is no limit of many rows");

    /// <summary>The ids that it refers to, for checking.</summary>
    public virtual IEnumerable<Reference> References() => [];

    /// <summary>What is contradictory in its own fields, if anything: the field and a sentence.</summary>
    public virtual IEnumerable<(string Field, string Problem)> Contradictions() => [];

    /// <summary>What it does to this scenario that its author may not have meant: the field and a sentence.</summary>
    public virtual IEnumerable<(string Field, string Note)> Notes(Market market, Scenario scenario) => [];
}
