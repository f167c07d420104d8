namespace Optimizer.Derivatives;

/// <summary>Where an account is liquidated if one asset's price moves and nothing else does.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Price">Its price now, in USD.</param>
/// <param name="Below">The highest lower price at which maintenance margin is missing; today's where it is missing already; null where there is
/// none down to a hundredth, at steps of half a percent and at strikes.</param>
/// <param name="Above">The lowest higher price; null where there is none up to ten times.</param>
/// <param name="ProbabilityBelow">The probability that the price falls so far within the account's time; null without a volatility.</param>
/// <param name="ProbabilityAbove">The same upwards.</param>
public sealed record LiquidationPrice(string Asset, double Price, double? Below, double? Above, double? ProbabilityBelow, double? ProbabilityAbove);

/// <summary>The margin of an account, in USD.</summary>
/// <param name="Account">The account's name.</param>
/// <param name="EquityUsd">What it is worth at marks.</param>
/// <param name="InitialUsd">What has to be covered to open positions: by equity, at Deribit by equity without options.</param>
/// <param name="MaintenanceUsd">What has to be covered not to be liquidated.</param>
/// <param name="InitialExcessUsd">What is left above initial margin; below zero no risk may be added.</param>
/// <param name="MaintenanceExcessUsd">What is left above maintenance margin; below zero the account is liquidated.</param>
/// <param name="Binding">The scenario or position that takes most of the initial margin.</param>
/// <param name="HealthFactor">Of a lending account: counted collateral divided by debt; infinite without debt. Null otherwise.</param>
/// <param name="Parts">Named amounts that make up the margin.</param>
/// <param name="Liquidations">Liquidation prices.</param>
public sealed record MarginReport(
    string Account, double EquityUsd, double InitialUsd, double MaintenanceUsd, double InitialExcessUsd, double MaintenanceExcessUsd, string Binding, double? HealthFactor,
    IReadOnlyDictionary<string, double> Parts, IReadOnlyList<LiquidationPrice> Liquidations);
