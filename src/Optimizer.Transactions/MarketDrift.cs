using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Transactions.Safe;

namespace Optimizer.Transactions;

/// <summary>Severity of a market change since a plan was made.</summary>
public enum DriftKind
{
    /// <summary>A figure has changed, but the plan can still be executed.</summary>
    Drifted,

    /// <summary>A step would fail, or send money to an opportunity that should not be entered now.</summary>
    Dangerous,
}

/// <summary>One market change.</summary>
/// <param name="Kind">Its severity.</param>
/// <param name="Step">The step concerned.</param>
/// <param name="Message">The figure before and now.</param>
public sealed record Drift(DriftKind Kind, int? Step, string Message);

/// <summary>Checks whether a plan's assumptions still hold in today's market.</summary>
public static class MarketDrift
{
    /// <summary>A rate that fell by more than this fraction is reported.</summary>
    private const double MuchOfARate = 0.25;

    /// <summary>The changes; empty if the plan is still valid.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="then">The market from which the plan was made.</param>
    /// <param name="now">Today's market, without what could not be read.</param>
    /// <param name="moves">Settings with the slippage tolerance.</param>
    public static IReadOnlyList<Drift> Check(TransactionPlan plan, Market then, Market now, MoveSettings moves)
    {
        var found = new List<Drift>();
        void Note(DriftKind kind, int? step, string message) => found.Add(new(kind, step, message));
        foreach (var chain in plan.Steps.Select(step => step.Chain).Distinct().Where(id => now.Snapshot.Chains.All(chain => chain.Id != id)))
            Note(DriftKind.Dangerous, null, $"{chain} cannot be read now");
        foreach (var asset in plan.Steps.SelectMany(step => new[] { step.Token, step.ReceivedToken ?? step.Token }).Select(token => then.AssetOf(token).Id).Distinct())
        {
            var (before, price) = (then.Snapshot.Assets.First(a => a.Id == asset).PriceUsd.Value, now.Snapshot.Assets.FirstOrDefault(a => a.Id == asset)?.PriceUsd.Value);
            if (price is null)
                Note(DriftKind.Dangerous, null, $"{asset} has no reliable price now");
            else if (Math.Abs(price.Value / before - 1) > moves.Slippage.Fraction)
                Note(DriftKind.Drifted, null, $"{asset} was {before:g6} USD and is now {price.Value:g6} USD");
        }

        foreach (var step in plan.Steps.Where(step => TransactionPlanner.IsRoute(step.Kind)))
            Route(step, then, now, moves, Note);
        foreach (var step in plan.Steps.Where(step => step.Kind == StepKind.Deposit || step.Kind.IsLeaving()))
            Place(step, then, now, Note);
        return found;
    }

    /// <summary>Contracts that a plan calls or batches through and that do not exist. A call to such an address succeeds without effect,
    /// and money sent to it is lost.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="chain">The chain.</param>
    /// <param name="client">Its nodes.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<IReadOnlyList<Drift>> MissingAsync(TransactionPlan plan, Chain chain, EvmClient client, CancellationToken cancellation)
    {
        try
        {
            return await WithoutCodeAsync(plan, chain, client, cancellation).ConfigureAwait(false);
        }
        catch (ChainDataException unreachable)
        {
            return [new(DriftKind.Dangerous, null, $"cannot check whether the plan's contracts on {chain.Id} exist: {unreachable.Message}")];
        }
    }

    private static async Task<IReadOnlyList<Drift>> WithoutCodeAsync(TransactionPlan plan, Chain chain, EvmClient client, CancellationToken cancellation)
    {
        var found = new List<Drift>();
        var (activity, head) = (new EvmActivity(client), (await client.PinAsync(cancellation).ConfigureAwait(false)).Block.Number);
        var called = plan.Steps.Where(step => step.Chain == chain.Id).SelectMany(step => step.Calls.Select(call => (step.Id, Address: EvmAddress.Parse(call.To)))).DistinctBy(call => call.Address).ToArray();
        foreach (var (step, address) in called)
        {
            if ((await activity.CodeAsync(address, head, cancellation).ConfigureAwait(false)).Length == 0)
                found.Add(new(DriftKind.Dangerous, step, $"{address} on {chain.Id} is not a contract"));
        }

        var isSafe = (await activity.CodeAsync(EvmAddress.Parse(plan.Accounts[chain.Id]), head, cancellation).ConfigureAwait(false)) is { Length: > 0 } code && !EvmActivity.IsDelegated(code);
        var batcher = SafeTransaction.MultiSendCallOnly(plan.SafeVersion ?? SafeTransaction.UsualVersion);
        if (isSafe && called.Length > 1 && (await activity.CodeAsync(batcher, head, cancellation).ConfigureAwait(false)).Length == 0)
            found.Add(new(DriftKind.Drifted, null, $"MultiSendCallOnly {plan.SafeVersion ?? SafeTransaction.UsualVersion} does not exist on {chain.Id} at {batcher}, so the Safe will show other hashes for batches than the check-list"));
        return found;
    }

    private static void Route(TransactionStep step, Market then, Market now, MoveSettings moves, Action<DriftKind, int?, string> note)
    {
        var (before, route) = (then.Snapshot.Routes.First(route => route.Id == step.Via), now.Snapshot.Routes.FirstOrDefault(route => route.Id == step.Via));
        if (route is null)
        {
            note(DriftKind.Dangerous, step.Id, $"{step.Via} has no quote now");
            return;
        }

        var (usdThen, usd) = (then.Usd(step.Token, step.Amount), now.Usd(step.Token, step.Amount));
        var (former, terms) = (new RouteTerms(then, before), new RouteTerms(now, route));
        var (cost, was) = (Cost(terms, usd), Cost(former, usdThen));
        if (usd > terms.MaximumUsd)
            note(DriftKind.Dangerous, step.Id, $"{step.Via} accepts at most {terms.MaximumUsd:#,0} USD now; the step sends {usd:#,0} USD");
        else if (cost - was > moves.Slippage.Fraction)
            note(DriftKind.Dangerous, step.Id, $"{step.Via} costs {cost:P3} of the amount now, before {was:P3}; the call would fail");
        else if (cost - was > moves.Slippage.Fraction / 4)
            note(DriftKind.Drifted, step.Id, $"{step.Via} costs {cost:P3} of the amount now, before {was:P3}");
    }

    private static void Place(TransactionStep step, Market then, Market now, Action<DriftKind, int?, string> note)
    {
        var (before, place) = (then.Opportunity(step.Via), now.Snapshot.Opportunities.FirstOrDefault(place => place.Id == step.Via));
        var usd = now.Usd(step.Token, step.Amount);
        if (place is null)
        {
            note(DriftKind.Dangerous, step.Id, $"{step.Via} cannot be read now, is paused, or fails the snapshot's checks");
        }
        else if (step.Kind.IsLeaving())
        {
            if (now.WithdrawableNowUsd(place) is var there && place.Withdrawable is not null && usd > there)
                note(DriftKind.Dangerous, step.Id, $"{there:#,0} USD can be withdrawn from {step.Via} now; needed: {usd:#,0}");
        }
        else if (now.CapacityUsd(place) is var room && usd > room)
        {
            note(DriftKind.Dangerous, step.Id, $"{step.Via} accepts only {room:#,0} USD more now; the step deposits {usd:#,0} USD");
        }
        else if (now.CarryRate(place, usd) < (1 - MuchOfARate) * then.CarryRate(before, usd))
        {
            note(DriftKind.Drifted, step.Id, $"{step.Via} pays {now.CarryRate(place, usd):P2} now for the amount, before {then.CarryRate(before, usd):P2}");
        }
    }

    /// <summary>Cost of a route as a share of the amount.</summary>
    private static double Cost(RouteTerms terms, double usd) => terms.LossUsd(usd, terms.FeeRate(usd)) / Math.Max(usd, 1e-9);
}
