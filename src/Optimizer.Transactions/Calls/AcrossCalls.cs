using System.Globalization;
using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Across;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Across: a deposit here is filled on the destination chain by a relayer who earns the fee, or is refunded.</summary>
/// <remarks>Source: across-protocol/contracts, SpokePool. Exactly the requested amount arrives. The deposit takes its time when it is
/// executed, because a quote's time may be at most an hour old and signing takes longer.</remarks>
public sealed class AcrossCalls : IRouteCalls
{


    /// <summary>Seconds after which an unfilled deposit is refunded; the pools allow up to six hours.</summary>
    private const int FillSeconds = 14_400;

    /// <summary>Extra fee offered, in percent of the fee, so that relayers still fill after a fee rise.</summary>
    private const int FeeMarginPercent = 25;

    /// <inheritdoc/>
    public string Adapter => "across";

    /// <summary>The expected amount less a quarter of the fee; exactly this amount arrives.</summary>
    public BigInteger Minimum(CallContext context, double slippage)
    {
        var fee = BigInteger.Max(0, context.Scaled(context.Step.Amount) - context.Step.Received);
        return BigInteger.Max(0, context.Step.Received - fee * FeeMarginPercent / 100);
    }

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.Role("spokePool");

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Send(CallContext context)
    {
        var (step, route) = (context.Step, context.Route);
        // Wrapped ether arrives as ether at plain accounts and as wrapped ether at contracts; the files do not say which the recipient is.
        if (context.Market.AssetOf(route.From).Id == context.Chain.NativeToken || context.Market.Token(route.From).Address is null || context.Market.Token(route.To).Address is null)
            throw new TransactionException($"step {step.Id}: calls that send {route.From.Symbol} by Across are not supported, because the token that arrives depends on the kind of recipient");
        byte[] Word(EvmAddress address) => Hex.Word(address.Bytes);
        return
        [
            new DepositNow
            {
                Depositor = Word(context.Account),
                Recipient = context.Recipient(),
                InputToken = Word(context.Token),
                OutputToken = Word(context.Contract(route.To)),
                InputAmount = step.Amount,
                OutputAmount = step.MinimumReceived,
                DestinationChainId = ChainId(context),
                ExclusiveRelayer = new byte[Hex.WordSize],
                FillDeadlineOffset = FillSeconds,
            }.Call(context.Role("spokePool")),
        ];
    }

    /// <inheritdoc/>
    public BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var (pool, there) = (context.Role("spokePool"), context.RoleOf("spokePool", context.EntryThere));
        foreach (var log in logs.Where(log => log.Address == pool))
        {
            if (ContractEvent.Read<FundsDeposited>(log) is not { } deposited || deposited.InputAmount != context.Step.Amount || deposited.OutputAmount != context.Step.MinimumReceived || deposited.DestinationChainId != ChainId(context)
                || !Same(deposited.Depositor, Hex.Word(context.Account.Bytes)) || !Same(deposited.Recipient, context.Recipient()))
                continue;
            var origin = new BigInteger(context.Chain.ChainId!.Value);
            return new(log, deposited.OutputAmount, there, [[ContractEvent.TopicOf<FilledRelay>()], [Topics.Of(origin)], [Topics.Of(deposited.DepositId)]], arrival => arrival.Logs.Where(other => other.Address == there)
                .Select(other => ContractEvent.Read<FilledRelay>(other) is { } filled && IsFillOf(deposited, filled, origin) ? new BridgeArrival(other, filled.Execution.UpdatedOutputAmount) : null).OfType<BridgeArrival>())
            {
                GivenBackAfter = DateTimeOffset.FromUnixTimeSeconds((long)deposited.FillDeadline),
            };
        }

        return null;
    }

    /// <summary>Whether a fill belongs to a deposit. Anybody can log a fill without a deposit at their own expense, so every field of the
    /// deposit must match, and the filled amount must not be lower.</summary>
    private static bool IsFillOf(FundsDeposited deposited, FilledRelay filled, BigInteger origin) =>
        filled.OriginChainId == origin && filled.DepositId == deposited.DepositId
        && Same(filled.InputToken, deposited.InputToken) && Same(filled.OutputToken, deposited.OutputToken)
        && filled.InputAmount == deposited.InputAmount && filled.OutputAmount == deposited.OutputAmount
        && filled.FillDeadline == deposited.FillDeadline && filled.ExclusivityDeadline == deposited.ExclusivityDeadline
        && Same(filled.ExclusiveRelayer, deposited.ExclusiveRelayer) && Same(filled.Depositor, deposited.Depositor) && Same(filled.Recipient, deposited.Recipient)
        && deposited.Message.Length == 0 && Same(filled.MessageHash, new byte[Hex.WordSize])
        && Same(filled.Execution.UpdatedRecipient, deposited.Recipient) && filled.Execution.UpdatedOutputAmount >= deposited.OutputAmount;

    private static bool Same(byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right);

    private static BigInteger ChainId(CallContext context)
    {
        var chain = context.Market.Chain(context.Route.To.Chain);
        return chain.ChainId is { } id ? id
            : BigInteger.TryParse(context.EntryThere.Parameters.GetValueOrDefault("chainId"), NumberStyles.None, CultureInfo.InvariantCulture, out var stated) ? stated
            : throw new TransactionException($"step {context.Step.Id}: the chain file of {chain.Id} gives no chain id");
    }
}
