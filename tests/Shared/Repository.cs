namespace Optimizer.Tests;

/// <summary>The files of the checkout that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>Scenario files by name.</summary>
    public static IEnumerable<string> Scenarios => Directory.EnumerateFiles(Path("scenarios"), "*.yaml")
        .Select(file => System.IO.Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Optimizer.sln")))
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Optimizer.sln is nowhere above the tests");
        return folder;
    }
}
