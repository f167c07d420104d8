using MathNet.Numerics.Distributions;
using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>Joint random draws over a horizon: prices, event strikes, errors of rate forecasts, gas prices.</summary>
/// <remarks>
/// Prices are log-normal with no expected change, from the risk model's covariance; or sums of blocks of consecutive past changes, the same
/// blocks for all assets (Künsch 1989). Event strikes are Poisson, with stratified sampling. Normals come in pairs of opposite sign, so
/// their
/// mean is exactly zero. Every factor and event has its own random stream, seeded by its name, so a draw does not depend on what else is
/// drawn. Draws give the spread of results, never their mean: the caller shifts each column's mean to its credited gain.
/// </remarks>
public sealed class ScenarioSet
{
    /// <summary>The correlation of forecast errors among opportunities in one unit of account.</summary>
    /// <remarks>Source: the mean correlation of 26 pools in dollars, August to September 2026, is 0.09; that of 11 pools in ether is
    /// 0.06.</remarks>
    private const double SharedRateError = 0.1;

    /// <summary>The share of hours in which gas costs at least its stressed multiple: one hour per year.</summary>
    private const double StressedShare = 1 / (24 * Duration.DaysPerYear);

    private readonly Market _market;
    private readonly RiskModel _risk;
    private readonly RiskSettings _settings;
    private readonly double _years;
    private readonly int _seed;
    private readonly ScenarioSet? _before;
    private readonly Dictionary<string, double[]> _moves = [];
    private readonly Dictionary<int, double[]> _normals = [];
    private readonly Dictionary<string, byte[]> _strikes = [];
    private int[][]? _blocks;

    /// <summary>Makes the draws of a market.</summary>
    /// <param name="market">The market.</param>
    /// <param name="risk">Its risk model.</param>
    /// <param name="settings">How prices are drawn.</param>
    /// <param name="horizon">The horizon.</param>
    /// <param name="count">How many draws; even, ≥ 2.</param>
    /// <param name="seed">The seed.</param>
    public ScenarioSet(Market market, RiskModel risk, RiskSettings settings, Duration horizon, int count, int seed)
        : this(market, risk, settings, horizon.Years, count, seed, null)
    {
    }

    private ScenarioSet(Market market, RiskModel risk, RiskSettings settings, double years, int count, int seed, ScenarioSet? before)
    {
        (_market, _risk, _settings, _years, _seed, _before) = (market, risk, settings, years, seed, before);
        Count = count % 2 == 0 ? count : throw new ArgumentException($"{count} draws; expected an even number", nameof(count));
        Years = years + (before?.Years ?? 0);
    }

    /// <summary>Draws of paths to a horizon: the same paths at evenly spaced times, the last of which is the horizon.</summary>
    /// <param name="market">The market.</param>
    /// <param name="risk">Its risk model.</param>
    /// <param name="settings">How prices are drawn.</param>
    /// <param name="horizon">The horizon.</param>
    /// <param name="moments">The number of times; ≥ 1.</param>
    /// <param name="count">How many draws; even, ≥ 2.</param>
    /// <param name="seed">The seed.</param>
    public static IReadOnlyList<ScenarioSet> Paths(Market market, RiskModel risk, RiskSettings settings, Duration horizon, int moments, int count, int seed)
    {
        var sets = new List<ScenarioSet>();
        for (var moment = 0; moment < moments; moment++)
            sets.Add(new(market, risk, settings, horizon.Years / moments, count, unchecked(seed + (moment * 7919)), sets.LastOrDefault()));
        return sets;
    }

    /// <summary>How many draws there are.</summary>
    public int Count { get; }

    /// <summary>Years from now to the time of the draws.</summary>
    public double Years { get; }

    /// <summary>Price of an asset divided by its price now, by draw; always 1 for USD.</summary>
    public IReadOnlyList<double> Moves(string asset) => _moves.TryGetValue(asset, out var known) ? known : _moves[asset] = DrawMoves(asset);

    /// <summary>How often an event strikes, by draw.</summary>
    public IReadOnlyList<byte> Strikes(string e) => _strikes.TryGetValue(e, out var known) ? known : _strikes[e] = DrawStrikes(_market.Event(e));

    /// <summary>Independent standard normals for a name, such as those of a position's own volatility.</summary>
    public IReadOnlyList<double> Normals(string name)
    {
        var normals = Pairs(Stream(name));
        if (_before is { } before)
        {
            var (earlier, weight) = (before.Normals(name), Math.Sqrt(before.Years / Years));
            for (var s = 0; s < Count; s++)
                normals[s] = weight * earlier[s] + Math.Sqrt(1 - weight * weight) * normals[s];
        }

        return normals;
    }

    /// <summary>Forecast errors of an opportunity's mean rate over the horizon, in standard deviations.</summary>
    /// <param name="opportunity">The opportunity's id.</param>
    /// <param name="unit">Its unit of account; null where it has none.</param>
    public IReadOnlyList<double> RateErrors(string opportunity, string? unit)
    {
        var own = Normals($"rate of {opportunity}");
        if (unit is null)
            return own;
        var shared = Normals($"rates in {unit}");
        return [.. own.Zip(shared, (alone, together) => Math.Sqrt(1 - SharedRateError) * alone + Math.Sqrt(SharedRateError) * together)];
    }

    /// <summary>A chain's gas price at the horizon divided by today's, by draw: log-normal with mean 1; in one hour per year it is at least
    /// the stressed multiple.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="stressed">The stressed multiple.</param>
    public IReadOnlyList<double> Gas(string chain, double stressed)
    {
        // Solves ln(multiple) = σ·z − σ²/2 at that hour's quantile z: the smaller root, or the largest possible multiple if there is no
        // root.
        var z = Normal.InvCDF(0, 1, 1 - StressedShare);
        var volatility = z - Math.Sqrt(Math.Max(0, z * z - 2 * Math.Log(stressed)));
        return [.. Normals($"gas on {chain}").Select(normal => Math.Exp(volatility * normal - volatility * volatility / 2))];
    }

    private double[] DrawMoves(string asset)
    {
        var logs = new double[Count];
        var variance = 0.0;
        foreach (var (factor, loading) in _risk.AssetLoadings(asset))
        {
            if (!_normals.TryGetValue(factor, out var normals))
                _normals[factor] = normals = IsFromHistory && factor < _risk.PastFactors.Count ? PastBlocks(_risk.PastFactors[factor]) : Pairs(Stream(_risk.Factors[factor].Name));
            for (var s = 0; s < Count; s++)
                logs[s] += loading * normals[s];
            variance += loading * loading;
        }

        for (var s = 0; s < Count; s++)
            logs[s] = Math.Exp(logs[s] * Math.Sqrt(_years) - variance * _years / 2) * (_before?.Moves(asset)[s] ?? 1);
        return logs;
    }

    private bool IsFromHistory => _settings.Prices == PriceDraws.History && _risk.PastFactors.Count > 0;

    /// <summary>Sums of past changes over the horizon, in blocks with random starts, in standard deviations of the sum.</summary>
    private double[] PastBlocks(double[] past)
    {
        var samples = Math.Max(1, (int)Math.Round(_years * Duration.DaysPerYear / _market.Snapshot.History.IntervalDays));
        var length = Math.Min(Math.Min(samples, past.Length), Math.Max(1, (int)Math.Round(_settings.BlockLength.Days / _market.Snapshot.History.IntervalDays)));
        if (_blocks is null)
        {
            var random = Stream("blocks of history");
            _blocks = [.. Enumerable.Range(0, Count).Select(_ => Enumerable.Range(0, (samples + length - 1) / length).Select(_ => random.Next(past.Length - length + 1)).ToArray())];
        }

        return [.. _blocks.Select(starts =>
        {
            var sum = 0.0;
            for (var t = 0; t < samples; t++)
                sum += past[starts[t / length] + t % length];
            return sum / Math.Sqrt(samples);
        })];
    }

    private byte[] DrawStrikes(Event e)
    {
        var (random, mean) = (Stream(e.Id), _risk.Intensity(e) * _years);
        var none = Math.Exp(-mean);
        var strikes = new byte[Count];
        // Stratified sampling: one uniform number per stratum, in random order, so an event with a probability of one in a thousand strikes
        // exactly one draw in a thousand.
        var strata = Enumerable.Range(0, Count).ToArray();
        random.Shuffle(strata);
        for (var s = 0; s < Count; s++)
        {
            // Inversion of the Poisson distribution; usually one term is enough.
            var (left, term, times) = ((strata[s] + random.NextDouble()) / Count - none, none, 0);
            while (left >= 0 && times < byte.MaxValue)
            {
                term *= mean / ++times;
                left -= term;
            }

            strikes[s] = (byte)Math.Min(byte.MaxValue, times + (_before?.Strikes(e.Id)[s] ?? 0));
        }

        return strikes;
    }

    private double[] Pairs(Random random)
    {
        var normals = new double[Count];
        for (var s = 0; s < Count; s += 2)
        {
            normals[s] = Normal.Sample(random, 0, 1);
            normals[s + 1] = -normals[s];
        }

        return normals;
    }

    /// <summary>A random generator seeded by the set's seed and a name, the same on every machine (FNV-1a).</summary>
    private Random Stream(string name)
    {
        var hash = 2166136261u ^ (uint)_seed;
        foreach (var c in name)
            hash = (hash ^ c) * 16777619u;
        return new((int)(hash & int.MaxValue));
    }
}
