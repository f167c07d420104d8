using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <content>Positions, routes and balances.</content>
public sealed partial class AllocationProblem
{
    private void AddPosition(Opportunity opportunity)
    {
        var capital = Math.Abs(opportunity.Capital());
        var (held, locked) = Book.NotionalUsd(Market, Scenario, opportunity);
        var before = held / BookUsd;
        var least = Settings.Moves.MinimumMove.InUsd(BookUsd) / BookUsd / capital;
        var others = Math.Max(0, Market.TotalUsd(opportunity) - held);
        var share = Math.Min(Settings.Risk.MaximumShareOfPool.Fraction, 0.5);
        var room = Math.Min(Market.CapacityUsd(opportunity), share / (1 - share) * others - held);
        var add = !IsHeld && Scenario.Universe.Allows(Market, opportunity) ? Math.Clamp(room / BookUsd, 0, _mostCapital / Math.Max(capital, 0.05)) : 0;
        // A debt can be repaid whatever the pool's liquidity.
        var free = opportunity.IsDebt() ? held - locked : Math.Min(Market.WithdrawableNowUsd(opportunity) / capital, held - locked);
        var take = IsHeld || opportunity.Maturity > Market.Snapshot.TakenAt ? 0 : Math.Clamp(free / BookUsd, 0, before);
        // A withdrawal below the smallest move is allowed only if it closes the position.
        if (take < Math.Min(least, before))
            take = 0;
        if (before == 0 && add == 0)
            return;

        var id = opportunity.Id;
        LinearExpression deposit = 0, withdrawal = 0, after;
        int? depositSwitch = null, withdrawalSwitch = null;
        // No deposit if the room left is below the smallest move.
        if (add > 0 && add >= least)
        {
            var d = _draft.Variable($"{id} deposit", 0, add);
            deposit = LinearExpression.Of(d);
            depositSwitch = Action($"{id} enter", d, opportunity.Chain, GasCosts.Enter(Market, opportunity), least);
        }

        if (take > 0)
        {
            var w = _draft.Variable($"{id} withdrawal", 0, take);
            withdrawal = LinearExpression.Of(w);
            withdrawalSwitch = Action($"{id} leave", w, opportunity.Chain, GasCosts.Exit(Market, opportunity),
                Math.Min(take, least));
        }

        if (depositSwitch is { } enters && withdrawalSwitch is { } leaves)
            _draft.Row($"{id} enters or leaves", LinearExpression.Of(enters) + LinearExpression.Of(leaves) <= 1);
        if (before == 0)
        {
            after = deposit;
        }
        else
        {
            after = LinearExpression.Of(_draft.Variable(id, before - take, before + add));
            _draft.Row($"{id} balance", after - deposit + withdrawal, before, before);
        }

        _positions.Add(new Position
        {
            Opportunity = opportunity,
            Before = before,
            After = after,
            Deposit = deposit,
            Withdrawal = withdrawal,
            DepositSwitch = depositSwitch,
            WithdrawalSwitch = withdrawalSwitch,
            Upper = before + add,
            EarningYears = Rates.EarningYears(opportunity),
            Carry = AddCarry(opportunity, after, before, before + add),
        });
    }

    private LinearExpression AddCarry(Opportunity opportunity, LinearExpression after, double before, double upper)
    {
        if (opportunity.Carry.IsFlat || IsMostOfPool(opportunity, before * BookUsd))
            return Rates.Growth(opportunity, 0) * after;
        var function = new CarryFunction(Rates, opportunity, before * BookUsd, BookUsd);
        var steepest = Math.Max(Math.Abs(function.SlopeAt(0)), Math.Abs(function.SlopeAt(upper))) + 1;
        var carry = _draft.Variable($"{opportunity.Id} carry", -steepest * upper, steepest * upper);
        _draft.Link(new(carry, after.Terms.Single().Variable, function));
        return LinearExpression.Of(carry);
    }

    /// <summary>Where the book already holds most of a pool, size × rate is not concave. Today's rate is then credited for every size. This
    /// understates the rate after a withdrawal and never overstates it.</summary>
    private bool IsMostOfPool(Opportunity opportunity, double heldUsd) =>
        opportunity.Total > 0 && heldUsd > 0.5 * Market.TotalUsd(opportunity);

    private void AddRoute(Route route)
    {
        var terms = new RouteTerms(Market, route);
        var isGas = _reach.IsGasOnly(route.To);
        var buysGas = route.To == Market.Chain(route.To.Chain).NativeTokenId();
        var smallest = buysGas ? 0 : Settings.Moves.MinimumMove.InUsd(BookUsd);
        var most = Math.Min(terms.MaximumUsd, isGas ? TopUpLimitUsd(route.To.Chain) : _mostCapital * BookUsd);
        var lower = terms.MinimumUsd;
        var zones = new List<LinearExpression>();
        foreach (var zone in terms.Zones)
        {
            // The planner is exact to a base unit, the solver only to its tolerance: keep a margin to limits that a contract enforces.
            var upper = Math.Min(zone.UpToUsd, most) * (1 - Margin);
            var minimum = Math.Max(lower * (1 + Margin), Math.Min(most, smallest));
            lower = zone.UpToUsd;
            if (minimum > upper || upper <= 0)
                continue;
            zones.Add(LinearExpression.Of(AddZone(terms, zone, minimum, upper)));
        }

        if (zones.Count > 1)
            _draft.Row($"{route.Id} one fee tier", LinearExpression.Sum(zones) <= 1);
    }

    /// <summary>Relative margin kept to a route's limits.</summary>
    private const double Margin = 1e-6;

    private int AddZone(RouteTerms terms, RouteFeeTier zone, double minimumUsd, double upperUsd)
    {
        var (route, fee) = (terms.Route, zone.FeeRate);
        var impact = terms.ImpactPerUsd * BookUsd;
        var upper = upperUsd / BookUsd;
        var flow = _draft.Variable(route.Id, 0, upper);
        var used = Action($"{route.Id} used", flow, route.From.Chain, GasCosts.Send(Market, route), minimumUsd / BookUsd);
        if (GasCosts.Claim(Market, route) is var claim && claim > 0)
            _gas.Add((route.To.Chain, GasCosts.ToUsd(Market, route.To.Chain, claim), used));
        LinearExpression delivered;
        if (impact > 0)
        {
            var output = _draft.Variable($"{route.Id} out", 0, upper);
            _draft.Link(new(output, flow, new QuadraticFunction(1 - fee, impact), IsExact: true));
            delivered = LinearExpression.Of(output);
        }
        else
        {
            delivered = (1 - fee) * LinearExpression.Of(flow);
        }

        _flows.Add(new Flow
        {
            Terms = terms,
            FeeRate = fee,
            In = LinearExpression.Of(flow),
            Out = terms.Ratio * (delivered - terms.FixedFeeUsd / BookUsd * LinearExpression.Of(used)),
            Switch = used,
        });
        return used;
    }

    /// <summary>Balance of every token: before + in − out − gas = after.</summary>
    private void AddBalances()
    {
        var change = _reach.Tokens.ToDictionary(token => token, _ => new List<LinearExpression>());
        foreach (var position in _positions)
        {
            foreach (var input in position.Opportunity.Inputs)
            {
                change[input.Token].Add(-input.Share * position.EntryPerUnit * position.Deposit);
                change[input.Token].Add(input.Share * position.ExitPerUnit * position.Withdrawal);
            }
        }

        foreach (var flow in _flows)
        {
            change[flow.Route.From].Add(-1 * flow.In);
            change[flow.Route.To].Add(flow.Out);
        }

        foreach (var (chain, gasUsd, used) in _gas)
            change[Market.Chain(chain).NativeTokenId()].Add(-gasUsd / BookUsd * LinearExpression.Of(used));
        foreach (var token in _reach.Tokens.OrderBy(token => token.ToString(), StringComparer.Ordinal))
        {
            var (held, locked) = Book.HeldUsd(Market, Scenario, token);
            var moves = LinearExpression.Sum(change[token]);
            if (held == 0 && moves.IsConstant)
                continue;
            var upper = _reach.IsGasOnly(token) ? (held + TopUpLimitUsd(token.Chain)) / BookUsd : _mostCapital;
            var idle = LinearExpression.Of(_draft.Variable($"{token} idle", locked / BookUsd, Math.Max(upper, held / BookUsd)));
            _draft.Row($"{token} balance", idle - moves, held / BookUsd, held / BookUsd);
            _idles.Add(new IdleBalance { Token = token, Before = held / BookUsd, After = idle });
        }
    }

    /// <summary>Limits gains from converters that pay more than the market price: only assets already held may be converted, nothing is
    /// bought for conversion, and money cannot run in circles.</summary>
    private void LimitGains()
    {
        ForbidCircles(_reach.Tokens);
        foreach (var asset in _flows.Where(flow => flow.Terms.Ratio > 1 + 1e-12).GroupBy(flow => Market.AssetOf(flow.Route.From).Id).OrderBy(same => same.Key, StringComparer.Ordinal))
        {
            var held = Scenario.Holdings.Where(holding => holding.Opportunity is { } place ? Market.Opportunity(place).Inputs.All(input => Market.AssetOf(input.Token).Id == asset.Key) : Market.AssetOf(holding.Token!.Value).Id == asset.Key)
                .Sum(holding => Math.Max(0, Book.ValueUsd(Market, holding)));
            _draft.Row($"{asset.Key} converted beyond the market", LinearExpression.Sum(asset.Select(flow => flow.In)) <= held / BookUsd);
        }
    }
}
