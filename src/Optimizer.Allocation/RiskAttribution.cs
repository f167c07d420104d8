using Optimizer.Model;
using Optimizer.Risk;

namespace Optimizer.Allocation;

/// <summary>Splits the variance of an allocation by position and by risk factor.</summary>
/// <remarks>By Euler's theorem the marginal contributions add up: variance is homogeneous of degree two, so Σᵢ xᵢ·(Σx)ᵢ is the whole
/// variance.</remarks>
public sealed class RiskAttribution
{
    private readonly Dictionary<string, double> _shares = [];

    /// <summary>Splits the variance of given sizes.</summary>
    /// <param name="problem">The problem, for its market and risk model.</param>
    /// <param name="positionUsd">Notional by opportunity, in USD.</param>
    /// <param name="idleUsd">Idle value by token, in USD.</param>
    public RiskAttribution(
        AllocationProblem problem, IReadOnlyDictionary<string, double> positionUsd, IReadOnlyDictionary<TokenId, double> idleUsd)
    {
        var (risk, market, book) = (problem.Risk, problem.Market, problem.BookUsd);
        var exposures = new double[risk.Factors.Count];
        var items = positionUsd.Select(pair => market.Opportunity(pair.Key) is var o ? new Item(pair.Key, pair.Value / book, risk.Loadings(o),
                Square(o.Volatility * pair.Value / book), risk.PriceExposures(o), market.EventsOf(o), o.Capital()) : throw new InvalidOperationException())
            .Concat(idleUsd.Select(pair => new Item(pair.Key.ToString(), pair.Value / book, risk.Loadings(pair.Key), 0, risk.PriceExposures(pair.Key), market.EventsOf(pair.Key), 1)))
            .ToArray();
        foreach (var item in items)
        {
            foreach (var (factor, loading) in item.Loadings)
                exposures[factor] += loading * item.Weight;
        }

        var own = items.Sum(item => item.Own);
        Variance = exposures.Sum(Square) + own;
        double Share(double part) => Variance > 0 ? part / Variance : 0;
        foreach (var item in items)
            _shares[item.Name] = Share(item.Loadings.Sum(l => l.Value * item.Weight * exposures[l.Key]) + item.Own);
        var struck = items.SelectMany(item => item.Events.Select(e => (e.Event, Usd: e.Loss * item.Weight * item.Capital * book)))
            .GroupBy(pair => pair.Event).ToDictionary(same => same.Key, same => same.Sum(pair => pair.Usd));
        Causes = [.. PriceCauses(risk, items, exposures).Select(cause => new RiskResult($"price {cause.Asset}", Share(cause.Part), null))
            .Concat(risk.Factors.Select((factor, f) => (factor, f)).Where(pair => pair.factor.Event is not null || !pair.factor.Name.StartsWith("price factor", StringComparison.Ordinal))
                .Select(pair => new RiskResult(pair.factor.Name, Share(Square(exposures[pair.f])), pair.factor.Event is { } e ? struck.GetValueOrDefault(e.Id) : null, pair.factor.Event?.Name)))
            .Append(new("own volatility of positions", Share(own), null))
            .Where(cause => Math.Abs(cause.Share) > 1e-6 || cause.LossIfItStrikesUsd > 0)
            .OrderByDescending(cause => cause.Share)];
    }

    /// <summary>Contribution of the price of each asset with a history to the variance: its exposure times its covariance with the whole
    /// (Euler).</summary>
    private static IEnumerable<(string Asset, double Part)> PriceCauses(RiskModel risk, Item[] items, double[] factors) => risk.PriceSources.Select(source =>
    {
        var exposure = items.Sum(item => item.Prices.GetValueOrDefault(source.Key) * item.Weight);
        return (source.Key, exposure * source.Value.Sum(loading => loading.Value * factors[loading.Key]));
    });

    private sealed record Item(
        string Name, double Weight, IReadOnlyDictionary<int, double> Loadings, double Own, IReadOnlyDictionary<string, double> Prices,
        IReadOnlyList<EventLoss> Events, double Capital);

    /// <summary>Yearly variance of the book.</summary>
    public double Variance { get; }

    /// <summary>Contributions by risk factor, largest first.</summary>
    public IReadOnlyList<RiskResult> Causes { get; }

    /// <summary>Contribution of a position or an idle token, by name, as a share of the variance.</summary>
    public double ShareOf(string name) => _shares.GetValueOrDefault(name);

    private static double Square(double x) => x * x;
}
