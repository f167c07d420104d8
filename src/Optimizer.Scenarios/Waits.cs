using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Cost of money that waits in a plan for a route slower than its own.</summary>
internal static class Waits
{
    /// <summary>Cost of waiting in USD, by id of the slow route, beyond the time cost of the route's own money.</summary>
    public static IReadOnlyDictionary<string, double> Of(AllocationProblem problem, Plan plan)
    {
        var (done, waits) = (new Dictionary<int, double>(), new Dictionary<string, double>(problem.Lessons.DelaysUsd));
        var byId = plan.Steps.ToDictionary(step => step.Id);
        foreach (var step in plan.Steps)
        {
            var start = step.DependsOn.Select(needed => done[needed]).DefaultIfEmpty(0).Max();
            done[step.Id] = start + step.DurationSeconds;
            if (step.Kind != StepKind.Deposit || start <= 0)
                continue;
            // The last delivery is the one that the others wait for.
            var last = step.DependsOn.Select(needed => byId[needed]).Where(needed => needed.Kind is not StepKind.Approve).OrderBy(needed => done[needed.Id]).LastOrDefault();
            if (last is null || !problem.Flows.Any(flow => flow.Route.Id == last.Via))
                continue;
            var others = Math.Max(0, step.Usd - (last.Usd - last.FeeUsd));
            waits[last.Via] = waits.GetValueOrDefault(last.Via) + others * problem.Rates.ReferenceRate(step.Token) * Duration.FromSeconds(start).Years;
        }

        return waits;
    }
}
