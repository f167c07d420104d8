using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Rows by which money has arrived in time.</summary>
/// <remarks>Each token has a time by which all of it has arrived; a route or a withdrawal that is used delivers after
/// its own duration. The longest chain of moves is therefore counted, not the longest move.</remarks>
internal static class Arrivals
{
    /// <summary>The rows.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="title">What asks for them.</param>
    /// <param name="within">The time.</param>
    /// <param name="only">The token that has to be there by then; every token where absent.</param>
    public static IEnumerable<Requirement> Within(AllocationProblem problem, string title, Duration within, TokenId? only = null)
    {
        // Time is measured in units of the limit, so that it is around one like everything else.
        const double Late = 100;
        double Most(TokenId token) => only is null || token == only ? 1 : Late;
        var arrival = problem.Idles.ToDictionary(idle => idle.Token, idle => problem.Auxiliary($"{idle.Token} arrival", 0, Most(idle.Token)));
        foreach (var flow in problem.Flows.Where(f => arrival.ContainsKey(f.Route.From) && arrival.ContainsKey(f.Route.To)))
        {
            var duration = Math.Min(Duration.FromSeconds(flow.Route.DurationSeconds).Days / within.Days, 2 * Late);
            var (used, most) = (LinearExpression.Of(flow.Switch), Most(flow.Route.From));
            yield return new($"{title}: {flow.Route.Id}", duration <= Most(flow.Route.To)
                ? arrival[flow.Route.From] + duration * used - arrival[flow.Route.To] <= most * (1 - used)
                : used <= 0, IsReported: false);
        }

        foreach (var position in problem.Positions.Where(p => p is { WithdrawalSwitch: not null, Capital: > 0 }))
        {
            var delay = Math.Min((position.Opportunity.ExitDelayDays?.Value ?? 0) / within.Days, 2 * Late);
            var left = LinearExpression.Of(position.WithdrawalSwitch!.Value);
            foreach (var input in position.Opportunity.Inputs.Where(i => arrival.ContainsKey(i.Token)))
                yield return new($"{title}: {position.Opportunity.Id}", delay <= Most(input.Token) ? delay * left <= arrival[input.Token] : left <= 0, IsReported: false);
        }
    }
}
