namespace Optimizer.Solver.Engines;

/// <summary>Where curves have been touched by lines.</summary>
internal sealed class TouchPoints
{
    /// <summary>A line nearer than this to another tells nothing new, relative to where it touches: it misjudges the curve by a millionth of a
    /// millionth, and rows that are nearly equal break the simplex method.</summary>
    private const double Apart = 1e-6;

    /// <summary>Near zero, distances are measured against this part of the curve's reach.</summary>
    private const double Near = 1e-3;

    private readonly Dictionary<object, List<double>> _at = [];

    /// <summary>Notes a place.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="at">The place.</param>
    /// <param name="reach">How far its argument goes.</param>
    /// <returns>Whether a line there tells anything new.</returns>
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
