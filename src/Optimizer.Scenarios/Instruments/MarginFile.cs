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
        MarginAccount[] accounts = [.. file.Accounts.Index().Select(account => Checked(account.Item, path, source.Find("accounts", account.Index, Formats.NameOf(account.Item, typeof(MarginAccount))), reader))];
        return reader.Diagnostics.Count > 0 ? throw new InputException(reader.Diagnostics) : accounts;
    }

    private static MarginAccount Checked(MarginAccount account, string path, SourceNode source, ContractReader reader)
    {
        void Wrong(string message, params ReadOnlySpan<object> at) => reader.Report(source.Find(at).Location, message);
        foreach (var (asset, volatility) in account.Volatilities)
        {
            if (!(volatility >= 0))
                Wrong($"a volatility of {volatility}; expected at least 0", "volatilities", asset);
        }

        switch (account)
        {
            case DerivePortfolioMarginAccount portfolio:
                return WithParameters(portfolio, path, source, reader);
            case MaintenanceMarginAccount maintenance:
                foreach (var (i, position) in maintenance.Positions.Index())
                    CheckTiers(position, i);
                foreach (var twice in maintenance.Positions.Index().GroupBy(position => position.Item.Asset).Where(same => same.Count() > 1).Select(same => same.Last()))
                    Wrong($"a second position in {twice.Item.Asset}; expected one per asset, net of long and short", "positions", twice.Index, "asset");
                break;
        }

        return account;

        void CheckTiers(MaintenancePosition position, int i)
        {
            if (position.Tiers.Count == 0 || position.Tiers[0].FromUsd != 0)
                Wrong("expected a first tier from 0 USD", "positions", i, "tiers");
            for (var t = 0; t < position.Tiers.Count; t++)
            {
                if (position.Tiers[t].MaintenanceRate > position.Tiers[t].InitialRate)
                    Wrong("maintenance margin above initial margin", "positions", i, "tiers", t, "maintenanceRate");
                if (t > 0 && position.Tiers[t].FromUsd <= position.Tiers[t - 1].FromUsd)
                    Wrong("tiers start at rising notionals; this one starts at or below the one before", "positions", i, "tiers", t, "fromUsd");
            }
        }
    }

    private static DerivePortfolioMarginAccount WithParameters(DerivePortfolioMarginAccount account, string path, SourceNode source, ContractReader reader)
    {
        if (account.Parameters is null == account.ParametersFile is null)
        {
            reader.Report(source.Location, "expected either 'parameters' or 'parametersFile'");
            return account;
        }

        if (account.ParametersFile is not { } named)
            return account;
        var file = Path.Combine(Path.GetDirectoryName(path) ?? "", named);
        if (!File.Exists(file))
        {
            reader.Report(source.Find("parametersFile").Location, $"file not found: {file}");
            return account;
        }

        var parameters = new ContractReader();
        var read = parameters.Read<PortfolioMarginParameters>(SourceFile.Read(file));
        reader.Diagnostics.AddRange(parameters.Diagnostics);
        return account with { Parameters = read };
    }
}
