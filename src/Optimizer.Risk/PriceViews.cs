using MathNet.Numerics.LinearAlgebra;
using Optimizer.Model;

namespace Optimizer.Risk;

/// <summary>Expected yearly price changes, from views on some prices.</summary>
/// <remarks>
/// An absolute view with full confidence sets the change of that asset and of all claims on it; all other prices stay. As soon as one view
/// is
/// relative or has a confidence c below 100 %, all views are combined as in Black and Litterman (Global Portfolio Optimization, 1992):
/// μ = Σ·Pᵀ·(P·Σ·Pᵀ + Ω)⁻¹·q, with a prior of no change and Ω = (1 − c)/c·diag(P·Σ·Pᵀ) (Idzorek, 2005). A confidence of 100 % meets the
/// view,
/// 0 % ignores it, and correlated prices move too.
/// </remarks>
public sealed class PriceViews
{
    private readonly Market _market;
    private readonly Dictionary<string, double> _changes;

    /// <summary>Combines views.</summary>
    public PriceViews(Market market, RiskModel risk, IReadOnlyList<View> views)
    {
        _market = market;
        _changes = views.Any(view => view.Over is not null || view.Confidence.Fraction < 1)
            ? Joined(market, risk, views)
            : views.GroupBy(view => view.Asset).ToDictionary(same => same.Key, same => same.Last().Change.Fraction);
    }

    /// <summary>Expected yearly price change of an asset: its own, or that of its underlying; 0 without a view.</summary>
    public double On(string asset) => Find(asset) ?? 0;

    private double? Find(string asset)
    {
        if (_changes.TryGetValue(asset, out var change))
            return change;
        if (_market.FindAsset(asset)?.Claims is not [{ Share: null } claim])
            return null;
        return claim.Opportunity is { } place ? Find(_market.AssetOf(_market.Opportunity(place).Inputs[0].Token).Id) : claim.Asset is { } other ? Find(other) : null;
    }

    private static Dictionary<string, double> Joined(Market market, RiskModel risk, IReadOnlyList<View> views)
    {
        var assets = market.Snapshot.Assets.Select(asset => asset.Id).ToArray();
        var covariance = Matrix<double>.Build.Dense(assets.Length, assets.Length, (i, j) => risk.PriceCovariance(assets[i], assets[j]));
        var picks = Matrix<double>.Build.Dense(views.Count, assets.Length, (v, a) => (assets[a] == views[v].Asset ? 1 : 0) - (assets[a] == views[v].Over ? 1 : 0));
        var spread = picks * covariance * picks.Transpose();
        for (var v = 0; v < views.Count; v++)
        {
            var confidence = Math.Max(views[v].Confidence.Fraction, 1e-9);
            spread[v, v] += Math.Max((1 - confidence) / confidence * spread[v, v], 1e-12);
        }

        var changes = covariance * picks.Transpose() * spread.Solve(Vector<double>.Build.DenseOfEnumerable(views.Select(view => view.Change.Fraction)));
        return assets.Select((asset, a) => (asset, Change: changes[a])).Where(pair => pair.Change != 0).ToDictionary(pair => pair.asset, pair => pair.Change);
    }
}
