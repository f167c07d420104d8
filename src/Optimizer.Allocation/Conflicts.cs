using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Finds which constraints of an infeasible scenario contradict each other.</summary>
public static class Conflicts
{
    /// <summary>How many smaller sets are tried after one irreducible set is known.</summary>
    private const int MaximumTries = 200;

    /// <summary>A set of constraints that cannot hold together, though any fewer of them can; the smallest such set
    /// where trying all smaller ones is affordable.</summary>
    /// <remarks>
    /// Deletion filter: leave constraints out one by one; those without which the rest can hold are in the set
    /// (Chinneck, Feasibility and Infeasibility in Optimization, 2008, section 6). Then all smaller sets are tried, up
    /// to a number. The objective's own demand (a return to reach, a risk to stay within) counts as a constraint. An
    /// empty set: the holdings themselves cannot be kept as asked.
    /// </remarks>
    /// <param name="market">The market after shocks.</param>
    /// <param name="scenario">The question; it has no answer.</param>
    /// <param name="settings">Settings after overrides.</param>
    /// <param name="deadline">When to stop; the set may then be larger than it need be.</param>
    public static IReadOnlyList<ConflictResult> Find(
        Market market, Scenario scenario, Settings settings, Deadline deadline)
    {
        // What cannot be tried in time is taken to hold: the set is then larger than it need be, and conflicts all the same.
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
        // Any point will do, so nothing but the goal's own demand is asked; what comes out crooked then is solved in earnest.
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

    /// <summary>A constraint, or the objective's own demand where null.</summary>
    private sealed class Demand(Constraint? constraint)
    {
        public Constraint? Constraint { get; } = constraint;
    }
}
