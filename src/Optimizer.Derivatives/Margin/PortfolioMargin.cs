using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Derive's portfolio margin, computed as the contract does.</summary>
/// <remarks>Source: PMRM_2_1.sol and PMRMLib_2_1.sol of derivexyz/v2-core. The contract works in integers of 1e-18, this in doubles.</remarks>
public static class PortfolioMargin
{
    /// <summary>σ√T below which an option's value may turn between two steps of the search for liquidation prices.</summary>
    private const double NarrowDeviation = 0.05;

    /// <summary>What goes into the margin.</summary>
    /// <param name="EquityUsd">Cash, collateral, options and the perpetual at marks.</param>
    /// <param name="OptionsUsd">The options at marks.</param>
    /// <param name="CollateralUsd">The collateral, before haircuts.</param>
    /// <param name="ForwardContingencyUsd">The contingency for moves of single forwards; ≤ 0.</param>
    /// <param name="ScenarioUsd">Gain in each scenario, damped.</param>
    /// <param name="InitialContingencyUsd">Haircuts and charges on notional, for initial margin.</param>
    /// <param name="MaintenanceContingencyUsd">The same for maintenance margin.</param>
    /// <param name="InitialFactor">What the worst gain is multiplied by for initial margin; rises where the stablecoin is below its threshold.</param>
    public sealed record Breakdown(
        double EquityUsd, double OptionsUsd, double CollateralUsd, double ForwardContingencyUsd, IReadOnlyList<double> ScenarioUsd, double InitialContingencyUsd, double MaintenanceContingencyUsd, double InitialFactor)
    {
        /// <summary>The worst gain over scenarios and the forward contingency; ≤ 0 where one of them does not move anything.</summary>
        public double WorstUsd => Math.Min(ForwardContingencyUsd, ScenarioUsd.Count == 0 ? 0 : ScenarioUsd.Min());

        /// <summary>What is left above initial margin.</summary>
        public double InitialExcessUsd => EquityUsd + InitialFactor * WorstUsd - InitialContingencyUsd;

        /// <summary>What is left above maintenance margin.</summary>
        /// <param name="factor">The maintenance factor.</param>
        public double MaintenanceExcessUsd(double factor) => EquityUsd + factor * WorstUsd - MaintenanceContingencyUsd;
    }

    /// <summary>The margin of an account; scenarios × options valuations.</summary>
    /// <exception cref="PricingException">The account has no parameters.</exception>
    public static Breakdown Of(DerivePortfolioMarginAccount account) => At(account, [1])[0];

    /// <summary>The margin of an account after moves of its asset's price; volatilities stay.</summary>
    /// <param name="account">The account.</param>
    /// <param name="moves">Prices divided by the price now; ≥ 0.</param>
    /// <returns>One per move; moves × scenarios × options valuations.</returns>
    /// <exception cref="PricingException">The account has no parameters.</exception>
    public static Breakdown[] At(DerivePortfolioMarginAccount account, double[] moves)
    {
        var p = account.Parameters ?? throw new PricingException($"the account {account.Name} has no parameters");
        PortfolioExpiry[] expiries = [.. account.Expiries.Select(expiry => new PortfolioExpiry(expiry, p, moves))];
        var gains = p.Scenarios.Select(scenario => expiries.Select(expiry => expiry.Gains(scenario)).ToArray()).ToArray();
        return [.. moves.Select((_, i) => At(account, p, expiries, gains, moves[i], i))];
    }

    /// <summary>The margin with liquidation prices.</summary>
    /// <exception cref="PricingException">The account has no parameters, or its figures give no number.</exception>
    public static MarginReport Report(DerivePortfolioMarginAccount account)
    {
        var now = Of(account);
        var p = account.Parameters!;
        var (initial, maintenance) = (now.InitialExcessUsd, now.MaintenanceExcessUsd(p.MaintenanceFactor));
        var worst = now.ScenarioUsd.Index().MinBy(pair => pair.Item).Index;
        var binding = now.ScenarioUsd[worst] > now.ForwardContingencyUsd ? "forward contingency" : now.ScenarioUsd[worst] == 0 ? "contingencies only" : $"{p.Scenarios[worst]}";
        // Close to expiry the excess dips at a strike, or where a scenario reaches it; further away values are smooth over the steps of the search.
        var kinks = account.Expiries.SelectMany(expiry => expiry.Options.Where(option => option.Volatility * Math.Sqrt(expiry.Years) < NarrowDeviation).Select(option => (option.Strike - expiry.SettledForward) / expiry.Forward))
            .SelectMany(strike => p.Scenarios.Where(scenario => scenario.PriceFactor > 0).Select(scenario => strike / scenario.PriceFactor).Append(strike));
        return new(account.Name, now.EquityUsd, now.EquityUsd - initial, now.EquityUsd - maintenance, initial, maintenance, binding, null,
            new Dictionary<string, double>
            {
                ["options"] = now.OptionsUsd,
                ["collateral"] = now.CollateralUsd,
                ["worst scenario"] = now.ScenarioUsd.Min(),
                ["forward contingency"] = now.ForwardContingencyUsd,
                ["initial contingencies"] = -now.InitialContingencyUsd,
                ["maintenance contingencies"] = -now.MaintenanceContingencyUsd,
            },
            [LiquidationPrices.Of(account, account.Asset, account.Spot, moves => [.. At(account, moves).Select(then => then.MaintenanceExcessUsd(p.MaintenanceFactor))], kinks)]);
    }

    /// <summary>How sure the oracles are of the spot price and of the perpetual that is held.</summary>
    internal static double Confidence(DerivePortfolioMarginAccount account) => Math.Min(account.SpotConfidence, account.Perpetual is { Amount: not 0 } held ? held.Confidence : 1);

    /// <summary>The share of a notional that is charged where an oracle is unsure.</summary>
    internal static double Doubt(PortfolioMarginParameters p, double confidence) => confidence < p.ConfidenceThreshold ? (1 - confidence) * p.ConfidenceFactor : 0;

    /// <summary>What the worst gain is multiplied by for initial margin.</summary>
    internal static double InitialFactor(DerivePortfolioMarginAccount account, PortfolioMarginParameters p) => p.InitialFactor + Math.Max(p.PegThreshold - account.StablePrice, 0) * p.PegFactor;

    private static Breakdown At(DerivePortfolioMarginAccount account, PortfolioMarginParameters p, PortfolioExpiry[] expiries, double[][][] gains, double move, int i)
    {
        var spot = account.Spot * move;
        var perpetual = account.Perpetual is { Amount: not 0 } held ? held : null;
        var confidence = Confidence(account);
        var notional = Math.Abs(perpetual?.Amount ?? 0) * spot;
        var maintenance = notional * p.MaintenancePerpetualRate;
        var initial = notional * p.InitialPerpetualRate + Doubt(p, confidence) * notional;
        foreach (var expiry in expiries)
        {
            maintenance += expiry.NakedShorts * spot * p.MaintenanceOptionRate;
            initial += expiry.NakedShorts * spot * p.InitialOptionRate + Doubt(p, Math.Min(confidence, expiry.Confidence)) * expiry.Contracts * spot;
        }

        var (collateral, offsetting) = (0.0, 0.0);
        foreach (var token in account.Collateral)
        {
            var usd = token.Amount * token.Price * (token.Asset == account.Asset ? move : 1) / account.StablePrice;
            collateral += usd;
            offsetting += token.OffsetsRisk ? usd : 0;
            maintenance += usd * token.MaintenanceHaircut;
            // The contract does not look at the perpetual's confidence here.
            initial += usd * (token.InitialHaircut + Doubt(p, Math.Min(token.Confidence, account.SpotConfidence)));
        }

        var linear = (perpetual is null ? 0 : perpetual.Amount * perpetual.Price * move) + offsetting;
        var unrealised = (account.Perpetual?.UnrealisedUsd ?? 0) + (perpetual is null ? 0 : perpetual.Amount * perpetual.Price * (move - 1));
        var options = expiries.Sum(expiry => expiry.Marks[i]);
        return new(account.Cash + collateral + options + unrealised, options, collateral, expiries.Sum(expiry => expiry.ForwardContingencies[i]),
            [.. p.Scenarios.Select((scenario, k) => scenario.Damping * (linear * (scenario.PriceFactor - 1) + gains[k].Sum(expiry => expiry[i])))],
            initial + maintenance, maintenance, InitialFactor(account, p));
    }
}
