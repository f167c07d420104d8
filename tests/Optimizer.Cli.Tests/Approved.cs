namespace Optimizer.Cli.Tests;

/// <summary>Compares text with a file that a person has approved.</summary>
/// <remarks>After a change that is meant: OPTIMIZER_APPROVE=1 dotnet test, then read the diff of the files.</remarks>
internal static class Approved
{
    public static void Match(string name, string actual)
    {
        var file = Repository.Path("tests", "Optimizer.Cli.Tests", "Approved", name);
        var text = string.Join('\n', actual.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("OPTIMIZER_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        Assert.True(File.Exists(file), $"{name} is not approved yet; run with OPTIMIZER_APPROVE=1 and read it");
        Assert.Equal(File.ReadAllText(file), text);
    }
}
