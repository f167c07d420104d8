using System.Text.Json;
using Optimizer.Model;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Optimizer.Scenarios;

/// <summary>A scenario with everything it needs, read and checked.</summary>
/// <param name="File">The scenario's file.</param>
/// <param name="Scenario">The scenario.</param>
/// <param name="Market">The market after shocks.</param>
/// <param name="Settings">The tool's settings with the scenario's overrides.</param>
public sealed record LoadedScenario(string File, Scenario Scenario, Market Market, Settings Settings)
{
    /// <summary>Warnings about valid input that the author may not have meant.</summary>
    public IReadOnlyList<Diagnostic> Notes { get; init; } = [];

    /// <summary>The market before shocks.</summary>
    public required Market Unshocked { get; init; }
}

/// <summary>Reads the files of a project folder: chains, snapshots, scenarios and settings.</summary>
/// <remarks>The folder is the nearest one at or above the scenario that contains a <c>chains</c> folder. Chains and snapshots are read
/// once, however many scenarios use them. Thread-safe.</remarks>
public sealed class ScenarioFiles
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<IReadOnlyList<Chain>>> _chains = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<Market>> _markets = new();

    /// <summary>Reads a scenario, its snapshot, the chains and the settings.</summary>
    /// <exception cref="InputException">The files contain errors; all of them are listed.</exception>
    public LoadedScenario Load(string file)
    {
        var source = WithViewsAsList(Read(file, "scenario"));
        var root = FindRoot(file);
        var reader = new ContractReader { TokensAt = address => TokensAt(root, address) };
        var scenario = reader.Read<Scenario>(source);
        ThrowIfWrong(reader);
        var snapshotFile = Path.Combine(Path.GetDirectoryName(file) ?? "", scenario!.Snapshot);
        if (!File.Exists(snapshotFile))
            throw new InputException([new(source.Find("snapshot").Location, $"file not found: {snapshotFile}")]);
        var market = MarketOf(root, snapshotFile);
        ScenarioChecks.Check(scenario, source, market, reader);
        var settings = ReadSettings(root, source, reader);
        ThrowIfWrong(reader);
        scenario = scenario with
        {
            Constraints = [.. scenario.Constraints.Select((constraint, c) =>
                constraint with { Location = source.Find("constraints", c).Location })],
            Holdings = [.. scenario.Holdings.Where(holding => holding.Other is null)],
            Others = [.. scenario.Holdings.Where(holding => holding.Other is not null)],
        };
        var before = market;
        for (var s = 0; s < scenario.Shocks.Count; s++)
        {
            var after = market.Under(scenario.Shocks[s].Shifts(market));
            if (HoldingFigures.Of(market, scenario).SequenceEqual(HoldingFigures.Of(after, scenario)))
                reader.Note(source.Find("shocks", s).Location, "has no effect on the holdings");
            market = after;
        }

        return new(file, scenario, market, settings!) { Notes = reader.Notes, Unshocked = before };
    }

    /// <summary>Expands the short form of views, <c>{ ETH: 5 % }</c>, to a list.</summary>
    private static MappingNode WithViewsAsList(MappingNode source) => source with
    {
        Entries = [.. source.Entries.Select(entry => entry is { Key: "views", Value: MappingNode views }
            ? entry with { Value = new SequenceNode(views.Location, [.. views.Entries.Select(view => new MappingNode(view.Location, [
                new("asset", view.Location, new ScalarNode(view.Location, view.Key, ScalarStyle.Quoted)),
                .. view.Value is MappingNode details ? details.Entries : [new MappingEntry("change", view.Value.Location, view.Value)]]))]) }
            : entry)],
    };

    /// <summary>Reads a snapshot, its chains and the settings, as a base for a new snapshot.</summary>
    /// <exception cref="InputException">The files contain errors.</exception>
    public (Market Market, Settings Settings) LoadMarket(string snapshotFile)
    {
        var root = FindRoot(snapshotFile);
        var market = MarketOf(root, snapshotFile);
        var reader = new ContractReader();
        var settings = ReadSettings(root, null, reader);
        ThrowIfWrong(reader);
        return (market, settings!);
    }

    /// <summary>Checks a snapshot in any folder against the chains of another snapshot's project folder.</summary>
    /// <exception cref="InputException">The snapshot contains errors.</exception>
    public void CheckSnapshot(string snapshotFile, string judgedFile) => MarketOf(FindRoot(judgedFile), snapshotFile);

    /// <summary>Whether a snapshot was read from chains: only such files have a <c>findings</c> key, even if the list is empty.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static bool WasReadFromChains(string snapshotFile) => SourceFile.Read(snapshotFile).Entries.Any(entry => entry.Key == "findings");

    /// <summary>Reads a transaction plan.</summary>
    /// <exception cref="InputException">The file is not a valid plan.</exception>
    public static TransactionPlan LoadPlan(string file)
    {
        var reader = new ContractReader();
        var plan = reader.Read<TransactionPlan>(Read(file, "plan"));
        ThrowIfWrong(reader);
        return plan!;
    }

    /// <summary>Reads a policy.</summary>
    /// <exception cref="InputException">The file is not a valid policy.</exception>
    public static Policy LoadPolicy(string file)
    {
        var reader = new ContractReader();
        var policy = reader.Read<Policy>(Read(file, "policy"));
        ThrowIfWrong(reader);
        return policy!;
    }

    /// <summary>A scenario's text with new holdings, name and snapshot; everything else, comments included, is kept as written.</summary>
    /// <param name="file">The scenario's file.</param>
    /// <param name="name">The new name.</param>
    /// <param name="snapshot">The new snapshot's file, relative to the scenario's folder.</param>
    /// <param name="holdings">The new holdings, including those that the market does not know.</param>
    /// <exception cref="InputException">The file is not a scenario in YAML.</exception>
    public static string WithHoldings(string file, string name, string snapshot, IReadOnlyList<Holding> holdings)
    {
        if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            throw new InputException([new(new(file, 1, 1), "is JSON; expected a scenario in YAML")]);
        var text = File.ReadAllText(file);
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        // Replace from the end of the file, so that earlier positions stay valid.
        foreach (var (key, value) in root.Children.Where(pair => $"{pair.Key}" is "holdings" or "name" or "snapshot").OrderByDescending(pair => pair.Key.Start.Index))
        {
            var replacement = value is YamlScalarNode ? $" {JsonSerializer.Serialize($"{key}" == "name" ? name : snapshot)}"
                : value is YamlSequenceNode { Style: SequenceStyle.Flow } ? $" [{string.Join(',', holdings.Select(holding => $"\n  {Line(holding)}"))}]"
                : string.Concat(holdings.Select(holding => $"\n  - {Line(holding)}"));
            text = string.Concat(text.AsSpan(0, text.IndexOf(':', (int)key.End.Index) + 1), replacement, text.AsSpan(End(value)));
        }

        return text;

        static string Line(Holding holding) => holding.Other is { } other ? $"{{ other: {JsonSerializer.Serialize(other)}, valueUsd: {holding.ValueUsd} }}"
            : $"{{ {(holding.Token is { } token ? $"token: {token}" : $"opportunity: {holding.Opportunity}")}, amount: {holding.Amount}{(holding.Locked.IsLocked ? $", locked: {holding.Locked}" : "")}{(holding.Available is { } available ? $", available: {available}" : "")} }}";
        // A block list or mapping ends with its last item, a flow one with its bracket; blank lines and comments after it stay.
        int End(YamlNode node) => node switch
        {
            YamlSequenceNode list => Closed(list.Children.Count > 0 ? End(list.Children[^1]) : (int)list.Start.Index, list.Style == SequenceStyle.Flow ? ']' : null),
            YamlMappingNode keys => Closed(keys.Children.Count > 0 ? End(keys.Children[^1].Value) : (int)keys.Start.Index, keys.Style == MappingStyle.Flow ? '}' : null),
            _ => (int)node.End.Index,
        };
        int Closed(int end, char? bracket) => bracket is { } closing ? text.IndexOf(closing, end) + 1 : end;
    }

    /// <summary>The kind of file by its keys; null if unknown.</summary>
    internal static string? KindOf(MappingNode source)
    {
        var keys = source.Entries.Select(e => e.Key).ToHashSet();
        return keys.Contains("allow") ? "policy"
            : keys.Contains("steps") && keys.Contains("validUntil") ? "plan"
            : keys.Contains("holdings") || keys.Contains("snapshot") || keys.Contains("objective") ? "scenario"
            : keys.Contains("provenances") || keys.Contains("opportunities") ? "snapshot"
            : keys.Contains("variables") && keys.Contains("goal") ? "problem"
            : keys.Contains("rows") ? "pricing"
            : keys.Contains("accounts") ? "margin"
            : keys.Contains("scenarios") && keys.Contains("initialFactor") ? "margin-parameters"
            : keys.Contains("nativeToken") || keys.Contains("family") ? "chain"
            : keys.Contains("risk") || keys.Contains("moves") || keys.Contains("solver") || keys.Contains("reading") ? "settings"
            : null;
    }

    /// <summary>Reads a file that must be of a given kind.</summary>
    /// <exception cref="InputException">There is no such file, or it is of another kind.</exception>
    private static MappingNode Read(string file, string expected)
    {
        if (!File.Exists(file) && !Directory.Exists(file))
            throw new InputException([new(new(file, 1, 1), $"file not found; expected a {expected}")]);
        var source = SourceFile.Read(file);
        return KindOf(source) is { } kind && kind != expected
            ? throw new InputException([new(source.Location, $"is a {kind}; expected a {expected}")])
            : source;
    }

    internal Market MarketOf(string root, string snapshotFile) =>
        _markets.GetOrAdd(Path.GetFullPath(snapshotFile), _ => new(() =>
        {
            var chains = Chains(root);
            var source = SnapshotUpgrade.Of(Read(snapshotFile, "snapshot"), chains);
            var reader = new ContractReader();
            var snapshot = reader.Read<Snapshot>(source);
            if (snapshot is not null)
                MarketChecks.Check(snapshot, source, chains, reader);
            ThrowIfWrong(reader);
            return new Market(snapshot!, chains);
        })).Value;

    private IReadOnlyList<Chain> Chains(string root) => _chains.GetOrAdd(root, r => new(() => ReadChains(r))).Value;

    private TokenId[] TokensAt(string root, string address) => [.. Chains(root).SelectMany(chain => chain.Tokens
        .Where(token => string.Equals(token.Address, address, chain.Family == ChainFamily.Solana ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase))
        .Select(token => new TokenId(token.Symbol, chain.Id)))];

    private static List<Chain> ReadChains(string root)
    {
        var reader = new ContractReader();
        var chains = new List<Chain>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "chains"), "*.yaml").Order(StringComparer.Ordinal))
        {
            var source = SourceFile.Read(file);
            if (reader.Read<Chain>(source) is not { } chain)
                continue;
            MarketChecks.Check(chain, source, reader);
            if (chains.Any(c => c.Id == chain.Id))
                reader.Report(source.Find("id").Location, $"chain '{chain.Id}' is in another file too; ids are unique");
            chains.Add(chain);
        }

        ThrowIfWrong(reader);
        return chains;
    }

    private static Settings? ReadSettings(string root, SourceNode? scenario, ContractReader reader)
    {
        var file = Path.Combine(root, "optimizer.yaml");
        var own = (scenario as MappingNode)?.Entries.FirstOrDefault(e => e.Key == "settings")?.Value as MappingNode;
        var merged = File.Exists(file) ? SourceFile.Read(file) : null;
        merged = (merged, own) switch
        {
            ({ } below, { } above) => below.Overlay(above),
            var (below, above) => below ?? above,
        };
        var settings = merged is null ? new Settings() : reader.Read<Settings>(merged);
        CheckSettings(settings, merged, reader);
        return settings;
    }

    internal static void CheckSettings(Settings? settings, SourceNode? source, ContractReader reader)
    {
        if (settings is null || source is null)
            return;
        if (settings.Moves.Slippage.Fraction is < 0 or > 0.05)
            reader.Report(source.Find("moves", "slippage").Location, $"{settings.Moves.Slippage} is out of range; expected 0 % to 5 %");
        if (settings.Moves.ValidFor.Days is <= 0 or > 90)
            reader.Report(source.Find("moves", "validFor").Location, $"{settings.Moves.ValidFor} is out of range; expected up to 90 days");
        var ratings = source.Find("risk", "ratings");
        foreach (var rating in Rating.All.Select(r => r.ToString()).Where(r => !settings.Risk.Ratings.ContainsKey(r)))
            reader.Report(ratings.Location, $"rating {rating} has no probability; expected one for each of A+ to C-");
        foreach (var (name, probability) in settings.Risk.Ratings)
        {
            if (!Rating.All.Any(r => r.ToString() == name))
                reader.Report(ratings.Find(name).Location, $"unknown rating '{name}'; expected {Rating.Expected}");
            if (probability.Fraction is < 0 or >= 1)
                reader.Report(ratings.Find(name).Location, $"{probability} is out of range; expected 0 % to below 100 %");
        }

        if (settings.Risk.MaximumShareOfPool.Fraction is <= 0 or > 0.66)
            reader.Report(source.Find("risk", "maximumShareOfPool").Location, $"{settings.Risk.MaximumShareOfPool} is out of range; expected above 0 % to 66 % (values above 50 % are treated as 50 %)");
        if (settings.Solver.Gap.Fraction <= 0)
            reader.Report(source.Find("solver", "gap").Location, "must be above zero");
        if (settings.Solver.TimeLimit.Days <= 0)
            reader.Report(source.Find("solver", "timeLimit").Location, "must be above zero");
        if (settings.Reading.MaximumRate.Fraction <= 0)
            reader.Report(source.Find("reading", "maximumRate").Location, "must be above zero");
        if (settings.Reading.YieldWindow.Days <= 0)
            reader.Report(source.Find("reading", "yieldWindow").Location, "must be above zero");
    }

    internal static string FindRoot(string file)
    {
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(file)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Combine(folder, "chains")))
                return folder;
        }

        throw new InputException([new(new(file, 1, 1), "there is no 'chains' folder at or above this file; it holds the chain files that scenarios refer to")]);
    }

    internal static void ThrowIfWrong(ContractReader reader)
    {
        if (reader.Diagnostics.Count > 0)
            throw new InputException([.. reader.Diagnostics.Distinct().OrderBy(d => d.Location.File, StringComparer.Ordinal).ThenBy(d => d.Location.Line).ThenBy(d => d.Location.Column)]);
    }
}
