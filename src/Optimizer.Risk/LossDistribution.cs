using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>One position or token of a book to revalue.</summary>
/// <param name="Name">Its name: an opportunity's id, or a token.</param>
/// <param name="ValueUsd">Its value in USD; negative for a debt.</param>
/// <param name="NotionalUsd">The notional in USD to which price moves apply; ≥ 0.</param>
/// <param name="CreditedUsd">Its credited gain over the horizon in USD, net of expected losses.</param>
/// <param name="RateErrorUsd">Standard deviation, in USD, of its gain over the horizon due to the error of the rate forecast; ≥ 0.</param>
public sealed record RevaluedItem(string Name, double ValueUsd, double NotionalUsd, double CreditedUsd, double RateErrorUsd = 0);

/// <summary>The distribution of a book's gain over a horizon: the book is revalued on every draw of a <see cref="ScenarioSet"/>.</summary>
/// <remarks>
/// An event takes its loss of the value after prices have moved, once per strike. A margin is assumed to be topped up as its hedge needs
/// it;
/// <see cref="UsedUpProbability"/> gives how often prices use it up. The mean of every item is shifted to its credited gain. The
/// conditional
/// value at risk is the mean of the worst draws (Rockafellar and Uryasev 2000); its standard error is
/// √((Var(tail) + α·(CVaR − VaR)²)/(n·(1 − α))) (Trindade and others 2007).
/// </remarks>
public sealed class LossDistribution
{
    private const double Cent = 0.01;
    private readonly double[] _gains;
    private readonly double[] _byEvents;
    private readonly int[] _order;
    private readonly Dictionary<string, double[]> _takenBy = [];

    /// <summary>Revalues a book.</summary>
    /// <param name="market">The market.</param>
    /// <param name="risk">The risk model: exposures, and event losses in the numeraire.</param>
    /// <param name="set">The draws.</param>
    /// <param name="items">The items of the book.</param>
    /// <param name="further">Other gains by draw, in USD, such as the cost of leaving at the draw's gas price; none where absent.</param>
    public LossDistribution(Market market, RiskModel risk, ScenarioSet set, IReadOnlyList<RevaluedItem> items, IReadOnlyList<double>? further = null)
    {
        (_gains, _byEvents) = ([.. further ?? new double[set.Count]], new double[set.Count]);
        foreach (var item in items.Where(item => item.ValueUsd != 0))
            Add(market, risk, set, item);
        _order = [.. Enumerable.Range(0, set.Count).OrderBy(s => _gains[s]).ThenBy(s => s)];
        NoEventProbability = Math.Exp(-set.Years * _takenBy.Keys.Sum(e => risk.Intensity(market.Event(e))));
    }

    /// <summary>The probability that no event strikes the book; computed exactly, without draws.</summary>
    public double NoEventProbability { get; }

    /// <summary>The share of draws with a loss of more than a cent.</summary>
    public double LossProbability => (double)_gains.Count(gain => gain < -Cent) / _gains.Length;

    /// <summary>Value at risk and conditional value at risk, as losses in USD.</summary>
    /// <param name="confidence">α: 0.95 averages the worst 5 %.</param>
    public TailResult Tail(double confidence)
    {
        var n = _gains.Length;
        var count = Math.Max(1, (int)Math.Round(n * (1 - confidence)));
        var tail = _order[..count];
        double Loss(int rank) => -_gains[_order[Math.Clamp(rank, 0, n - 1)]];
        var (valueAtRisk, mean) = (Loss(count - 1), tail.Average(s => -_gains[s]));
        var variance = tail.Sum(s => (-_gains[s] - mean) * (-_gains[s] - mean)) / count;
        var spread = (int)Math.Ceiling(Math.Sqrt(n * confidence * (1 - confidence)));
        return new(confidence, valueAtRisk, (Loss(count - 1 - spread) - Loss(count - 1 + spread)) / 2, mean,
            Math.Sqrt((variance + confidence * (mean - valueAtRisk) * (mean - valueAtRisk)) / count),
            mean > 0 ? Math.Clamp(tail.Average(s => -_byEvents[s]) / mean, 0, 1) : 0);
    }

    /// <summary>Mean loss from single events in the worst draws, largest first.</summary>
    /// <param name="confidence">Confidence level α: 0.95 averages the worst 5 %.</param>
    public IEnumerable<(string Event, double Usd)> WorstEvents(double confidence)
    {
        var tail = _order[..Math.Max(1, (int)Math.Round(_gains.Length * (1 - confidence)))];
        return _takenBy.Select(pair => (pair.Key, Usd: tail.Average(s => pair.Value[s]))).Where(pair => pair.Usd > 0).OrderByDescending(pair => pair.Usd);
    }

    /// <summary>The share of draws in which price moves alone use up the value of a position, so that it is closed or needs more
    /// margin.</summary>
    public static double UsedUpProbability(Market market, RiskModel risk, ScenarioSet set, RevaluedItem item) =>
        (double)PriceMoves(market, risk, set, item, market.FindOpportunity(item.Name)).Count(change => item.ValueUsd + change <= 0) / set.Count;

    /// <summary>An item's gain by draw minus its mean.</summary>
    public static double[] Spread(Market market, RiskModel risk, ScenarioSet set, RevaluedItem item)
    {
        var (value, taken) = Revalue(market, risk, set, item, (_, _) => { });
        var mean = value.Average() - taken.Average();
        return [.. value.Zip(taken, (moved, lost) => moved - lost - mean)];
    }

    private void Add(Market market, RiskModel risk, ScenarioSet set, RevaluedItem item)
    {
        var (value, taken) = Revalue(market, risk, set, item, (e, by) =>
        {
            var all = _takenBy.TryGetValue(e, out var known) ? known : _takenBy[e] = new double[set.Count];
            for (var s = 0; s < set.Count; s++)
                all[s] += by[s];
        });
        var (priceMean, eventMean) = (value.Average(), taken.Average());
        for (var s = 0; s < set.Count; s++)
        {
            _gains[s] += item.CreditedUsd + value[s] - priceMean - (taken[s] - eventMean);
            _byEvents[s] -= taken[s];
        }
    }

    /// <summary>Change of an item's value by draw: first from prices and rates, then the loss from events; reports each event's
    /// loss.</summary>
    private static (double[] Moved, double[] Taken) Revalue(Market market, RiskModel risk, ScenarioSet set, RevaluedItem item, Action<string, double[]> tell)
    {
        var place = market.FindOpportunity(item.Name);
        var moved = PriceMoves(market, risk, set, item, place);
        var losses = place is not null ? market.EventsOf(place) : market.EventsOf(TokenId.Parse(item.Name));
        var taken = new double[set.Count];
        foreach (var loss in losses.Where(loss => risk.LossIn(loss) != 0))
        {
            var (share, strikes, by) = (risk.LossIn(loss), set.Strikes(loss.Event), new double[set.Count]);
            for (var s = 0; s < set.Count; s++)
            {
                if (strikes[s] == 0)
                    continue;
                // A used-up margin has nothing left to lose; an event that strikes a debt reduces it.
                var there = item.ValueUsd + moved[s] - taken[s];
                by[s] = (item.ValueUsd > 0 ? Math.Max(0, there) : there) * (1 - Math.Pow(1 - share, strikes[s]));
                taken[s] += by[s];
            }

            tell(loss.Event, by);
        }

        if (item.RateErrorUsd > 0 && place is not null)
        {
            var errors = set.RateErrors(item.Name, market.UnitOfAccount(place));
            for (var s = 0; s < set.Count; s++)
                moved[s] += item.RateErrorUsd * errors[s];
        }

        return (moved, taken);
    }

    /// <summary>Change of an item's value by draw from prices and its own volatility, measured in the numeraire.</summary>
    private static double[] PriceMoves(Market market, RiskModel risk, ScenarioSet set, RevaluedItem item, Opportunity? place)
    {
        var change = new double[set.Count];
        if (place is { LiquidityConcentration: not null })
        {
            var inputs = place.Inputs.Select(input => set.Moves(market.AssetOf(input.Token).Id)).ToArray();
            for (var s = 0; s < set.Count; s++)
                change[s] = item.ValueUsd * (PoolValue.Of(place, [.. inputs.Select(moves => moves[s])]) - 1);
        }
        else
        {
            var exposures = place is not null ? risk.Exposures(place) : [(market.AssetOf(TokenId.Parse(item.Name)).Id, 1.0)];
            foreach (var (asset, exposure) in exposures)
            {
                var moves = set.Moves(asset);
                for (var s = 0; s < set.Count; s++)
                    change[s] += item.NotionalUsd * exposure * (moves[s] - 1);
            }
        }

        var (numeraire, own) = (set.Moves(risk.Numeraire), place?.Volatility.Value is > 0 and var volatility ? volatility * Math.Sqrt(set.Years) * item.NotionalUsd : 0);
        var normals = own > 0 ? set.Normals(item.Name) : null;
        for (var s = 0; s < set.Count; s++)
        {
            change[s] = (item.ValueUsd + change[s] + (normals is null ? 0 : own * normals[s])) / numeraire[s] - item.ValueUsd;
        }

        return change;
    }
}
