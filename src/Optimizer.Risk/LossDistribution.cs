using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>One thing of a book that is revalued.</summary>
/// <param name="Name">Its name: an opportunity's id, or a token.</param>
/// <param name="ValueUsd">What lies there; below zero for a debt.</param>
/// <param name="NotionalUsd">What its price moves by; ≥ 0.</param>
/// <param name="CreditedUsd">What it is taken to gain over the horizon, expected losses taken off.</param>
/// <param name="RateErrorUsd">Standard deviation of what its rate may bring more or less over the horizon than is credited; ≥ 0.</param>
public sealed record RevaluedItem(string Name, double ValueUsd, double NotionalUsd, double CreditedUsd, double RateErrorUsd = 0);

/// <summary>How a book's gains over a horizon spread, by revaluing all of it on the draws of a <see cref="ScenarioSet"/>.</summary>
/// <remarks>
/// An event takes its loss of what lies there after prices have moved, once for each strike. A margin is taken to be filled up as its hedge
/// needs it: what it loses the other side gains, and <see cref="UsedUpProbability"/> says how often there would be none left. Every item's
/// mean is shifted to what it is credited with. The conditional value at risk is the mean of the worst draws (Rockafellar and Uryasev 2000);
/// its standard error is √((Var(tail) + α·(CVaR − VaR)²)/(n·(1 − α))) (Trindade and others 2007).
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
    /// <param name="risk">The risk model, for exposures and what events take in the numeraire.</param>
    /// <param name="set">The draws.</param>
    /// <param name="items">The book.</param>
    /// <param name="further">What else it gains by draw, in USD: such as what leaving at the draw's gas price costs.</param>
    public LossDistribution(Market market, RiskModel risk, ScenarioSet set, IReadOnlyList<RevaluedItem> items, IReadOnlyList<double>? further = null)
    {
        (_gains, _byEvents) = ([.. further ?? new double[set.Count]], new double[set.Count]);
        foreach (var item in items.Where(item => item.ValueUsd != 0))
            Add(market, risk, set, item);
        _order = [.. Enumerable.Range(0, set.Count).OrderBy(s => _gains[s]).ThenBy(s => s)];
        NoEventProbability = Math.Exp(-set.Years * _takenBy.Keys.Sum(e => risk.Intensity(market.Event(e))));
    }

    /// <summary>The probability that no event strikes anything of the book; exact, without draws.</summary>
    public double NoEventProbability { get; }

    /// <summary>The probability of a loss.</summary>
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

    /// <summary>What single events take on average of the worst draws, most first.</summary>
    /// <param name="confidence">α.</param>
    public IEnumerable<(string Event, double Usd)> WorstEvents(double confidence)
    {
        var tail = _order[..Math.Max(1, (int)Math.Round(_gains.Length * (1 - confidence)))];
        return _takenBy.Select(pair => (pair.Key, Usd: tail.Average(s => pair.Value[s]))).Where(pair => pair.Usd > 0).OrderByDescending(pair => pair.Usd);
    }

    /// <summary>The share of draws in which prices alone use up what lies in a place, so that it is closed, or needs more.</summary>
    public static double UsedUpProbability(Market market, RiskModel risk, ScenarioSet set, RevaluedItem item) =>
        (double)PriceMoves(market, risk, set, item, market.FindOpportunity(item.Name)).Count(change => item.ValueUsd + change <= 0) / set.Count;

    /// <summary>What an item gains by draw beyond what it is credited with; zero on average.</summary>
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

    /// <summary>What prices and rates add to an item's value by draw, and what events then take of it; each event is told.</summary>
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
                // A margin that is used up leaves nothing to take; what strikes a debt lightens it.
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

    /// <summary>What prices and its own volatility add to an item's value, by draw, measured in the numeraire.</summary>
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
