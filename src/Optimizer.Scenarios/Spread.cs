using System.Numerics;
using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Risk;

namespace Optimizer.Scenarios;

/// <summary>Says how an answer's gains spread, how fast it can be had as money, and where it lies.</summary>
internal static class Spread
{
    private static readonly double[] Confidences = [0.95, 0.99];
    private static readonly double[] Ladder = [0, 1, 7, 30];
    private const int MostEvents = 5;

    /// <summary>The distribution of gains over the horizon.</summary>
    public static LossResult Losses(AllocationProblem problem, IReadOnlyList<PositionResult> positions, IReadOnlyList<IdleResult> idle)
    {
        var (market, years, horizon) = (problem.Market, problem.Scenario.Horizon.Years, problem.Scenario.Horizon);
        var held = problem.Positions.ToDictionary(p => p.Opportunity.Id);
        RevaluedItem Of(Position position, PositionResult p) => new(p.Opportunity, p.Usd, p.NotionalUsd,
            p.NotionalUsd * (problem.Growth(position, p.NotionalUsd) + years * ObjectiveTerms.ViewOn(problem, position)) - p.Usd * p.ExpectedLossRate * years);
        var items = positions.Where(p => held.ContainsKey(p.Opportunity)).Select(p => Of(held[p.Opportunity], p))
            .Concat(problem.Idles.Join(idle, i => i.Token, t => t.Token, (i, t) => new RevaluedItem($"{t.Token}", t.Usd, t.Usd,
                t.Usd * (problem.Rates.Growth(t.Token) + years * ObjectiveTerms.ViewOn(problem, i) - problem.Risk.ExpectedLoss(t.Token, years))))).ToArray();
        var set = problem.Tail.Draws;
        var distribution = new LossDistribution(market, problem.Risk, set, horizon, items);
        return new(set.Count, distribution.NoEventProbability, distribution.LossProbability, [.. Confidences.Select(distribution.Tail)],
            [.. distribution.WorstEvents(Confidences[^1]).Take(MostEvents).Select(worst => new WorstEventResult(worst.Event, market.Event(worst.Event).Name, worst.Usd))]);
    }

    /// <summary>What can be had as idle money within some days: idle tokens, and of each position what its pool could pay out now.</summary>
    public static IEnumerable<LiquidityResult> Liquidity(AllocationProblem problem, Ledger after)
    {
        var (market, from) = (problem.Market, problem.Market.Snapshot.TakenAt);
        var bookUsd = after.Positions.Sum(p => Book.ValueUsd(market, market.Opportunity(p.Key), p.Value)) + after.Idle.Sum(t => market.Usd(t.Key, t.Value)) + problem.Scenario.Others.Sum(other => other.ValueUsd!.Value.Amount);
        foreach (var days in Ladder)
        {
            var stuck = problem.Scenario with { Holdings = [.. problem.Scenario.Holdings.Where(holding => holding.LockedDays(from) > days)] };
            var idle = after.Idle.Sum(t => market.Usd(t.Key, BigInteger.Max(0, t.Value - Book.Held(market, stuck, t.Key).Locked)));
            var placed = after.Positions.Sum(p => Available(market, market.Opportunity(p.Key), p.Value, stuck, days));
            yield return new(days, idle + placed, bookUsd > 0 ? (idle + placed) / bookUsd : 0);
        }
    }

    /// <summary>Where the book lies, directly and behind claims.</summary>
    public static IEnumerable<TotalResult> Totals(AllocationProblem problem, IReadOnlyList<PositionResult> positions, IReadOnlyList<IdleResult> idle)
    {
        var market = problem.Market;
        var direct = new Dictionary<(string By, string Name), double>();
        var through = new Dictionary<(string By, string Name), double>();
        static void Add(Dictionary<(string By, string Name), double> to, string by, string name, double usd) => to[(by, name)] = to.GetValueOrDefault((by, name)) + usd;
        void AddAll(LookThrough places, double usd)
        {
            foreach (var (by, shares) in new[] { ("protocol", places.Protocols), ("asset", places.Assets), ("issuer", places.Issuers) })
            {
                foreach (var (name, share) in shares)
                    Add(through, by, name, share * usd);
            }
        }

        void AddToken(TokenId token, double usd)
        {
            Add(direct, "asset", market.AssetOf(token).Id, usd);
            Add(direct, "issuer", market.Token(token).Issuer ?? "no issuer", usd);
        }

        foreach (var position in positions.Where(p => p.Usd != 0))
        {
            var o = market.Opportunity(position.Opportunity);
            Add(direct, "chain", o.Chain, position.Usd);
            Add(direct, "protocol", o.Protocol, position.Usd);
            foreach (var input in o.Inputs)
                AddToken(input.Token, input.Share * position.Usd);
            AddAll(market.LookThrough(o), position.Usd);
        }

        foreach (var token in idle.Where(i => i.Usd != 0))
        {
            Add(direct, "chain", token.Token.Chain, token.Usd);
            Add(direct, "protocol", "idle", token.Usd);
            AddToken(token.Token, token.Usd);
            AddAll(market.LookThrough(token.Token), token.Usd);
        }

        return direct.Keys.Union(through.Keys).Select(key => new TotalResult(key.By, key.Name, direct.GetValueOrDefault(key), through.TryGetValue(key, out var usd) ? usd : direct.GetValueOrDefault(key)))
            .OrderBy(total => total.By, StringComparer.Ordinal).ThenByDescending(total => total.LookedThroughUsd).ThenBy(total => total.Name, StringComparer.Ordinal);
    }

    private static double Available(Market market, Opportunity o, BigInteger amount, Scenario stuck, double days)
    {
        var value = Book.ValueUsd(market, o, BigInteger.Max(0, amount - Book.Held(market, stuck, o).Locked));
        // What is owed has to be paid back before what secures it is free.
        return o.IsDebt() ? value : o.ExitDays(market.Snapshot.TakenAt) > days ? 0 : Math.Min(value, Math.Max(0, market.WithdrawableNowUsd(o)));
    }
}
