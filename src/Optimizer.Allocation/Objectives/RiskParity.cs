using Optimizer.Solver;
using Optimizer.Solver.Dispatch;

namespace Optimizer.Allocation;

/// <summary>Risk parity: every allowed opportunity bears the same part of the risk (Maillard, Roncalli and Teïletche 2010), as nearly as
/// moves, limits and integer constraints allow.</summary>
/// <remarks>Equal contributions determine all sizes; they are computed first, for the whole book. Then the allocation with the smallest
/// distance to these sizes is found. The distance is the root of the sum, over all opportunities, of the squared difference times the
/// opportunity's own variance. Correlations are left out, so that opportunities with the same price risk are not interchangeable.</remarks>
public sealed record RiskParity : AllocationObjective
{
    /// <inheritdoc/>
    public override bool KeepsExposure() => false;

    /// <inheritdoc/>
    public override bool IsMinimised() => true;

    /// <inheritdoc/>
    public override LinearExpression Value(AllocationProblem problem) => ObjectiveTerms.NetReturn(problem);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Origin(AllocationProblem problem)
    {
        var places = Places(problem);
        var loadings = problem.Risk.Factors.Select(_ => new List<Term>()).ToArray();
        for (var v = 0; v < places.Length; v++)
        {
            foreach (var (factor, loading) in problem.Risk.Loadings(places[v].Opportunity))
                loadings[factor].Add(new(v, loading));
        }

        var answer = MeanVarianceSolver.Solve(new()
        {
            Variables = [.. places.Select(place => new Variable(place.Opportunity.Id, 0, 1e3, 0, place.Opportunity.Volatility * place.Opportunity.Volatility))],
            Rows = [new("the book", 1, 1, [.. places.Select((place, v) => new Term(v, place.Capital))])],
            Factors = [.. loadings.Select((terms, f) => new Factor(problem.Risk.Factors[f].Name, terms)).Where(factor => factor.Loadings.Count > 0)],
            Goal = new RiskParityGoal([.. places.Select(_ => 1.0)]),
        }, new() { Gap = 1e-9 });
        return answer.Values.Count == 0 ? throw new ObjectiveException($"risk parity has no solution: {answer.Message}")
            : places.Zip(answer.Values).ToDictionary(pair => pair.First.Opportunity.Id, pair => pair.Second);
    }

    /// <inheritdoc/>
    public override bool IsPlaceByPlace() => true;

    /// <inheritdoc/>
    public override Goal Goal(AllocationProblem problem) => new MinimumRiskGoal(AnyValue, [.. (Toll * (ObjectiveTerms.Costs(problem) + ObjectiveTerms.Effort(problem))).Terms]);

    /// <inheritdoc/>
    public override double InUnit(AllocationProblem problem, Answer answer, double figure) =>
        Math.Sqrt(Math.Max(answer.Risk + figure - answer.Objective, 0)) * problem.BookUsd;

    /// <inheritdoc/>
    public override double Of(AllocationProblem problem, Outcome outcome) => problem.BookUsd * Math.Sqrt(problem.Positions.Sum(position =>
        outcome.NotionalUsd.GetValueOrDefault(position.Opportunity.Id) / problem.BookUsd - problem.Origin.GetValueOrDefault(position.Opportunity.Id) is var apart
            ? problem.Risk.Variance(position.Opportunity) * apart * apart : 0));

    /// <inheritdoc/>
    public override string Note(AllocationProblem problem, Outcome outcome)
    {
        var equal = 1.0 / problem.Origin.Count;
        var furthest = problem.Origin.Keys.MaxBy(id => Math.Abs(outcome.Risk.ShareOf(id) - equal))!;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{(problem.Origin.Count == 1 ? "one opportunity would bear all" : $"{problem.Origin.Count} opportunities should each bear {equal:P1}")} of the risk; the largest deviation is {furthest} with {outcome.Risk.ShareOf(furthest):P1}");
    }

    private const double AnyValue = -1e3;

    /// <summary>Weight of the costs of moving: small, so that the distance decides.</summary>
    private const double Toll = 1e-4;

    /// <summary>The allowed opportunities: those that bear risk, and to which money may be added or in which it stays.</summary>
    private static Position[] Places(AllocationProblem problem)
    {
        var places = problem.Positions.Where(position => position.Capital > 0 && (position.Before > 0 || (position.Upper > 0 && problem.ForbiddenBy(position) is null))
            && problem.Scenario.Universe.Allows(problem.Market, position.Opportunity)
            && (position.Opportunity.Volatility > 0 || problem.Risk.Loadings(position.Opportunity).Values.Any(loading => loading != 0))).ToArray();
        return places.Length > 0 ? places : throw new ObjectiveException("no allowed opportunity bears risk");
    }
}
