using System.Numerics;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.LiquidStaking;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Liquid staking of ether with Lido and ether.fi; amounts are counted in ether. Withdrawals from Lido go through its
/// queue.</summary>
/// <remarks>Source: lidofinance/core, Lido and WithdrawalQueue.</remarks>
public sealed class StakingCalls : IPositionCalls, IQueuedPosition
{


    /// <summary>Lido's maximum per request, in wei.</summary>
    private static readonly BigInteger MostInRequest = 1_000 * BigInteger.Pow(10, 18);

    private const int MostRequests = 200;

    /// <inheritdoc/>
    public string Adapter => "stakingRate";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => null;

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context)
    {
        if (context.Step.Token != context.Chain.NativeTokenId())
            throw new TransactionException($"step {context.Step.Id}: {context.Entry.Name} accepts only native {context.Chain.NativeToken}, not {context.Step.Token.Symbol}");
        return context.Entry.Addresses.ContainsKey("steth") ? [new Submit().Call(context.Role("steth"), context.Step.Amount)]
            : context.Entry.Addresses.ContainsKey("liquidityPool") ? [new Deposit().Call(context.Role("liquidityPool"), context.Step.Amount)]
            : throw new TransactionException($"step {context.Step.Id}: deposits into {context.Entry.Name} are not supported; supported are Lido (steth) and ether.fi (liquidityPool)");
    }

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context)
    {
        if (!context.Entry.Addresses.ContainsKey("withdrawalQueue"))
            throw new TransactionException($"step {context.Step.Id}: withdrawals from {context.Entry.Name} go through a queue that is not supported yet (supported is Lido's, by the role withdrawalQueue); sell its token instead");
        var (queue, amount) = (context.Role("withdrawalQueue"), context.Step.Amount);
        var count = (amount + MostInRequest - 1) / MostInRequest;
        if (count > MostRequests)
            throw new TransactionException($"step {context.Step.Id}: {amount} wei exceed the maximum of {MostRequests} requests of Lido's queue");
        BigInteger[] parts = [.. Enumerable.Range(0, (int)count).Select(i => amount / count + (i < (int)(amount % count) ? 1 : 0))];
        return [new Approve { Spender = queue, Value = amount }.Call(context.Role("steth")), new RequestWithdrawals { Amounts = parts, Owner = context.Account }.Call(queue)];
    }

    /// <inheritdoc/>
    public BridgeTransfer? Requested(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var (queue, account) = (context.Role("withdrawalQueue"), context.Account);
        var ids = Ids(context, logs);
        if (ids.Count == 0)
            return null;
        return new(ids[0].Log, context.Step.Amount, queue, [[ContractEvent.TopicOf<WithdrawalClaimed>()], [.. ids.Select(id => Topics.Of(id.Id))]], transaction =>
        {
            var paid = transaction.Logs.Where(log => log.Address == queue)
                .Select(log => (Log: log, Claimed: ContractEvent.Read<WithdrawalClaimed>(log))).Where(pair => pair.Claimed is { } claimed && claimed.Owner == account && claimed.Receiver == account && ids.Any(asked => asked.Id == claimed.RequestId)).ToArray();
            // All requests must be paid in one transaction, as the claim call does.
            return paid.Length == ids.Count ? [new BridgeArrival(paid[0].Log, paid.Aggregate(BigInteger.Zero, (sum, pair) => sum + pair.Claimed!.AmountOfEther))] : [];
        });
    }

    /// <inheritdoc/>
    public async Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction asked, IEvmClient client, CancellationToken cancellation)
    {
        var queue = context.Role("withdrawalQueue");
        BigInteger[] ids = [.. Ids(context, asked.Logs).Select(id => id.Id)];
        var head = await client.PinAsync(cancellation).ConfigureAwait(false);
        var statuses = (await AskAsync(new GetWithdrawalStatus { RequestIds = ids }).ConfigureAwait(false)).Statuses;
        if (statuses.Length != ids.Length || !Array.TrueForAll(statuses, status => status is { IsFinalized: true, IsClaimed: false } && status.Owner == context.Account))
            return null;
        var last = await AskAsync(new GetLastCheckpointIndex()).ConfigureAwait(false);
        var hints = await AskAsync(new FindCheckpointHints { RequestIds = ids, FirstIndex = 1, LastIndex = last }).ConfigureAwait(false);
        return new ClaimWithdrawals { RequestIds = ids, Hints = hints }.Call(queue);

        async Task<T> AskAsync<T>(ContractFunction<T> function)
        {
            var answer = (await client.CallAsync(head.Block, [new(queue, function.Encode())], cancellation).ConfigureAwait(false))[0];
            try
            {
                return answer.Succeeded ? function.Decode(answer.Data) : throw new ChainDataException(ChainFault.UnexpectedContract, $"{function.Name} of Lido's queue {queue} reverts");
            }
            catch (AbiException wrong)
            {
                throw new ChainDataException(ChainFault.UnexpectedContract, $"{function.Name} of Lido's queue {queue} returned an unexpected type: {wrong.Message}", wrong);
            }
        }
    }

    /// <summary>The ids of the step's requests; none if they do not add up to its amount.</summary>
    private static List<(EvmLog Log, BigInteger Id)> Ids(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var (queue, account) = (context.Role("withdrawalQueue"), context.Account);
        var (ids, sum) = (new List<(EvmLog Log, BigInteger Id)>(), BigInteger.Zero);
        foreach (var log in logs.Where(log => log.Address == queue))
        {
            if (ContractEvent.Read<WithdrawalRequested>(log) is not { } asked || asked.Requestor != account || asked.Owner != account)
                continue;
            ids.Add((log, asked.RequestId));
            sum += asked.AmountOfSteth;
        }

        return sum == context.Step.Amount ? ids : [];
    }
}
