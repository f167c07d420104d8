using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Circle's Cross-Chain Transfer Protocol, version 2: burnt here; minted there once the burn is attested.</summary>
public sealed class CctpV2Calls : IRouteCalls
{
    /// <summary>Burns, to be minted elsewhere.</summary>
    public static readonly ContractFunction Burn = new(
        "depositForBurn(uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken, bytes32 destinationCaller, uint256 maxFee, uint32 minFinalityThreshold)");

    private const int Fast = 1_000;
    private const int Standard = 2_000;

    /// <inheritdoc/>
    public string Adapter => "cctpV2";

    /// <summary>Fees may double until the burn, and no more.</summary>
    public BigInteger Minimum(CallContext context, double slippage) => BigInteger.Max(0, context.Step.Received - BigInteger.Max(0, context.Step.Amount - context.Step.Received));

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.Role("tokenMessenger");

    /// <inheritdoc/>
    public ContractCall Send(CallContext context)
    {
        var step = context.Step;
        return Burn.Call(context.Role("tokenMessenger"), 0, step.Amount, context.Number(context.Route.To.Chain, "domain"), context.Recipient(), context.Token,
            new byte[32], step.Amount - step.MinimumReceived, new BigInteger(step.Via.StartsWith("cctp-fast/", StringComparison.Ordinal) ? Fast : Standard));
    }
}
