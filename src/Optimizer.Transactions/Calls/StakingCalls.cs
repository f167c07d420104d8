using System.Numerics;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Liquid staking of ether: Lido and ether.fi, whose tokens are counted in ether; the way out of Lido goes through its
/// queue.</summary>
/// <remarks>Source: lidofinance/core, Lido and WithdrawalQueue.</remarks>
public sealed class StakingCalls : IPositionCalls, IQueuedPosition
{
    /// <summary>Lido takes ether and gives stETH, one for one.</summary>
    public static readonly ContractFunction Submit = new("submit(address _referral)");

    /// <summary>ether.fi takes ether and gives eETH, one for one.</summary>
    public static readonly ContractFunction Put = new("deposit()");

    /// <summary>Puts stETH into Lido's queue: what each of some amounts will be paid out as ether.</summary>
    public static readonly ContractFunction Request = new("requestWithdrawals(uint256[] _amounts, address _owner)");

    /// <summary>Pays out what the queue has set free; hints tell where in its history.</summary>
    public static readonly ContractFunction ClaimAll = new("claimWithdrawals(uint256[] _requestIds, uint256[] _hints)");

    /// <summary>Logged for each amount that is asked for.</summary>
    public static readonly AbiEvent Asked = AbiEvent.Parse("WithdrawalRequested(uint256 indexed requestId, address indexed requestor, address indexed owner, uint256 amountOfStETH, uint256 amountOfShares)");

    /// <summary>Logged for each amount that is paid out.</summary>
    public static readonly AbiEvent Claimed = AbiEvent.Parse("WithdrawalClaimed(uint256 indexed requestId, address indexed owner, address indexed receiver, uint256 amountOfETH)");

    private static readonly AbiFunction StatusOf = AbiFunction.Parse(
        "getWithdrawalStatus(uint256[] _requestIds) returns ((uint256 amountOfStETH, uint256 amountOfShares, address owner, uint256 timestamp, bool isFinalized, bool isClaimed)[] statuses)");

    private static readonly AbiFunction LastCheckpoint = AbiFunction.Parse("getLastCheckpointIndex() returns (uint256)");
    private static readonly AbiFunction HintsOf = AbiFunction.Parse("findCheckpointHints(uint256[] _requestIds, uint256 _firstIndex, uint256 _lastIndex) returns (uint256[] hintIds)");

    /// <summary>The most that Lido takes in one request, in wei.</summary>
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
            throw new TransactionException($"step {context.Step.Id}: {context.Entry.Name} takes {context.Chain.NativeToken} itself, not {context.Step.Token.Symbol}");
        return context.Entry.Addresses.ContainsKey("steth") ? [Submit.Call(context.Role("steth"), context.Step.Amount, default(EvmAddress))]
            : context.Entry.Addresses.ContainsKey("liquidityPool") ? [Put.Call(context.Role("liquidityPool"), context.Step.Amount)]
            : throw new TransactionException($"step {context.Step.Id}: no calls are known for deposits into {context.Entry.Name}; known are Lido (steth) and ether.fi (liquidityPool)");
    }

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context)
    {
        if (!context.Entry.Addresses.ContainsKey("withdrawalQueue"))
            throw new TransactionException($"step {context.Step.Id}: withdrawals from {context.Entry.Name} go through a queue, whose calls cannot be built yet (known is Lido's, by the role withdrawalQueue); its token can be sold");
        var (queue, amount) = (context.Role("withdrawalQueue"), context.Step.Amount);
        var count = (amount + MostInRequest - 1) / MostInRequest;
        if (count > MostRequests)
            throw new TransactionException($"step {context.Step.Id}: {amount} wei are more than {MostRequests} requests of Lido's queue take, which is more than it has");
        object[] parts = [.. Enumerable.Range(0, (int)count).Select(i => (object)(amount / count + (i < (int)(amount % count) ? 1 : 0)))];
        return [Erc20.Approve.Call(context.Role("steth"), 0, queue, amount), Request.Call(queue, 0, parts, context.Account)];
    }

    /// <inheritdoc/>
    public BridgeTransfer? Requested(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var (queue, account) = (context.Role("withdrawalQueue"), context.Account);
        var ids = Ids(context, logs);
        if (ids.Count == 0)
            return null;
        return new(ids[0].Log, context.Step.Amount, queue, [[Claimed.Topic], [.. ids.Select(id => AbiEvent.TopicOf(id.Id))]], transaction =>
        {
            var paid = transaction.Logs.Where(log => log.Address == queue)
                .Select(log => (Log: log, Read: Claimed.Read(log))).Where(pair => pair.Read is [BigInteger id, EvmAddress owner, EvmAddress receiver, BigInteger] && owner == account && receiver == account && ids.Any(asked => asked.Id == id)).ToArray();
            // All of them in one transaction, as the claim asks for them.
            return paid.Length == ids.Count ? [new BridgeArrival(paid[0].Log, paid.Aggregate(BigInteger.Zero, (sum, pair) => sum + (BigInteger)pair.Read![3]))] : [];
        });
    }

    /// <inheritdoc/>
    public async Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction asked, IEvmClient client, CancellationToken cancellation)
    {
        var queue = context.Role("withdrawalQueue");
        object[] ids = [.. Ids(context, asked.Logs).Select(id => (object)id.Id)];
        var head = await client.PinAsync(cancellation).ConfigureAwait(false);
        var statuses = (object[])(await AskAsync(StatusOf, [ids]).ConfigureAwait(false))[0];
        if (statuses.Length != ids.Length || !Array.TrueForAll(statuses, status => ((object[])status) is [_, _, EvmAddress owner, _, true, false] && owner == context.Account))
            return null;
        var last = (await AskAsync(LastCheckpoint, []).ConfigureAwait(false))[0];
        var hints = (object[])(await AskAsync(HintsOf, [ids, BigInteger.One, last]).ConfigureAwait(false))[0];
        return ClaimAll.Call(queue, 0, ids, hints);

        async Task<object[]> AskAsync(AbiFunction function, object[] arguments)
        {
            var answer = (await client.CallAsync(head.Block, [new(queue, function.Encode(arguments))], cancellation).ConfigureAwait(false))[0];
            try
            {
                return answer.Succeeded ? function.Decode(answer.Data) : throw new ChainDataException(ChainFault.UnexpectedContract, $"{function.Name} of Lido's queue {queue} reverts");
            }
            catch (AbiException wrong)
            {
                throw new ChainDataException(ChainFault.UnexpectedContract, $"{function.Name} of Lido's queue {queue} returned what is not its type: {wrong.Message}", wrong);
            }
        }
    }

    /// <summary>The numbers of the requests that a step made; none where they do not add up to its amount.</summary>
    private static List<(EvmLog Log, BigInteger Id)> Ids(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var (queue, account) = (context.Role("withdrawalQueue"), context.Account);
        var (ids, sum) = (new List<(EvmLog Log, BigInteger Id)>(), BigInteger.Zero);
        foreach (var log in logs.Where(log => log.Address == queue))
        {
            if (Asked.Read(log) is not [BigInteger id, EvmAddress requestor, EvmAddress owner, BigInteger amount, BigInteger] || requestor != account || owner != account)
                continue;
            ids.Add((log, id));
            sum += amount;
        }

        return sum == context.Step.Amount ? ids : [];
    }
}
