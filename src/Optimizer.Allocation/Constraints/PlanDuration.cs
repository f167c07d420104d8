using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>The whole plan is done within so long, waiting for exits included.</summary>
/// <remarks>Each token has a time by which all of it has arrived; a route or a withdrawal that is used delivers after
/// its own duration. The longest chain of moves is therefore counted, not the longest move.</remarks>
public sealed record PlanDuration : AllocationConstraint
{
    /// <summary>How long it may take.</summary>
    public required Duration Max { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        // Time is measured in units of the limit, so that it is around one like everything else.
        var arrival = problem.Idles.ToDictionary(idle => idle.Token, idle => problem.Auxiliary($"{idle.Token} arrival", 0, 1));
        foreach (var flow in problem.Flows.Where(f => arrival.ContainsKey(f.Route.From) && arrival.ContainsKey(f.Route.To)))
        {
            var duration = Duration.FromSeconds(flow.Route.DurationSeconds).Days / Max.Days;
            var used = LinearExpression.Of(flow.Switch);
            yield return new($"{Title()}: {flow.Route.Id}", duration <= 1
                ? arrival[flow.Route.From] + duration * used - arrival[flow.Route.To] <= 1 - used
                : used <= 0, IsReported: false);
        }

        foreach (var position in problem.Positions.Where(p => p.WithdrawalSwitch is not null))
        {
            var delay = (position.Opportunity.ExitDelayDays?.Value ?? 0) / Max.Days;
            var left = LinearExpression.Of(position.WithdrawalSwitch!.Value);
            foreach (var input in position.Opportunity.Inputs.Where(i => arrival.ContainsKey(i.Token)))
                yield return new($"{Title()}: {position.Opportunity.Id}",
                    delay <= 1 ? delay * left <= arrival[input.Token] : left <= 0, IsReported: false);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions() =>
        Max.Days > 0 ? [] : [("max", "is zero; expected a duration above zero")];

    /// <inheritdoc/>
    protected override string Describe() => $"plan done within {Max}";
}
