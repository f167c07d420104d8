using Optimizer.Model;

namespace Optimizer.Planning;

/// <summary>Orders tokens by the flow of money, and steps by their dependencies.</summary>
internal static class Ordering
{
    /// <summary>The tokens that the target uses, in topological order: each after the tokens from which it is obtained.</summary>
    /// <exception cref="PlanException">Money flows in a circle.</exception>
    public static IReadOnlyList<TokenId> TokenOrder(Target target)
    {
        var tokens = target.Flows.SelectMany(f => new[] { f.Route.From, f.Route.To })
            .Concat(target.Deposits.SelectMany(d => d.Opportunity.Inputs).Select(i => i.Token))
            .Concat(target.Withdrawals.SelectMany(w => w.Opportunity.Inputs).Select(i => i.Token))
            .Distinct().OrderBy(t => t.ToString(), StringComparer.Ordinal).ToList();
        return Topological(tokens, token => target.Flows.Where(f => f.Route.To == token).Select(f => f.Route.From), _ => 0,
            token => $"the flows through {token} form a circle");
    }

    /// <summary>The steps, renumbered so that each comes after those it depends on. Among possible steps, the one with the longest
    /// remaining path comes first: what takes a day starts before what takes a minute.</summary>
    /// <remarks>List scheduling by critical path (Kelley and Walker, 1959), for one signer who makes one step after the other. The last
    /// delivery comes as early as the dependencies allow.</remarks>
    /// <exception cref="PlanException">Steps wait for each other.</exception>
    public static IReadOnlyList<Step> Sort(IReadOnlyList<Step> steps)
    {
        var byId = steps.ToDictionary(step => step.Id);
        var users = steps.SelectMany(step => step.DependsOn.Select(needed => (Needed: needed, User: step.Id))).ToLookup(pair => pair.Needed, pair => pair.User);
        var after = new Dictionary<int, double>();
        double SecondsFrom(int id)
        {
            if (after.TryGetValue(id, out var known))
                return known;
            // Prevents endless recursion; circular dependencies are reported below.
            after[id] = 0;
            return after[id] = byId[id].DurationSeconds + users[id].Select(SecondsFrom).DefaultIfEmpty(0).Max();
        }

        // An arrival needs no signature: other steps are made while it is awaited.
        double Urgency(int id) => SecondsFrom(id) - (byId[id].Kind.IsArrival() ? byId[id].DurationSeconds : 0);
        var order = Topological([.. steps.Select(s => s.Id)], id => byId[id].DependsOn, Urgency,
            id => $"step {id} ({byId[id].Kind} on {byId[id].Chain}) waits for itself: a chain without gas must get it from one that has some");
        var number = order.Select((id, position) => (id, position)).ToDictionary(pair => pair.id, pair => pair.position + 1);
        return [.. order.Select(id => byId[id] with
        {
            Id = number[id],
            DependsOn = [.. byId[id].DependsOn.Select(d => number[d]).Order()],
        })];
    }

    /// <summary>The given steps with all their direct and indirect dependencies.</summary>
    public static HashSet<int> Before(IReadOnlyList<Step> steps, IEnumerable<int> ids)
    {
        var byId = steps.ToDictionary(step => step.Id);
        var found = new HashSet<int>();
        var open = new Stack<int>(ids);
        while (open.TryPop(out var id))
        {
            if (!found.Add(id))
                continue;
            foreach (var needed in byId[id].DependsOn)
                open.Push(needed);
        }

        return found;
    }

    /// <summary>Seconds until the last step is done, if every step starts as early as possible.</summary>
    public static double CriticalPathSeconds(IReadOnlyList<Step> sorted)
    {
        var done = new Dictionary<int, double>();
        foreach (var step in sorted)
            done[step.Id] = step.DependsOn.Select(d => done[d]).DefaultIfEmpty(0).Max() + step.DurationSeconds;
        return done.Values.DefaultIfEmpty(0).Max();
    }

    private static List<T> Topological<T>(List<T> items, Func<T, IEnumerable<T>> before, Func<T, double> urgency, Func<T, string> circle)
        where T : notnull
    {
        var waits = items.ToDictionary(item => item, item => before(item).ToHashSet());
        var order = new List<T>();
        while (order.Count < items.Count)
        {
            var next = items.Where(item => waits.ContainsKey(item) && waits[item].All(b => !waits.ContainsKey(b))).ToArray();
            if (next.Length == 0)
                throw new PlanException(circle(items.First(waits.ContainsKey)));
            // Take the most urgent step, the first of equals: the order depends on the input only.
            var chosen = next.MaxBy(urgency)!;
            order.Add(chosen);
            waits.Remove(chosen);
        }

        return order;
    }
}
