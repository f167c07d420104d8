using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>A limit on tracking error: the yearly volatility of the difference from a benchmark.</summary>
/// <remarks>The volatility is convex in the allocation: where an answer breaks the limit, the tangent plane at that point is added as a
/// row.</remarks>
public sealed record TrackingError : AddedRows
{
    /// <summary>The maximum yearly volatility, as a share of the book.</summary>
    public required Percentage AtMost { get; init; }

    /// <summary>The benchmark: shares of the book by opportunity or idle token, which add up to 100 %. If empty, the benchmark is the
    /// holdings before the plan.</summary>
    public IReadOnlyDictionary<string, Percentage> Benchmark { get; init; } = new Dictionary<string, Percentage>();

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() =>
        Benchmark.Keys.Select(name => new Reference("benchmark", name.Contains('@', StringComparison.Ordinal) ? "token" : "opportunity", name));

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (Benchmark.Count > 0 && Math.Abs(Benchmark.Values.Sum(share => share.Fraction) - 1) > 1e-9)
            yield return ("benchmark", $"the shares add up to {new Percentage(Benchmark.Values.Sum(share => share.Fraction))}; expected 100 %");
        if (AtMost.Fraction < 0)
            yield return ("atMost", $"{AtMost} is below zero");
    }

    /// <inheritdoc/>
    protected override string Describe() => $"volatility against {(Benchmark.Count > 0 ? "the benchmark" : "what is held")} at most {AtMost}";

    /// <inheritdoc/>
    protected override Inequality Row(AllocationProblem problem, IReadOnlyList<double>? values)
    {
        var columns = Columns(problem).ToArray();
        var apart = columns.Select(column => (values is null ? column.Before : column.After.At(values)) - column.Wanted).ToArray();
        var exposures = new double[problem.Risk.Factors.Count];
        foreach (var (column, share) in columns.Zip(apart))
        {
            foreach (var (factor, loading) in column.Loadings)
                exposures[factor] += loading * share;
        }

        var own = columns.Zip(apart, (column, share) => column.Volatility * column.Volatility * share * share).Sum();
        var volatility = Math.Sqrt(exposures.Sum(exposure => exposure * exposure) + own);
        // Volatility is proportional to the difference, so its tangent plane goes through zero. Without a difference there is no tangent
        // plane, and nothing to limit.
        LinearExpression plane = volatility < Least ? 0 : LinearExpression.Sum(columns.Zip(apart, (column, share) =>
            (column.Loadings.Sum(l => l.Value * exposures[l.Key]) + column.Volatility * column.Volatility * share) / volatility * (column.After - column.Wanted)));
        return plane <= AtMost.Fraction;
    }

    private const double Least = 1e-12;

    /// <summary>Everything that is held or is in the benchmark.</summary>
    private IEnumerable<Column> Columns(AllocationProblem problem)
    {
        double Wanted(string name, double before, double capital) => Benchmark.Count == 0 ? before : Benchmark.GetValueOrDefault(name).Fraction / capital;
        var names = problem.Positions.Select(p => p.Opportunity.Id).Concat(problem.Idles.Select(i => $"{i.Token}")).ToHashSet();
        return problem.Positions.Select(p => new Column(p.After, p.Before, Wanted(p.Opportunity.Id, p.Before, p.Capital), problem.Risk.Loadings(p.Opportunity), p.Opportunity.Volatility))
            .Concat(problem.Idles.Select(i => new Column(i.After, i.Before, Wanted($"{i.Token}", i.Before, 1), problem.Risk.Loadings(i.Token), 0)))
            .Concat(Benchmark.Keys.Where(name => !names.Contains(name)).Select(name => problem.Market.FindOpportunity(name) is { } o
                ? new Column(0, 0, Wanted(name, 0, o.Capital()), problem.Risk.Loadings(o), o.Volatility)
                : new Column(0, 0, Wanted(name, 0, 1), problem.Risk.Loadings(TokenId.Parse(name)), 0)));
    }

    /// <summary>One column, held or in the benchmark, in fractions of the book.</summary>
    private sealed record Column(LinearExpression After, double Before, double Wanted, IReadOnlyDictionary<int, double> Loadings, double Volatility);
}
