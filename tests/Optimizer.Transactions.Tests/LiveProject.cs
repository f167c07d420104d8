using Optimizer.Chains.Tests;
using Optimizer.Cli;
using Optimizer.Scenarios;

namespace Optimizer.Transactions.Tests;

/// <summary>A folder with the files of a market on local nodes, for commands as a person gives them.</summary>
internal sealed class LiveProject : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-").FullName;

    public LiveProject(LoadedScenario loaded, Dictionary<string, LocalNode> nodes)
    {
        foreach (var chain in loaded.Market.Chains)
        {
            var variable = $"OPTIMIZER_RPC_{chain.Id.ToUpperInvariant()}_BY_HAND";
            Write($"chains/{chain.Id}.yaml", Formats.Serialize(chain with { RpcEnvironmentVariable = variable }));
            if (nodes.TryGetValue(chain.Id, out var node))
                Environment.SetEnvironmentVariable(variable, node.Url);
        }

        Write("scenarios/snapshots/live.json", Formats.Serialize(loaded.Market.Snapshot));
        Write("scenarios/live.yaml", Formats.Serialize(loaded.Scenario with { Snapshot = "snapshots/live.json" }));
        // Clocks of local chains run apart from ours.
        Write("optimizer.yaml", Formats.Serialize(new { reading = new { maximumBlockAge = "10000 days", maximumPriceAge = "10000 days" } }));
    }

    /// <summary>Writes the same market once more, as if it had been read now.</summary>
    /// <returns>The file.</returns>
    public string Anew(LoadedScenario loaded)
    {
        Write("scenarios/snapshots/new.json", Formats.Serialize(loaded.Market.Snapshot with { Name = "new", TakenAt = TimeProvider.System.GetUtcNow().AddMinutes(1) }));
        return In("scenarios/snapshots/new.json");
    }

    public string Scenario => In("scenarios/live.yaml");

    public string PlanFolder => In("plan");

    public string Plan => In("plan/plan.json");

    public string In(string name) => Path.Combine(_folder, name);

    public static async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var output = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, new Terminal(output, output));
        Assert.True(code == expected, $"{code}: {output}");
        return output.ToString();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), text);
    }
}
