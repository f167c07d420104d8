using Optimizer.Derivatives;
using Optimizer.Scenarios;

namespace Optimizer.Application;

/// <summary>The units in which Greeks are stated.</summary>
public enum GreekUnits
{
    /// <summary>As venues and desks have them: theta per day, vega per volatility point, rho per percent.</summary>
    Market,

    /// <summary>As textbooks and QuantLib have them: theta per year, vega and rho per 1.00.</summary>
    Raw,
}

/// <summary>The tables of priced instruments and of margin accounts.</summary>
public static class InstrumentTables
{
    /// <summary>The columns of priced rows.</summary>
    /// <param name="units">The units of the Greeks.</param>
    public static IReadOnlyList<ResultColumn<PricedRow>> Prices(GreekUnits units)
    {
        var isRaw = units == GreekUnits.Raw;
        ResultColumn<PricedRow> Greek(string market, string raw, string? marketTitle, string? rawTitle, Func<Greeks, double> inMarket, Func<Greeks, double> inRaw) =>
            new(isRaw ? raw : market, row => row.Greeks is { } greeks ? isRaw ? inRaw(greeks) : inMarket(greeks) : null) { Title = isRaw ? rawTitle : marketTitle };
        return
        [
            new("id", row => row.Id) { Title = "Id" },
            new("instrument", row => row.Instrument),
            new("years", row => row.Years),
            new("forward", row => row.Forward) { Title = "Forward>" },
            new("volatility", row => row.Volatility) { Title = "Volatility>" },
            new("isImplied", row => row.IsImplied),
            new("valueUsd", row => row.ValueUsd) { Title = "Value, USD>" },
            new("valueCoins", row => row.ValueCoins) { Title = "Coins>" },
            Greek("delta", "delta", "Delta>", "Delta>", greeks => greeks.Delta, greeks => greeks.Raw.Delta),
            new("netDelta", row => row.NetDelta) { Title = "Net delta>" },
            Greek("gammaPerUsd", "gamma", "Gamma>", "Gamma>", greeks => greeks.GammaPerUsd, greeks => greeks.Raw.Gamma),
            Greek("thetaPerDay", "theta", "Theta/day>", "Theta>", greeks => greeks.ThetaPerDay, greeks => greeks.Raw.Theta),
            Greek("vegaPerPoint", "vega", "Vega/point>", "Vega>", greeks => greeks.VegaPerPoint, greeks => greeks.Raw.Vega),
            Greek("rhoPerPercent", "rho", null, null, greeks => greeks.RhoPerPercent, greeks => greeks.Raw.Rho),
            Greek("vannaPerPoint", "vanna", null, null, greeks => greeks.VannaPerPoint, greeks => greeks.Raw.Vanna),
            Greek("volgaPerPoint", "volga", null, null, greeks => greeks.VolgaPerPoint, greeks => greeks.Raw.Volga),
            new("problem", row => row.Problem),
        ];
    }

    /// <summary>The columns of margin accounts.</summary>
    public static IReadOnlyList<ResultColumn<MarginReport>> Margins { get; } =
    [
        new("account", report => report.Account) { Title = "Account" },
        new("equityUsd", report => report.EquityUsd) { Title = "Equity>" },
        new("initialUsd", report => report.InitialUsd) { Title = "Initial>" },
        new("maintenanceUsd", report => report.MaintenanceUsd) { Title = "Maint.>" },
        new("initialExcessUsd", report => report.InitialExcessUsd) { Title = "Excess i.>" },
        new("maintenanceExcessUsd", report => report.MaintenanceExcessUsd) { Title = "Excess m.>" },
        new("healthFactor", report => report.HealthFactor) { Title = "Health>" },
        new("binding", report => report.Binding) { Title = "Binding" },
        new("liquidation", report => string.Join("; ", report.Liquidations.Select(Liquidation))) { Title = "Liquidated at" },
    ];

    /// <summary>The columns of what one more unit of each position does.</summary>
    public static IReadOnlyList<ResultColumn<(string Account, MarginalMargin Position)>> Positions { get; } =
    [
        new("account", row => row.Account) { Title = "Account" },
        new("position", row => row.Position.Name) { Title = "Position" },
        new("amount", row => row.Position.Amount) { Title = "Amount>" },
        new("initialUsdPerUnit", row => row.Position.InitialUsdPerUnit) { Title = "Initial excess/unit>" },
        new("maintenanceUsdPerUnit", row => row.Position.MaintenanceUsdPerUnit) { Title = "Maintenance excess/unit>" },
    ];

    private static string Liquidation(LiquidationPrice price)
    {
        static string Side(string sign, double? level, double? probability) => level is { } at ? $"{sign} {(at >= 100 ? $"{at:#,0.##}" : $"{at:0.####}")}{(probability is { } share ? $" ({share:P2})" : "")}" : "";
        if (price.Below == price.Price)
            return $"{price.Asset} now";
        string[] sides = [.. new[] { Side("≤", price.Below, price.ProbabilityBelow), Side("≥", price.Above, price.ProbabilityAbove) }.Where(side => side.Length > 0)];
        return $"{price.Asset} {(sides.Length == 0 ? "nowhere" : string.Join(" or ", sides))}";
    }
}
