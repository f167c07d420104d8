using System.Numerics;
using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Risk;

namespace Optimizer.Scenarios;

/// <summary>Reports the distribution of gains, the liquidity and the totals of an answer.</summary>
internal static class Spread
{
    private static readonly double[] Confidences = [0.95, 0.99];
    private static readonly double[] Ladder = [0, 1, 7, 30];
    private const int MostEvents = 5;

    /// <summary>The distribution of gains over the horizon.</summary>
    public static LossDistribution Distribution(AllocationProblem problem, IReadOnlyList<PositionResult> positions, IReadOnlyList<IdleResult> idle)
    {
        var items = problem.Positions.Join(positions, p => p.Opportunity.Id, p => p.Opportunity, (position, p) => new RevaluedItem(
                p.Opportunity, p.Usd, p.NotionalUsd, ObjectiveTerms.CreditedUsd(problem, position, p.NotionalUsd), p.NotionalUsd * ObjectiveTerms.RateErrorOf(problem, position)))
            .Concat(problem.Idles.Join(idle, i => i.Token, t => t.Token, (i, t) => new RevaluedItem($"{t.Token}", t.Usd, t.Usd, ObjectiveTerms.CreditedUsd(problem, i, t.Usd)))).ToArray();
        var draws = problem.Tail.Draws;
        var held = positions.Where(p => p.Usd != 0).Select(p => p.Opportunity).ToHashSet();
        var gas = new double[draws.Count];
        foreach (var chain in problem.Positions.Where(position => held.Contains(position.Opportunity.Id)).GroupBy(position => position.Opportunity.Chain))
        {
            var cost = chain.Sum(position => ObjectiveTerms.ExitGasOf(problem, position)) * problem.BookUsd;
            var spread = TailRows.GasSpread(problem, draws, chain.Key);
            for (var s = 0; s < gas.Length; s++)
                gas[s] += cost * spread[s];
        }

        return new LossDistribution(problem.Market, problem.Risk, draws, items, gas);
    }

    /// <summary>The reported part of the distribution.</summary>
    public static LossResult Losses(AllocationProblem problem, LossDistribution distribution) => new(
        problem.Tail.Draws.Count, distribution.NoEventProbability, distribution.LossProbability,
        [.. Confidences.Append(problem.Objective.TailConfidence() ?? Confidences[0]).Distinct().Order().Select(distribution.Tail)],
        [.. distribution.WorstEvents(Confidences[^1]).Take(MostEvents).Select(worst => new WorstEventResult(worst.Event, problem.Market.Event(worst.Event).Name, worst.Usd))]);

    /// <summary>Amounts that can become idle money within some days: idle tokens, and the part of each position that its pool can pay
    /// out.</summary>
    /// <param name="scenario">The scenario, for locked holdings.</param>
    /// <param name="market">The market, today's or after an event.</param>
    /// <param name="after">The holdings.</param>
    /// <param name="bookUsd">Today's value of the book, in USD.</param>
    public static IEnumerable<LiquidityResult> Liquidity(Scenario scenario, Market market, Ledger after, double bookUsd)
    {
        foreach (var days in Ladder)
        {
            var stuck = scenario with { Holdings = [.. scenario.Holdings.Where(holding => holding.LockedDays(market.Snapshot.TakenAt) > days)] };
            var idle = after.Idle.Where(t => !market.State(t.Key.Chain).Halted).Sum(t => market.Usd(t.Key, BigInteger.Max(0, t.Value - Book.Held(market, stuck, t.Key).Locked)));
            var placed = after.Positions.Sum(p => Available(market, market.Opportunity(p.Key), p.Value, stuck, days));
            yield return new(days, idle + placed, bookUsd > 0 ? (idle + placed) / bookUsd : 0);
        }
    }

    /// <summary>The risk contributions, where each event also has the liquidity after it strikes. Also lists events that cost nothing but
    /// block exits, because they strike the collateral of a pool and start a run on it.</summary>
    public static IEnumerable<RiskResult> UnderEvents(AllocationProblem problem, Ledger after, double bookUsd, IReadOnlyList<RiskResult> causes)
    {
        var (market, scenario) = (problem.Market, problem.Scenario);
        IReadOnlyList<LiquidityResult> Under(string e) =>
            [.. Liquidity(scenario, market.Under([Shift.Strike(e)]), after, bookUsd)];
        foreach (var cause in causes)
            yield return cause.LossIfItStrikesUsd is null ? cause : cause with { Liquidity = Under(cause.Factor) };
        var held = after.Positions.Where(p => p.Value > 0).Select(p => market.Opportunity(p.Key));
        foreach (var e in held.SelectMany(market.EventsOfCollateral).Distinct().Except(causes.Select(cause => cause.Factor)).Order(StringComparer.Ordinal))
            yield return new(e, 0, 0, market.Event(e).Name) { Liquidity = Under(e) };
    }

    /// <summary>Totals of the book, direct and looked through.</summary>
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
        // A debt is deducted: it must be repaid before its collateral is free.
        return o.IsDebt() ? value : Math.Min(value, market.WithdrawableUsd(o, days));
    }
}
