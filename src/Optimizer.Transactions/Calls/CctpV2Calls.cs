using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.CctpV2;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Circle's Cross-Chain Transfer Protocol, version 2: burns tokens here and mints them at the destination once the burn is
/// attested.</summary>
public sealed class CctpV2Calls : IRouteCalls, IClaimedRoute
{



    private const int Fast = 1_000;
    private const int Standard = 2_000;

    /// <inheritdoc/>
    public string Adapter => "cctpV2";

    /// <summary>Allows the fee to double until the burn.</summary>
    public BigInteger Minimum(CallContext context, double slippage) => BigInteger.Max(0, context.Step.Received - BigInteger.Max(0, context.Step.Amount - context.Step.Received));

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.Role("tokenMessenger");

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Send(CallContext context)
    {
        var step = context.Step;
        return
        [
            new DepositForBurn
            {
                Amount = step.Amount,
                DestinationDomain = context.Number(context.Route.To.Chain, "domain"),
                MintRecipient = context.Recipient(),
                BurnToken = context.Token,
                DestinationCaller = new byte[Hex.WordSize],
                MaxFee = step.Amount - step.MinimumReceived,
                MinFinalityThreshold = step.Via.StartsWith("cctp-fast/", StringComparison.Ordinal) ? Fast : Standard,
            }.Call(context.Role("tokenMessenger")),
        ];
    }

    /// <inheritdoc/>
    public BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var messenger = context.Role("tokenMessenger");
        foreach (var log in logs.Where(log => log.Address == messenger))
        {
            if (ContractEvent.Read<Burnt>(log) is not { } burnt || burnt.Amount != context.Step.Amount || burnt.Depositor != context.Account || burnt.DestinationDomain != context.Number(context.Route.To.Chain, "domain"))
                continue;
            var (recipient, token) = (EvmAddress.Parse(context.AccountOn(context.Route.To.Chain)), context.Contract(context.Route.To));
            var (there, transmitter) = (context.RoleOf("tokenMessenger", context.EntryThere), context.RoleOf("messageTransmitter", context.EntryThere));
            // The attesters assign the nonce, so it is unknown here. One log shows the message and its burn; the mint is the log before it.
            return new(log, context.Scaled(context.Step.MinimumReceived), there, [[ContractEvent.TopicOf<Minted>()], [Topics.Of(recipient)], [Topics.Of(token)]],
                arrival => arrival.Logs.Where(other => other.Address == transmitter && ContractEvent.Read<MessageReceived>(other) is { } received && received.SourceDomain == context.Number(context.Route.From.Chain, "domain") && IsOurs(context, received.MessageBody))
                    .Select(other => arrival.Logs.LastOrDefault(log => log.Address == there && log.Index < other.Index && ContractEvent.Read<Minted>(log) is { } minted && minted.MintRecipient == recipient && minted.MintToken == token && minted.Amount + minted.FeeCollected == context.Step.Amount))
                    .OfType<EvmLog>().Select(log => new BridgeArrival(log, ContractEvent.Read<Minted>(log)!.Amount)));
        }

        return null;
    }

    /// <summary>Whether a message body belongs to the step's burn: token, amount, sender and recipient.</summary>
    private static bool IsOurs(CallContext context, byte[] body) => BurnMessage.Read(body) is { } burn && burn.Amount == context.Step.Amount
        && burn.Token == Topics.Of(context.Token) && burn.Sender == Topics.Of(context.Account) && burn.Recipient == Topics.Of(EvmAddress.Parse(context.AccountOn(context.Route.To.Chain)));

    /// <inheritdoc/>
    public WebSource Source => CctpV2.Web;

    /// <inheritdoc/>
    public async Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction sent, JsonEndpoint endpoint, IEvmClient there, CancellationToken cancellation)
    {
        var (from, to) = (context.Number(context.Route.From.Chain, "domain"), context.Number(context.Route.To.Chain, "domain"));
        var transmitter = context.RoleOf("messageTransmitter", context.EntryThere);
        foreach (var (message, attestation) in await CctpV2.MessagesAsync(endpoint, from, sent.Hash, cancellation).ConfigureAwait(false))
        {
            // The service's answer is not trusted: check what the proof is for, and that it is unused.
            if (attestation is null || Message.Read(message) is not { } read || read.SourceDomain != from || read.DestinationDomain != to || !IsOurs(context, read.Body))
                continue;
            var head = await there.PinAsync(cancellation).ConfigureAwait(false);
            var used = (await there.CallAsync(head.Block, [new(transmitter, new UsedNonces { Nonce = read.Nonce }.Encode())], cancellation).ConfigureAwait(false))[0];
            if (used is { Succeeded: true, Data: var data } && data.AsSpan().IndexOfAnyExcept((byte)0) < 0)
                return new ReceiveMessage { Message = message, Attestation = attestation }.Call(transmitter);
        }

        return null;
    }
}
