using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Allocation.Tests;

/// <summary>Scenarios of the gallery, to be varied.</summary>
internal static class Gallery
{
    private static readonly ScenarioFiles Files = new();

    public static LoadedScenario Load(string name) => Files.Load(Repository.Path("scenarios", $"{name}.yaml"));

    public static LoadedScenario With(this LoadedScenario loaded, params Constraint[] constraints) =>
        loaded with { Scenario = loaded.Scenario with { Constraints = constraints } };

    public static LoadedScenario Wanting(this LoadedScenario loaded, Objective objective) =>
        loaded with { Scenario = loaded.Scenario with { Objective = objective } };

    public static SolveResult Solve(this LoadedScenario loaded) => ScenarioRunner.Run(loaded);
}
