using MathNet.Numerics.LinearAlgebra;
using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>A common cause of gains and losses.</summary>
/// <param name="Name">Its name in answers: <c>price ETH</c>, or an event's id.</param>
/// <param name="Event">The event behind it; null for prices.</param>
public sealed record RiskFactor(string Name, Event? Event);

/// <summary>The factor risk model of all positions and tokens: Σ = F·Fᵀ + D.</summary>
/// <remarks>
/// F holds, per year: factors of the prices with a history (Cholesky factor of their shrunk covariance); one residual factor per asset; and
/// one factor per event, √λ·loss, which is the yearly standard deviation of a Poisson process that strikes λ times a year and takes the
/// fraction <c>loss</c>. D is each opportunity's own volatility, squared. An event takes a share of a position's capital, not of its
/// notional.
/// Exposures are measured against the numeraire: holding the numeraire has no risk. If the numeraire's own issuer fails, everything else
/// gains
/// against it; this counts as risk, not as expected gain.
/// </remarks>
public sealed class RiskModel
{
    private readonly Market _market;
    private readonly RiskSettings _settings;
    private readonly List<RiskFactor> _factors = [];
    private readonly Dictionary<string, int> _eventFactor = [];
    private readonly Dictionary<string, Dictionary<int, double>> _assetLoadings = [];
    private readonly Dictionary<string, Dictionary<string, double>> _sourcesOf = [];
    private readonly Dictionary<string, double> _numeraireLosses;
    private readonly string _numeraire;

    /// <summary>Builds the model of a market.</summary>
    /// <param name="market">The market.</param>
    /// <param name="settings">Assumed probabilities and other risk settings.</param>
    /// <param name="numeraire">The asset in which risk is measured, or USD.</param>
    public RiskModel(Market market, RiskSettings settings, string numeraire = "USD")
    {
        (_market, _settings, _numeraire) = (market, settings, numeraire);
        _numeraireLosses = LossesOfNumeraire();
        var history = PriceFactors(market.Snapshot.History);
        foreach (var asset in market.Snapshot.Assets)
        {
            var loadings = new Dictionary<int, double>();
            var sources = new Dictionary<string, double>();
            foreach (var (factor, beta) in Betas(asset, history))
            {
                Add(loadings, history[factor], beta);
                sources[factor] = beta;
            }

            if (asset.ResidualVolatility > 0)
            {
                loadings[_factors.Count] = asset.ResidualVolatility;
                _factors.Add(new($"price {asset.Id} (own)", null));
            }

            (_assetLoadings[asset.Id], _sourcesOf[asset.Id]) = (loadings, sources);
        }

        foreach (var e in market.Snapshot.Events)
        {
            _eventFactor[e.Id] = _factors.Count;
            _factors.Add(new(e.Id, e));
        }
    }

    /// <summary>The factors; loadings refer to them by index.</summary>
    public IReadOnlyList<RiskFactor> Factors => _factors;

    /// <summary>Loadings on the factors, per unit, of each asset with a price history.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<int, double>> PriceSources { get; private set; } = new Dictionary<string, IReadOnlyDictionary<int, double>>();

    /// <summary>Past price changes in units of the price factors, by factor and sample; each factor has mean zero and a standard deviation
    /// of about one.</summary>
    internal IReadOnlyList<double[]> PastFactors { get; private set; } = [];

    /// <summary>Strikes per year: the event's own figure, or −ln(1 − P) for its rating's yearly probability P.</summary>
    public double Intensity(Event e) =>
        e.IntensityPerYear?.Value ?? -double.LogP1(-_settings.Ratings[e.Rating.ToString()].Fraction);

    /// <summary>Expected loss of a position within some years, as a fraction of its value: from events, the exact mean 1 − e^(−T·Σλ·L) of a
    /// compound Poisson process, plus the loss-versus-rebalancing.</summary>
    public double ExpectedLoss(Opportunity opportunity, double years)
    {
        // An event at the opportunity or its chain reduces a debt, because the borrower loses equity; an event of the borrowed token does
        // not.
        var losses = opportunity.IsDebt()
            ? opportunity.Events.Concat(_market.State(opportunity.Chain).Events)
            : _market.EventsOf(opportunity);
        return ExpectedLoss(losses, years) + RebalancingLossRate(opportunity) * years;
    }

    /// <summary>Expected loss of an idle token from events within some years, as a fraction.</summary>
    public double ExpectedLoss(TokenId token, double years) => ExpectedLoss(_market.EventsOf(token), years);

    /// <summary>Expected loss of money in flight on a route from events within some years, as a fraction.</summary>
    public double ExpectedLoss(Route route, double years) => ExpectedLoss(route.Events, years);

    /// <summary>Loss-versus-rebalancing of a position per year (loss to traders when the prices of its inputs move), as a fraction: c·½·(Σ
    /// shareᵢ·σᵢ² − σ²), where c is its <see cref="Opportunity.LiquidityConcentration"/>, σᵢ are the volatilities of its inputs' prices and
    /// σ is that of the basket.</summary>
    public double RebalancingLossRate(Opportunity opportunity)
    {
        if (opportunity.LiquidityConcentration is not { } concentration)
            return 0;
        var basket = new Dictionary<int, double>();
        var apart = 0.0;
        foreach (var input in opportunity.Inputs)
        {
            var asset = _market.AssetOf(input.Token).Id;
            AddAsset(basket, asset, input.Share);
            apart += input.Share * Variance(_assetLoadings[asset]);
        }

        return concentration / 2 * Math.Max(0, apart - Variance(basket));
    }

    /// <summary>Factor loadings of an opportunity, per unit of position.</summary>
    public IReadOnlyDictionary<int, double> Loadings(Opportunity opportunity)
    {
        var loadings = EventLoadings(_market.EventsOf(opportunity), opportunity.Capital());
        foreach (var (asset, exposure) in Exposures(opportunity))
            AddAsset(loadings, asset, exposure);
        AddAsset(loadings, _numeraire, -opportunity.Capital());
        return loadings;
    }

    /// <summary>Yearly variance of one unit of an opportunity's position on its own.</summary>
    public double Variance(Opportunity opportunity) => Loadings(opportunity).Values.Sum(loading => loading * loading) + opportunity.Volatility * opportunity.Volatility;

    /// <summary>Loadings per USD of an idle token.</summary>
    public IReadOnlyDictionary<int, double> Loadings(TokenId token)
    {
        var loadings = EventLoadings(_market.EventsOf(token), 1);
        AddAsset(loadings, _market.AssetOf(token).Id, 1);
        AddAsset(loadings, _numeraire, -1);
        return loadings;
    }

    /// <summary>Exposure of an opportunity to each of <see cref="PriceSources"/>, per unit of position, against the numeraire.</summary>
    public IReadOnlyDictionary<string, double> PriceExposures(Opportunity opportunity) =>
        PriceExposures(Exposures(opportunity), opportunity.Capital());

    /// <summary>The same per USD of an idle token.</summary>
    public IReadOnlyDictionary<string, double> PriceExposures(TokenId token) => PriceExposures([(_market.AssetOf(token).Id, 1)], 1);

    /// <summary>The asset in which risk is measured, or USD.</summary>
    public string Numeraire => _numeraire;

    /// <summary>Loadings of an asset's price in USD; none for USD.</summary>
    public IReadOnlyDictionary<int, double> AssetLoadings(string asset) => _assetLoadings.GetValueOrDefault(asset) ?? [];

    /// <summary>Yearly covariance of two assets' prices in USD.</summary>
    public double PriceCovariance(string first, string second) => _assetLoadings.TryGetValue(first, out var one) && _assetLoadings.TryGetValue(second, out var other)
        ? one.Sum(loading => loading.Value * other.GetValueOrDefault(loading.Key)) : 0;

    /// <summary>Price sensitivities per unit of position, by asset: the opportunity's own, or its inputs' shares times its capital (so
    /// negative for a debt).</summary>
    public IEnumerable<(string Asset, double Exposure)> Exposures(Opportunity opportunity) =>
        opportunity.Exposures is { } own
            ? own.Select(pair => (pair.Key, pair.Value.Value))
            : opportunity.Inputs.Select(input => (_market.AssetOf(input.Token).Id, input.Share * opportunity.Capital()));

    /// <summary>Loss from an event as a fraction of a position's or token's value, measured in the numeraire; negative if the numeraire
    /// itself loses more.</summary>
    public double LossIn(EventLoss loss) => Measured(loss.Loss, _numeraireLosses.GetValueOrDefault(loss.Event));

    private static double Measured(double loss, double ofNumeraire) => ofNumeraire < 1 ? (loss - ofNumeraire) / (1 - ofNumeraire) : 0;

    private double ExpectedLoss(IEnumerable<EventLoss> losses, double years) =>
        -double.ExpM1(-years * losses.Sum(loss => Intensity(_market.Event(loss.Event)) * Math.Max(0, LossIn(loss))));

    private static double Variance(Dictionary<int, double> loadings) => loadings.Values.Sum(loading => loading * loading);

    /// <summary>Losses of the numeraire itself: events that strike every token of it, such as its issuer's.</summary>
    private Dictionary<string, double> LossesOfNumeraire()
    {
        if (_numeraire == "USD")
            return [];
        var tokens = _market.Snapshot.Tokens.Where(state => _market.AssetOf(state.Id).Id == _numeraire).ToArray();
        return tokens.Length == 0 ? [] : tokens.SelectMany(state => state.Events).GroupBy(loss => loss.Event)
            .Where(same => same.Count() == tokens.Length).ToDictionary(same => same.Key, same => same.Min(loss => loss.Loss.Value));
    }

    private Dictionary<int, double> EventLoadings(IEnumerable<EventLoss> losses, double capital)
    {
        var loadings = new Dictionary<int, double>();
        var named = losses.ToDictionary(loss => loss.Event, loss => loss.Loss.Value);
        foreach (var e in named.Keys.Union(_numeraireLosses.Keys))
            Add(loadings, _eventFactor[e], Math.Sqrt(Intensity(_market.Event(e))) * capital * Measured(named.GetValueOrDefault(e), _numeraireLosses.GetValueOrDefault(e)));
        return loadings;
    }

    private Dictionary<string, double> PriceExposures(IEnumerable<(string Asset, double Exposure)> assets, double capital)
    {
        var exposures = new Dictionary<string, double>();
        foreach (var (asset, exposure) in assets.Append((_numeraire, -capital)))
        {
            foreach (var (source, beta) in _sourcesOf.GetValueOrDefault(asset) ?? [])
                exposures[source] = exposures.GetValueOrDefault(source) + exposure * beta;
        }

        return exposures;
    }

    private void AddAsset(Dictionary<int, double> loadings, string asset, double exposure)
    {
        if (!_assetLoadings.TryGetValue(asset, out var own))
            return;
        foreach (var (factor, loading) in own)
            Add(loadings, factor, exposure * loading);
    }

    /// <summary>Adds one factor per price series; returns the loadings of each asset with a history.</summary>
    private Dictionary<string, Dictionary<int, double>> PriceFactors(PriceHistory history)
    {
        var loadings = new Dictionary<string, Dictionary<int, double>>();
        if (history.Series.Count == 0)
            return loadings;
        var changes = history.LogChanges();
        Matrix<double> root = ShrunkCovariance.FromChanges(changes, history.IntervalDays).Cholesky().Factor;
        var centred = Matrix<double>.Build.Dense(changes.Count, changes[0].Length, (asset, t) => changes[asset][t] - changes[asset].Average());
        PastFactors = (root.Solve(centred) * Math.Sqrt(Duration.DaysPerYear / history.IntervalDays)).ToRowArrays();
        for (var row = 0; row < history.Series.Count; row++)
        {
            loadings[history.Series[row].Asset] = Enumerable.Range(0, row + 1).ToDictionary(column => column, column => root[row, column]);
            _factors.Add(new($"price factor {row + 1}", null));
        }

        PriceSources = loadings.ToDictionary(pair => pair.Key, IReadOnlyDictionary<int, double> (pair) => pair.Value);
        return loadings;
    }

    private static IEnumerable<(string Factor, double Beta)> Betas(Asset asset, Dictionary<string, Dictionary<int, double>> history) =>
        history.ContainsKey(asset.Id) ? [(asset.Id, 1)] : asset.Betas.Select(pair => (pair.Key, pair.Value.Value));

    private static void Add(Dictionary<int, double> loadings, Dictionary<int, double> other, double factor)
    {
        foreach (var (index, loading) in other)
            Add(loadings, index, factor * loading);
    }

    private static void Add(Dictionary<int, double> loadings, int factor, double loading)
    {
        if (loading != 0)
            loadings[factor] = loadings.GetValueOrDefault(factor) + loading;
    }
}
