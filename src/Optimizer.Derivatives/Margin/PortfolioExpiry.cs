using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>The options of one expiry under portfolio margin, after each move of the price.</summary>
internal sealed class PortfolioExpiry
{
    private const double MonthDays = 30;

    private readonly MarginExpiry _expiry;
    private readonly PortfolioMarginParameters _parameters;
    private readonly double[] _moves;
    private readonly double _discount;
    private readonly double _up;
    private readonly double _down;
    private readonly Dictionary<(double, VolatilityShock), double[]> _values = [];

    public PortfolioExpiry(MarginExpiry expiry, PortfolioMarginParameters p, double[] moves)
    {
        (_expiry, _parameters, _moves, _discount) = (expiry, p, moves, Math.Exp(-expiry.Rate * expiry.Years));
        var rate = Math.Max(expiry.Rate, 0);
        LongDiscount = p.LongDiscount * Math.Exp(-expiry.Years * (rate * p.LongRateFactor + p.LongRateAdded));
        ShortDiscount = Math.Min(p.ShortDiscount * Math.Exp(expiry.Years * (rate * p.ShortRateFactor + p.ShortRateAdded)), 1 / _discount);
        var days = expiry.Years * Duration.DaysPerYear;
        var factor = Math.Pow(MonthDays / Math.Max(days, p.LeastDays), days <= MonthDays ? p.NearPower : p.FarPower);
        (_up, _down) = (1 + p.VolatilityUp * factor, Math.Max(1 - p.VolatilityDown * factor, 0));
        (Contracts, NakedShorts) = (expiry.Options.Sum(option => Math.Abs(option.Amount)), expiry.Options.GroupBy(option => option.Strike).Sum(same => Math.Max(-same.Sum(option => option.Amount), 0)));
        Marks = Values(1, VolatilityShock.None);
        ForwardWeight = p.ForwardFactor + p.ForwardFactorPerYear * expiry.Years;
        var (rise, fall) = (Values(p.ForwardUp, VolatilityShock.None), Values(p.ForwardDown, VolatilityShock.None));
        ForwardContingencies = [.. Marks.Select((mark, i) => ForwardWeight * Math.Min(Math.Min(rise[i], fall[i]) - mark, 0))];
    }

    /// <summary>What a value above zero counts for in scenarios.</summary>
    public double LongDiscount { get; }

    /// <summary>What a value below zero counts for.</summary>
    public double ShortDiscount { get; }

    /// <summary>What the forward contingency is multiplied by.</summary>
    public double ForwardWeight { get; }

    /// <summary>The lowest confidence of the expiry's figures.</summary>
    public double Confidence => _expiry.Confidence;

    /// <summary>Contracts, long and short.</summary>
    public double Contracts { get; }

    /// <summary>Short options that no long option of the same strike covers, in contracts; a long call covers a short put of its strike, because
    /// together they are a forward.</summary>
    public double NakedShorts { get; }

    /// <summary>The options at marks, after each move.</summary>
    public double[] Marks { get; }

    /// <summary>The contingency for a move of this forward alone, after each move; ≤ 0.</summary>
    public double[] ForwardContingencies { get; }

    /// <summary>What a scenario gains against the mark, before damping.</summary>
    public double[] Gains(MarginScenario scenario) => [.. Values(scenario.PriceFactor, scenario.Volatility).Select((value, i) =>
    {
        var gain = value * (value >= 0 ? LongDiscount : ShortDiscount) - Marks[i];
        // Whichever way the skew moves, it is taken as a loss.
        return scenario.Volatility is VolatilityShock.Linear or VolatilityShock.Absolute ? -Math.Abs(gain) : gain;
    })];

    /// <summary>The options' value in USD at a price factor, after each move.</summary>
    public double[] Values(double priceFactor, VolatilityShock shock)
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
