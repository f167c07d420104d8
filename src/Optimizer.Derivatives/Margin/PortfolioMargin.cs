using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Derive's portfolio margin, computed as the contract does.</summary>
/// <remarks>Source: PMRM_2_1.sol and PMRMLib_2_1.sol of derivexyz/v2-core. The contract works in integers of 1e-18, this in doubles.</remarks>
public static class PortfolioMargin
{
    private const double MonthDays = 30;

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
    public static Breakdown Of(DerivePortfolioMarginAccount account)
    {
        var p = account.Parameters ?? throw new PricingException($"the account {account.Name} has no parameters");
        var perpetual = account.Perpetual is { Amount: not 0 } held ? held : null;
        var confidence = Math.Min(account.SpotConfidence, perpetual?.Confidence ?? 1);
        var notional = Math.Abs(perpetual?.Amount ?? 0) * account.Spot;
        double Doubt(double sure, double usd) => sure < p.ConfidenceThreshold ? (1 - sure) * p.ConfidenceFactor * usd : 0;
        var maintenance = notional * p.MaintenancePerpetualRate;
        var initial = notional * p.InitialPerpetualRate + Doubt(confidence, notional);
        var (options, forward) = (0.0, 0.0);
        var expiries = new ExpiryValues[account.Expiries.Count];
        for (var e = 0; e < expiries.Length; e++)
        {
            var expiry = account.Expiries[e];
            expiries[e] = new(expiry, p);
            options += expiries[e].Mark;
            forward += expiries[e].ForwardContingency;
            var naked = NakedShorts(expiry.Options) * account.Spot;
            maintenance += naked * p.MaintenanceOptionRate;
            initial += naked * p.InitialOptionRate + Doubt(Math.Min(confidence, expiry.Confidence), expiry.Options.Sum(option => Math.Abs(option.Amount)) * account.Spot);
        }

        var (collateral, moving) = (0.0, 0.0);
        foreach (var token in account.Collateral)
        {
            var usd = token.Amount * token.Price / account.StablePrice;
            collateral += usd;
            moving += token.IsUnderlying ? usd : 0;
            maintenance += usd * token.MaintenanceHaircut;
            // The contract does not look at the perpetual's confidence here.
            initial += usd * token.InitialHaircut + Doubt(Math.Min(token.Confidence, account.SpotConfidence), usd);
        }

        var linear = (perpetual?.Amount ?? 0) * (perpetual?.Price ?? 0) + moving;
        var gains = p.Scenarios.Select(scenario => scenario.Damping * (linear * (scenario.PriceFactor - 1) + expiries.Sum(expiry => expiry.Gain(scenario)))).ToArray();
        var peg = Math.Max(p.PegThreshold - account.StablePrice, 0) * p.PegFactor;
        return new(account.Cash + collateral + options + (account.Perpetual?.UnrealisedUsd ?? 0), options, collateral, forward, gains, initial + maintenance, maintenance, p.InitialFactor + peg);
    }

    /// <summary>The margin with liquidation prices.</summary>
    public static MarginReport Report(DerivePortfolioMarginAccount account)
    {
        var p = account.Parameters ?? throw new PricingException($"the account {account.Name} has no parameters");
        var now = Of(account);
        var (initial, maintenance) = (now.InitialExcessUsd, now.MaintenanceExcessUsd(p.MaintenanceFactor));
        var worst = now.ScenarioUsd.Count == 0 ? -1 : now.ScenarioUsd.Index().MinBy(pair => pair.Item).Index;
        var binding = worst < 0 || now.ScenarioUsd[worst] > now.ForwardContingencyUsd ? "forward contingency" : now.ScenarioUsd[worst] == 0 ? "contingencies only" : $"{p.Scenarios[worst]}";
        return new(account.Name, now.EquityUsd, now.EquityUsd - initial, now.EquityUsd - maintenance, initial, maintenance, binding, null,
            new Dictionary<string, double>
            {
                ["options"] = now.OptionsUsd,
                ["collateral"] = now.CollateralUsd,
                ["worst scenario"] = now.ScenarioUsd.DefaultIfEmpty().Min(),
                ["forward contingency"] = now.ForwardContingencyUsd,
                ["initial contingencies"] = -now.InitialContingencyUsd,
                ["maintenance contingencies"] = -now.MaintenanceContingencyUsd,
            },
            [LiquidationPrices.Of(account, account.Asset, account.Spot, factor => Of(At(account, factor)).MaintenanceExcessUsd(p.MaintenanceFactor))]);
    }

    /// <summary>The account after a move of the price; volatilities stay.</summary>
    private static DerivePortfolioMarginAccount At(DerivePortfolioMarginAccount account, double factor) => account with
    {
        Spot = account.Spot * factor,
        Perpetual = account.Perpetual is { } perpetual ? perpetual with { Price = perpetual.Price * factor, UnrealisedUsd = perpetual.UnrealisedUsd + perpetual.Amount * perpetual.Price * (factor - 1) } : null,
        Collateral = [.. account.Collateral.Select(token => token.IsUnderlying ? token with { Price = token.Price * factor } : token)],
        Expiries = [.. account.Expiries.Select(expiry => expiry with { Forward = expiry.Forward * factor })],
    };

    /// <summary>Short options that no long option of the same strike covers, in contracts.</summary>
    private static double NakedShorts(IReadOnlyList<MarginOption> options) => options.GroupBy(option => option.Strike).Sum(same =>
    {
        var amounts = same.GroupBy(option => option.Side).Select(side => side.Sum(option => option.Amount)).ToArray();
        // A long call covers a short put of its strike and the other way round: together they are a forward.
        return amounts.Length == 2 && amounts[0] * amounts[1] < 0 ? Math.Max(-amounts.Sum(), 0) : amounts.Sum(amount => Math.Max(-amount, 0));
    });

    /// <summary>The values of one expiry.</summary>
    private sealed class ExpiryValues
    {
        private readonly MarginExpiry _expiry;
        private readonly PortfolioMarginParameters _parameters;
        private readonly double _discount;
        private readonly double _longDiscount;
        private readonly double _shortDiscount;
        private readonly double _up;
        private readonly double _down;
        private readonly Dictionary<(double, VolatilityShock), double> _values = [];

        public ExpiryValues(MarginExpiry expiry, PortfolioMarginParameters p)
        {
            (_expiry, _parameters, _discount) = (expiry, p, Math.Exp(-expiry.Rate * expiry.Years));
            var rate = Math.Max(expiry.Rate, 0);
            _longDiscount = p.LongDiscount * Math.Exp(-expiry.Years * (rate * p.LongRateFactor + p.LongRateAdded));
            _shortDiscount = Math.Min(p.ShortDiscount * Math.Exp(expiry.Years * (rate * p.ShortRateFactor + p.ShortRateAdded)), 1 / _discount);
            var days = expiry.Years * Duration.DaysPerYear;
            var factor = Math.Pow(MonthDays / Math.Max(days, p.LeastDays), days <= MonthDays ? p.NearPower : p.FarPower);
            (_up, _down) = (1 + p.VolatilityUp * factor, Math.Max(1 - p.VolatilityDown * factor, 0));
            Mark = Value(1, VolatilityShock.None);
            ForwardContingency = (p.ForwardFactor + p.ForwardFactorPerYear * expiry.Years) * Math.Min(Math.Min(Value(p.ForwardUp, VolatilityShock.None), Value(p.ForwardDown, VolatilityShock.None)) - Mark, 0);
        }

        public double Mark { get; }

        public double ForwardContingency { get; }

        /// <summary>What a scenario gains against the mark, before damping.</summary>
        public double Gain(MarginScenario scenario)
        {
            var value = Value(scenario.PriceFactor, scenario.Volatility);
            var gain = value * (value >= 0 ? _longDiscount : _shortDiscount) - Mark;
            // Whichever way the skew moves, it is taken as a loss.
            return scenario.Volatility is VolatilityShock.Linear or VolatilityShock.Absolute ? -Math.Abs(gain) : gain;
        }

        private double Value(double priceFactor, VolatilityShock shock)
        {
            if (_values.TryGetValue((priceFactor, shock), out var known))
                return known;
            var forward = _expiry.Forward * priceFactor + _expiry.SettledForward;
            return _values[(priceFactor, shock)] = _expiry.Options.Sum(option =>
                option.Amount * Black76.Value(option.Side, forward, option.Strike, _expiry.Years, Shocked(option, shock, forward), _discount));
        }

        private double Shocked(MarginOption option, VolatilityShock shock, double forward) => shock switch
        {
            VolatilityShock.Up => Math.Max(_parameters.LeastVolatilityUp, option.Volatility * _up),
            VolatilityShock.Down => option.Volatility * _down,
            VolatilityShock.Linear => option.Volatility * Skew(Math.Log(option.Strike / forward), _parameters.LinearCap, _parameters.LinearCapPerRootYear),
            VolatilityShock.Absolute => option.Volatility * Skew(Math.Abs(Math.Log(option.Strike / forward)), _parameters.AbsoluteCap, _parameters.AbsoluteCapPerRootYear),
            _ => option.Volatility,
        };

        /// <summary>What the tilt multiplies a volatility by: linear in the log-moneyness up to a cap.</summary>
        private double Skew(double moneyness, double cap, double capPerRootYear)
        {
            var root = Math.Sqrt(_expiry.Years);
            var most = cap + capPerRootYear * root;
            var width = Math.Max(_parameters.LeastWidth, root * _parameters.WidthFactor * (_parameters.WidthVolatility + root * _parameters.WidthVolatilityPerRootYear));
            var tilt = moneyness * most / width;
            return Math.Max(1 + (moneyness >= 0 ? Math.Min(most, tilt) : Math.Max(-most, tilt)), 0);
        }
    }
}
