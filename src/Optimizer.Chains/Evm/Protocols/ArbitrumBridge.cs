using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Withdrawals from Arbitrum's rollups by their own bridge: how long one takes, and whether it is halted.</summary>
/// <remarks>Source: OffchainLabs/nitro-contracts, RollupCore. A withdrawal may be finished once what contains it has stood for
/// <c>confirmPeriodBlocks</c> blocks of the chain that the rollup settles on. The role <c>rollupArbitrum</c> is the rollup of the
/// chain <c>arbitrum</c>.</remarks>
public sealed class ArbitrumBridge : IEvmRouteAdapter
{
    private static readonly AbiFunction ConfirmPeriod = AbiFunction.Parse("confirmPeriodBlocks() returns (uint64)");
    private static readonly AbiFunction Paused = AbiFunction.Parse("paused() returns (bool)");

    /// <inheritdoc/>
    public string Name => "arbitrumBridge";

    /// <inheritdoc/>
    public bool ReadsAtDestination => true;

    /// <inheritdoc/>
    public async Task<Route?> ReadAsync(EvmProtocol protocol, Route judged, Chain other)
    {
        var rollup = protocol.Contract("rollup", other);
        var (askPeriod, askPaused) = (protocol.Reader.ReadAsync(rollup, ConfirmPeriod), protocol.Reader.ReadAsync(rollup, Paused));
        var blocks = (double)(BigInteger)(await askPeriod.ConfigureAwait(false))[0];
        if ((await askPaused.ConfigureAwait(false))[0] is true)
            throw new ChainDataException(ChainFault.Refused, $"the rollup {rollup} of {other.Name} is paused, so that nothing can be withdrawn");
        return judged with { DurationSeconds = EvmProtocol.Delay(blocks * protocol.Chain.BlockTime.Seconds, protocol.From($"{protocol.Entry.Name}: {blocks:#,0} blocks of {protocol.Chain.Name} that the rollup {rollup} waits", other.Id)) };
    }
}
