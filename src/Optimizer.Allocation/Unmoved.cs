using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Explains why money stays where it is: gain and cost of its best alternative.</summary>
public static class Unmoved
{
    /// <summary>One result per idle token or position above the smallest move that stays.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">The solver's values.</param>
    public static IEnumerable<UnmovedResult> Explain(AllocationProblem problem, IReadOnlyList<double> values)
    {
        var book = problem.BookUsd;
        if (problem.Scenario.Mode == ScenarioMode.Hold)
            yield break;
        foreach (var idle in problem.Idles)
        {
            var stays = Math.Min(idle.Before, idle.After.At(values)) * book;
            var isGas = idle.Token == problem.Market.Chain(idle.Token.Chain).NativeTokenId();
            if (stays > problem.Settings.Moves.MinimumMove.InUsd(book) && !isGas)
                yield return Best(problem, values, idle.Token.ToString(), stays, [(idle.Token, stays, 0.0)], -problem.Risk.ExpectedLoss(idle.Token, problem.Scenario.Horizon.Years), null);
        }

        foreach (var position in problem.Positions.Where(p => p is { Before: > 0, Capital: > 0 }))
        {
            var stays = Math.Min(position.Before, position.After.At(values)) * position.Capital * book;
            if (stays <= problem.Settings.Moves.MinimumMove.InUsd(book))
                continue;
            var earned = NetGrowth(problem, position, position.After.At(values) * book);
            var exit = GasCosts.ToUsd(problem.Market, position.Opportunity.Chain, GasCosts.Exit(problem.Market, position.Opportunity))
                + stays * (1 - position.ExitPerUnit / position.Capital);
            yield return Best(problem, values, position.Opportunity.Id, stays,
                position.Opportunity.Inputs.Select(i => (i.Token, stays * i.Share, exit * i.Share)), earned / position.Capital, position);
        }
    }

    private static UnmovedResult Best(
        AllocationProblem problem, IReadOnlyList<double> values, string from, double usd,
        IEnumerable<(TokenId Token, double Usd, double CostUsd)> starts, double earned, Position? source)
    {
        var origins = starts.ToArray();
        var unit = problem.Market.UnitOfAccount(problem.Market.AssetOf(origins[0].Token));
        var costTo = CheapestPaths(problem, origins);
        UnmovedResult? best = null;
        foreach (var target in problem.Positions.Where(p => p != source && p is { Upper: > 0, Capital: > 0 } && !p.Deposit.IsConstant && problem.ForbiddenBy(p) is null))
        {
            // Moving to another unit of account is a bet on prices, not a better opportunity.
            if (!target.Opportunity.Inputs.All(i => costTo.ContainsKey(i.Token) && unit == problem.Market.UnitOfAccount(problem.Market.AssetOf(i.Token))))
                continue;
            var now = target.After.At(values) * problem.BookUsd;
            var room = Math.Min(usd, target.Upper * problem.BookUsd - now);
            if (room < usd * 0.5)
                continue;
            var better = NetGrowth(problem, target, now + usd) / target.Capital - earned;
            var cost = target.Opportunity.Inputs.Max(i => costTo[i.Token])
                + GasCosts.ToUsd(problem.Market, target.Opportunity.Chain, GasCosts.Enter(problem.Market, target.Opportunity))
                + usd * (target.EntryPerUnit / target.Capital - 1);
            var gain = better * usd;
            if (best is null || gain - cost > best.GainUsd - best.CostUsd)
                best = new(from, usd, target.Opportunity.Id, gain, cost, "");
        }

        if (best is null)
            return new(from, usd, "", 0, 0, source is { WithdrawalSwitch: null } ? "locked, or the pool has no liquidity to withdraw" : "no other opportunity accepts it");
        return best with
        {
            Reason = source is { WithdrawalSwitch: null } ? "locked, or the pool has no liquidity to withdraw"
                : !problem.HasGas ? "no chain has gas for a transaction"
                : best.GainUsd <= 0 ? "no opportunity pays more after expected losses"
                : best.GainUsd <= best.CostUsd ? "the move costs more than it gains within the horizon"
                : best.GainUsd <= best.CostUsd + problem.Settings.Moves.Effort.InUsd(problem.BookUsd) ? "the gain is not worth the effort of signing"
                : usd <= problem.Settings.Moves.MinimumMove.InUsd(problem.BookUsd) ? "the amount is below the smallest move"
                : "limits or the added risk outweigh the gain",
        };
    }

    /// <summary>The lowest cost in USD of moving the money to each token (Dijkstra).</summary>
    private static Dictionary<TokenId, double> CheapestPaths(
        AllocationProblem problem, IEnumerable<(TokenId Token, double Usd, double CostUsd)> starts)
    {
        var done = new Dictionary<TokenId, double>();
        var queue = new PriorityQueue<(TokenId Token, double Usd), double>();
        foreach (var (token, usd, cost) in starts)
            queue.Enqueue((token, usd), cost);
        while (queue.TryDequeue(out var next, out var cost))
        {
            if (!done.TryAdd(next.Token, cost))
                continue;
            foreach (var flow in problem.Flows.Where(f => f.Route.From == next.Token))
            {
                var (route, terms) = (flow.Route, flow.Terms);
                if (next.Usd > terms.MaximumUsd || next.Usd < terms.MinimumUsd || terms.FeeRate(next.Usd) != flow.FeeRate)
                    continue;
                // Ignore gains from converters that pay more than the market.
                var step = Math.Max(0, terms.LossUsd(next.Usd, flow.FeeRate))
                    + GasCosts.ToUsd(problem.Market, route.From.Chain, GasCosts.Send(problem.Market, route))
                    + GasCosts.ToUsd(problem.Market, route.To.Chain, GasCosts.Claim(problem.Market, route));
                queue.Enqueue((route.To, next.Usd), cost + step);
            }
        }

        return done;
    }

    /// <summary>Earnings per unit of notional over the horizon, net of expected losses, at a given size of the position.</summary>
    private static double NetGrowth(AllocationProblem problem, Position position, double notionalUsd) =>
        problem.Growth(position, notionalUsd) - problem.Risk.ExpectedLoss(position.Opportunity, position.EarningYears) * position.Capital;
}
