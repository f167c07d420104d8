namespace Optimizer.Cli.Tests;

/// <summary>Runs a command line in this process.</summary>
internal static class Cli
{
    /// <returns>The exit code and what was printed; paths are relative to the checkout.</returns>
    public static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        // Paths in answers are those the user gave; the tests give them from the root of the checkout.
        var code = await CommandLine.RunAsync([.. arguments.Select(Rooted)], new Terminal(output, error));
        return (code, output.ToString().Replace(Repository.Root + "/", "", StringComparison.Ordinal), error.ToString());
    }

    private static string Rooted(string argument) =>
        File.Exists(Repository.Path(argument)) || Directory.Exists(Repository.Path(argument)) ? Repository.Path(argument) : argument;
}
