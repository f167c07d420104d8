using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>What an answer is held against: doing nothing, all in the safest place, and the highest rates first within the limits.</summary>
/// <remarks>Each is what it would be once it is reached, without what getting there costs: an answer that is no better after its own costs has
/// to say why.</remarks>
internal static class Comparisons
{
    private const double Confidence = 0.95;

    /// <summary>The comparisons of a solved scenario.</summary>
    public static IEnumerable<ComparisonResult> Of(AllocationProblem problem)
    {
        yield return Compared(problem, "as it is now", p => p.Before, i => i.Before);
        if (Safest(problem) is { } safest)
        {
            var free = 1 - problem.Positions.Where(p => p != safest && IsStuck(p)).Sum(p => p.Before * p.Capital);
            yield return Compared(problem, $"all in the safest place, {safest.Opportunity.Id}", p => p == safest ? free : IsStuck(p) ? p.Before : 0, _ => 0);
        }

        var (greedy, idle) = Greedy(problem);
        yield return Compared(problem, "highest rates first, within the limits", greedy.GetValueOrDefault, idle.GetValueOrDefault);
    }

    private static ComparisonResult Compared(AllocationProblem problem, string name, Func<Position, double> held, Func<IdleBalance, double> idle)
    {
        var book = problem.BookUsd;
        var risk = new RiskAttribution(problem, problem.Positions.ToDictionary(p => p.Opportunity.Id, p => held(p) * book), problem.Idles.ToDictionary(i => i.Token, i => idle(i) * book));
        var gained = problem.Positions.Sum(p => ObjectiveTerms.CreditedUsd(problem, p, held(p) * book) - book * (held(p) * ObjectiveTerms.ExitOf(problem, p) + (held(p) > 0 ? ObjectiveTerms.ExitGasOf(problem, p) : 0)))
            + problem.Idles.Sum(i => ObjectiveTerms.CreditedUsd(problem, i, idle(i) * book));
        return new(name, gained / book / problem.Scenario.Horizon.Years, Math.Sqrt(risk.Variance), problem.Tail.MeanLossUsd(Confidence, gained, held, idle));
    }

    private static bool IsStuck(Position position) => position is { Before: > 0, WithdrawalSwitch: null };

    /// <summary>The place in the numeraire's unit of account with the least volatility that earns something, is open to the scenario, and takes
    /// all of the book; null where there is none.</summary>
    private static Position? Safest(AllocationProblem problem)
    {
        var market = problem.Market;
        var unit = problem.Scenario.Numeraire == "USD" ? "USD" : market.UnitOfAccount(market.Asset(problem.Scenario.Numeraire));
        double Variance(Position p) => problem.Risk.Loadings(p.Opportunity).Values.Sum(loading => loading * loading) + p.Opportunity.Volatility * p.Opportunity.Volatility;
        return problem.Positions.Where(p => p.Capital == 1 && market.UnitOfAccount(p.Opportunity) == unit && p.Upper >= 1 - 1e-6 && p.Opportunity.Maturity is null
                && problem.ForbiddenBy(p) is null && problem.Growth(p, problem.BookUsd) > 0)
            .OrderBy(Variance).ThenBy(p => p.Opportunity.Id, StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>What somebody does who looks at rates alone: the highest first, each as far as limits leave room; what then is left stays in
    /// what most is idle in.</summary>
    private static (Dictionary<Position, double> Held, Dictionary<IdleBalance, double> Idle) Greedy(AllocationProblem problem)
    {
        var stated = problem.ToProblem();
        var values = new double[stated.Variables.Count];
        var held = problem.Positions.Where(IsStuck).ToDictionary(p => p, p => p.Before);
        foreach (var (position, size) in held)
            Put(position, size);
        var left = 1 - held.Sum(pair => pair.Value * pair.Key.Capital);
        foreach (var position in problem.Positions.Where(p => p.Capital == 1 && !IsStuck(p) && p.Upper > 0 && problem.ForbiddenBy(p) is null)
            .OrderByDescending(p => problem.RateToday(p, 0)).ThenBy(p => p.Opportunity.Id, StringComparer.Ordinal))
        {
            if (problem.RateToday(position, 0) <= 0)
                break;
            var room = Math.Min(left, position.Upper);
            Put(position, room);
            foreach (var (_, requirement, _) in problem.Requirements)
            {
                var (lesser, greater) = (requirement.Inequality.Lesser, requirement.Inequality.Greater);
                var slope = position.After.Terms.Sum(term => (lesser - greater).Terms.Where(t => t.Variable == term.Variable).Sum(t => t.Coefficient));
                if (slope > 0 && lesser.At(values) - greater.At(values) is > 0 and var over)
                    room = Math.Max(0, room - over / slope);
                Put(position, room);
            }

            // What limits the number of places, or asks for a least size, is met or the place left out.
            if (room <= 1e-6 || problem.Requirements.Any(r => IsBroken(r.Requirement.Inequality, position)))
            {
                Put(position, 0);
                continue;
            }

            held[position] = room;
            left -= room;
        }

        var rest = problem.Idles.MaxBy(i => i.Before);
        return (held, rest is null ? [] : new() { [rest] = left });

        void Put(Position position, double size)
        {
            foreach (var term in position.After.Terms)
                values[term.Variable] = size;
            foreach (var term in problem.Held(position).Terms)
                values[term.Variable] = size > 0 ? 1 : 0;
        }

        bool IsBroken(Inequality inequality, Position position)
        {
            var bears = problem.Held(position).Terms.Select(term => term.Variable).Concat(position.After.Terms.Select(term => term.Variable)).ToHashSet();
            var all = inequality.Lesser - inequality.Greater;
            return all.Terms.Any(term => bears.Contains(term.Variable) && term.Coefficient > 0) && all.At(values) > 1e-6;
        }
    }
}
