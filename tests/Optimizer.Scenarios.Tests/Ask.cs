using Optimizer.Model;

namespace Optimizer.Scenarios.Tests;

/// <summary>Questions to the market that ships, written as people write them.</summary>
internal static class Ask
{
    private static readonly string Snapshot = Repository.Path("scenarios", "snapshots", "2026-08-12.json").Replace('\\', '/');

    /// <summary>Reads a scenario whose first lines are given: name, snapshot and, where it has none, a horizon are added.</summary>
    public static LoadedScenario Load(string yaml)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Path("scenarios"), "..", "artifacts", "tests")).FullName;
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, $"name: asked\nsnapshot: {Snapshot}\n{(yaml.Contains("horizon:", StringComparison.Ordinal) ? "" : "horizon: 180 days\n")}{yaml}\n");
        try
        {
            return new ScenarioFiles().Load(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The answer to a scenario.</summary>
    public static SolveResult Solve(string yaml) => ScenarioRunner.Run(Load(yaml));

    /// <summary>The same question with one more place in the market.</summary>
    public static LoadedScenario With(this LoadedScenario loaded, params Opportunity[] places)
    {
        Market More(Market market) => market.With(market.Snapshot with { Opportunities = [.. market.Snapshot.Opportunities.Where(o => places.All(p => p.Id != o.Id)), .. places] });
        return loaded with { Market = More(loaded.Market), Unshocked = More(loaded.Unshocked) };
    }

    /// <summary>The same question under a changed snapshot.</summary>
    public static LoadedScenario Under(this LoadedScenario loaded, Func<Snapshot, Snapshot> change) =>
        loaded with { Market = loaded.Market.With(change(loaded.Market.Snapshot)) };

    /// <summary>A figure that a test sets.</summary>
    public static Figure Figure(double value) => new(value, "volatility");

    /// <summary>A place of one token with a flat rate.</summary>
    public static Opportunity Place(string id, string token, double rate, OpportunityKind kind = OpportunityKind.Lending) => new()
    {
        Id = id,
        Protocol = id.Split('/')[0],
        Chain = TokenId.Parse(token).Chain,
        Kind = kind,
        Inputs = [new(TokenId.Parse(token), 1)],
        Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = Figure(rate) } },
        Volatility = Figure(0),
        Total = Figure(1e9),
        EnterGasUnits = Figure(150_000),
        ExitGasUnits = Figure(150_000),
        Events = [],
    };
}
