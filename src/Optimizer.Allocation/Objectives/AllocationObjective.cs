using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>An objective that can be stated as a problem. Each kind is one file of this folder: its fields are what people write, its goal
/// what the solver gets, and it says how its figure reads; it needs no registration.</summary>
public abstract record AllocationObjective : Objective
{
    /// <summary>What the solver is asked for.</summary>
    public abstract Goal Goal(AllocationProblem problem);

    /// <summary>The value that the solver looks at.</summary>
    public virtual LinearExpression Value(AllocationProblem problem) => ObjectiveTerms.Value(problem);

    /// <summary>What the risk is measured from, in fractions of the book, by opportunity: an allocation without risk where empty.</summary>
    public virtual IReadOnlyDictionary<string, double> Origin(AllocationProblem problem) => new Dictionary<string, double>();

    /// <summary>Whether its risk is that of every place by itself, without what places share.</summary>
    public virtual bool IsPlaceByPlace() => false;

    /// <summary>The rows that it needs.</summary>
    public virtual IEnumerable<Requirement> Rows(AllocationProblem problem) => [];

    /// <summary>The row that an answer shows to be missing; null where there is none. For what too many rows would have to say at
    /// once.</summary>
    public virtual Requirement? Missing(AllocationProblem problem, IReadOnlyList<double> values) => null;

    /// <summary>Whether rows are added while it is solved.</summary>
    public virtual bool AddsRows() => false;

    /// <summary>Whether exposure without a view stays: not where risk itself is made small.</summary>
    public virtual bool KeepsExposure() => true;

    /// <summary>Whether less is better.</summary>
    public virtual bool IsMinimised() => false;

    /// <summary>Whether it is an amount of money over the horizon, which the plan's own times and costs change.</summary>
    public virtual bool IsMoney() => false;

    /// <summary>What its figure is given in: <c>usd</c>, or <c>ratio</c>.</summary>
    public virtual string Unit() => "usd";

    /// <summary>What it demands beside being best, for conflicts; null where nothing.</summary>
    public virtual string? Demand() => null;

    /// <summary>What its demand comes to: its title, the figure and its limit in USD, and whether the limit is the least; null where it demands
    /// nothing, or where its rows say so.</summary>
    public virtual (string Title, double Usd, double LimitUsd, bool IsLeast)? Demanded(AllocationProblem problem, Outcome outcome) => null;

    /// <summary>Why there is no answer, where the solver's words are not a person's; null where they are.</summary>
    public virtual string? WhyNone(AllocationProblem problem, Answer answer) => null;

    /// <summary>What it looks at beyond 95 and 99 % of the draws; null where nothing.</summary>
    public virtual double? TailConfidence() => null;

    /// <summary>One of the solver's figures for the objective (what was found, or its bound) in the unit.</summary>
    public abstract double InUnit(AllocationProblem problem, Answer answer, double figure);

    /// <summary>The objective once more, from what the exact plan comes to.</summary>
    public abstract double Of(AllocationProblem problem, Outcome outcome);

    /// <summary>How much the solver's objective gains by a unit of value, for shadow prices in money.</summary>
    public virtual double PerValue(Answer answer) => 1;

    /// <summary>What should be known of an answer beside its figures; null where nothing.</summary>
    public virtual string? Note(AllocationProblem problem, Outcome outcome) => null;
}

/// <summary>What an exact plan comes to.</summary>
/// <param name="ValueUsd">What the solver's value is in exact figures, in USD over the horizon.</param>
/// <param name="NetReturnUsd">The same without doubt and effort, which are not paid out of the book.</param>
/// <param name="NotionalUsd">Notional by opportunity.</param>
/// <param name="IdleUsd">Idle value by token.</param>
/// <param name="Risk">The variance, and its parts.</param>
/// <param name="TailLossUsd">The mean loss of the worst draws at a confidence.</param>
public sealed record Outcome(
    double ValueUsd, double NetReturnUsd, IReadOnlyDictionary<string, double> NotionalUsd, IReadOnlyDictionary<TokenId, double> IdleUsd, RiskAttribution Risk, Func<double, double> TailLossUsd);
