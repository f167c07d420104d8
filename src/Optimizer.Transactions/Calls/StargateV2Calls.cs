using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Stargate v2, by taxi: at once and alone.</summary>
public sealed class StargateV2Calls : IRouteCalls
{
    /// <summary>Sends to another chain.</summary>
    public static readonly ContractFunction SendToken = new(
        "sendToken((uint32 dstEid, bytes32 to, uint256 amountLD, uint256 minAmountLD, bytes extraOptions, bytes composeMsg, bytes oftCmd) _sendParam, (uint256 nativeFee, uint256 lzTokenFee) _fee, address _refundAddress)");

    /// <summary>Logged where it is sent.</summary>
    public static readonly AbiEvent SentLog = AbiEvent.Parse("OFTSent(bytes32 indexed guid, uint32 dstEid, address indexed fromAddress, uint256 amountSentLD, uint256 amountReceivedLD)");

    /// <summary>Logged where it arrives.</summary>
    public static readonly AbiEvent ReceivedLog = AbiEvent.Parse("OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed toAddress, uint256 amountReceivedLD)");

    /// <summary>Logged where it arrives and cannot be handed out: ether is sent on with too little gas for a Safe to take it.</summary>
    public static readonly AbiEvent HeldBackLog = AbiEvent.Parse("UnreceivedTokenCached(bytes32 guid, uint8 index, uint32 srcEid, address receiver, uint256 amountLD, bytes composeMsg)");

    /// <summary>Hands out what was held back, with all the gas that the call has; anybody may call it.</summary>
    public static readonly ContractFunction HandOut = new("retryReceiveToken(bytes32 _guid, uint8 _index, uint32 _srcEid, address _receiver, uint256 _amountLD, bytes _composeMsg)");

    /// <summary>Amounts travel with six decimals, whatever the token has.</summary>
    private const int SharedDecimals = 6;

    /// <summary>Share of the message fee that is sent on top: it moves with gas, and what is not needed comes back at once.</summary>
    private const int FeeMarginPercent = 20;

    /// <inheritdoc/>
    public string Adapter => "stargateV2";

    /// <inheritdoc/>
    public BigInteger Granularity(CallContext context) => BigInteger.Pow(10, Math.Max(0, context.Market.Token(context.Step.Token).Decimals - SharedDecimals));

    /// <inheritdoc/>
    public BigInteger Minimum(CallContext context, double slippage)
    {
        // What arrives is a multiple of the shared decimals, on either side.
        var least = context.Step.Received - new BigInteger(Math.Ceiling((double)context.Step.Received * slippage));
        return BigInteger.Max(0, least - least % BigInteger.Pow(10, Math.Max(0, context.Market.Token(context.Route.To).Decimals - SharedDecimals)));
    }

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => Pool(context);

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Send(CallContext context)
    {
        var (step, route) = (context.Step, context.Route);
        // The least is counted in the source's base units.
        var least = step.MinimumReceived * BigInteger.Pow(10, context.Market.Token(route.From).Decimals) / BigInteger.Pow(10, context.Market.Token(route.To).Decimals);
        var native = context.Market.Token(context.Chain.NativeTokenId());
        var fee = new BigInteger(Math.Ceiling((route.NativeFee?.Value ?? 0) * Math.Pow(10, native.Decimals))) * (100 + FeeMarginPercent) / 100;
        // A native token is sent along with the fee.
        var value = fee + (context.Market.Token(route.From).Address is null ? step.Amount : BigInteger.Zero);
        return [SendToken.Call(Pool(context), value,
            new object[] { context.Number(route.To.Chain, "endpointId"), context.Recipient(), step.Amount, least, Array.Empty<byte>(), Array.Empty<byte>(), Array.Empty<byte>() },
            new object[] { fee, BigInteger.Zero }, context.Account)];
    }

    /// <inheritdoc/>
    public BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var (pool, there, recipient) = (Pool(context), context.RoleOf(context.EntryThere, context.Route.To), EvmAddress.Parse(context.AccountOn(context.Route.To.Chain)));
        foreach (var log in logs.Where(log => log.Address == pool))
        {
            if (SentLog.Read(log) is not [byte[] guid, BigInteger destination, EvmAddress, BigInteger sent, BigInteger received] || sent != context.Step.Amount || destination != context.Number(context.Route.To.Chain, "endpointId"))
                continue;
            return new(log, context.Scaled(received), there, [[ReceivedLog.Topic], [EvmJson.Hex(guid)]], arrival => arrival.Logs.Where(other => other.Address == there)
                .Select(other => ReceivedLog.Read(other) is [byte[] same, BigInteger, EvmAddress to, BigInteger arrived] && same.AsSpan().SequenceEqual(guid) && to == recipient ? new BridgeArrival(other, arrived) : null).OfType<BridgeArrival>())
            {
                HeldBack = (HeldBackLog.Topic, other => other.Address == there && HeldBackLog.Read(other) is [byte[] same, BigInteger, BigInteger, EvmAddress to, BigInteger, byte[]] held && same.AsSpan().SequenceEqual(guid) && to == recipient ? HandOut.Call(there, 0, held) : null),
            };
        }

        return null;
    }

    private static EvmAddress Pool(CallContext context)
    {
        if (context.Route.Parameters.GetValueOrDefault("pool") is not { } pool)
            return context.RoleOfToken();
        // What a snapshot names is only taken where the chain file names it too.
        return context.Entry.Addresses.Values.Any(known => EvmAddress.Parse(known) == EvmAddress.Parse(pool))
            ? EvmAddress.Parse(pool)
            : throw new TransactionException($"step {context.Step.Id}: the snapshot names pool {pool}, which the chain file of {context.Chain.Id} does not");
    }
}
