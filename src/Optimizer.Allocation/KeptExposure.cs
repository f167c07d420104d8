using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Automatic constraint: net exposure to an asset that moves against the numeraire, and has no view, stays at least what it is,
/// less gas and fees paid in it.</summary>
/// <remarks>If it conflicts with the scenario's own constraints, it is dropped.</remarks>
internal sealed record KeptExposure(string Unit) : AllocationConstraint
{
    /// <summary>The kept exposures of a scenario: one per unit of account that is held, moves against the numeraire, and has neither a view
    /// nor a limit.</summary>
    public static IEnumerable<KeptExposure> Of(Market market, Scenario scenario)
    {
        if (scenario.Exposure == ExposureRule.Free || scenario.Mode == ScenarioMode.Hold || !((AllocationObjective)scenario.Objective).KeepsExposure())
            return [];
        var numeraire = scenario.Numeraire == "USD" ? "USD" : market.UnitOfAccount(market.Asset(scenario.Numeraire));
        var spoken = scenario.Views.SelectMany(view => new[] { view.Asset, view.Over }).OfType<string>()
            .Concat(scenario.Constraints.OfType<Limit>().Select(limit => limit.Asset).OfType<string>())
            .Select(asset => market.UnitOfAccount(market.Asset(asset))).ToHashSet();
        return scenario.Constraints.OfType<Limit>().Any(limit => limit.Each == Grouping.Asset) ? [] : scenario.Holdings
            .SelectMany(holding => holding.Token is { } token ? [token] : market.Opportunity(holding.Opportunity!).Inputs.Select(input => input.Token))
            .Select(token => market.UnitOfAccount(market.AssetOf(token))).Distinct()
            .Where(unit => unit != numeraire && unit != "USD" && !spoken.Contains(unit)).Order(StringComparer.Ordinal).Select(unit => new KeptExposure(unit));
    }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        double On(IEnumerable<(string Asset, double Exposure)> exposures) =>
            exposures.Where(e => problem.Market.UnitOfAccount(problem.Market.Asset(e.Asset)) == Unit).Sum(e => e.Exposure);
        double OfToken(TokenId token) => problem.Market.UnitOfAccount(problem.Market.AssetOf(token)) == Unit ? 1 : 0;
        var positions = problem.Positions.Select(p => (Position: p, Weight: On(problem.Risk.Exposures(p.Opportunity)))).Where(pair => pair.Weight != 0).ToArray();
        var idles = problem.Idles.Where(idle => OfToken(idle.Token) != 0).ToArray();
        var before = positions.Sum(pair => pair.Weight * pair.Position.Before) + idles.Sum(idle => idle.Before);
        if (before <= Trace)
            yield break;
        var after = LinearExpression.Sum([.. positions.Select(pair => pair.Weight * pair.Position.After), .. idles.Select(idle => idle.After)]);
        yield return new($"exposure to {Unit} ≥ today's (no view given)", after + ObjectiveTerms.CostsIn(problem, token => OfToken(token) != 0) >= before * (1 - Trace));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"exposure to {Unit} ≥ today's (no view given)";

    private const double Trace = 1e-7;
}
