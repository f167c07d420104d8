namespace Optimizer.Model;

/// <summary>An account whose positions share their margin. Amounts are USD and units of the underlying; rates, shares and volatilities are
/// fractions.</summary>
[OneOf]
public abstract record MarginAccount
{
    /// <summary>Its name, for display.</summary>
    public required string Name { get; init; }

    /// <summary>Yearly volatility per asset; with <see cref="Within"/> it gives the probability of liquidation.</summary>
    public IReadOnlyDictionary<string, double> Volatilities { get; init; } = new Dictionary<string, double>();

    /// <summary>The time in which a liquidation is looked for; null for none.</summary>
    public Duration? Within { get; init; }
}

/// <summary>A perpetual in a margin account.</summary>
public sealed record MarginPerpetual
{
    /// <summary>Units of the underlying; negative where short.</summary>
    public required double Amount { get; init; }

    /// <summary>The mark price in USD.</summary>
    [Between(double.Epsilon)]
    public required double Price { get; init; }

    /// <summary>How sure the oracle is of the price, from 0 to 1.</summary>
    [Between(0, 1)]
    public double Confidence { get; init; } = 1;

    /// <summary>Gains and funding that are not paid out yet, in USD.</summary>
    public double UnrealisedUsd { get; init; }
}

/// <summary>A token that counts as collateral.</summary>
public sealed record MarginCollateral
{
    /// <summary>Its name.</summary>
    public required string Token { get; init; }

    /// <summary>Tokens; ≥ 0.</summary>
    [Between(0)]
    public required double Amount { get; init; }

    /// <summary>The price in USD.</summary>
    [Between(0)]
    public required double Price { get; init; }

    /// <summary>How sure the oracle is of the price, from 0 to 1.</summary>
    [Between(0, 1)]
    public double Confidence { get; init; } = 1;

    /// <summary>The asset whose price it follows; null for one that does not move against USD.</summary>
    public string? Asset { get; init; }

    /// <summary>Whether the venue lets it offset the account's positions in scenarios.</summary>
    public bool OffsetsRisk { get; init; }

    /// <summary>The share of its value that does not count towards initial margin, on top of the maintenance haircut.</summary>
    [Between(0, 1)]
    public double InitialHaircut { get; init; }

    /// <summary>The share of its value that does not count towards maintenance margin.</summary>
    [Between(0, 1)]
    public double MaintenanceHaircut { get; init; }
}

/// <summary>An option in a margin account.</summary>
public sealed record MarginOption
{
    /// <summary>Call or put.</summary>
    public required OptionSide Side { get; init; }

    /// <summary>The strike in USD.</summary>
    [Between(double.Epsilon)]
    public required double Strike { get; init; }

    /// <summary>Contracts of one unit; negative where short.</summary>
    public required double Amount { get; init; }

    /// <summary>The mark volatility per √year, as a fraction.</summary>
    [Between(0, 20)]
    public required double Volatility { get; init; }
}

/// <summary>The options of one expiry.</summary>
public sealed record MarginExpiry
{
    /// <summary>Years of 365 days until expiry.</summary>
    [Between(0)]
    public required double Years { get; init; }

    /// <summary>The forward of the expiry in USD: what still moves with the price.</summary>
    [Between(double.Epsilon)]
    public required double Forward { get; init; }

    /// <summary>What the settlement average has fixed already, in USD; added to <see cref="Forward"/>.</summary>
    [Between(0)]
    public double SettledForward { get; init; }

    /// <summary>The interest rate until expiry, continuously compounded.</summary>
    public double Rate { get; init; }

    /// <summary>The lowest confidence of forward, rate and volatilities, from 0 to 1.</summary>
    [Between(0, 1)]
    public double Confidence { get; init; } = 1;

    /// <summary>The options.</summary>
    public required IReadOnlyList<MarginOption> Options { get; init; }
}

/// <summary>Derive's portfolio margin (PM2): the worst of many scenarios over everything in the account.</summary>
public sealed record DerivePortfolioMarginAccount : MarginAccount
{
    /// <summary>The underlying asset.</summary>
    public required string Asset { get; init; }

    /// <summary>The parameters; or <see cref="ParametersFile"/>.</summary>
    public PortfolioMarginParameters? Parameters { get; init; }

    /// <summary>A file with the parameters, relative to the file of the account.</summary>
    public string? ParametersFile { get; init; }

    /// <summary>The price of the underlying in USD.</summary>
    [Between(double.Epsilon)]
    public required double Spot { get; init; }

    /// <summary>How sure the oracle is of the spot price, from 0 to 1.</summary>
    [Between(0, 1)]
    public double SpotConfidence { get; init; } = 1;

    /// <summary>The price in USD of the stablecoin in which cash is held.</summary>
    [Between(double.Epsilon)]
    public double StablePrice { get; init; } = 1;

    /// <summary>Cash in the stablecoin; negative where borrowed.</summary>
    public double Cash { get; init; }

    /// <summary>The perpetual; null where there is none.</summary>
    public MarginPerpetual? Perpetual { get; init; }

    /// <summary>Other collateral.</summary>
    public IReadOnlyList<MarginCollateral> Collateral { get; init; } = [];

    /// <summary>The options, by expiry.</summary>
    public IReadOnlyList<MarginExpiry> Expiries { get; init; } = [];
}

/// <summary>Deribit's standard margin: each short option by itself, in coin.</summary>
public sealed record DeribitStandardMarginAccount : MarginAccount
{
    /// <summary>The coin in which the account is kept.</summary>
    public required string Asset { get; init; }

    /// <summary>The index price in USD.</summary>
    [Between(double.Epsilon)]
    public required double Index { get; init; }

    /// <summary>Coins in the account.</summary>
    public required double Coins { get; init; }

    /// <summary>The options.</summary>
    public IReadOnlyList<DeribitOption> Options { get; init; } = [];

    /// <summary>The inverse perpetual; null where there is none.</summary>
    public DeribitPerpetual? Perpetual { get; init; }
}

/// <summary>An option that is settled in coin.</summary>
public sealed record DeribitOption
{
    /// <summary>Call or put.</summary>
    public required OptionSide Side { get; init; }

    /// <summary>The strike in USD.</summary>
    [Between(double.Epsilon)]
    public required double Strike { get; init; }

    /// <summary>Contracts of one coin; negative where short.</summary>
    public required double Amount { get; init; }

    /// <summary>The forward of its expiry in USD.</summary>
    [Between(double.Epsilon)]
    public required double Underlying { get; init; }

    /// <summary>The mark price in coin.</summary>
    [Between(0)]
    public required double Mark { get; init; }

    /// <summary>Years until expiry, needed of short options for liquidation prices: they are revalued at the volatility of their mark.</summary>
    [Between(0)]
    public double? Years { get; init; }
}

/// <summary>An inverse perpetual with margin rates that rise with its size.</summary>
public sealed record DeribitPerpetual
{
    /// <summary>Contracts in USD; negative where short.</summary>
    public required double SizeUsd { get; init; }

    /// <summary>The price in USD at which it was entered.</summary>
    [Between(double.Epsilon)]
    public required double Entry { get; init; }

    /// <summary>The mark price in USD.</summary>
    [Between(double.Epsilon)]
    public required double Mark { get; init; }

    /// <summary>Initial margin of a small position, as a share of its size.</summary>
    [Between(0, 1)]
    public required double InitialRate { get; init; }

    /// <summary>Maintenance margin of a small position, as a share of its size.</summary>
    [Between(0, 1)]
    public required double MaintenanceRate { get; init; }

    /// <summary>What both rates gain per coin of size.</summary>
    [Between(0)]
    public double RatePerCoin { get; init; }
}

/// <summary>Cross margin of perpetuals with rates by size, as Hyperliquid, dYdX and Paradex have it.</summary>
public sealed record MaintenanceMarginAccount : MarginAccount
{
    /// <summary>Collateral in USD, after haircuts.</summary>
    public required double CollateralUsd { get; init; }

    /// <summary>The positions; at most one per asset.</summary>
    public required IReadOnlyList<MaintenancePosition> Positions { get; init; }
}

/// <summary>A position in a cross-margined perpetual.</summary>
public sealed record MaintenancePosition
{
    /// <summary>The asset.</summary>
    public required string Asset { get; init; }

    /// <summary>Units; negative where short.</summary>
    public required double Amount { get; init; }

    /// <summary>The price in USD at which it was entered.</summary>
    [Between(double.Epsilon)]
    public required double Entry { get; init; }

    /// <summary>The mark price in USD.</summary>
    [Between(double.Epsilon)]
    public required double Mark { get; init; }

    /// <summary>The rates, from the smallest notional up; each applies to the part of the notional above its start.</summary>
    public required IReadOnlyList<MarginTier> Tiers { get; init; }
}

/// <summary>Margin rates of a part of the notional.</summary>
public sealed record MarginTier
{
    /// <summary>Notional in USD from which on the rates apply. Default 0.</summary>
    [Between(0)]
    public double FromUsd { get; init; }

    /// <summary>Initial margin; one over the greatest leverage.</summary>
    [Between(0, 1)]
    public required double InitialRate { get; init; }

    /// <summary>Maintenance margin; on Hyperliquid half of the initial margin.</summary>
    [Between(0, 1)]
    public required double MaintenanceRate { get; init; }
}

/// <summary>A lending account that is liquidated when its health factor falls below one (Aave).</summary>
public sealed record HealthFactorMarginAccount : MarginAccount
{
    /// <summary>Prices in USD of the assets that collateral and debts follow; liquidation prices are theirs.</summary>
    public IReadOnlyDictionary<string, double> Prices { get; init; } = new Dictionary<string, double>();

    /// <summary>What is supplied as collateral.</summary>
    public required IReadOnlyList<LendingCollateral> Collateral { get; init; }

    /// <summary>What is borrowed.</summary>
    public required IReadOnlyList<LendingDebt> Debts { get; init; }
}

/// <summary>A token in a lending account.</summary>
public abstract record LendingToken
{
    /// <summary>The token.</summary>
    public required string Token { get; init; }

    /// <summary>The asset whose price it follows; null for one that does not move against USD.</summary>
    public string? Asset { get; init; }

    /// <summary>Tokens supplied or owed.</summary>
    [Between(0)]
    public required double Amount { get; init; }

    /// <summary>The price in USD.</summary>
    [Between(0)]
    public required double Price { get; init; }
}

/// <summary>A borrowed token.</summary>
public sealed record LendingDebt : LendingToken;

/// <summary>A supplied token.</summary>
public sealed record LendingCollateral : LendingToken
{
    /// <summary>The share of its value that may be borrowed; in e-mode, that of the category.</summary>
    [Between(0, 1)]
    public required double LoanToValue { get; init; }

    /// <summary>The share of its value that has to cover the debt; in e-mode, that of the category.</summary>
    [Between(0, 1)]
    public required double LiquidationThreshold { get; init; }

    /// <summary>What a liquidator gets on top, as a share. Default 5 %.</summary>
    [Between(0, 1)]
    public double LiquidationBonus { get; init; } = 0.05;

    /// <summary>The protocol's share of that bonus. Default 10 %.</summary>
    [Between(0, 1)]
    public double ProtocolFee { get; init; } = 0.1;
}
