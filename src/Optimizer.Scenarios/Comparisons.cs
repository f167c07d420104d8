using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Alternatives to compare an answer with: doing nothing, everything in the safest opportunity, and highest rates first within the
/// limits.</summary>
/// <remarks>Each is the state once it is reached; the cost of reaching it is not included. Money that cannot move stays. Money stays in its
/// unit of account, so that no bet on prices is added. Nothing goes to opportunities below their peg.</remarks>
internal sealed class Comparisons
{
    private const double Confidence = 0.95;
    private const double Trace = 1e-6;

    /// <summary>Tolerance of limits for gas and dust, in fractions of the book.</summary>
    private const double Change = 1e-3;

    private readonly AllocationProblem _problem;
    private readonly Dictionary<Position, double> _stuck;
    private readonly Dictionary<IdleBalance, double> _stuckIdle;

    /// <summary>Movable money by unit of account, in fractions of the book.</summary>
    private readonly Dictionary<string, double> _free = [];

    private Comparisons(AllocationProblem problem)
    {
        _problem = problem;
        var (market, scenario, book) = (problem.Market, problem.Scenario, problem.BookUsd);
        _stuck = problem.Positions.Where(p => p.Before > 0).ToDictionary(p => p, p => p.WithdrawalSwitch is null || p.Capital != 1 || market.UnitOfAccount(p.Opportunity) is null ? p.Before : Book.NotionalUsd(market, scenario, p.Opportunity).Locked / book);
        _stuckIdle = problem.Idles.ToDictionary(i => i, i => market.State(i.Token.Chain).Halted ? i.Before : Book.HeldUsd(market, scenario, i.Token).Locked / book);
        foreach (var position in problem.Positions.Where(p => p.Before > 0 && p.Capital > 0))
            Add(market.UnitOfAccount(position.Opportunity), (position.Before - _stuck[position]) * position.Capital);
        foreach (var idle in problem.Idles)
            Add(market.UnitOfAccount(market.AssetOf(idle.Token)), idle.Before - _stuckIdle[idle]);
        void Add(string? unit, double free) => _free[unit ?? Numeraire()] = _free.GetValueOrDefault(unit ?? Numeraire()) + free;
    }

    /// <summary>The comparisons of a solved scenario.</summary>
    public static IEnumerable<ComparisonResult> Of(AllocationProblem problem)
    {
        var comparisons = new Comparisons(problem);
        yield return comparisons.Compared("as it is now", p => p.Before, i => i.Before);
        if (comparisons.Safest() is { } safest)
            yield return safest;
        yield return comparisons.Greedy();
    }

    private ComparisonResult Compared(string name, Func<Position, double> held, Func<IdleBalance, double> idle)
    {
        var book = _problem.BookUsd;
        var risk = new RiskAttribution(_problem, _problem.Positions.ToDictionary(p => p.Opportunity.Id, p => held(p) * book), _problem.Idles.ToDictionary(i => i.Token, i => idle(i) * book));
        var gained = _problem.Positions.Sum(p => ObjectiveTerms.CreditedUsd(_problem, p, held(p) * book)) + _problem.Idles.Sum(i => ObjectiveTerms.CreditedUsd(_problem, i, idle(i) * book));
        return new(name, gained / book / _problem.Scenario.Horizon.Years, Math.Sqrt(risk.Variance), _problem.Tail.MeanLossUsd(Confidence, gained, held, idle));
    }

    private string Numeraire() => _problem.Scenario.Numeraire == "USD" ? "USD" : _problem.Market.UnitOfAccount(_problem.Market.Asset(_problem.Scenario.Numeraire));

    /// <summary>Whether an opportunity is open to the scenario, is a plain deposit in one unit of account, and sells at par.</summary>
    private bool IsOpen(Position position) => position.Capital == 1 && position.Upper > 0 && !position.Deposit.IsConstant && position.Opportunity.Peg is null
        && _problem.Market.UnitOfAccount(position.Opportunity) is not null && _problem.ForbiddenBy(position) is null;

    /// <summary>All movable money of the numeraire's unit in the opportunity with the least volatility that earns something and can take
    /// all of it; null if there is none.</summary>
    private ComparisonResult? Safest()
    {
        var free = _free.GetValueOrDefault(Numeraire());
        var safest = free <= Trace ? null : _problem.Positions
            .Where(p => IsOpen(p) && _problem.Market.UnitOfAccount(p.Opportunity) == Numeraire() && p.Upper >= free - Trace && p.Opportunity.Maturity is null && _problem.RateToday(p, _problem.BookUsd * free) > 0)
            .OrderBy(p => _problem.Risk.Variance(p.Opportunity)).ThenBy(p => p.Opportunity.Id, StringComparer.Ordinal).FirstOrDefault();
        if (safest is null)
            return null;
        var rest = Rest(new() { [Numeraire()] = 0 });
        return Compared($"all in the safest opportunity, {safest.Opportunity.Id}", p => _stuck.GetValueOrDefault(p) + (p == safest ? free : 0), rest.GetValueOrDefault);
    }

    /// <summary>Greedy allocation by rate: the highest rate first, each as far as the limits allow.</summary>
    private ComparisonResult Greedy()
    {
        var values = new double[_problem.ToProblem().Variables.Count];
        var held = new Dictionary<Position, double>(_stuck);
        foreach (var (position, size) in held)
            Put(position, size);
        var rows = _problem.Requirements.Where(r => r.Source?.IsOneLimit() == false).Select(r => r.Requirement.Inequality).ToArray();
        var left = new Dictionary<string, double>(_free);
        foreach (var position in _problem.Positions.Where(IsOpen).OrderByDescending(p => _problem.RateToday(p, 0)).ThenBy(p => p.Opportunity.Id, StringComparer.Ordinal))
        {
            var unit = _problem.Market.UnitOfAccount(position.Opportunity)!;
            var already = held.GetValueOrDefault(position);
            if (_problem.RateToday(position, 0) <= 0 || left.GetValueOrDefault(unit) <= Trace)
                continue;
            var room = already + Math.Min(left[unit], position.Upper - already);
            Put(position, room);
            foreach (var row in rows)
            {
                var all = row.Lesser - row.Greater;
                var slope = position.After.Terms.Sum(term => all.Terms.Where(t => t.Variable == term.Variable).Sum(t => t.Coefficient));
                if (slope > 0 && all.At(values) is > 0 and var over)
                    Put(position, room = Math.Max(already, room - over / slope));
            }

            // If this breaks a row, such as a count or a minimum size, the opportunity is left out.
            if (room - already <= Trace || rows.Any(row => IsBroken(row, position)))
            {
                Put(position, already);
                continue;
            }

            held[position] = room;
            left[unit] -= room - already;
        }

        foreach (var position in _problem.Positions.Where(p => !held.ContainsKey(p)))
            Put(position, 0);
        var rest = Rest(left);
        foreach (var (idle, size) in rest)
            values[idle.After.Terms.Single().Variable] = size;
        // Limits stated by many rows, and minimum limits, are only checked at the end.
        var known = _problem.Positions.SelectMany(p => new[] { p.After, p.Deposit, p.Withdrawal, _problem.Held(p) }).Concat(_problem.Idles.Select(i => i.After))
            .SelectMany(expression => expression.Terms).Select(term => term.Variable).ToHashSet();
        bool IsKnown(Inequality row) => row.Lesser.Terms.Concat(row.Greater.Terms).All(term => known.Contains(term.Variable));
        var broken = _problem.Requirements.Any(r => r.Requirement.IsReported && r.Source?.IsOneLimit() == false && IsKnown(r.Requirement.Inequality) && r.Requirement.Inequality.Lesser.At(values) > r.Requirement.Inequality.Greater.At(values) + Change) || _problem.Requirements.Select(r => r.Source).OfType<AllocationConstraint>().Where(source => source.IsOneLimit()).Distinct()
            .Any(source => _problem.Requirements.First(r => r.Source == source).Requirement.Inequality.Greater.Constant + Trace < source.Reached(_problem, values));
        return Compared(broken ? "highest rates first, some limits broken" : "highest rates first, within the limits", held.GetValueOrDefault, rest.GetValueOrDefault);

        void Put(Position position, double size)
        {
            foreach (var term in position.After.Terms)
                values[term.Variable] = size;
            foreach (var term in position.Before > 0 ? position.Deposit.Terms : [])
                values[term.Variable] = Math.Max(0, size - position.Before);
            foreach (var term in position.Withdrawal.Terms)
                values[term.Variable] = Math.Max(0, position.Before - size);
            foreach (var term in _problem.Held(position).Terms)
                values[term.Variable] = size > 0 ? 1 : 0;
        }

        bool IsBroken(Inequality inequality, Position position)
        {
            var bears = _problem.Held(position).Terms.Select(term => term.Variable).Concat(position.After.Terms.Select(term => term.Variable)).ToHashSet();
            var all = inequality.Lesser - inequality.Greater;
            return all.Terms.Any(term => bears.Contains(term.Variable) && term.Coefficient > 0) && all.At(values) > Trace;
        }
    }

    /// <summary>Unallocated money stays idle in the token of its unit of account with the largest holding.</summary>
    private Dictionary<IdleBalance, double> Rest(Dictionary<string, double> left)
    {
        var rest = new Dictionary<IdleBalance, double>(_stuckIdle);
        foreach (var unit in _problem.Idles.GroupBy(i => _problem.Market.UnitOfAccount(_problem.Market.AssetOf(i.Token))))
        {
            var free = left.TryGetValue(unit.Key, out var some) ? some : _free.GetValueOrDefault(unit.Key);
            if (free != 0 && unit.MaxBy(i => i.Before) is { } most)
                rest[most] = rest.GetValueOrDefault(most) + free;
        }

        return rest;
    }
}
