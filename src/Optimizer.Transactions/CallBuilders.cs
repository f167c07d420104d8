using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions;

/// <summary>Builds the contract calls of each step, by the protocol's adapter.</summary>
public static class CallBuilders
{
    private static readonly Dictionary<string, IPositionCalls> Positions = new IPositionCalls[]
    {
        new AaveV3Calls(),
        new CompoundV3Calls(),
        new Erc4626Calls("erc4626"),
        new Erc4626Calls("metaMorpho"),
        new StakingCalls(),
        new StakePoolCalls(),
        new MarinadeCalls(),
    }.ToDictionary(calls => calls.Adapter);

    private static readonly Dictionary<string, IRouteCalls> Routes = new IRouteCalls[]
    {
        new AcrossCalls(),
        new CctpV2Calls(),
        new StargateV2Calls(),
        new UniswapV3Calls(),
    }.ToDictionary(calls => calls.Adapter);

    private static readonly WrappedNativeCalls Wrapping = new();

    /// <summary>The call builder of a position.</summary>
    /// <exception cref="TransactionException">No call builder supports it.</exception>
    public static IPositionCalls PositionOf(CallContext context) => context.Entry.Adapter is { } adapter && Positions.TryGetValue(adapter, out var calls) ? calls : throw Unknown(context);

    /// <summary>The call builder of a route.</summary>
    /// <exception cref="TransactionException">No call builder supports it.</exception>
    public static IRouteCalls RouteOf(CallContext context)
    {
        if (IsWrapping(context.Market, context.Route))
            return Wrapping;
        return context.Chain.ChainId is not null && context.Entry.Adapter is { } adapter && Routes.TryGetValue(adapter, out var calls) ? calls : throw Unknown(context);
    }

    /// <summary>The calls of a step with its amounts.</summary>
    /// <exception cref="TransactionException">No call builder supports it, or data for the calls is missing.</exception>
    public static IReadOnlyList<ContractCall> Of(CallContext context)
    {
        var step = context.Step;
        try
        {
            return step.Kind switch
            {
                StepKind.Deposit => PositionOf(context).Deposit(context),
                StepKind.Withdraw when PositionOf(context) is IQueuedPosition => throw new TransactionException($"step {step.Id}: {step.Via} pays out through a queue, but the snapshot has no exit delay for it; add exitDelayDays to its judgement"),
                StepKind.Withdraw => PositionOf(context).Withdraw(context),
                StepKind.RequestWithdrawal when QueueOf(context) is not null => PositionOf(context).Withdraw(context),
                StepKind.Approve => SpenderOf(context) is { } spender ? Allowance.Of(context.Market.Token(step.Token), spender, step.Amount) : [],
                StepKind.BridgeReceive or StepKind.Claim => [],
                StepKind.Borrow or StepKind.Repay => throw new TransactionException($"step {step.Id}: borrow and repay are not supported"),
                _ => RouteOf(context).Send(context),
            };
        }
        catch (Exception wrong) when (wrong is AbiException or FormatException)
        {
            throw new TransactionException($"step {step.Id}: {step.Description} cannot be written as a call: {wrong.Message}");
        }
    }

    /// <summary>The call builder of a position with a withdrawal queue.</summary>
    /// <exception cref="TransactionException">No call builder supports it.</exception>
    public static IQueuedPosition QueueOf(CallContext context) => PositionOf(context) as IQueuedPosition
        ?? throw new TransactionException($"step {context.Step.Id}: {context.Step.Via} pays out through a queue whose calls are not supported yet; sell its token instead");

    /// <summary>The transfer or withdrawal request that a transaction's logs show, by which the arrival is recognised.</summary>
    /// <param name="context">The step.</param>
    /// <param name="logs">The logs, without those already assigned to other steps.</param>
    /// <returns>Null if the logs show none.</returns>
    public static BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs) =>
        context.Step.Kind == StepKind.RequestWithdrawal ? QueueOf(context).Requested(context, logs) : RouteOf(context).Sent(context, logs);

    /// <summary>The spender of an allowance: the contract, or the route's or opportunity's id if its contract is not known.</summary>
    public static string SpenderName(CallContext context)
    {
        try
        {
            return $"{SpenderOf(context)}";
        }
        catch (Exception unknown) when (unknown is TransactionException or FormatException)
        {
            // The missing contract is reported when the calls are built.
            return context.Step.Via;
        }
    }

    private static EvmAddress? SpenderOf(CallContext context) =>
        context.Market.Snapshot.Opportunities.Any(place => place.Id == context.Step.Via) ? PositionOf(context).Spender(context) : RouteOf(context).Spender(context);

    private static bool IsWrapping(Market market, Route route)
    {
        var chain = market.Chain(route.From.Chain);
        return route.Kind == RouteKind.Wrap && (chain.NativeToken == route.From.Symbol || chain.NativeToken == route.To.Symbol)
            && chain.ContractToken(chain.NativeToken) is { } wrapped && (wrapped.Symbol == route.From.Symbol || wrapped.Symbol == route.To.Symbol);
    }

    private static TransactionException Unknown(CallContext context) =>
        new($"step {context.Step.Id}: calls for {context.Step.Via} on {context.Chain.Name} are not supported; supported are {string.Join(", ", Positions.Keys.Concat(Routes.Keys))}, and wrapping");
}
