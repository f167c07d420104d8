using System.Text.Json.Serialization;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Margin accounts, to be computed.</summary>
public sealed record MarginFile
{
    /// <summary>The format of this object.</summary>
    [JsonPropertyName("$schema")]
    public string Schema { get; } = "urn:optimizer:margin:1";

    /// <summary>A description, for display.</summary>
    public string? Description { get; init; }

    /// <summary>The accounts.</summary>
    public required IReadOnlyList<MarginAccount> Accounts { get; init; }
}

/// <summary>Reads margin accounts.</summary>
public static class MarginFiles
{
    /// <summary>Reads accounts from JSON or YAML, with the parameters that they name.</summary>
    /// <exception cref="InputException">A file contains errors; all of them are listed.</exception>
    public static IReadOnlyList<MarginAccount> Read(string path)
    {
        var (source, reader) = (SourceFile.Read(path), new ContractReader());
        var file = reader.Read<MarginFile>(source);
        if (file is null)
            throw new InputException(reader.Diagnostics);
        if (file.Accounts.Count == 0)
            reader.Report(source.Find("accounts").Location, "there are no accounts; expected at least one");
        MarginAccount[] accounts = [.. file.Accounts.Index().Select(account => Checked(account.Item, path, source.Find("accounts", account.Index, Formats.NameOf(account.Item, typeof(MarginAccount))), reader))];
        return reader.Diagnostics.Count > 0 ? throw new InputException(reader.Diagnostics) : accounts;
    }

    private static MarginAccount Checked(MarginAccount account, string path, SourceNode source, ContractReader reader)
    {
        void Wrong(string message, params ReadOnlySpan<object> at) => reader.Report(source.Find(at).Location, message);
        string[] assets = account switch
        {
            DerivePortfolioMarginAccount portfolio => [portfolio.Asset],
            DeribitStandardMarginAccount standard => [standard.Asset],
            MaintenanceMarginAccount maintenance => [.. maintenance.Positions.Select(position => position.Asset)],
            HealthFactorMarginAccount lending => [.. lending.Prices.Keys],
            _ => throw new NotSupportedException(account.GetType().Name),
        };
        foreach (var (asset, volatility) in account.Volatilities)
        {
            if (!assets.Contains(asset))
                Wrong($"the account has no asset '{asset}'{NearMatch.Hint(asset, assets)}; expected one of {string.Join(", ", assets)}", "volatilities", asset);
            if (volatility is not (>= 0 and <= 20))
                Wrong($"a volatility of {volatility}; expected a fraction from 0 to 20", "volatilities", asset);
        }

        if (account.Within is { Days: 0 })
            Wrong("nothing happens within no time; expected a longer time", "within");
        if (account.Within is null != (account.Volatilities.Count == 0))
            Wrong("a probability of liquidation needs both 'volatilities' and 'within'");
        switch (account)
        {
            case DerivePortfolioMarginAccount portfolio:
                CheckExpiries(portfolio, Wrong);
                return WithParameters(portfolio, path, source, reader);
            case DeribitStandardMarginAccount { Perpetual: { } perpetual } when perpetual.MaintenanceRate > perpetual.InitialRate:
                Wrong("maintenance margin above initial margin", "perpetual", "maintenanceRate");
                break;
            case MaintenanceMarginAccount maintenance:
                CheckPositions(maintenance, Wrong);
                break;
            case HealthFactorMarginAccount lending:
                CheckLending(lending, Wrong);
                break;
        }

        return account;
    }

    private delegate void Complaint(string message, params ReadOnlySpan<object> path);

    private static void CheckExpiries(DerivePortfolioMarginAccount account, Complaint wrong)
    {
        foreach (var (twice, e) in account.Expiries.Index().GroupBy(expiry => expiry.Item.Years).SelectMany(same => same.Skip(1)).Select(expiry => (expiry.Item, expiry.Index)))
            wrong($"a second expiry in {twice.Years} years; list its options with the first, because they are netted", "expiries", e, "years");
        foreach (var (i, token) in account.Collateral.Index())
        {
            if (token.Asset is { } asset && asset != account.Asset)
                wrong($"the account's asset is {account.Asset}; expected that, or no asset for collateral that does not move with it", "collateral", i, "asset");
            if (token.OffsetsRisk && token.Asset is null)
                wrong($"only collateral that follows {account.Asset} can offset its risk; add 'asset: {account.Asset}'", "collateral", i, "offsetsRisk");
        }
    }

    private static void CheckPositions(MaintenanceMarginAccount account, Complaint wrong)
    {
        foreach (var twice in account.Positions.Index().GroupBy(position => position.Item.Asset, StringComparer.OrdinalIgnoreCase).SelectMany(same => same.Skip(1)))
            wrong($"a second position in {twice.Item.Asset}; expected one per asset, net of long and short", "positions", twice.Index, "asset");
        foreach (var (i, position) in account.Positions.Index())
        {
            var tiers = position.Tiers;
            if (tiers.Count == 0 || tiers[0].FromUsd != 0)
                wrong("expected a first tier from 0 USD", "positions", i, "tiers");
            for (var t = 0; t < tiers.Count; t++)
            {
                if (tiers[t].MaintenanceRate > tiers[t].InitialRate)
                    wrong("maintenance margin above initial margin", "positions", i, "tiers", t, "maintenanceRate");
                if (t > 0 && tiers[t].FromUsd <= tiers[t - 1].FromUsd)
                    wrong("tiers start at rising notionals; this one starts at or below the one before", "positions", i, "tiers", t, "fromUsd");
                if (t > 0 && (tiers[t].InitialRate < tiers[t - 1].InitialRate || tiers[t].MaintenanceRate < tiers[t - 1].MaintenanceRate))
                    wrong("rates rise with the notional; a rate of this tier is below that of the one before", "positions", i, "tiers", t);
            }
        }
    }

    private static void CheckLending(HealthFactorMarginAccount account, Complaint wrong)
    {
        void Named(string? asset, string list, int i)
        {
            if (asset is not null && !account.Prices.ContainsKey(asset))
                wrong($"the price of {asset} is missing: add it under 'prices', so that its liquidation price can be told", list, i, "asset");
        }

        foreach (var (i, token) in account.Collateral.Index())
        {
            Named(token.Asset, "collateral", i);
            if (token.LoanToValue > token.LiquidationThreshold)
                wrong("more may be borrowed than the liquidation threshold allows", "collateral", i, "loanToValue");
        }

        foreach (var (i, owed) in account.Debts.Index())
            Named(owed.Asset, "debts", i);
        foreach (var (asset, price) in account.Prices)
        {
            if (account.Collateral.All(token => token.Asset != asset) && account.Debts.All(owed => owed.Asset != asset))
                wrong($"no collateral and no debt follows {asset}; add 'asset: {asset}' to those that do", "prices", asset);
            if (!(price > 0))
                wrong($"a price of {price}; expected above 0", "prices", asset);
        }
    }

    private static DerivePortfolioMarginAccount WithParameters(DerivePortfolioMarginAccount account, string path, SourceNode source, ContractReader reader)
    {
        if (account.Parameters is null == account.ParametersFile is null)
        {
            reader.Report(source.Location, "expected either 'parameters' or 'parametersFile'");
            return account;
        }

        if (account.Parameters?.Scenarios.Count == 0)
            reader.Report(source.Find("parameters", "scenarios").Location, "there are no scenarios; expected at least one");
        if (account.ParametersFile is not { } named)
            return account;
        var file = Path.Combine(Path.GetDirectoryName(path) ?? "", named);
        if (!File.Exists(file))
        {
            reader.Report(source.Find("parametersFile").Location, $"{(Directory.Exists(file) ? "a folder" : "file not found")}: {file}");
            return account;
        }

        var parameters = new ContractReader();
        var read = parameters.Read<PortfolioMarginParameters>(SourceFile.Read(file));
        reader.Diagnostics.AddRange(parameters.Diagnostics);
        if (read?.Scenarios.Count == 0)
            reader.Report(new(file, 1, 1), "there are no scenarios; expected at least one");
        return account with { Parameters = read };
    }
}
