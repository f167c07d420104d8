using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Finds which constraints of an infeasible scenario contradict each other.</summary>
public static class Conflicts
{
    /// <summary>The most smaller sets to try after an irreducible set is known.</summary>
    private const int MaximumTries = 200;

    /// <summary>An irreducible conflict: constraints that cannot hold together, although all but any one of them can. It is the smallest
    /// conflict if there was time to try all smaller sets.</summary>
    /// <remarks>
    /// Deletion filter: constraints are left out one by one; a constraint stays in the conflict if the rest can hold without it (Chinneck,
    /// Feasibility
    /// and Infeasibility in Optimization, 2008, section 6). Then smaller sets are tried, up to a number. The objective's own limit (a
    /// return to reach,
    /// a risk to stay within) counts as a constraint. An empty set means: infeasible even without constraints; check locked amounts and
    /// gas.
    /// </remarks>
    /// <param name="market">The market after shocks.</param>
    /// <param name="scenario">The infeasible scenario.</param>
    /// <param name="settings">Settings after overrides.</param>
    /// <param name="deadline">The time limit; the set may then be larger than necessary.</param>
    public static IReadOnlyList<ConflictResult> Find(
        Market market, Scenario scenario, Settings settings, Deadline deadline)
    {
        // A set for which no time is left counts as feasible: the conflict is then larger than necessary, but still a conflict.
        bool Holds(IReadOnlyCollection<Demand> demands) => deadline.HasPassed || IsFeasible(market, scenario, settings, demands, deadline);
        var all = AllocationProblem.Demanded(market, scenario).Select(c => new Demand(c)).ToList();
        if (((AllocationObjective)scenario.Objective).Demand() is not null)
            all.Add(new(null));
        if (!deadline.HasPassed && Holds(all))
            return [];
        var set = all.ToList();
        foreach (var demand in all)
        {
            var rest = set.Where(d => d != demand).ToList();
            if (!Holds(rest))
                set = rest;
        }

        var tries = 0;
        for (var size = 1; size < set.Count; size++)
        {
            foreach (var smaller in Subsets(all, size))
            {
                if (++tries > MaximumTries || deadline.HasPassed)
                    return Describe(set, scenario);
                if (!Holds(smaller))
                    return Describe(smaller, scenario);
            }
        }

        return Describe(set, scenario);
    }

    private static bool IsFeasible(
        Market market, Scenario scenario, Settings settings, IReadOnlyCollection<Demand> demands, Deadline deadline)
    {
        var kept = demands.Any(d => d.Constraint is null) ? scenario : scenario with { Objective = new MeanVariance { RiskAversion = 0 } };
        SolveStatus Status(SolveOptions options) => new RowSearch(
            new AllocationProblem(market, kept, settings, demands.Where(d => d.Constraint is not null).Select(d => d.Constraint!)), options, deadline).Solve().Status;
        // Any feasible point will do, so the gap is wide. If such a point fails the check, solve with the normal gap.
        var strict = Allocator.Options(settings) with { Verify = false };
        return (Status(strict with { Gap = 1e6 }) is var status && status == SolveStatus.Failed ? Status(strict) : status) != SolveStatus.Infeasible;
    }

    private static IReadOnlyList<ConflictResult> Describe(IEnumerable<Demand> demands, Scenario scenario) =>
        [.. demands.Select(d => d.Constraint is { } constraint
            ? new ConflictResult(constraint.Title(), constraint.Location?.ToString())
            : new ConflictResult($"objective: {((AllocationObjective)scenario.Objective).Demand()}", null))];

    private static IEnumerable<List<Demand>> Subsets(List<Demand> all, int size, int from = 0)
    {
        if (size == 0)
        {
            yield return [];
            yield break;
        }

        for (var first = from; first <= all.Count - size; first++)
        {
            foreach (var rest in Subsets(all, size - 1, first + 1))
            {
                rest.Insert(0, all[first]);
                yield return rest;
            }
        }
    }

    /// <summary>A constraint, or (null) the objective's own limit.</summary>
    private sealed class Demand(Constraint? constraint)
    {
        public Constraint? Constraint { get; } = constraint;
    }
}
