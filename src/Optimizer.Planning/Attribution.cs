using Optimizer.Model;

namespace Optimizer.Planning;

/// <summary>Attributes steps to moves: a step that several moves need is shared among their last steps in proportion to the
/// amounts.</summary>
public static class Attribution
{
    /// <summary>For every step number, the shares by number of the last steps that depend on it; they add up to 1.</summary>
    /// <param name="steps">Sorted so that each step comes after those it depends on.</param>
    /// <remarks>Time: steps × last steps.</remarks>
    public static IReadOnlyDictionary<int, IReadOnlyDictionary<int, double>> Shares(IReadOnlyList<Step> steps)
    {
        var users = steps.SelectMany(step => step.DependsOn.Select(needed => (Needed: needed, Step: step))).ToLookup(pair => pair.Needed, pair => pair.Step);
        var shares = new Dictionary<int, IReadOnlyDictionary<int, double>>();
        foreach (var step in steps.Reverse())
        {
            var next = users[step.Id].ToArray();
            var total = next.Sum(user => user.Usd);
            var mine = new SortedDictionary<int, double>();
            if (next.Length == 0)
                mine[step.Id] = 1;
            foreach (var user in next)
            {
                var part = total > 0 ? user.Usd / total : 1.0 / next.Length;
                foreach (var (last, share) in shares[user.Id])
                    mine[last] = mine.GetValueOrDefault(last) + part * share;
            }

            shares[step.Id] = mine;
        }

        return shares;
    }
}
