using System.Globalization;
using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Across: deposited here; filled there by whoever takes the difference for it, or given back.</summary>
/// <remarks>Source: across-protocol/contracts, SpokePool. What is asked for is what arrives, to the unit. The deposit is timed
/// when it is made, since the moment of a quote may be an hour old at the most and signatures take longer.</remarks>
public sealed class AcrossCalls : IRouteCalls
{
    /// <summary>Deposits, to be filled elsewhere.</summary>
    public static readonly ContractFunction Deposit = new(
        "depositNow(bytes32 depositor, bytes32 recipient, bytes32 inputToken, bytes32 outputToken, uint256 inputAmount, uint256 outputAmount, uint256 destinationChainId, bytes32 exclusiveRelayer, uint32 fillDeadlineOffset, uint32 exclusivityParameter, bytes message)");

    /// <summary>Logged where it is deposited.</summary>
    public static readonly AbiEvent Deposited = AbiEvent.Parse(
        "FundsDeposited(bytes32 inputToken, bytes32 outputToken, uint256 inputAmount, uint256 outputAmount, uint256 indexed destinationChainId, uint256 indexed depositId, uint32 quoteTimestamp, uint32 fillDeadline, uint32 exclusivityDeadline, bytes32 indexed depositor, bytes32 recipient, bytes32 exclusiveRelayer, bytes message)");

    /// <summary>Logged where it is filled.</summary>
    public static readonly AbiEvent Filled = AbiEvent.Parse(
        "FilledRelay(bytes32 inputToken, bytes32 outputToken, uint256 inputAmount, uint256 outputAmount, uint256 repaymentChainId, uint256 indexed originChainId, uint256 indexed depositId, uint32 fillDeadline, uint32 exclusivityDeadline, bytes32 exclusiveRelayer, bytes32 indexed relayer, bytes32 depositor, bytes32 recipient, bytes32 messageHash, (bytes32 updatedRecipient, bytes32 updatedMessageHash, uint256 updatedOutputAmount, uint8 fillType) relayExecutionInfo)");

    /// <summary>Seconds after which what nobody has filled is given back; the pools allow six hours.</summary>
    private const int FillSeconds = 14_400;

    /// <summary>The share of the fee that is offered on top, so that somebody still fills when fees have risen.</summary>
    private const int FeeMarginPercent = 25;

    /// <inheritdoc/>
    public string Adapter => "across";

    /// <summary>A quarter of the fee below what is expected: all of that arrives, and no more.</summary>
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
        // Wrapped ether arrives as ether at accounts and as wrapped ether at contracts; which of both the recipient is no file says.
        if (context.Market.AssetOf(route.From).Id == context.Chain.NativeToken || context.Market.Token(route.From).Address is null || context.Market.Token(route.To).Address is null)
            throw new TransactionException($"step {step.Id}: calls that send {route.From.Symbol} by Across cannot be built, since it depends on the recipient's kind what arrives");
        byte[] Word(EvmAddress address) => EvmJson.Word(address.Bytes);
        return [Deposit.Call(context.Role("spokePool"), 0, Word(context.Account), context.Recipient(), Word(context.Token), Word(context.Contract(route.To)), step.Amount, step.MinimumReceived, ChainId(context),
            new byte[AbiCodec.Word], new BigInteger(FillSeconds), BigInteger.Zero, Array.Empty<byte>())];
    }

    /// <inheritdoc/>
    public BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var (pool, there) = (context.Role("spokePool"), context.RoleOf("spokePool", context.EntryThere));
        foreach (var log in logs.Where(log => log.Address == pool))
        {
            if (Deposited.Read(log) is not { } deposited || (BigInteger)deposited[2] != context.Step.Amount || (BigInteger)deposited[3] != context.Step.MinimumReceived || (BigInteger)deposited[4] != ChainId(context)
                || !((byte[])deposited[9]).AsSpan().SequenceEqual(EvmJson.Word(context.Account.Bytes)) || !((byte[])deposited[10]).AsSpan().SequenceEqual(context.Recipient()))
                continue;
            var (origin, number) = (new BigInteger(context.Chain.ChainId!.Value), (BigInteger)deposited[5]);
            return new(log, (BigInteger)deposited[3], there, [[Filled.Topic], [AbiEvent.TopicOf(origin)], [AbiEvent.TopicOf(number)]],
                arrival => arrival.Logs.Where(other => other.Address == there && Filled.Read(other) is { } filled && IsFillOf(deposited, filled, origin)).Select(other => new BridgeArrival(other, (BigInteger)((object[])Filled.Read(other)![14])[2])))
            {
                GivenBackAfter = DateTimeOffset.FromUnixTimeSeconds((long)(BigInteger)deposited[7]),
            };
        }

        return null;
    }

    /// <summary>Whether a fill is that of a deposit. Anybody can fill what was never deposited, to whom he likes, since he only loses what
    /// he gives: all that a deposit says has to be the same, and no less may have been given.</summary>
    private static bool IsFillOf(object[] deposited, object[] filled, BigInteger origin)
    {
        var (updated, none) = ((object[])filled[14], new byte[AbiCodec.Word]);
        bool Same(int left, int right) => deposited[left] is byte[] bytes ? bytes.AsSpan().SequenceEqual((byte[])filled[right]) : deposited[left].Equals(filled[right]);
        return (BigInteger)filled[5] == origin && Same(0, 0) && Same(1, 1) && Same(2, 2) && Same(3, 3) && Same(5, 6) && Same(7, 7) && Same(8, 8) && Same(11, 9) && Same(9, 11) && Same(10, 12)
            && ((byte[])deposited[12]).Length == 0 && ((byte[])filled[13]).AsSpan().SequenceEqual(none)
            && ((byte[])updated[0]).AsSpan().SequenceEqual((byte[])deposited[10]) && (BigInteger)updated[2] >= (BigInteger)deposited[3];
    }

    private static BigInteger ChainId(CallContext context)
    {
        var chain = context.Market.Chain(context.Route.To.Chain);
        return chain.ChainId is { } id ? id
            : BigInteger.TryParse(context.EntryThere.Parameters.GetValueOrDefault("chainId"), NumberStyles.None, CultureInfo.InvariantCulture, out var stated) ? stated
            : throw new TransactionException($"step {context.Step.Id}: the chain file of {chain.Id} gives no chain id");
    }
}
