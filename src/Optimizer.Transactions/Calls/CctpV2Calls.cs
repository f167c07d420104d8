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
            var there = context.RoleOf("tokenMessenger", context.EntryThere);
            // The nonce is given by those who attest; recipient, token and the whole amount tell as much.
            return new(log, context.Scaled(context.Step.MinimumReceived), there, [[Minted.Topic], [AbiEvent.TopicOf(recipient)], [AbiEvent.TopicOf(token)]],
                arrival => arrival.Address == there && Minted.Read(arrival) is [EvmAddress to, BigInteger amount, EvmAddress minted, BigInteger fee] && to == recipient && minted == token && amount + fee == context.Step.Amount ? amount : null);
        }

        return null;
    }

    /// <inheritdoc/>
    public WebSource Source => CctpV2.Web;

    /// <inheritdoc/>
    public async Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction sent, BridgeTransfer transfer, JsonEndpoint endpoint, CancellationToken cancellation)
    {
        var (from, to) = (context.Number(context.Route.From.Chain, "domain"), context.Number(context.Route.To.Chain, "domain"));
        foreach (var (message, attestation) in await CctpV2.MessagesAsync(endpoint, from, sent.Hash, cancellation).ConfigureAwait(false))
        {
            // Whoever hands out proofs is not believed about what they are for.
            if (CctpV2Message.Read(message) is not { } read || read.Amount != context.Step.Amount || read.SourceDomain != from || read.DestinationDomain != to
                || read.Recipient != AbiEvent.TopicOf(EvmAddress.Parse(context.AccountOn(context.Route.To.Chain))))
                continue;
            return attestation is null ? null : Receive.Call(context.RoleOf("messageTransmitter", context.EntryThere), 0, message, attestation);
        }

        return null;
    }
}
