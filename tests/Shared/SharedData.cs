namespace Optimizer.Tests;

/// <summary>Third-party data that lies beside a checkout, in <c>../shared/data</c>, and is not part of it.</summary>
internal static class SharedData
{
    /// <summary>The folder, or null where there is none.</summary>
    public static string? Find(string name)
    {
        var folder = Path.GetFullPath(Repository.Path("..", "shared", "data", name));
        return Directory.Exists(folder) ? folder : null;
    }
}

/// <summary>A theory on shared data: skipped, with the reason, where the data is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    /// <param name="name">The folder under <c>../shared/data</c>.</param>
    public SharedDataTheoryAttribute(string name)
    {
        if (SharedData.Find(name) is null)
            Skip = $"needs ../shared/data/{name}, which is not part of the repository";
    }
}

/// <summary>A test on shared data: skipped, with the reason, where the data is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataFactAttribute : FactAttribute
{
    /// <param name="name">The folder under <c>../shared/data</c>.</param>
    public SharedDataFactAttribute(string name)
    {
        if (SharedData.Find(name) is null)
            Skip = $"needs ../shared/data/{name}, which is not part of the repository";
    }
}
