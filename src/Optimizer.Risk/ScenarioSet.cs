using MathNet.Numerics.Distributions;
using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>Joint draws of what may happen over a horizon: prices by the risk model's covariance, events as Poisson processes.</summary>
/// <remarks>
/// Prices are log-normal around no change. Strikes are stratified. Normals are drawn in pairs of opposite sign, so that their mean is
/// exactly zero. Every factor and event has a stream of its own, seeded by its name, so that a draw does not depend on what else is asked
/// for. Draws tell how far results spread, never what they are on average: who uses them shifts each column's mean to what it is credited
/// with.
/// </remarks>
public sealed class ScenarioSet
{
    private readonly Market _market;
    private readonly RiskModel _risk;
    private readonly double _years;
    private readonly int _seed;
    private readonly Dictionary<string, double[]> _moves = [];
    private readonly Dictionary<int, double[]> _normals = [];
    private readonly Dictionary<string, byte[]> _strikes = [];

    /// <summary>Makes the draws of a market.</summary>
    /// <param name="market">The market.</param>
    /// <param name="risk">Its risk model.</param>
    /// <param name="horizon">The horizon.</param>
    /// <param name="count">How many draws; even, ≥ 2.</param>
    /// <param name="seed">The seed.</param>
    public ScenarioSet(Market market, RiskModel risk, Duration horizon, int count, int seed)
    {
        (_market, _risk, _years, _seed) = (market, risk, horizon.Years, seed);
        Count = count % 2 == 0 ? count : throw new ArgumentException($"{count} draws; expected an even number", nameof(count));
    }

    /// <summary>How many draws there are.</summary>
    public int Count { get; }

    /// <summary>Price of an asset against before, by draw; 1 throughout for USD.</summary>
    public IReadOnlyList<double> Moves(string asset) => _moves.TryGetValue(asset, out var known) ? known : _moves[asset] = DrawMoves(asset);

    /// <summary>How often an event strikes, by draw.</summary>
    public IReadOnlyList<byte> Strikes(string e) => _strikes.TryGetValue(e, out var known) ? known : _strikes[e] = DrawStrikes(_market.Event(e));

    /// <summary>Independent normals of a name, such as a position's own volatility.</summary>
    public IReadOnlyList<double> Normals(string name) => Pairs(Stream(name));

    private double[] DrawMoves(string asset)
    {
        var logs = new double[Count];
        var variance = 0.0;
        foreach (var (factor, loading) in _risk.AssetLoadings(asset))
        {
            if (!_normals.TryGetValue(factor, out var normals))
                _normals[factor] = normals = Pairs(Stream(_risk.Factors[factor].Name));
            for (var s = 0; s < Count; s++)
                logs[s] += loading * normals[s];
            variance += loading * loading;
        }

        for (var s = 0; s < Count; s++)
            logs[s] = Math.Exp(logs[s] * Math.Sqrt(_years) - variance * _years / 2);
        return logs;
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

            strikes[s] = (byte)times;
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
