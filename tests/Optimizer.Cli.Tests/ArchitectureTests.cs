using System.Reflection;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;

namespace Optimizer.Cli.Tests;

/// <summary>Which rooms know which: dependencies point downwards only.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Optimizer.Model"] = [],
        ["Optimizer.Derivatives"] = ["Optimizer.Model", "MathNet.Numerics"],
        ["Optimizer.Risk"] = ["Optimizer.Model", "MathNet.Numerics"],
        ["Optimizer.Solver"] = ["Google.OrTools", "Google.Protobuf", "MathNet.Numerics"],
        ["Optimizer.Allocation"] = ["Optimizer.Model", "Optimizer.Risk", "Optimizer.Solver"],
        ["Optimizer.Contracts"] = ["Optimizer.Model", "Nethereum.ABI", "Nethereum.Model", "Nethereum.Util"],
        ["Optimizer.Chains"] = ["Optimizer.Model", "Optimizer.Contracts", "Nethereum.Hex", "Nethereum.JsonRpc.Client", "Nethereum.RPC", "Newtonsoft.Json", "Microsoft.Extensions.Http.Resilience", "Polly.Core", "Polly.Extensions", "Polly.RateLimiting", "SimpleBase"],
        ["Optimizer.History"] = ["Optimizer.Model", "CsvHelper", "DuckDB.NET.Data", "DuckDB.NET.Bindings", "MathNet.Numerics"],
        ["Optimizer.Planning"] = ["Optimizer.Model"],
        ["Optimizer.Transactions"] = ["Optimizer.Model", "Optimizer.Contracts", "Optimizer.Chains"],
        ["Optimizer.Scenarios"] = ["Optimizer.Model", "Optimizer.Contracts", "Optimizer.Allocation", "Optimizer.Derivatives", "Optimizer.Planning", "Optimizer.Risk", "Optimizer.Solver", "CsvHelper", "YamlDotNet"],
        ["Optimizer.Application"] = ["Optimizer.Model", "Optimizer.Chains", "Optimizer.Derivatives", "Optimizer.History", "Optimizer.Scenarios", "Optimizer.Transactions", "CsvHelper"],
        ["optimizer"] = ["Optimizer.Model", "Optimizer.Application", "Optimizer.Chains", "Optimizer.Derivatives", "Optimizer.History", "Optimizer.Scenarios", "Optimizer.Transactions", "System.CommandLine", "Spectre.Console", "Spectre.Console.Ansi"],
    };

    public static TheoryData<string> Rooms => new(Allowed.Keys);

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_knows_only_those_below_it(string room)
    {
        var known = Assembly.Load(room).GetReferencedAssemblies().Select(a => a.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) || name == "System.CommandLine")
            .Except(["System", "netstandard", "mscorlib"]);
        Assert.Empty(known.Except(Allowed[room]));
    }

    /// <summary>Within a room, too, what is above knows what is below and not the other way round.</summary>
    [Fact]
    public void Namespaces_have_no_circles()
    {
        var product = new ArchLoader().LoadAssemblies([.. Allowed.Keys.Select(Assembly.Load)]).Build();
        var rule = SliceRuleDefinition.Slices().Matching("Optimizer.(**)").Should().BeFreeOfCycles();
        Assert.True(rule.HasNoViolations(product), string.Join('\n', rule.Evaluate(product).Where(result => !result.Passed).Select(result => result.Description)));
    }

    [Fact]
    public void Every_room_has_its_place_here() => Assert.Equal(
        Allowed.Keys.Select(room => room == "optimizer" ? "Optimizer.Cli" : room).Order(),
        Directory.EnumerateDirectories(Repository.Path("src")).Select(folder => Path.GetFileName(folder)).Order());
}
