namespace Optimizer.Solver.Native;

/// <summary>A decision by which a part of the search was split off.</summary>
/// <param name="Binary">What was decided: an item or, after the last of them, an opener.</param>
/// <param name="Distance">How far the relaxation was from it.</param>
/// <param name="IsOn">Whether it was switched on.</param>
/// <param name="Bound">The bound before.</param>
internal sealed record Branching(int Binary, double Distance, bool IsOn, double Bound);

/// <summary>What decisions have added to bounds, by which the next is chosen.</summary>
/// <remarks>Pseudo-costs: Benichou and others, Experiments in mixed-integer linear programming, 1971. The product of both sides as the score:
/// Achterberg, Constraint integer programming, 2007.</remarks>
/// <param name="count">How many binaries there are.</param>
internal sealed class BranchingCosts(int count)
{
    /// <summary>A side that adds less than this part of the mean counts as much.</summary>
    private const double Least = 1e-3;

    private readonly Mean[] _on = new Mean[count];
    private readonly Mean[] _off = new Mean[count];
    private Mean _allOn, _allOff;

    /// <summary>Notes what a decision did to the bound.</summary>
    public void Learn(Branching? branch, double bound)
    {
        const double Nowhere = 1e-6;
        if (branch is not { Distance: > Nowhere } || !double.IsFinite(bound))
            return;
        var gain = Math.Max(0, bound - branch.Bound) / branch.Distance;
        (branch.IsOn ? _on : _off)[branch.Binary].Add(gain);
        (branch.IsOn ? ref _allOn : ref _allOff).Add(gain);
    }

    /// <summary>Whether both sides have been tried.</summary>
    public bool IsKnown(int binary) => _on[binary].Times > 0 && _off[binary].Times > 0;

    /// <summary>How promising a split at a binary is, by what both sides are likely to add.</summary>
    /// <param name="binary">The binary.</param>
    /// <param name="share">Its value in the relaxation, 0 to 1.</param>
    public double Score(int binary, double share)
    {
        var (on, off) = (_on[binary].Or(_allOn), _off[binary].Or(_allOff));
        var least = Least * Math.Max(on, off);
        return Math.Max(on * (1 - share), least) * Math.Max(off * share, least);
    }

    private struct Mean
    {
        private double _sum;

        public int Times { get; private set; }

        public void Add(double value)
        {
            _sum += value;
            Times++;
        }

        public readonly double Or(Mean otherwise) => Times > 0 ? _sum / Times : otherwise.Times > 0 ? otherwise._sum / otherwise.Times : 1;
    }
}
