using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>The margin of an account as functions of its positions, for a solver and for what one more unit does.</summary>
/// <param name="Names">The positions.</param>
/// <param name="Amounts">Their amounts now, in units, contracts or USD as the account has them.</param>
/// <param name="Initial">The excess above initial margin in USD.</param>
/// <param name="Maintenance">The excess above maintenance margin in USD.</param>
public sealed record MarginRows(IReadOnlyList<string> Names, double[] Amounts, ConcaveExcess Initial, ConcaveExcess Maintenance);

/// <summary>What one more unit of a position does to an account.</summary>
/// <param name="Name">The position.</param>
/// <param name="Amount">Its amount now.</param>
/// <param name="InitialUsdPerUnit">What a little more adds to the initial excess, in USD per unit: at a kink, the slope upwards.</param>
/// <param name="MaintenanceUsdPerUnit">The same for the maintenance excess.</param>
public sealed record MarginalMargin(string Name, double Amount, double InitialUsdPerUnit, double MaintenanceUsdPerUnit);

/// <summary>Collects the sums of a <see cref="ConcaveExcess"/>.</summary>
internal sealed class ConcaveBuilder(int positions)
{
    private readonly List<IReadOnlyList<ConcaveExcess.Sum>> _auxiliaries = [];

    /// <summary>A sum of positions and auxiliaries; what appears several times is added up.</summary>
    public static ConcaveExcess.Sum Sum(double constant, IEnumerable<ConcaveExcess.Term> positions, IEnumerable<ConcaveExcess.Term>? auxiliaries = null) =>
        new(constant, Added(positions), Added(auxiliaries ?? []));

    private static ConcaveExcess.Term[] Added(IEnumerable<ConcaveExcess.Term> terms) =>
        [.. terms.GroupBy(term => term.Index).Select(same => new ConcaveExcess.Term(same.Key, same.Sum(term => term.Factor))).Where(term => term.Factor != 0)];

    /// <summary>An auxiliary that is the least of sums.</summary>
    public int Least(params IReadOnlyList<ConcaveExcess.Sum> sums)
    {
        _auxiliaries.Add(sums);
        return _auxiliaries.Count - 1;
    }

    /// <summary>An auxiliary that is minus the size of a position.</summary>
    public int MinusSize(int position) => Least(Sum(0, [new(position, 1)]), Sum(0, [new(position, -1)]));

    public ConcaveExcess Total(ConcaveExcess.Sum total) => new(positions, [.. _auxiliaries], total);
}
