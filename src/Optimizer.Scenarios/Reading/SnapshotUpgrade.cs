using System.Globalization;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Converts snapshots of the first format, with pools, caps and quotes in USD, to the present format in tokens.</summary>
/// <remarks>Every amount is divided by its token's price in the same file. A wrap whose tokens have equal value to within 2 % is assumed to
/// be at par; any other keeps the ratio of the prices. Kept for one version only.</remarks>
internal sealed class SnapshotUpgrade
{
    private const double AtPar = 0.02;

    private static readonly Dictionary<string, string> Amounts = new()
    {
        ["totalUsd"] = "total",
        ["capacityUsd"] = "capacity",
        ["withdrawableUsd"] = "withdrawable",
        ["suppliedUsd"] = "supplied",
        ["borrowedUsd"] = "borrowed",
        ["usdPerYear"] = "perYear",
        ["principalUsd"] = "principal",
        ["assetUsd"] = "assets",
        ["fixedFeeUsd"] = "fixedFee",
        ["minimumUsd"] = "minimum",
        ["maximumUsd"] = "maximum",
        ["upToUsd"] = "upTo",
    };

    private static readonly string[] Lists = ["opportunities", "routes"];

    private readonly Dictionary<string, double> _prices;
    private readonly Dictionary<string, string> _assetOf;
    private readonly HashSet<string> _places;

    private SnapshotUpgrade(MappingNode snapshot, IReadOnlyList<Chain> chains)
    {
        _assetOf = chains.SelectMany(chain => chain.Tokens.Select(token => (Id: $"{token.Symbol}@{chain.Id}", Asset: token.AssetId())))
            .GroupBy(pair => pair.Id).ToDictionary(same => same.Key, same => same.First().Asset);
        _places = [.. (snapshot.Find("opportunities") as SequenceNode)?.Items.Select(place => place.Find("id")).OfType<ScalarNode>().Select(id => id.Text) ?? []];
        _prices = [];
        foreach (var asset in (snapshot.Find("assets") as SequenceNode)?.Items ?? [])
        {
            if (asset.Find("id") is ScalarNode id && Number(asset.Find("priceUsd", "value")) is > 0 and var price)
                _prices[id.Text] = price;
        }
    }

    /// <summary>The snapshot in the present format; unchanged if it already has it.</summary>
    public static MappingNode Of(MappingNode snapshot, IReadOnlyList<Chain> chains)
    {
        var isOld = Lists.Any(list => (snapshot.Find(list) as SequenceNode)?.Items.OfType<MappingNode>()
            .Any(item => item.Entries.Any(entry => Amounts.ContainsKey(entry.Key) || entry.Key == "impactBpsPerMillionUsd")) == true);
        if (!isOld)
            return snapshot;
        var upgrade = new SnapshotUpgrade(snapshot, chains);
        return snapshot with
        {
            Entries = [.. snapshot.Entries.Select(entry => entry switch
            {
                { Key: "assets", Value: SequenceNode assets } => entry with { Value = assets with { Items = [.. assets.Items.Select(upgrade.Asset)] } },
                { Key: "opportunities", Value: SequenceNode places } => entry with { Value = places with { Items = [.. places.Items.Select(upgrade.Opportunity)] } },
                { Key: "routes", Value: SequenceNode routes } => entry with { Value = routes with { Items = [.. routes.Items.Select(upgrade.Route)] } },
                _ => entry,
            })],
        };
    }

    /// <summary>Underlyings of well-known assets, which the first format could not express.</summary>
    private static readonly Dictionary<string, string> Claims = new()
    {
        ["sUSDS"] = "sky-savings/ethereum/USDS",
        ["sUSDe"] = "ethena/ethereum/USDe",
        ["LBTC"] = "lombard/ethereum/cbBTC",
        ["wstETH"] = "lido/ethereum/ETH",
        ["weETH"] = "etherfi/ethereum/ETH",
        ["rETH"] = "rocket-pool/ethereum/ETH",
        ["JitoSOL"] = "jito/solana/SOL",
        ["mSOL"] = "marinade/solana/SOL",
        ["bnSOL"] = "binance-staked-sol/solana/SOL",
        ["JupSOL"] = "jupiter-staked-sol/solana/SOL",
        ["slisBNB"] = "lista-staking/bnb/BNB",
        ["kHYPE"] = "kinetiq/hyperevm/HYPE",
    };

    private SourceNode Asset(SourceNode asset) =>
        asset is MappingNode keys && asset.Find("id") is ScalarNode id && Claims.TryGetValue(id.Text, out var place) && _places.Contains(place) && keys.Entries.All(entry => entry.Key != "claims")
            ? keys with
            {
                Entries = [.. keys.Entries, new("claims", asset.Location, new SequenceNode(asset.Location,
                    [new MappingNode(asset.Location, [new("opportunity", asset.Location, new ScalarNode(asset.Location, place, ScalarStyle.Quoted))])]))],
            }
            : asset;

    private SourceNode Opportunity(SourceNode place) => Price(place.Find("inputs", 0, "token")) is { } price ? InTokens(place, price) : place;

    private SourceNode Route(SourceNode route)
    {
        if (route is not MappingNode || Price(route.Find("from")) is not { } price || InTokens(route, price) is not MappingNode converted)
            return route;
        if (route.Find("kind") is not ScalarNode { Text: "wrap" } || Price(route.Find("to")) is not { } other || converted.Entries.Any(entry => entry.Key == "rate"))
            return converted;
        var from = route.Find("durationSeconds", "from");
        var ratio = price / other;
        var rate = new MappingNode(route.Location,
        [
            new("value", route.Location, Scalar(route.Location, Math.Abs(ratio - 1) < AtPar ? 1 : ratio)),
            new("from", route.Location, from is ScalarNode ? from : new ScalarNode(route.Location, "", ScalarStyle.Quoted)),
        ]);
        return converted with { Entries = [.. converted.Entries, new("rate", route.Location, rate)] };
    }

    /// <summary>A part of the file with every USD amount divided by a price.</summary>
    private static SourceNode InTokens(SourceNode node, double price) => node switch
    {
        SequenceNode list => list with { Items = [.. list.Items.Select(item => InTokens(item, price))] },
        MappingNode keys => keys with
        {
            Entries = [.. keys.Entries.Select(entry =>
                Amounts.TryGetValue(entry.Key, out var name) ? entry with { Key = name, Value = Scaled(entry.Value, 1 / price) }
                : entry.Key == "impactBpsPerMillionUsd" ? entry with { Key = "impactBpsPerMillion", Value = Scaled(entry.Value, price) }
                : entry with { Value = InTokens(entry.Value, price) })],
        },
        _ => node,
    };

    private static SourceNode Scaled(SourceNode figure, double factor) => figure is MappingNode keys && Number(keys.Find("value")) is { } number
        ? keys with { Entries = [.. keys.Entries.Select(entry => entry.Key == "value" ? entry with { Value = Scalar(entry.Value.Location, number * factor) } : entry)] }
        : figure;

    private static ScalarNode Scalar(SourceLocation at, double number) => new(at, number.ToString("R", CultureInfo.InvariantCulture), ScalarStyle.Plain);

    private static double? Number(SourceNode node) =>
        node is ScalarNode scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private double? Price(SourceNode token) =>
        token is ScalarNode scalar && _assetOf.TryGetValue(scalar.Text, out var asset) && _prices.TryGetValue(asset, out var price) ? price : null;
}
