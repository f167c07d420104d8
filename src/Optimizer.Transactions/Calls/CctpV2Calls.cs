using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Circle's Cross-Chain Transfer Protocol, version 2: burnt here; minted there once the burn is attested.</summary>
public sealed class CctpV2Calls : IRouteCalls, IClaimedRoute
{
    /// <summary>Burns, to be minted elsewhere.</summary>
    public static readonly ContractFunction Burn = new(
        "depositForBurn(uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken, bytes32 destinationCaller, uint256 maxFee, uint32 minFinalityThreshold)");

    /// <summary>Mints what was burnt elsewhere.</summary>
    public static readonly ContractFunction Receive = new("receiveMessage(bytes message, bytes attestation)");

    /// <summary>Logged where it is burnt.</summary>
    public static readonly AbiEvent Burnt = AbiEvent.Parse(
        "DepositForBurn(address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient, uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller, uint256 maxFee, uint32 indexed minFinalityThreshold, bytes hookData)");

    /// <summary>Logged where it is minted.</summary>
    public static readonly AbiEvent Minted = AbiEvent.Parse("MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken, uint256 feeCollected)");

    /// <summary>Logged where a message is received, after what it asks for.</summary>
    public static readonly AbiEvent Received = AbiEvent.Parse("MessageReceived(address indexed caller, uint32 sourceDomain, bytes32 indexed nonce, bytes32 sender, uint32 indexed finalityThresholdExecuted, bytes messageBody)");

    private static readonly AbiFunction UsedNonces = AbiFunction.Parse("usedNonces(bytes32 nonce) returns (uint256)");

    private const int Fast = 1_000;
    private const int Standard = 2_000;

    /// <inheritdoc/>
    public string Adapter => "cctpV2";

    /// <summary>Fees may double until the burn, and no more.</summary>
    public BigInteger Minimum(CallContext context, double slippage) => BigInteger.Max(0, context.Step.Received - BigInteger.Max(0, context.Step.Amount - context.Step.Received));

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.Role("tokenMessenger");

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Send(CallContext context)
    {
        var step = context.Step;
        return [Burn.Call(context.Role("tokenMessenger"), 0, step.Amount, context.Number(context.Route.To.Chain, "domain"), context.Recipient(), context.Token,
            new byte[32], step.Amount - step.MinimumReceived, new BigInteger(step.Via.StartsWith("cctp-fast/", StringComparison.Ordinal) ? Fast : Standard))];
    }

    /// <inheritdoc/>
    public BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs)
    {
        var messenger = context.Role("tokenMessenger");
        foreach (var log in logs.Where(log => log.Address == messenger))
        {
            if (Burnt.Read(log) is not { } burnt || (BigInteger)burnt[1] != context.Step.Amount || (EvmAddress)burnt[2] != context.Account || (BigInteger)burnt[4] != context.Number(context.Route.To.Chain, "domain"))
                continue;
            var (recipient, token) = (EvmAddress.Parse(context.AccountOn(context.Route.To.Chain)), context.Contract(context.Route.To));
            var (there, transmitter) = (context.RoleOf("tokenMessenger", context.EntryThere), context.RoleOf("messageTransmitter", context.EntryThere));
            // The nonce is given by those who attest. What is minted is told by one log, and for which burn by the one before it.
            return new(log, context.Scaled(context.Step.MinimumReceived), there, [[Minted.Topic], [AbiEvent.TopicOf(recipient)], [AbiEvent.TopicOf(token)]],
                arrival => arrival.Logs.Where(other => other.Address == transmitter && Received.Read(other) is { } received && (BigInteger)received[1] == context.Number(context.Route.From.Chain, "domain") && IsOurs(context, (byte[])received[5]))
                    .Select(other => arrival.Logs.LastOrDefault(minted => minted.Address == there && minted.Index < other.Index && Minted.Read(minted) is [EvmAddress to, BigInteger amount, EvmAddress of, BigInteger fee] && to == recipient && of == token && amount + fee == context.Step.Amount))
                    .OfType<EvmLog>().Select(minted => new BridgeArrival(minted, (BigInteger)Minted.Read(minted)![1])));
        }

        return null;
    }

    /// <summary>Whether the body of a message is about the step's burn: the token, the amount, by whom and for whom.</summary>
    private static bool IsOurs(CallContext context, byte[] body) => CctpV2Burn.Read(body) is { } burn && burn.Amount == context.Step.Amount
        && burn.Token == AbiEvent.TopicOf(context.Token) && burn.Sender == AbiEvent.TopicOf(context.Account) && burn.Recipient == AbiEvent.TopicOf(EvmAddress.Parse(context.AccountOn(context.Route.To.Chain)));

    /// <inheritdoc/>
    public WebSource Source => CctpV2.Web;

    /// <inheritdoc/>
    public async Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction sent, JsonEndpoint endpoint, IEvmClient there, CancellationToken cancellation)
    {
        var (from, to) = (context.Number(context.Route.From.Chain, "domain"), context.Number(context.Route.To.Chain, "domain"));
        var transmitter = context.RoleOf("messageTransmitter", context.EntryThere);
        foreach (var (message, attestation) in await CctpV2.MessagesAsync(endpoint, from, sent.Hash, cancellation).ConfigureAwait(false))
        {
            // Whoever hands out proofs is not believed about what they are for, nor that they have not been used.
            if (attestation is null || CctpV2Message.Read(message) is not { } read || read.SourceDomain != from || read.DestinationDomain != to || !IsOurs(context, read.Body))
                continue;
            var head = await there.PinAsync(cancellation).ConfigureAwait(false);
            var used = (await there.CallAsync(head.Block, [new(transmitter, UsedNonces.Encode(read.Nonce))], cancellation).ConfigureAwait(false))[0];
            if (used is { Succeeded: true, Data: var data } && data.AsSpan().IndexOfAnyExcept((byte)0) < 0)
                return Receive.Call(transmitter, 0, message, attestation);
        }

        return null;
    }
}
