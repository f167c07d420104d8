using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>Forecasts mean rates over a horizon; used by the objective, the no-trade band, the break-even times and the report.</summary>
/// <remarks>
/// Capital enters high rates and leaves low ones. A rate of r̂ today is m + (r̂ − m)·2^(−t/h) at time t, so its mean over T is
/// r̂ + (m − r̂)·(1 − A), with A = h/(T·ln 2)·(1 − 2^(−T/h)). The effect of one's own deposit does not fade: the mean at size x is
/// r(x) + (m − r̂)·(1 − A). m is the median of the credited rates of all opportunities in the same unit of account. A rate below m rises at
/// most
/// to the opportunity's own trailing mean, and stays constant where that is unknown. A market whose rate falls by itself below its target
/// utilisation (Morpho) falls by that drift or by the fading, whichever is larger. A fixed rate stays until its maturity; then the money
/// comes back and earns m. Over T, an effective annual rate R grows to (1 + R)^T − 1.
/// </remarks>
public sealed class RateForecast
{
    private readonly Market _market;
    private readonly MoveSettings _moves;
    private readonly RiskSettings _risk;
    private readonly double _years;
    private readonly Dictionary<string, double> _medians;

    /// <summary>Forecasts the rates of a market.</summary>
    /// <param name="market">The market.</param>
    /// <param name="settings">Half-life, reference rate, outliers.</param>
    /// <param name="horizon">The horizon.</param>
    public RateForecast(Market market, Settings settings, Duration horizon)
    {
        (_market, _moves, _risk, _years) = (market, settings.Moves, settings.Risk, horizon.Years);
        _medians = market.Snapshot.Opportunities.Where(o => IsJudged(o) && o.Total > 0)
            .Select(o => (Unit: UnitOfAccount(o), Rate: market.CarryRate(o, 0)))
            .Where(pair => pair.Unit is not null).GroupBy(pair => pair.Unit!).ToDictionary(unit => unit.Key, unit => Median([.. unit.Select(pair => pair.Rate)]));
    }

    /// <summary>The reference rate of a unit of account: <c>referenceRate</c> where set, else the median credited rate of the opportunities
    /// in that unit; 0 if there are none.</summary>
    public double ReferenceRate(string? unit) => _moves.ReferenceRate?.Fraction ?? (unit is not null ? _medians.GetValueOrDefault(unit) : 0);

    /// <summary>The reference rate of a token's unit of account.</summary>
    public double ReferenceRate(TokenId token) => ReferenceRate(_market.UnitOfAccount(_market.AssetOf(token)));

    /// <summary>The reference rate of the unit of account of an opportunity's inputs.</summary>
    public double ReferenceRate(Opportunity opportunity) => ReferenceRate(UnitOfAccount(opportunity));

    /// <summary>Years of the horizon in which an opportunity earns and is at risk: up to its maturity.</summary>
    public double EarningYears(Opportunity opportunity) => opportunity.Maturity is { } maturity
        ? Math.Clamp((maturity - _market.Snapshot.TakenAt).TotalDays / Duration.DaysPerYear, 0, _years)
        : _years;

    /// <summary>The yearly rate credited today after a deposit, with outliers cut.</summary>
    /// <param name="opportunity">The opportunity.</param>
    /// <param name="addedUsd">Notional added to what the snapshot shows, in USD.</param>
    public double RateToday(Opportunity opportunity, double addedUsd) => _market.CarryRate(opportunity, addedUsd) - Excess(opportunity);

    /// <summary>The yearly rate that today's rate tends to in the long run.</summary>
    public double LaterRate(Opportunity opportunity)
    {
        var today = RateToday(opportunity, 0);
        if (!IsJudged(opportunity) || opportunity.Maturity is not null || UnitOfAccount(opportunity) is not { } unit || !HasReference(unit))
            return today;
        var median = ReferenceRate(unit);
        return median <= today ? median : Math.Min(median, Math.Max(today, opportunity.Carry.TrailingMean?.Value ?? today));
    }

    /// <summary>Earnings per unit of notional over the horizon, as a fraction, after adding <paramref name="addedUsd"/>.</summary>
    public double Growth(Opportunity opportunity, double addedUsd)
    {
        var earning = EarningYears(opportunity);
        var grown = Compounded(opportunity, MeanRate(opportunity, addedUsd), earning);
        var rest = _years - earning;
        return rest > 0 ? grown + (1 + grown) * (Math.Pow(1 + ReferenceRate(opportunity), rest) - 1) * Math.Abs(opportunity.Capital()) : grown;
    }

    /// <summary>Earnings of an idle token over the horizon, as a fraction: those of the opportunity that it is a claim on.</summary>
    public double Growth(TokenId token) => ClaimedPlace(token) is { } place ? Growth(place, 0) : 0;

    /// <summary>The yearly rate that an idle token earns today.</summary>
    public double RateToday(TokenId token) => ClaimedPlace(token) is { } place ? _market.CarryRate(place, 0) : 0;

    private Opportunity? ClaimedPlace(TokenId token) =>
        _market.AssetOf(token).Claims is [{ Opportunity: { } place, Share: null }] && _market.Opportunity(place) is { } o && o.Capital() == 1 ? o : null;

    /// <summary>The derivative of <see cref="Growth(Opportunity, double)"/> per USD added.</summary>
    public double GrowthSlope(Opportunity opportunity, double addedUsd)
    {
        var earning = EarningYears(opportunity);
        var perRate = IsSimple(opportunity) ? earning : earning * Math.Pow(1 + Math.Max(MeanRate(opportunity, addedUsd), LeastRate), earning - 1);
        var rest = _years - earning;
        var after = rest > 0 ? 1 + (Math.Pow(1 + ReferenceRate(opportunity), rest) - 1) * Math.Abs(opportunity.Capital()) : 1;
        return perRate * _market.CarrySlope(opportunity, addedUsd) * after;
    }

    /// <summary>The mean yearly rate while the opportunity earns, after adding <paramref name="addedUsd"/>.</summary>
    public double MeanRate(Opportunity opportunity, double addedUsd)
    {
        var years = EarningYears(opportunity);
        var faded = (LaterRate(opportunity) - RateToday(opportunity, 0)) * (1 - Weight(years));
        // A market's own drift is part of the same fall, so drift and fading are not added: the larger fall counts.
        var drift = opportunity.Carry.Base.MeanDrift(years);
        return RateToday(opportunity, addedUsd) + (drift < 1 ? Math.Min(faded, opportunity.Carry.Base.CreditedRate(0) * (drift - 1)) : faded);
    }

    /// <summary>The effective annual rate equivalent to a growth over the horizon.</summary>
    public double Annual(double growth) => growth > -1 ? Math.Pow(1 + growth, 1 / _years) - 1 : -1;

    /// <summary>Standard deviation of the mean rate's forecast error, per year: the opportunity's own figure, or a share of its rate; 0 if
    /// the rate is fixed until a maturity.</summary>
    public double RateError(Opportunity opportunity) =>
        opportunity.Carry.RateError?.Value ?? (opportunity.Maturity is not null ? 0 : _risk.AssumedRateError.Fraction * Math.Abs(RateToday(opportunity, 0)));

    /// <summary>A warning about the rate of an opportunity; null if there is none.</summary>
    /// <param name="opportunity">The opportunity.</param>
    /// <param name="isHeld">Whether the opportunity is held: then a rate of zero is doubtful too.</param>
    public string? Doubt(Opportunity opportunity, bool isHeld)
    {
        if (!IsJudged(opportunity) || UnitOfAccount(opportunity) is not { } unit || !_medians.TryGetValue(unit, out var median))
            return null;
        var spot = _market.CarryRate(opportunity, 0);
        return Excess(opportunity) > 0
            ? $"pays {spot:P2}, but the median opportunity in {unit} pays {median:P2} and no long-term mean confirms it: cut to {spot - Excess(opportunity):P2}"
            : isHeld && opportunity.Total > 0 && spot == 0 && median > 0 && opportunity.Carry.IsFlat && opportunity.Carry.Base is not FlatCurve { RatePerYear.From: Shift.From }
                ? $"shows a rate of 0 %, but the median opportunity in {unit} pays {median:P2}: check for a reading error"
                : null;
    }

    /// <summary>A(T): the mean over T years of 2^(−t/h).</summary>
    private double Weight(double years)
    {
        var halves = years / _moves.RateHalfLife.Years;
        return halves < 1e-9 ? 1 : (1 - Math.Exp(-halves * Math.Log(2))) / (halves * Math.Log(2));
    }

    /// <summary>The part of the rate that is not credited: all above the trailing mean or, where that is unknown, above
    /// <c>outlierMedians</c> medians.</summary>
    private double Excess(Opportunity opportunity)
    {
        var spot = _market.CarryRate(opportunity, 0);
        if (opportunity.Carry.TrailingMean is { } mean)
            return Math.Max(0, spot - mean);
        return IsJudged(opportunity) && opportunity.Maturity is null && UnitOfAccount(opportunity) is { } unit && _medians.TryGetValue(unit, out var median) && median > 0
            ? Math.Max(0, spot - _risk.OutlierMedians * median)
            : 0;
    }

    private bool HasReference(string unit) => _moves.ReferenceRate is not null || _medians.ContainsKey(unit);

    /// <summary>Whether the rate counts in the median and fades to it: true for all but hedges and debts.</summary>
    private static bool IsJudged(Opportunity opportunity) => opportunity.Capital() == 1 && opportunity.Kind != OpportunityKind.Derivative;

    private string? UnitOfAccount(Opportunity opportunity) => _market.UnitOfAccount(opportunity);

    private const double LeastRate = -0.99;

    private static bool IsSimple(Opportunity opportunity) => opportunity.Carry.Base.Basis == RateBasis.Simple;

    private static double Compounded(Opportunity opportunity, double rate, double years) =>
        IsSimple(opportunity) ? rate * years : Math.Pow(1 + Math.Max(rate, LeastRate), years) - 1;

    private static double Median(double[] rates)
    {
        Array.Sort(rates);
        return rates.Length % 2 == 1 ? rates[rates.Length / 2] : (rates[rates.Length / 2 - 1] + rates[rates.Length / 2]) / 2;
    }
}
