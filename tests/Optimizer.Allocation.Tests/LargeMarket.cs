using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Allocation.Tests;

/// <summary>A scenario of the gallery in a market of many times as many opportunities, free to go anywhere.</summary>
internal static class LargeMarket
{
    /// <summary>The treasury of <c>treasury-usdc</c> under its limits alone.</summary>
    /// <param name="copies">How often every opportunity of the snapshot appears, each time at rates of its own.</param>
    public static LoadedScenario Of(int copies)
    {
        var loaded = new ScenarioFiles().Load(Optimizer.Tests.Repository.Path("scenarios", "treasury-usdc.yaml"));
        var snapshot = loaded.Market.Snapshot;
        var many = snapshot.Opportunities.SelectMany(o => Enumerable.Range(0, copies).Select(copy => copy == 0 ? o : o with
        {
            Id = $"{o.Id}-{copy}",
            Carry = o.Carry with { Base = o.Carry.Base.Times(0.8 + 0.4 * ((7 * copy + o.Id.Length) % 11) / 11) },
        }));
        return loaded with
        {
            Market = loaded.Market.With(snapshot with { Opportunities = [.. many] }),
            Scenario = loaded.Scenario with { Universe = new Universe(), Constraints = [.. loaded.Scenario.Constraints.Where(c => c is Limit)] },
        };
    }
}
