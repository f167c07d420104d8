using System.CommandLine;
using System.Globalization;
using Optimizer.Application;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Readers;
using Optimizer.Chains.Rpc;
using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary><c>optimizer history</c>: market data over time.</summary>
internal static class HistoryCommand
{
    private static readonly Duration Day = new(1);
    private static readonly Duration Week = new(7);

    public static Command Create(Terminal terminal)
    {
        var command = new Command("history", """
            Past market data, in scenarios/history. Every snapshot adds its data; price files and data of past blocks can be added.

            Examples:
              optimizer history list
              optimizer history add BTC-USD.csv --asset BTC
              optimizer history remove BTC-USD
              optimizer history fill --chain ethereum --since 2026-01-01 --every '7 days'
              optimizer history statistics --subject 'aave-v3/*'
              optimizer history export --quantity price --out prices.parquet
              optimizer history apply --out scenarios/snapshots/measured.json
            """);
        command.Subcommands.Add(List(terminal));
        command.Subcommands.Add(Add(terminal));
        command.Subcommands.Add(Remove(terminal));
        command.Subcommands.Add(Fill(terminal));
        command.Subcommands.Add(Statistics(terminal));
        command.Subcommands.Add(Export(terminal));
        command.Subcommands.Add(Apply(terminal));
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "Lists the snapshots and files in the history.");
        var folder = MarketArguments.Folder();
        command.Options.Add(folder);
        command.SetAction(parsed =>
        {
            var entries = Store(parsed.GetValue(folder)!).Entries();
            var table = Text.Table("From", "To", "Snapshot or file", "Values>", "Subjects>");
            foreach (var entry in entries)
                table.AddRow($"{entry.From:yyyy-MM-dd HH:mm}", $"{entry.To:yyyy-MM-dd HH:mm}", Markup.Escape(entry.Name), $"{entry.Observations:#,0}", $"{entry.Subjects:#,0}");
            terminal.Result.Write(table);
            terminal.Result.WriteLine(entries.Count == 0 ? "The history is empty; 'optimizer snapshot' and 'optimizer history add' add data." : $"{entries.Count} snapshots and files");
            return 0;
        });
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var command = new Command("add", """
            Adds files: snapshots (JSON), or CSV files with columns time, subject, quantity, value. With --asset: CSV files with
            prices of one asset, in the formats of Binance, Coinbase, CoinGecko, Investing, Yahoo and yfinance. With --opportunity:
            CSV files with rates of one opportunity, such as a DefiLlama chart. Existing values for the same times are replaced.
            """);
        var files = new Argument<FileInfo[]>("FILE") { Description = "The files.", Arity = ArgumentArity.OneOrMore };
        var asset = new Option<string?>("--asset") { Description = "The asset whose prices the CSV files contain." };
        var place = new Option<string?>("--opportunity") { Description = "The opportunity whose rates the CSV files contain." };
        var usd = new Option<double?>("--usd-per-unit")
        {
            Description = "USD per unit of the currency of the prices; default: 1.",
            CustomParser = result =>
            {
                try
                {
                    return NumberText.Parse(result.Tokens[0].Value, "a number, such as 1.08").ToDouble() is > 0 and var rate ? rate : throw new FormatException("expected a number above 0");
                }
                catch (FormatException wrong)
                {
                    result.AddError($"--usd-per-unit: {wrong.Message}");
                    return null;
                }
            },
        };
        var percent = new Option<bool>("--percent") { Description = "Rates are in percent; not needed for a DefiLlama chart." };
        var atEnd = new Option<bool>("--dated-at-end") { Description = "A row's date is the end of the day of its close, not the start." };
        var folder = MarketArguments.Folder();
        command.Arguments.Add(files);
        foreach (var option in (Option[])[asset, place, usd, percent, atEnd, folder])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var project = parsed.GetValue(folder)!;
            var store = Store(project);
            var options = new ImportOptions(parsed.GetValue(asset), parsed.GetValue(place)) { UsdPerUnit = parsed.GetValue(usd) ?? 1, InPercent = parsed.GetValue(percent), DatedAtEnd = parsed.GetValue(atEnd) };
            if (options is { Asset: not null, Opportunity: not null })
                throw new HistoryException("give --asset or --opportunity, not both: a file contains prices or rates");
            if (options.Asset is not null || options.Opportunity is not null)
                CheckKnown(terminal, project, store, options);
            foreach (var file in parsed.GetValue(files)!)
            {
                if (!file.Exists)
                    throw new HistoryException($"{file}: file not found");
                if (file.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase))
                {
                    terminal.Result.WriteLine($"{store.Add(new ScenarioFiles().LoadMarket(file.FullName).Market.Snapshot):#,0} values from {file.Name}");
                    continue;
                }

                var added = store.Import(file.FullName, options);
                terminal.Result.WriteLine($"{added.Count:#,0} values from {file.Name}{(added.Skipped > 0 ? $"; skipped {added.Skipped:#,0} rows without a value" : "")}");
                foreach (var note in added.Notes)
                    terminal.Result.WriteLine($"  Note: {note}");
            }

            return 0;
        });
        return command;
    }

    /// <summary>Prints a note if the name is unknown to the market and the history; throws if it is similar to a known name.</summary>
    private static void CheckKnown(Terminal terminal, DirectoryInfo project, HistoryStore store, ImportOptions options)
    {
        if (MarketArguments.Of(project).LastJudged() is not { } judged)
            return;
        var snapshot = new ScenarioFiles().LoadMarket(judged).Market.Snapshot;
        var (what, name) = options.Asset is { } asset ? ("asset", asset) : ("opportunity", options.Opportunity!);
        string[] known = options.Asset is not null
            ? [.. snapshot.Assets.Select(a => a.Id).Union(snapshot.History.Series.Select(series => series.Asset)).Union(store.Read(new(null, Quantities.Price)).Select(o => o.Subject))]
            : [.. snapshot.Opportunities.Select(place => place.Id).Union(store.Read(new(null, Quantities.Rate)).Select(o => o.Subject))];
        if (known.Contains(name))
            return;
        var hint = NearMatch.Hint(name, known);
        if (hint.Length > 0)
            throw new HistoryException($"--{what}: '{name}' is not in the market or the history{hint}");
        terminal.Result.WriteLine($"  Note: the market has no {what} '{name}'; its values are stored, but not used yet");
    }

    private static Command Remove(Terminal terminal)
    {
        var command = new Command("remove", "Removes a snapshot or an added file by its name in 'list'; values that it replaced count again.");
        var names = new Argument<string[]>("NAME") { Description = "The names.", Arity = ArgumentArity.OneOrMore };
        var folder = MarketArguments.Folder();
        command.Arguments.Add(names);
        command.Options.Add(folder);
        command.SetAction(parsed =>
        {
            foreach (var name in parsed.GetValue(names)!)
                terminal.Result.WriteLine($"{Store(parsed.GetValue(folder)!).Remove(name):#,0} values of {name} removed");
            return 0;
        });
        return command;
    }

    private static Command Fill(Terminal terminal)
    {
        var command = new Command("fill", """
            Reads market data of past blocks, one block per interval, and adds it. Needs archive nodes; not available for Solana.
            """);
        var since = Since(isRequired: true);
        var every = ScenarioArguments.Textual<Duration>("--every", "Time between blocks; default: '1 day'.");
        var market = new MarketArguments(command);
        command.Options.Add(since);
        command.Options.Add(every);
        command.SetAction((parsed, cancellation) => FillAsync(terminal, market, parsed, parsed.GetValue(since)!.Value, parsed.GetValue(every) ?? Day, cancellation));
        return command;
    }

    private static async Task<int> FillAsync(Terminal terminal, MarketArguments arguments, ParseResult parsed, DateTimeOffset since, Duration every, CancellationToken cancellation)
    {
        const int MostMoments = 10_000;
        var moments = (TimeProvider.System.GetUtcNow() - since).TotalSeconds / every.Seconds;
        if (moments is not (> 0 and <= MostMoments))
            throw new HistoryException($"--since {since:yyyy-MM-dd HH:mm} --every {every}: expected at most {MostMoments} past times");
        var (_, market, settings) = arguments.LoadJudged(parsed);
        var chains = Project.ChainsToRead(market, arguments.ChainsOf(parsed), EnvironmentEndpoints.Instance);
        var store = arguments.ProjectOf(parsed).History;
        var reader = new MarketReader(EnvironmentEndpoints.Instance.Of, market, settings.Reading, EndpointLimits.Within(settings.Reading.RequestTimeout.Seconds), TimeProvider.System, SnapshotTaking.SharesOf(store));
        var table = Text.Table("Time", "Values>", "Left out>", "First reason");
        var isWhole = true;
        for (var at = since; at < TimeProvider.System.GetUtcNow(); at += TimeSpan.FromDays(every.Days))
        {
            var moment = at;
            var readings = await Progress.ShowAsync(terminal, $"reading {moment:yyyy-MM-dd HH:mm}", () => reader.ReadAsync(chains, cancellation, moment));
            var snapshot = SnapshotAssembly.Join($"fill {moment:yyyy-MM-dd HH:mm}", readings, market.Snapshot, settings.Reading, moment);
            cancellation.ThrowIfCancellationRequested();
            var refused = snapshot.Findings.Where(finding => finding.IsRefused).ToArray();
            isWhole &= refused.Length == 0;
            table.AddRow($"{moment:yyyy-MM-dd HH:mm}", $"{(snapshot.Chains.Count > 0 ? store.Add(snapshot) : 0):#,0}", $"{refused.Length}", Markup.Escape(refused.Length > 0 ? $"{refused[0].Rule} {refused[0].Subject}: {refused[0].Message}" : ""));
        }

        terminal.Result.Write(table);
        return (int)(isWhole ? Outcome.Done : Outcome.NoData);
    }

    private static Command Statistics(Terminal terminal)
    {
        var command = new Command("statistics", """
            Statistics of past rates and prices: means, standard deviations, half-lives, measured growth of share prices,
            volatilities, correlations. Changes over gaps are left out; outliers and gaps are listed.
            """);
        var filter = new Filter(command, hasQuantity: false);
        var every = ScenarioArguments.Textual<Duration>("--every", "Time between samples; default: '1 day'.");
        command.Options.Add(every);
        command.SetAction(parsed =>
        {
            var observations = filter.Store(parsed).Read(filter.Of(parsed));
            var days = (parsed.GetValue(every) ?? Day).Days;
            if (days <= 0)
                throw new HistoryException("--every: expected a time above 0");
            ShowRates(terminal, HistoryStatistics.Rates(observations, days));
            ShowPrices(terminal, observations, days);
            foreach (var note in observations.Where(o => o.Quantity is Quantities.Price or Quantities.Rate).GroupBy(o => (o.Subject, o.Quantity)).SelectMany(series => SeriesFindings.Of([.. series])))
                terminal.Result.WriteLine($"Note: {note}");
            return 0;
        });
        return command;
    }

    private static void ShowRates(Terminal terminal, IReadOnlyList<RateStatistics> rates)
    {
        if (rates.Count == 0)
        {
            terminal.Result.WriteLine($"No opportunity has {HistoryStatistics.LeastSamples} rate samples.");
            return;
        }

        var table = Text.Table("Rate of", "Samples>", "Last>", "Mean>", "Std. dev.>", "Min>", "Max>", "Half-life>", "Share growth>", "Volatility>");
        foreach (var rate in rates)
        {
            table.AddRow(Markup.Escape(rate.Subject), $"{rate.Samples}", Text.Percent(rate.Last), Text.Percent(rate.Mean), Text.Percent(rate.Deviation), Text.Percent(rate.Least), Text.Percent(rate.Most),
                rate.HalfLifeDays is { } half ? $"{half:0.0} days" : "", rate.Earned is { } earned ? Text.Percent(earned) : "", Text.Percent(rate.Volatility));
        }

        terminal.Result.Write(table);
    }

    private static void ShowPrices(Terminal terminal, IReadOnlyList<Observation> observations, double days)
    {
        // Each asset alone; each pair over the times that both have.
        PriceHistory? Sampled(params string[] assets)
        {
            try
            {
                return HistoryStatistics.Prices(observations, assets, days, "");
            }
            catch (HistoryException)
            {
                return null;
            }
        }

        var all = observations.Where(o => o.Quantity == Quantities.Price).Select(o => o.Subject).Distinct()
            .Select(asset => (Asset: asset, History: Sampled(asset))).Where(one => one.History is not null).ToArray();
        if (all.Length == 0)
        {
            terminal.Result.WriteLine($"No asset has {HistoryStatistics.LeastSamples} price samples.");
            return;
        }

        string Together(string one, string other) => one == other ? "1.00" : Sampled(one, other) is { } pair ? $"{HistoryStatistics.Returns(pair).Correlations[0, 1]:0.00}" : "";
        var table = Text.Table(["Price of", "Samples>", "Volatility>", .. all.Select(one => $"with {one.Asset}>")]);
        foreach (var (asset, history) in all)
            table.AddRow([Markup.Escape(asset), $"{history!.Series[0].ClosesUsd.Count}", Text.Percent(HistoryStatistics.Returns(history).Deviations[0], 1), .. all.Select(other => Together(asset, other.Asset))]);
        terminal.Result.Write(table);
    }

    private static Command Export(Terminal terminal)
    {
        var command = new Command("export", "Writes values as CSV or Parquet; the extension of --out decides.");
        var filter = new Filter(command, hasQuantity: true);
        var output = new Option<FileInfo>("--out") { Description = "The file: .csv or .parquet.", Required = true };
        command.Options.Add(output);
        command.SetAction(parsed =>
        {
            var file = parsed.GetValue(output)!;
            terminal.Result.WriteLine($"{filter.Store(parsed).Export(file.FullName, filter.Of(parsed)):#,0} values: {file.FullName}");
            return 0;
        });
        return command;
    }

    private static Command Apply(Terminal terminal)
    {
        const int Enough = 30;
        var command = new Command("apply", $"""
            Writes the judged snapshot with measured figures instead of judged ones: the price history, from which covariances are
            estimated, and the volatility of every opportunity with at least {Enough} rate samples.
            """);
        var market = new MarketArguments(command, readsChains: false);
        var output = new Option<FileInfo>("--out") { Description = "The snapshot to write.", Required = true };
        var assets = new Option<string[]>("--asset") { Description = "Assets of the price history; default: those of the judged snapshot." };
        var every = ScenarioArguments.Textual<Duration>("--every", "Time between prices; default: '7 days'.");
        command.Options.Add(output);
        command.Options.Add(assets);
        command.Options.Add(every);
        command.SetAction(parsed =>
        {
            var (_, judged, _) = market.LoadJudged(parsed);
            const string From = "history";
            var observations = market.ProjectOf(parsed).History.Read(new());
            string[] wanted = parsed.GetValue(assets) is { Length: > 0 } given ? given : [.. judged.Snapshot.History.Series.Select(series => series.Asset)];
            var history = HistoryStatistics.Prices(observations, wanted, (parsed.GetValue(every) ?? Week).Days, From);
            var rates = HistoryStatistics.Rates(observations, Day.Days).Where(rate => rate.Samples >= Enough).ToDictionary(rate => rate.Subject);
            var last = observations.Max(o => o.Time);
            var file = parsed.GetValue(output)!.FullName;
            var snapshot = judged.Snapshot with
            {
                Name = Path.GetFileNameWithoutExtension(file),
                Provenances = new Dictionary<string, Provenance>(judged.Snapshot.Provenances) { [From] = new() { Source = $"the history of snapshots, up to {last:yyyy-MM-dd}", AsOf = last } },
                History = history,
                Opportunities = [.. judged.Snapshot.Opportunities.Select(place => rates.TryGetValue(place.Id, out var rate) ? place with { Volatility = new(rate.Volatility, From) } : place)],
            };
            AtomicFile.Write(file, Formats.Serialize(snapshot));
            foreach (var note in observations.Where(o => o.Quantity == Quantities.Price && wanted.Contains(o.Subject)).GroupBy(o => o.Subject).SelectMany(series => SeriesFindings.Of([.. series])))
                terminal.Result.WriteLine($"Note: {note}");
            terminal.Result.WriteLine($"{history.Series[0].ClosesUsd.Count} prices of {string.Join(", ", wanted)}; volatility of {snapshot.Opportunities.Count(place => place.Volatility.From == From)} opportunities: {file}");
            return 0;
        });
        return command;
    }

    private static HistoryStore Store(DirectoryInfo folder) => MarketArguments.Of(folder).History;

    private static Option<DateTimeOffset?> Since(bool isRequired) => new("--since")
    {
        Description = "Start time: 2026-08-12, or 2026-08-12T14:30 (UTC).",
        Required = isRequired,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment))
                return moment;
            result.AddError($"--since: '{text}' is not a time; expected 2026-08-12 or 2026-08-12T14:30");
            return null;
        },
    };

    /// <summary>The options that select values.</summary>
    private sealed class Filter
    {
        private readonly Option<string?> _subject = new("--subject") { Description = "An asset, opportunity, chain or route; * matches any characters." };
        private readonly Option<string?> _quantity = new("--quantity") { Description = $"The quantity: {string.Join(", ", Quantities.All)}." };
        private readonly Option<DateTimeOffset?> _since = Since(isRequired: false);
        private readonly Option<DirectoryInfo> _folder = MarketArguments.Folder();

        public Filter(Command command, bool hasQuantity)
        {
            command.Options.Add(_subject);
            if (hasQuantity)
                command.Options.Add(_quantity);
            _quantity.AcceptOnlyFromAmong([.. Quantities.All]);
            command.Options.Add(_since);
            command.Options.Add(_folder);
        }

        public HistoryFilter Of(ParseResult parsed) => new(parsed.GetValue(_subject), parsed.GetResult(_quantity) is null ? null : parsed.GetValue(_quantity), parsed.GetValue(_since));

        public HistoryStore Store(ParseResult parsed) => HistoryCommand.Store(parsed.GetValue(_folder)!);
    }
}
