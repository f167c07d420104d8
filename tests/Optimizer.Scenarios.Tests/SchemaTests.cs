using NJsonSchema;

namespace Optimizer.Scenarios.Tests;

/// <summary>The schemas in docs/schemas are those of the model, and the files in the repository fit them.</summary>
public sealed class SchemaTests
{
    public static TheoryData<string> Kinds => new(SchemaGenerator.Kinds.Keys);

    /// <summary>After a change of the model: OPTIMIZER_APPROVE=1 dotnet test writes them anew.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schemas_are_in_step_with_the_model(string kind)
    {
        var file = Repository.Path("docs", "schemas", $"{kind}.schema.json");
        var schema = SchemaGenerator.Generate(kind);
        if (Environment.GetEnvironmentVariable("OPTIMIZER_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, schema);
        }

        Assert.Equal(File.ReadAllText(file), schema);
    }

    [Fact]
    public async Task The_snapshot_fits_its_schema()
    {
        var schema = await JsonSchema.FromJsonAsync(SchemaGenerator.Generate("snapshot"));
        var errors = schema.Validate(File.ReadAllText(Repository.Path("scenarios", "snapshots", "2026-08-12.json")));
        Assert.Empty(errors.Select(e => e.ToString()).Take(5));
    }

    [Fact]
    public void Every_file_names_its_schema_in_its_first_line()
    {
        var files = Directory.EnumerateFiles(Repository.Path("scenarios"), "*.yaml").Select(f => (f, "../docs/schemas/scenario"))
            .Concat(Directory.EnumerateFiles(Repository.Path("chains"), "*.yaml").Select(f => (f, "../docs/schemas/chain")))
            .Append((Repository.Path("optimizer.yaml"), "docs/schemas/settings"))
            .Concat(Directory.EnumerateFiles(Repository.Path("scenarios", "snapshots"), "*.json").Select(f => (f, "../../docs/schemas/snapshot")));
        Assert.All(files, pair => Assert.Contains(pair.Item2 + ".schema.json", File.ReadLines(pair.Item1).First()));
    }
}
