using Optimizer.Contracts.Protocols.Rollups;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Withdrawals from Arbitrum rollups by their native bridge: duration, and whether the bridge is paused.</summary>
/// <remarks>Source: OffchainLabs/nitro-contracts, RollupCore. A withdrawal can be finalised after its assertion has existed for
/// <c>confirmPeriodBlocks</c> blocks of the settlement chain. The role <c>rollupArbitrum</c> is the rollup of the chain
/// <c>arbitrum</c>.</remarks>
public sealed class ArbitrumBridge : IEvmRouteAdapter
{

    /// <inheritdoc/>
    public string Name => "arbitrumBridge";

    /// <inheritdoc/>
    public bool ReadsAtDestination => true;

    /// <inheritdoc/>
    public async Task<Route?> ReadAsync(EvmProtocol protocol, Route judged, Chain other)
    {
        var rollup = protocol.Contract("rollup", other);
        var (askPeriod, askPaused) = (protocol.Reader.ReadAsync(rollup, new ConfirmPeriodBlocks()), protocol.Reader.ReadAsync(rollup, new Paused()));
        var blocks = (double)await askPeriod.ConfigureAwait(false);
        if (await askPaused.ConfigureAwait(false))
            throw new ChainDataException(ChainFault.Refused, $"the rollup {rollup} of {other.Name} is paused, so withdrawals are not possible");
        return judged with { DurationSeconds = EvmProtocol.Delay(blocks * protocol.Chain.BlockTime.Seconds, protocol.From($"{protocol.Entry.Name}: {blocks:#,0} blocks of {protocol.Chain.Name} as the confirmation period of rollup {rollup}", other.Id)) };
    }
}
