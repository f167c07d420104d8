namespace Optimizer.Solver.Engines;

/// <summary>The points at which tangents of curves have been added.</summary>
internal sealed class TangentPoints
{
    /// <summary>Smallest relative distance between two tangent points. A closer tangent changes the curve's estimate by a part in 10¹²
    /// only, and nearly equal rows break the simplex method.</summary>
    private const double Apart = 1e-6;

    /// <summary>Near zero, the distance is relative to this fraction of the curve's range.</summary>
    private const double Near = 1e-3;

    private readonly Dictionary<object, List<double>> _at = [];

    /// <summary>Records a tangent point.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="at">The point.</param>
    /// <param name="reach">The upper bound of the argument.</param>
    /// <returns>Whether a tangent there is new.</returns>
    public bool Add(object curve, double at, double reach)
    {
        if (!_at.TryGetValue(curve, out var points))
            _at[curve] = points = [];
        if (points.Exists(point => Math.Abs(point - at) <= Apart * Math.Max(Math.Abs(at), Near * reach)))
            return false;
        points.Add(at);
        return true;
    }
}
