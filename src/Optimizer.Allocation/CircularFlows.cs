using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Finds circular flows in an answer, in which money would be sent before it has arrived.</summary>
internal static class CircularFlows
{
    /// <summary>The tokens on circular flows; empty if there are none.</summary>
    public static IReadOnlySet<TokenId> Find(AllocationProblem problem, Answer answer)
    {
        if (answer.Status is not (SolveStatus.Optimal or SolveStatus.Feasible))
            return new HashSet<TokenId>();
        // On a chain that waits for gas, every flow also depends on the native token.
        var next = problem.Flows.Where(flow => answer.Values[flow.Switch] > 0.5 && flow.In.At(answer.Values) > 0)
            .SelectMany(flow => problem.WaitsForGas(flow) is { } native ? new[] { (flow.Route.From, flow.Route.To), (native, flow.Route.To) } : [(flow.Route.From, flow.Route.To)])
            .ToLookup(pair => pair.Item1, pair => pair.Item2);
        return next.Select(from => from.Key).Where(token => Reaches(token, token, next)).ToHashSet();
    }

    private static bool Reaches(TokenId from, TokenId to, ILookup<TokenId, TokenId> next)
    {
        var (seen, open) = (new HashSet<TokenId>(), new Stack<TokenId>(next[from]));
        while (open.TryPop(out var token))
        {
            if (token == to)
                return true;
            if (!seen.Add(token))
                continue;
            foreach (var further in next[token])
                open.Push(further);
        }

        return false;
    }
}
