using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.StargateV2;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Stargate v2 in taxi mode: sent immediately, not batched with other transfers.</summary>
public sealed class StargateV2Calls : IRouteCalls
{



    /// <summary>Decimals of amounts in transfers, for all tokens.</summary>
    private const int SharedDecimals = 6;

    /// <summary>Margin on the message fee, in percent: the fee varies with gas; the surplus is refunded immediately.</summary>
    private const int FeeMarginPercent = 20;

    /// <inheritdoc/>
    public string Adapter => "stargateV2";

    /// <inheritdoc/>
    public BigInteger Granularity(CallContext context) => BigInteger.Pow(10, Math.Max(0, context.Market.Token(context.Step.Token).Decimals - SharedDecimals));

    /// <inheritdoc/>
    public BigInteger Minimum(CallContext context, double slippage)
    {
        // Output amounts are multiples of the shared decimals, on both chains.
        var least = context.Step.Received - new BigInteger(Math.Ceiling((double)context.Step.Received * slippage));
        return BigInteger.Max(0, least - least % BigInteger.Pow(10, Math.Max(0, context.Market.Token(context.Route.To).Decimals - SharedDecimals)));
    }

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => Pool(context);

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Send(CallContext context)
    {
        var (step, route) = (context.Step, context.Route);
        // The minimum is in base units of the source token.
        var least = step.MinimumReceived * BigInteger.Pow(10, context.Market.Token(route.From).Decimals) / BigInteger.Pow(10, context.Market.Token(route.To).Decimals);
        var native = context.Market.Token(context.Chain.NativeTokenId());
        var fee = new BigInteger(Math.Ceiling((route.NativeFee?.Value ?? 0) * Math.Pow(10, native.Decimals))) * (100 + FeeMarginPercent) / 100;
        // A native token is sent along with the fee.
        var value = fee + (context.Market.Token(route.From).Address is null ? step.Amount : BigInteger.Zero);
        return
        [
            new SendToken
            {
                SendParam = new() { DestinationEndpoint = context.Number(route.To.Chain, "endpointId"), To = context.Recipient(), Amount = step.Amount, MinimumAmount = least },
                Fee = new() { NativeFee = fee },
                RefundAddress = context.Account,
            }.Call(Pool(context), value),
        ];
    }

    /// <inheritdoc/>
    public BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var (pool, there, recipient) = (Pool(context), context.RoleOf(context.EntryThere, context.Route.To), EvmAddress.Parse(context.AccountOn(context.Route.To.Chain)));
        foreach (var log in logs.Where(log => log.Address == pool))
        {
            if (ContractEvent.Read<OftSent>(log) is not { } sent || sent.AmountSent != context.Step.Amount || sent.DestinationEndpoint != context.Number(context.Route.To.Chain, "endpointId"))
                continue;
            bool IsOurs(byte[] message, EvmAddress to) => message.AsSpan().SequenceEqual(sent.MessageId) && to == recipient;
            return new(log, context.Scaled(sent.AmountReceived), there, [[ContractEvent.TopicOf<OftReceived>()], [Hex.Of(sent.MessageId)]], arrival => arrival.Logs.Where(other => other.Address == there)
                .Select(other => ContractEvent.Read<OftReceived>(other) is { } received && IsOurs(received.MessageId, received.ToAddress) ? new BridgeArrival(other, received.AmountReceived) : null).OfType<BridgeArrival>())
            {
                HeldBack = (ContractEvent.TopicOf<UnreceivedTokenCached>(), other => other.Address == there && ContractEvent.Read<UnreceivedTokenCached>(other) is { } held && IsOurs(held.MessageId, held.Receiver)
                    ? new RetryReceiveToken { MessageId = held.MessageId, Index = held.Index, SourceEndpoint = held.SourceEndpoint, Receiver = held.Receiver, Amount = held.Amount, ComposeMessage = held.ComposeMessage }.Call(there)
                    : null),
            };
        }

        return null;
    }

    private static EvmAddress Pool(CallContext context)
    {
        if (context.Route.Parameters.GetValueOrDefault("pool") is not { } pool)
            return context.RoleOfToken();
        // A pool from the snapshot is used only if the chain file lists it too.
        return context.Entry.Addresses.Values.Any(known => EvmAddress.Parse(known) == EvmAddress.Parse(pool))
            ? EvmAddress.Parse(pool)
            : throw new TransactionException($"step {context.Step.Id}: the snapshot uses pool {pool}, which is not in the chain file of {context.Chain.Id}");
    }
}
