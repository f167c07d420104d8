using MathNet.Numerics.Distributions;
using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>Joint draws of what may happen over a horizon: prices, events, the errors of rate forecasts, gas.</summary>
/// <remarks>
/// Prices are log-normal around no change, by the risk model's covariance; or sums of blocks of consecutive past changes, the same blocks for
/// all assets (Künsch 1989). Events are Poisson processes, their strikes stratified. Normals are drawn in pairs of opposite sign, so that
/// their mean is exactly zero. Every factor and event has a stream of its own, seeded by its name, so that a draw does not depend on what
/// else is asked for. Draws tell how far results spread, never what they are on average: who uses them shifts each column's mean to what it
/// is credited with.
/// </remarks>
public sealed class ScenarioSet
{
    /// <summary>The part of the error of a rate's forecast that all places in one unit of account share.</summary>
    /// <remarks>Source: the correlation of 26 pools in dollars from August to September 2026 is 0.09 on average, that of 11 in ether
    /// 0.06.</remarks>
    private const double SharedRateError = 0.1;

    /// <summary>The share of hours in which gas costs its stressed multiple or more: one hour of a year.</summary>
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

    /// <summary>Draws of the way to a horizon: the same ones at evenly spaced moments, the last of which is the horizon.</summary>
    /// <param name="market">The market.</param>
    /// <param name="risk">Its risk model.</param>
    /// <param name="settings">How prices are drawn.</param>
    /// <param name="horizon">The horizon.</param>
    /// <param name="moments">How many moments; ≥ 1.</param>
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

    /// <summary>Years from now to the moment of the draws.</summary>
    public double Years { get; }

    /// <summary>Price of an asset against before, by draw; 1 throughout for USD.</summary>
    public IReadOnlyList<double> Moves(string asset) => _moves.TryGetValue(asset, out var known) ? known : _moves[asset] = DrawMoves(asset);

    /// <summary>How often an event strikes, by draw.</summary>
    public IReadOnlyList<byte> Strikes(string e) => _strikes.TryGetValue(e, out var known) ? known : _strikes[e] = DrawStrikes(_market.Event(e));

    /// <summary>Independent normals of a name, such as a position's own volatility.</summary>
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

    /// <summary>Errors of the forecast of a place's mean rate over the horizon, in standard deviations.</summary>
    /// <param name="opportunity">The place's id.</param>
    /// <param name="unit">Its unit of account; null where it has none.</param>
    public IReadOnlyList<double> RateErrors(string opportunity, string? unit)
    {
        var own = Normals($"rate of {opportunity}");
        if (unit is null)
            return own;
        var shared = Normals($"rates in {unit}");
        return [.. own.Zip(shared, (alone, together) => Math.Sqrt(1 - SharedRateError) * alone + Math.Sqrt(SharedRateError) * together)];
    }

    /// <summary>A chain's gas price at the end against today's, by draw: log-normal around today's, and its stressed multiple in one hour of
    /// a year.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="stressed">The stressed multiple.</param>
    public IReadOnlyList<double> Gas(string chain, double stressed)
    {
        // ln(multiple) = σ·z − σ²/2 at the quantile z of that hour; of the two roots the smaller, or the largest multiple that there is.
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

    /// <summary>Sums of as many past changes as the horizon has, in blocks that begin anywhere, in standard deviations of the sum.</summary>
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
        // One uniform out of each of as many strata as there are draws, in random order: an event of one in a thousand strikes one draw in
        // a thousand, and not one or two.
        var strata = Enumerable.Range(0, Count).ToArray();
        random.Shuffle(strata);
        for (var s = 0; s < Count; s++)
        {
            // Inversion: seldom more than one term.
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

    /// <summary>A generator whose seed depends on the set's and on a name, the same on every machine (FNV-1a).</summary>
    private Random Stream(string name)
    {
        var hash = 2166136261u ^ (uint)_seed;
        foreach (var c in name)
            hash = (hash ^ c) * 16777619u;
        return new((int)(hash & int.MaxValue));
    }
}
