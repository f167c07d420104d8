using Optimizer.Model;

namespace Optimizer.Planning;

/// <summary>Which part of each step is for which last step: what is paid on the way to several places is shared by what they get.</summary>
public static class Attribution
{
    /// <summary>The shares of every step, by its number, in the last steps that it leads to, by theirs; they add up to 1.</summary>
    /// <param name="steps">In an order in which each comes after those it depends on.</param>
    /// <remarks>Takes time in proportion to steps times last steps.</remarks>
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
