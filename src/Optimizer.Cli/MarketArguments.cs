using System.CommandLine;
using Optimizer.Application;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary>The options of commands that read chains or use market data.</summary>
internal sealed class MarketArguments
{
    private readonly Option<DirectoryInfo> _folder = Folder();
    private readonly Option<string[]> _chains = new("--chain") { Description = "Ids of chains to read; default: all chains whose environment variable is set." };
    private readonly Option<FileInfo?> _judged = new("--judged") { Description = $"The snapshot that supplies judged figures; default: the last one in {Project.SnapshotFolder} that was not read from chains." };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="readsChains">True if the command reads from nodes.</param>
    public MarketArguments(Command command, bool readsChains = true)
    {
        if (readsChains)
            command.Options.Add(_chains);
        command.Options.Add(_judged);
        command.Options.Add(_folder);
    }

    /// <summary>The option for the project folder.</summary>
    public static Option<DirectoryInfo> Folder() => new("--folder")
    {
        Description = "The project folder, with chains, scenarios and settings; default: the current folder.",
        DefaultValueFactory = _ => new DirectoryInfo("."),
    };

    /// <summary>The project.</summary>
    public Project ProjectOf(ParseResult parsed) => Of(parsed.GetValue(_folder)!);

    /// <summary>The project of a folder.</summary>
    public static Project Of(DirectoryInfo folder) => new(folder.FullName);

    /// <summary>The judged snapshot that is named; null for the project's last.</summary>
    public string? JudgedOf(ParseResult parsed) => parsed.GetValue(_judged)?.FullName;

    /// <summary>The chains that are named; empty for all that have an endpoint.</summary>
    public string[] ChainsOf(ParseResult parsed) => parsed.GetValue(_chains) ?? [];

    /// <summary>Loads the judged snapshot with its market and settings.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    /// <exception cref="InputException">A file has an error.</exception>
    public (string File, Market Market, Settings Settings) LoadJudged(ParseResult parsed)
    {
        var judged = ProjectOf(parsed).JudgedOr(JudgedOf(parsed));
        var (market, settings) = new ScenarioFiles().LoadMarket(judged);
        return (judged, market, settings);
    }
}
