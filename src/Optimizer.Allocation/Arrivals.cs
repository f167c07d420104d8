using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Rows that make money arrive in time.</summary>
/// <remarks>Each token has a time by which all of it has arrived. A used route or withdrawal delivers after its own duration. So the
/// longest chain of moves counts, not the longest single move.</remarks>
internal static class Arrivals
{
    /// <summary>The rows.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="title">Title of the constraint that needs the rows.</param>
    /// <param name="within">The time limit.</param>
    /// <param name="only">The token that must arrive in time; every token where absent.</param>
    public static IEnumerable<Requirement> Within(AllocationProblem problem, string title, Duration within, TokenId? only = null)
    {
        // Time is in units of the limit, so values are around one.
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
