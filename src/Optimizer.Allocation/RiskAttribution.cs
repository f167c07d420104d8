using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Splits the variance of an allocation among its positions and among its causes.</summary>
/// <remarks>Euler's theorem: variance is homogeneous of degree two, so Σᵢ xᵢ·(Σx)ᵢ is all of it.</remarks>
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
        var risk = problem.Risk;
        var exposures = new double[risk.Factors.Count];
        var items = positionUsd.Select(pair => (Name: pair.Key, Weight: pair.Value / problem.BookUsd,
                Loadings: risk.Loadings(problem.Market.Opportunity(pair.Key)),
                Own: Square(problem.Market.Opportunity(pair.Key).Volatility * pair.Value / problem.BookUsd)))
            .Concat(idleUsd.Select(pair => (Name: pair.Key.ToString(), Weight: pair.Value / problem.BookUsd,
                Loadings: risk.Loadings(pair.Key), Own: 0.0)))
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
        Causes = [.. risk.Factors
            .Select((factor, f) => new RiskResult(factor.Name, Share(Square(exposures[f])), factor.Event is { } e
                ? Math.Abs(exposures[f]) / Math.Sqrt(Math.Max(risk.Intensity(e), 1e-300)) * problem.BookUsd
                : null))
            .Append(new("own volatility of positions", Share(own), null))
            .Where(cause => cause.Share > 1e-6)
            .OrderByDescending(cause => cause.Share)];
    }

    /// <summary>Yearly variance, of the book.</summary>
    public double Variance { get; }

    /// <summary>What the variance is made of, largest first.</summary>
    public IReadOnlyList<RiskResult> Causes { get; }

    /// <summary>Share of the variance of a position or an idle token, by name.</summary>
    public double ShareOf(string name) => _shares.GetValueOrDefault(name);

    private static double Square(double x) => x * x;
}
