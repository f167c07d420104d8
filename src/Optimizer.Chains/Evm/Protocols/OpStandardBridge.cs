using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Withdrawals from OP Stack rollups by their own bridge: how long one takes, and whether it is halted.</summary>
/// <remarks>
/// Source: ethereum-optimism/optimism, OptimismPortal2. A withdrawal may be finished once its proof is as old as
/// <c>proofMaturityDelaySeconds</c>, and once the dispute game that it was proved against has run unchallenged for
/// <c>maxClockDuration</c> and then rested for <c>disputeGameFinalityDelaySeconds</c>; a proof is made right after the game
/// began at the earliest. Base's games (base/contracts, AggregateVerifier) end after <c>SLOW_FINALIZATION_DELAY</c> where they
/// were proved once; where twice, sooner. The role <c>l1StandardBridgeBase</c> is the bridge of the chain <c>base</c>.
/// </remarks>
public sealed class OpStandardBridge : IEvmRouteAdapter
{
    private static readonly AbiFunction Messenger = AbiFunction.Parse("messenger() returns (address)");
    private static readonly AbiFunction PortalOf = AbiFunction.Parse("portal() returns (address)");
    private static readonly AbiFunction Paused = AbiFunction.Parse("paused() returns (bool)");
    private static readonly AbiFunction ProofMaturity = AbiFunction.Parse("proofMaturityDelaySeconds() returns (uint256)");
    private static readonly AbiFunction GameFinality = AbiFunction.Parse("disputeGameFinalityDelaySeconds() returns (uint256)");
    private static readonly AbiFunction RespectedGame = AbiFunction.Parse("respectedGameType() returns (uint32)");
    private static readonly AbiFunction Games = AbiFunction.Parse("disputeGameFactory() returns (address)");
    private static readonly AbiFunction Implementation = AbiFunction.Parse("gameImpls(uint32 gameType) returns (address)");
    private static readonly AbiFunction MaximumClock = AbiFunction.Parse("maxClockDuration() returns (uint64)");

    private static readonly AbiFunction SlowFinalization = AbiFunction.Parse("SLOW_FINALIZATION_DELAY() returns (uint64)");

    /// <inheritdoc/>
    public string Name => "opStandardBridge";

    /// <inheritdoc/>
    public bool ReadsAtDestination => true;

    /// <inheritdoc/>
    public async Task<Route?> ReadAsync(EvmProtocol protocol, Route judged, Chain other)
    {
        var reader = protocol.Reader;
        var bridge = protocol.Contract("l1StandardBridge", other);
        var messenger = (EvmAddress)(await reader.ReadAsync(bridge, Messenger).ConfigureAwait(false))[0];
        var portal = (EvmAddress)(await reader.ReadAsync(messenger, PortalOf).ConfigureAwait(false))[0];
        var asked = await Task.WhenAll(new[] { Paused, ProofMaturity, GameFinality, RespectedGame, Games }.Select(function => reader.ReadAsync(portal, function))).ConfigureAwait(false);
        if (asked[0][0] is true)
            throw new ChainDataException(ChainFault.Refused, $"withdrawals from {other.Name} are paused by its portal {portal}");
        var game = (EvmAddress)(await reader.ReadAsync((EvmAddress)asked[4][0], Implementation, asked[3][0]).ConfigureAwait(false))[0];
        var (askClock, askSlow) = (reader.TryReadAsync(game, MaximumClock), reader.TryReadAsync(game, SlowFinalization));
        if ((await askClock.ConfigureAwait(false) ?? await askSlow.ConfigureAwait(false)) is not [BigInteger clock])
            throw new ChainDataException(ChainFault.UnexpectedContract, $"the games of type {asked[3][0]} at {game} do not tell how long they take");
        var seconds = BigInteger.Max((BigInteger)asked[1][0], clock + (BigInteger)asked[2][0]);
        return judged with { DurationSeconds = EvmProtocol.Delay((double)seconds, protocol.From($"{protocol.Entry.Name}: delays of {other.Name}'s portal {portal} and of its dispute games", other.Id)) };
    }
}
