using Optimizer.Model;

namespace Optimizer.Allocation;

/// <content>Gas on every chain, and rounds of signatures.</content>
public sealed partial class AllocationProblem
{
    /// <summary>Every chain with an action needs gas, and a chain that receives money keeps gas for the exit.</summary>
    private void AddGasRules()
    {
        var keep = Settings.Moves.KeepGas.InUsd(BookUsd) / BookUsd;
        foreach (var idle in _idles)
        {
            var chain = Market.Chain(idle.Token.Chain);
            if (idle.Token != chain.NativeTokenId())
                continue;
            var (_, lockedUsd) = Book.HeldUsd(Market, Scenario, idle.Token);
            var free = idle.Before - lockedUsd / BookUsd;
            var arriving = _positions.Where(p => p.Opportunity.Chain == chain.Id && p.DepositSwitch is not null).Select(p => p.DepositSwitch!.Value)
                .Concat(_flows.Where(f => f.Route.CrossesChains() && f.Route.To.Chain == chain.Id && f.Route.To != idle.Token).Select(f => f.Switch));
            foreach (var arrives in keep > 0 ? arriving.Distinct() : [])
                _draft.Row($"{chain.Id} keeps gas", InGas * (keep * LinearExpression.Of(arrives) + lockedUsd / BookUsd) <= InGas * idle.After);
            var actions = _gas.Where(g => g.Chain == chain.Id).ToArray();
            KeepGasForLeaving(idle, chain, free, lockedUsd, actions.Length == 0 ? 0 : actions.Max(action => action.GasUsd) / BookUsd);
            KeepMargin(idle, chain, free, lockedUsd, actions);
            if (actions.Length == 0 || free * BookUsd >= actions.Max(a => a.GasUsd))
                continue;
            // The balance row covers this too, but gas of a few cents is below the solver's tolerance for a book of millions, so add a row
            // on binaries. A delivery that must be claimed with gas brings no first gas to a chain without any.
            var supply = LinearExpression.Sum(_flows
                .Where(f => f.Route.To == idle.Token && f.Route.CrossesChains() && GasCosts.Claim(Market, f.Route).IsZero)
                .Select(f => LinearExpression.Of(f.Switch)));
            foreach (var action in actions.Where(a => a.GasUsd > free * BookUsd).DistinctBy(a => a.Switch))
                _draft.Row($"{chain.Id} needs gas", LinearExpression.Of(action.Switch) <= supply);
        }
    }

    /// <summary>Keeps slightly more gas than the steps use, because on a large book the error allowed in the balance row could exceed the
    /// missing gas.</summary>
    private void KeepMargin(IdleBalance idle, Chain chain, double free, double lockedUsd, (string Chain, double GasUsd, int Switch)[] actions)
    {
        const double Margin = 0.05;
        if (free * BookUsd < (1 + Margin) * actions.Sum(action => action.GasUsd))
            _draft.Row($"{chain.Id} has gas", InGas * (LinearExpression.Sum(actions.Select(a => Margin * a.GasUsd / BookUsd * LinearExpression.Of(a.Switch))) + lockedUsd / BookUsd) <= InGas * idle.After);
    }

    /// <summary>Scale of rows about gas, which are in thousands of USD: in fractions of a large book, gas would be below the solver's
    /// tolerances.</summary>
    private double InGas => BookUsd / 1_000;

    /// <summary>Reserves exit gas, at a stressed gas price, for new positions and for those that stay. If the chain has little gas, gas for
    /// today's actions goes first.</summary>
    private void KeepGasForLeaving(IdleBalance idle, Chain chain, double free, double lockedUsd, double dearest)
    {
        var here = _positions.Where(p => p.Opportunity.Chain == chain.Id).ToArray();
        double Leaving(Position position) => StressedExitUsd(position.Opportunity) / BookUsd;
        var keeps = Settings.Moves.KeepGas.InUsd(BookUsd) / BookUsd;
        var staying = here.Where(p => p.Before > 0).ToArray();
        var isEnough = keeps > 0 && free >= 2 * keeps + 10 * dearest + staying.Sum(Leaving);
        foreach (var stays in isEnough ? staying.Where(p => p.Before >= keeps) : [])
            _draft.Row($"{chain.Id} keeps gas for {stays.Opportunity.Id}", InGas * (keeps + lockedUsd / BookUsd - keeps / stays.Before * stays.Withdrawal) <= InGas * idle.After);
        var left = LinearExpression.Sum([
            .. here.Where(p => p is { Before: 0, DepositSwitch: not null }).Select(p => Leaving(p) * LinearExpression.Of(p.DepositSwitch!.Value)),
            .. isEnough ? staying.Select(p => Leaving(p) - Leaving(p) / p.Before * p.Withdrawal) : []]);
        if (keeps > 0 && !left.IsConstant)
            _draft.Row($"{chain.Id} keeps gas for leaving", InGas * (left + lockedUsd / BookUsd) <= InGas * idle.After);
    }

    /// <summary>Rounds of signatures: one account and one round per chain with an action, and a second round if money arrives from another
    /// chain after something was sent or withdrawn there.</summary>
    private void AddRounds()
    {
        var (account, round) = (Settings.Moves.EffortPerAccount.InUsd(BookUsd), Settings.Moves.EffortPerRound.InUsd(BookUsd));
        if (account + round <= 0)
            return;
        foreach (var chain in _gas.GroupBy(action => action.Chain).OrderBy(same => same.Key, StringComparer.Ordinal))
        {
            var used = Group($"{chain.Key} account", chain.Select(action => action.Switch));
            _rounds.Add((chain.Key, account + round, used));
            var arriving = _flows.Where(f => f.Route.CrossesChains() && f.Route.To.Chain == chain.Key && !_reach.IsGasOnly(f.Route.To)).Select(f => f.Switch).ToArray();
            var before = _flows.Where(f => f.Route.CrossesChains() && f.Route.From.Chain == chain.Key).Select(f => f.Switch)
                .Concat(_positions.Where(p => p.Opportunity.Chain == chain.Key && p.WithdrawalSwitch is not null).Select(p => p.WithdrawalSwitch!.Value)).ToArray();
            if (arriving.Length == 0 || before.Length == 0 || round <= 0)
                continue;
            var again = _draft.Binary($"{chain.Key} second round");
            _draft.Row($"{chain.Key} second round", LinearExpression.Of(Group($"{chain.Key} receives", arriving)) + LinearExpression.Of(Group($"{chain.Key} sends", before)) <= 1 + LinearExpression.Of(again));
            _rounds.Add((chain.Key, round, again));
        }
    }

    /// <summary>A binary that is one if any of the given binaries is one.</summary>
    private int Group(string name, IEnumerable<int> switches)
    {
        var any = _draft.Binary(name);
        foreach (var binary in switches.Distinct())
            _draft.Row(name, LinearExpression.Of(binary) <= LinearExpression.Of(any));
        return any;
    }

    /// <summary>Gas cost of leaving a position at the stressed gas price, in USD.</summary>
    private double StressedExitUsd(Opportunity opportunity) =>
        Settings.Moves.StressedGas * GasCosts.ToUsd(Market, opportunity.Chain, GasCosts.Exit(Market, opportunity));

    private double TopUpLimitUsd(string chain)
    {
        const int MostPositions = 10;
        var leaving = _positions.Where(p => p.Opportunity.Chain == chain).Select(p => StressedExitUsd(p.Opportunity)).OrderDescending().Take(MostPositions).Sum();
        var dearest = _positions.Where(p => p.Opportunity.Chain == chain)
            .Select(p => GasCosts.ToUsd(Market, chain, GasCosts.Enter(Market, p.Opportunity) + GasCosts.Exit(Market, p.Opportunity)))
            .DefaultIfEmpty(0).Max();
        return 2 * Settings.Moves.KeepGas.InUsd(BookUsd) + 10 * dearest + leaving + 1;
    }
}
