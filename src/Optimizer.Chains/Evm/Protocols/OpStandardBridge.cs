using System.Numerics;
using Optimizer.Contracts.Protocols.Rollups;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Withdrawals from OP Stack rollups by their native bridge: duration, and whether the bridge is paused.</summary>
/// <remarks>
/// Source: ethereum-optimism/optimism, OptimismPortal2. A withdrawal can be finalised when its proof is <c>proofMaturityDelaySeconds</c>
/// old,
/// and when its dispute game has run unchallenged for <c>maxClockDuration</c> and then waited <c>disputeGameFinalityDelaySeconds</c>. The
/// earliest
/// proof is right after the start of the game. Games on Base (base/contracts, AggregateVerifier) end after <c>SLOW_FINALIZATION_DELAY</c>
/// with
/// one proof, sooner with two. The role <c>l1StandardBridgeBase</c> is the bridge of the chain <c>base</c>.
/// </remarks>
public sealed class OpStandardBridge : IEvmRouteAdapter
{

    /// <inheritdoc/>
    public string Name => "opStandardBridge";

    /// <inheritdoc/>
    public bool ReadsAtDestination => true;

    /// <inheritdoc/>
    public async Task<Route?> ReadAsync(EvmProtocol protocol, Route judged, Chain other)
    {
        var reader = protocol.Reader;
        var bridge = protocol.Contract("l1StandardBridge", other);
        var messenger = await reader.ReadAsync(bridge, new Messenger()).ConfigureAwait(false);
        var portal = await reader.ReadAsync(messenger, new Portal()).ConfigureAwait(false);
        var (askPaused, askMaturity, askFinality) = (reader.ReadAsync(portal, new Paused()), reader.ReadAsync(portal, new ProofMaturityDelaySeconds()), reader.ReadAsync(portal, new DisputeGameFinalityDelaySeconds()));
        var (askType, askGames) = (reader.ReadAsync(portal, new RespectedGameType()), reader.ReadAsync(portal, new DisputeGameFactory()));
        if (await askPaused.ConfigureAwait(false))
            throw new ChainDataException(ChainFault.Refused, $"withdrawals from {other.Name} are paused by its portal {portal}");
        var type = await askType.ConfigureAwait(false);
        var game = await reader.ReadAsync(await askGames.ConfigureAwait(false), new GameImpls { GameType = type }).ConfigureAwait(false);
        var (askClock, askSlow) = (reader.TryReadAsync(game, new MaxClockDuration()), reader.TryReadAsync(game, new SlowFinalizationDelay()));
        if ((await askClock.ConfigureAwait(false) ?? await askSlow.ConfigureAwait(false)) is not { Value: var clock })
            throw new ChainDataException(ChainFault.UnexpectedContract, $"the games of type {type} at {game} do not report their duration");
        var seconds = BigInteger.Max(await askMaturity.ConfigureAwait(false), clock + await askFinality.ConfigureAwait(false));
        return judged with { DurationSeconds = EvmProtocol.Delay((double)seconds, protocol.From($"{protocol.Entry.Name}: delays of {other.Name}'s portal {portal} and of its dispute games", other.Id)) };
    }
}
