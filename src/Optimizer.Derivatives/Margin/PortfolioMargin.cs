using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Derive's portfolio margin, computed as the contract does.</summary>
/// <remarks>Source: PMRM_2_1.sol and PMRMLib_2_1.sol of derivexyz/v2-core. The contract works in integers of 1e-18, this in doubles.</remarks>
public static class PortfolioMargin
{
    private const double MonthDays = 30;

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
        ExpiryValues[] expiries = [.. account.Expiries.Select(expiry => new ExpiryValues(expiry, p, moves))];
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

    private static Breakdown At(DerivePortfolioMarginAccount account, PortfolioMarginParameters p, ExpiryValues[] expiries, double[][][] gains, double move, int i)
    {
        var spot = account.Spot * move;
        var perpetual = account.Perpetual is { Amount: not 0 } held ? held : null;
        var confidence = Math.Min(account.SpotConfidence, perpetual?.Confidence ?? 1);
        var notional = Math.Abs(perpetual?.Amount ?? 0) * spot;
        double Doubt(double sure, double usd) => sure < p.ConfidenceThreshold ? (1 - sure) * p.ConfidenceFactor * usd : 0;
        var maintenance = notional * p.MaintenancePerpetualRate;
        var initial = notional * p.InitialPerpetualRate + Doubt(confidence, notional);
        foreach (var expiry in expiries)
        {
            maintenance += expiry.NakedShorts * spot * p.MaintenanceOptionRate;
            initial += expiry.NakedShorts * spot * p.InitialOptionRate + Doubt(Math.Min(confidence, expiry.Confidence), expiry.Contracts * spot);
        }

        var (collateral, offsetting) = (0.0, 0.0);
        foreach (var token in account.Collateral)
        {
            var usd = token.Amount * token.Price * (token.Asset == account.Asset ? move : 1) / account.StablePrice;
            collateral += usd;
            offsetting += token.OffsetsRisk ? usd : 0;
            maintenance += usd * token.MaintenanceHaircut;
            // The contract does not look at the perpetual's confidence here.
            initial += usd * token.InitialHaircut + Doubt(Math.Min(token.Confidence, account.SpotConfidence), usd);
        }

        var linear = (perpetual is null ? 0 : perpetual.Amount * perpetual.Price * move) + offsetting;
        var unrealised = (account.Perpetual?.UnrealisedUsd ?? 0) + (perpetual is null ? 0 : perpetual.Amount * perpetual.Price * (move - 1));
        var options = expiries.Sum(expiry => expiry.Marks[i]);
        return new(account.Cash + collateral + options + unrealised, options, collateral, expiries.Sum(expiry => expiry.ForwardContingencies[i]),
            [.. p.Scenarios.Select((scenario, k) => scenario.Damping * (linear * (scenario.PriceFactor - 1) + gains[k].Sum(expiry => expiry[i])))],
            initial + maintenance, maintenance, p.InitialFactor + Math.Max(p.PegThreshold - account.StablePrice, 0) * p.PegFactor);
    }

    /// <summary>The values of one expiry after each move of the price.</summary>
    private sealed class ExpiryValues
    {
        private readonly MarginExpiry _expiry;
        private readonly PortfolioMarginParameters _parameters;
        private readonly double[] _moves;
        private readonly double _discount;
        private readonly double _longDiscount;
        private readonly double _shortDiscount;
        private readonly double _up;
        private readonly double _down;
        private readonly Dictionary<(double, VolatilityShock), double[]> _values = [];

        public ExpiryValues(MarginExpiry expiry, PortfolioMarginParameters p, double[] moves)
        {
            (_expiry, _parameters, _moves, _discount) = (expiry, p, moves, Math.Exp(-expiry.Rate * expiry.Years));
            var rate = Math.Max(expiry.Rate, 0);
            _longDiscount = p.LongDiscount * Math.Exp(-expiry.Years * (rate * p.LongRateFactor + p.LongRateAdded));
            _shortDiscount = Math.Min(p.ShortDiscount * Math.Exp(expiry.Years * (rate * p.ShortRateFactor + p.ShortRateAdded)), 1 / _discount);
            var days = expiry.Years * Duration.DaysPerYear;
            var factor = Math.Pow(MonthDays / Math.Max(days, p.LeastDays), days <= MonthDays ? p.NearPower : p.FarPower);
            (_up, _down) = (1 + p.VolatilityUp * factor, Math.Max(1 - p.VolatilityDown * factor, 0));
            (Contracts, NakedShorts) = (expiry.Options.Sum(option => Math.Abs(option.Amount)), Naked(expiry.Options));
            Marks = Values(1, VolatilityShock.None);
            var (rise, fall, weight) = (Values(p.ForwardUp, VolatilityShock.None), Values(p.ForwardDown, VolatilityShock.None), p.ForwardFactor + p.ForwardFactorPerYear * expiry.Years);
            ForwardContingencies = [.. Marks.Select((mark, i) => weight * Math.Min(Math.Min(rise[i], fall[i]) - mark, 0))];
        }

        /// <summary>The lowest confidence of the expiry's figures.</summary>
        public double Confidence => _expiry.Confidence;

        /// <summary>Contracts, long and short.</summary>
        public double Contracts { get; }

        /// <summary>Short options that no long option of the same strike covers, in contracts.</summary>
        public double NakedShorts { get; }

        public double[] Marks { get; }

        public double[] ForwardContingencies { get; }

        /// <summary>What a scenario gains against the mark, before damping.</summary>
        public double[] Gains(MarginScenario scenario) => [.. Values(scenario.PriceFactor, scenario.Volatility).Select((value, i) =>
        {
            var gain = value * (value >= 0 ? _longDiscount : _shortDiscount) - Marks[i];
            // Whichever way the skew moves, it is taken as a loss.
            return scenario.Volatility is VolatilityShock.Linear or VolatilityShock.Absolute ? -Math.Abs(gain) : gain;
        })];

        private static double Naked(IReadOnlyList<MarginOption> options) => options.GroupBy(option => option.Strike).Sum(same =>
        {
            var amounts = same.GroupBy(option => option.Side).Select(side => side.Sum(option => option.Amount)).ToArray();
            // A long call covers a short put of its strike and the other way round: together they are a forward.
            return amounts.Length == 2 && amounts[0] * amounts[1] < 0 ? Math.Max(-amounts.Sum(), 0) : amounts.Sum(amount => Math.Max(-amount, 0));
        });

        private double[] Values(double priceFactor, VolatilityShock shock)
        {
            if (_values.TryGetValue((priceFactor, shock), out var known))
                return known;
            var count = _moves.Length;
            var (factors, volatilities, sum, one) = (new double[count], new double[count], new double[count], new double[count]);
            for (var i = 0; i < count; i++)
                factors[i] = _moves[i] * priceFactor + _expiry.SettledForward / _expiry.Forward;
            var moves = new MarketMoves(factors, volatilities);
            foreach (var option in _expiry.Options)
            {
                if (shock is VolatilityShock.Linear or VolatilityShock.Absolute)
                {
                    for (var i = 0; i < count; i++)
                        volatilities[i] = Shocked(option, shock, _expiry.Forward * factors[i]);
                }
                else
                {
                    Array.Fill(volatilities, Shocked(option, shock, _expiry.Forward));
                }

                OptionRevaluation.Values(new(option.Side, _expiry.Forward, option.Strike, _expiry.Years, 1, _discount), moves.With(volatilities), one);
                for (var i = 0; i < count; i++)
                    sum[i] += option.Amount * one[i];
            }

            return _values[(priceFactor, shock)] = sum;
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
            if (double.IsInfinity(moneyness))
                return 1;
            var root = Math.Sqrt(_expiry.Years);
            var most = cap + capPerRootYear * root;
            var width = Math.Max(_parameters.LeastWidth, root * _parameters.WidthFactor * (_parameters.WidthVolatility + root * _parameters.WidthVolatilityPerRootYear));
            var tilt = moneyness * most / width;
            return Math.Max(1 + (moneyness >= 0 ? Math.Min(most, tilt) : Math.Max(-most, tilt)), 0);
        }
    }
}
