using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Rollups;

/// <summary>What a rollup charges for publishing a transaction, in wei (OP Stack, GasPriceOracle).</summary>
[Function("getL1Fee", "uint256")]
public sealed class GetL1Fee : ContractFunction<BigInteger>
{
    [Parameter("bytes", "data", 1)] public byte[] Data { get; init; } = [];
}

/// <summary>What publishing a transaction takes (Arbitrum, NodeInterface).</summary>
[Function("gasEstimateL1Component", typeof(L1Component))]
public sealed class GasEstimateL1Component : ContractFunction<L1Component>
{
    [Parameter("address", "to", 1)] public EvmAddress To { get; init; }

    [Parameter("bool", "contractCreation", 2)] public bool ContractCreation { get; init; }

    [Parameter("bytes", "data", 3)] public byte[] Data { get; init; } = [];
}

/// <summary>Extra gas, and prices in wei.</summary>
public sealed class L1Component
{
    [Parameter("uint64", "gasEstimateForL1", 1)] public BigInteger GasEstimateForL1 { get; init; }

    [Parameter("uint256", "baseFee", 2)] public BigInteger BaseFee { get; init; }

    [Parameter("uint256", "l1BaseFeeEstimate", 3)] public BigInteger L1BaseFeeEstimate { get; init; }
}

/// <summary>How long an assertion stands before it is confirmed, in blocks of the parent chain (Arbitrum).</summary>
[Function("confirmPeriodBlocks", "uint64")]
public sealed class ConfirmPeriodBlocks : ContractFunction<BigInteger>;

/// <summary>Whether withdrawals are halted.</summary>
[Function("paused", "bool")]
public sealed class Paused : ContractFunction<bool>;

/// <summary>The messenger of a bridge (OP Stack).</summary>
[Function("messenger", "address")]
public sealed class Messenger : ContractFunction<EvmAddress>;

/// <summary>The portal of a messenger (OP Stack).</summary>
[Function("portal", "address")]
public sealed class Portal : ContractFunction<EvmAddress>;

/// <summary>How old a proof has to be, in seconds.</summary>
[Function("proofMaturityDelaySeconds", "uint256")]
public sealed class ProofMaturityDelaySeconds : ContractFunction<BigInteger>;

/// <summary>How long a finished dispute game rests, in seconds.</summary>
[Function("disputeGameFinalityDelaySeconds", "uint256")]
public sealed class DisputeGameFinalityDelaySeconds : ContractFunction<BigInteger>;

/// <summary>The kind of dispute game that counts.</summary>
[Function("respectedGameType", "uint32")]
public sealed class RespectedGameType : ContractFunction<BigInteger>;

/// <summary>The contract that makes dispute games.</summary>
[Function("disputeGameFactory", "address")]
public sealed class DisputeGameFactory : ContractFunction<EvmAddress>;

/// <summary>The code of a kind of dispute game.</summary>
[Function("gameImpls", "address")]
public sealed class GameImpls : ContractFunction<EvmAddress>
{
    [Parameter("uint32", "gameType", 1)] public BigInteger GameType { get; init; }
}

/// <summary>How long a side may think, in seconds.</summary>
[Function("maxClockDuration", "uint64")]
public sealed class MaxClockDuration : ContractFunction<BigInteger>;

/// <summary>How long a game takes that was proved once, in seconds (Base).</summary>
[Function("SLOW_FINALIZATION_DELAY", "uint64")]
public sealed class SlowFinalizationDelay : ContractFunction<BigInteger>;
