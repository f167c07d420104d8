using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>An objective that can be stated as a problem. Each kind is one file of this folder: its properties are the fields in the
/// scenario file, its goal goes to the solver, and it states its unit. No registration is needed.</summary>
public abstract record AllocationObjective : Objective
{
    /// <summary>The solver's goal.</summary>
    public abstract Goal Goal(AllocationProblem problem);

    /// <summary>The value in the solver's goal.</summary>
    public virtual LinearExpression Value(AllocationProblem problem) => ObjectiveTerms.Value(problem);

    /// <summary>The reference allocation from which risk is measured, in fractions of the book, by opportunity; if empty, risk is measured
    /// from zero.</summary>
    public virtual IReadOnlyDictionary<string, double> Origin(AllocationProblem problem) => new Dictionary<string, double>();

    /// <summary>Whether risk is the sum of the opportunities' own variances, without their correlations.</summary>
    public virtual bool IsPlaceByPlace() => false;

    /// <summary>Rows that the objective needs.</summary>
    public virtual IEnumerable<Requirement> Rows(AllocationProblem problem) => [];

    /// <summary>The row that an answer violates; null if it violates none. For objectives that would need too many rows to state at
    /// once.</summary>
    public virtual Requirement? Missing(AllocationProblem problem, IReadOnlyList<double> values) => null;

    /// <summary>Whether rows are added during the solve.</summary>
    public virtual bool AddsRows() => false;

    /// <summary>Whether exposure without a view must be kept: no for objectives that minimise risk.</summary>
    public virtual bool KeepsExposure() => true;

    /// <summary>Whether the objective is minimised.</summary>
    public virtual bool IsMinimised() => false;

    /// <summary>Whether the objective is an amount of money over the horizon, which depends on the plan's actual times and costs.</summary>
    public virtual bool IsMoney() => false;

    /// <summary>The unit of its value: <c>usd</c> or <c>ratio</c>.</summary>
    public virtual string Unit() => "usd";

    /// <summary>Its own limit, such as a minimum return, for conflict reports; null if it has none.</summary>
    public virtual string? Demand() => null;

    /// <summary>Its own limit at an outcome: title, value and limit in USD, and whether the limit is a minimum. Null if it has no limit, or
    /// if rows state it.</summary>
    public virtual (string Title, double Usd, double LimitUsd, bool IsLeast)? Demanded(AllocationProblem problem, Outcome outcome) => null;

    /// <summary>A message why there is no answer that replaces the solver's technical message; null to keep the solver's.</summary>
    public virtual string? WhyNone(AllocationProblem problem, Answer answer) => null;

    /// <summary>A confidence level to report besides 95 % and 99 %; null for none.</summary>
    public virtual double? TailConfidence() => null;

    /// <summary>Converts a figure of the solver (objective or bound) to the objective's unit.</summary>
    public abstract double InUnit(AllocationProblem problem, Answer answer, double figure);

    /// <summary>The objective recomputed from the exact plan's outcome.</summary>
    public abstract double Of(AllocationProblem problem, Outcome outcome);

    /// <summary>Change of the solver's objective per unit of value, to express shadow prices in money.</summary>
    public virtual double PerValue(Answer answer) => 1;

    /// <summary>A note on the answer; null if there is none.</summary>
    public virtual string? Note(AllocationProblem problem, Outcome outcome) => null;
}

/// <summary>The outcome of an exact plan.</summary>
/// <param name="ValueUsd">The solver's value recomputed exactly, in USD over the horizon.</param>
/// <param name="NetReturnUsd">The same without the penalties for doubt and effort, which are not paid from the book.</param>
/// <param name="NotionalUsd">Notional by opportunity, in USD.</param>
/// <param name="IdleUsd">Idle value by token, in USD.</param>
/// <param name="Risk">The variance and its contributions.</param>
/// <param name="TailLossUsd">CVaR (mean loss of the worst draws) in USD at a confidence level.</param>
public sealed record Outcome(
    double ValueUsd, double NetReturnUsd, IReadOnlyDictionary<string, double> NotionalUsd, IReadOnlyDictionary<TokenId, double> IdleUsd, RiskAttribution Risk, Func<double, double> TailLossUsd);
