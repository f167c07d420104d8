namespace Optimizer.Solver.Native;

/// <summary>The decision that created a node.</summary>
/// <param name="Binary">The item or opener (numbered after the items) that was decided.</param>
/// <param name="Distance">Distance of its relaxed value from the decision.</param>
/// <param name="IsOn">Whether it was switched on.</param>
/// <param name="Bound">The bound of the parent node.</param>
internal sealed record Branching(int Binary, double Distance, bool IsOn, double Bound);

/// <summary>Pseudo-costs: how much past decisions raised the bound; used to choose the next branching variable.</summary>
/// <remarks>Benichou and others, Experiments in mixed-integer linear programming, 1971. The score is the product of both sides: Achterberg,
/// Constraint integer programming, 2007.</remarks>
/// <param name="count">The number of binaries.</param>
internal sealed class BranchingCosts(int count)
{
    /// <summary>Smallest value of one side in the score, as a fraction of the mean.</summary>
    private const double Least = 1e-3;

    private readonly Mean[] _on = new Mean[count];
    private readonly Mean[] _off = new Mean[count];
    private Mean _allOn, _allOff;

    /// <summary>Records how a decision changed the bound.</summary>
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

    /// <summary>Score of branching on a binary, from the expected rise of the bound on both sides.</summary>
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
