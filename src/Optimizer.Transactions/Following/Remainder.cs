using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Transactions.Following;

/// <summary>Holdings while a plan is in progress, from which the rest is planned again.</summary>
/// <remarks>
/// Tokens with a contract are counted exactly, from the logs of the plan's transactions. Native transfers have no logs, so native tokens
/// are counted
/// from the steps' minimum outputs, less values sent and gas paid. Neither exceeds the account's real balance; any surplus beyond the
/// scenario's holdings is left out. Positions follow the steps, without interest earned since. Money in flight is counted at its
/// destination,
/// as locked.
/// </remarks>
public static class Remainder
{

    /// <summary>The present holdings.</summary>
    public static IReadOnlyList<Holding> Of(FollowedPlan followed, Market market, Scenario scenario)
    {
        var progress = followed.Progress;
        var held = new List<Holding>(scenario.Holdings.Where(holding => holding.IsLockedAt(market.Snapshot.TakenAt)));
        Amount Whole(TokenId token, BigInteger units) => Amount.Parse(new TokenAmount(units, market.Token(token).Decimals).ToString());
        var locked = TransactionPlanner.Locked(market, scenario);
        foreach (var (token, units) in Idle(progress, market))
        {
            var id = TokenId.Parse(token);
            var there = followed.Accounts.TryGetValue(id.Chain, out var account) && account.Idle.TryGetValue(token, out var real) ? BigInteger.Min(real, units) : units;
            if (there - locked.GetValueOrDefault(token) is { Sign: > 0 } free)
                held.Add(new() { Token = id, Amount = Whole(id, free) });
        }

        foreach (var receive in progress.Steps.Where(step => step.State == StepState.InFlight))
        {
            var send = progress.SenderOf(receive.Step);
            held.Add(new() { Token = receive.Step.Token, Amount = Whole(receive.Step.Token, send?.Transfer?.Amount ?? receive.Step.MinimumReceived), Locked = true });
        }

        var moved = TransactionPlanner.Positions(progress.Steps.Where(step => step.State == StepState.Done).Select(step => step.Step));
        var positions = scenario.Holdings.Where(holding => holding.Opportunity is not null && !holding.IsLockedAt(market.Snapshot.TakenAt)).GroupBy(holding => holding.Opportunity!)
            .ToDictionary(group => group.Key, group => group.Aggregate(BigInteger.Zero, (sum, holding) => sum + Book.AmountOf(market, holding).BaseUnits));
        foreach (var place in positions.Keys.Union(moved.Keys).Order(StringComparer.Ordinal))
        {
            if (positions.GetValueOrDefault(place) + moved.GetValueOrDefault(place) is { Sign: > 0 } units)
                held.Add(new() { Opportunity = place, Amount = Whole(market.Opportunity(place).Inputs[0].Token, units) });
        }

        return held;
    }

    /// <summary>Idle tokens in base units: the plan's initial balances, changed by its transactions.</summary>
    public static IReadOnlyDictionary<string, BigInteger> Idle(PlanProgress progress, Market market)
    {
        var idle = new SortedDictionary<string, BigInteger>(progress.Plan.Before.ToDictionary(), StringComparer.Ordinal);
        void Add(TokenId token, BigInteger units) => idle[$"{token}"] = idle.GetValueOrDefault($"{token}") + units;
        foreach (var receive in progress.Steps.Where(step => step.State == StepState.GivenBack))
        {
            var send = progress.SenderOf(receive.Step)!;
            Add(send.Step.Token, send.Step.Amount);
        }

        // For steps reported by the owner, use the plan's own figures.
        foreach (var step in progress.Steps.Where(step => step.IsTold).Select(step => step.Step))
        {
            Add(market.Chain(step.Chain).NativeTokenId(), -step.Gas);
            if (TransactionPlanner.Spends(step.Kind))
                Add(step.Token, -step.Amount);
            if (TransactionPlanner.Delivers(step.Kind))
                Add(step.ReceivedToken!.Value, step.MinimumReceived);
        }

        foreach (var (chain, account) in progress.Plan.Accounts.Select(pair => (Chain: market.Chain(pair.Key), pair.Value)).Where(pair => pair.Chain.ChainId is not null).Select(pair => (pair.Chain, EvmAddress.Parse(pair.Value))))
        {
            var native = chain.NativeTokenId();
            var steps = progress.Steps.Where(step => step.Step.Chain == chain.Id && !step.IsTold).ToArray();
            var transactions = steps.SelectMany(step => step.Made.Concat(step.Again)).OfType<EvmTransaction>().DistinctBy(transaction => transaction.Hash).ToArray();
            // Only tokens that the plan counts as idle; a position's receipt token is counted with the position.
            var contracts = chain.Tokens.Where(token => token.Address is not null && (progress.Plan.Before.ContainsKey($"{token.Symbol}@{chain.Id}") || progress.Plan.After.ContainsKey($"{token.Symbol}@{chain.Id}")))
                .ToDictionary(token => EvmAddress.Parse(token.Address!), token => new TokenId(token.Symbol, chain.Id));
            foreach (var transaction in transactions.Concat(steps.SelectMany(step => step.Failed)).DistinctBy(transaction => transaction.Hash).Where(transaction => transaction.From == account))
                Add(native, -transaction.GasWei);
            foreach (var (log, token) in transactions.SelectMany(transaction => transaction.Logs).Where(log => contracts.ContainsKey(log.Address)).Select(log => (log, contracts[log.Address])))
            {
                if (ContractEvent.Read<Transfer>(log) is { } transfer)
                    Add(token, (transfer.To == account ? transfer.Value : 0) - (transfer.From == account ? transfer.Value : 0));
                else if (ContractEvent.Read<Wrapped>(log) is { } wrapped && wrapped.Receiver == account)
                    Add(token, wrapped.Amount);
                else if (ContractEvent.Read<Unwrapped>(log) is { } unwrapped && unwrapped.Owner == account)
                    Add(token, -unwrapped.Amount);
            }

            foreach (var step in steps)
            {
                for (var i = 0; i < step.Made.Count; i++)
                {
                    if (step.Made[i] is not null)
                        Add(native, -step.Step.Calls[i].Value);
                }

                if (step.State != StepState.Done || !TransactionPlanner.Delivers(step.Step.Kind) || step.Step.ReceivedToken is not { } received)
                    continue;
                // Native transfers have no logs.
                if (step.Arrival is { } arrival && (market.Token(received).Address is null || transactions.All(transaction => transaction.Hash != arrival.Hash)))
                    Add(received, step.Arrived);
                else if (step.Arrival is null && received == native)
                    Add(native, step.Step.MinimumReceived);
            }
        }

        return idle;
    }
}
