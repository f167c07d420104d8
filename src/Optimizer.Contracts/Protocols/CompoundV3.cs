using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.CompoundV3;

/// <summary>The token that a market lends.</summary>
[Function("baseToken", "address")]
public sealed class BaseToken : ContractFunction<EvmAddress>;

/// <summary>All that is lent out, with interest, in base units.</summary>
[Function("totalBorrow", "uint256")]
public sealed class TotalBorrow : ContractFunction<BigInteger>;

/// <summary>The utilisation at which the supply rate bends, in 1e-18.</summary>
[Function("supplyKink", "uint256")]
public sealed class SupplyKink : ContractFunction<BigInteger>;

/// <summary>The supply rate at no utilisation, per second in 1e-18.</summary>
[Function("supplyPerSecondInterestRateBase", "uint256")]
public sealed class SupplyRateBase : ContractFunction<BigInteger>;

/// <summary>The rise of the supply rate up to the kink, per second in 1e-18.</summary>
[Function("supplyPerSecondInterestRateSlopeLow", "uint256")]
public sealed class SupplyRateSlopeLow : ContractFunction<BigInteger>;

/// <summary>The rise of the supply rate beyond the kink, per second in 1e-18.</summary>
[Function("supplyPerSecondInterestRateSlopeHigh", "uint256")]
public sealed class SupplyRateSlopeHigh : ContractFunction<BigInteger>;

/// <summary>Borrowed by supplied, in 1e-18.</summary>
[Function("getUtilization", "uint256")]
public sealed class GetUtilization : ContractFunction<BigInteger>;

/// <summary>The supply rate at a utilisation, per second in 1e-18.</summary>
[Function("getSupplyRate", "uint64")]
public sealed class GetSupplyRate : ContractFunction<BigInteger>
{
    [Parameter("uint256", "utilization", 1)] public BigInteger Utilization { get; init; }
}

/// <summary>Whether supplies are paused.</summary>
[Function("isSupplyPaused", "bool")]
public sealed class IsSupplyPaused : ContractFunction<bool>;

/// <summary>Whether withdrawals are paused.</summary>
[Function("isWithdrawPaused", "bool")]
public sealed class IsWithdrawPaused : ContractFunction<bool>;

/// <summary>Rewards for all supplies per second, in units of the tracking scale.</summary>
[Function("baseTrackingSupplySpeed", "uint256")]
public sealed class BaseTrackingSupplySpeed : ContractFunction<BigInteger>;

/// <summary>The scale of the tracking speed.</summary>
[Function("trackingIndexScale", "uint256")]
public sealed class TrackingIndexScale : ContractFunction<BigInteger>;

/// <summary>Supplies below this earn no rewards, in base units.</summary>
[Function("baseMinForRewards", "uint256")]
public sealed class BaseMinForRewards : ContractFunction<BigInteger>;

/// <summary>What a market gives out.</summary>
[Function("rewardConfig", typeof(Reward))]
public sealed class RewardConfig : ContractFunction<Reward>
{
    [Parameter("address", "comet", 1)] public EvmAddress Comet { get; init; }
}

/// <summary>The token, and how its units are scaled.</summary>
public sealed class Reward
{
    [Parameter("address", "token", 1)] public EvmAddress Token { get; init; }

    [Parameter("uint64", "rescaleFactor", 2)] public BigInteger RescaleFactor { get; init; }

    [Parameter("bool", "shouldUpscale", 3)] public bool ShouldUpscale { get; init; }
}

/// <summary>What a market gives out, by contracts since 2023.</summary>
[Function("rewardConfig", typeof(RewardWithMultiplier))]
public sealed class RewardConfigWithMultiplier : ContractFunction<RewardWithMultiplier>
{
    [Parameter("address", "comet", 1)] public EvmAddress Comet { get; init; }
}

/// <summary>The same with a multiplier in 1e-18.</summary>
public sealed class RewardWithMultiplier
{
    [Parameter("address", "token", 1)] public EvmAddress Token { get; init; }

    [Parameter("uint64", "rescaleFactor", 2)] public BigInteger RescaleFactor { get; init; }

    [Parameter("bool", "shouldUpscale", 3)] public bool ShouldUpscale { get; init; }

    [Parameter("uint256", "multiplier", 4)] public BigInteger Multiplier { get; init; }
}

/// <summary>Supplies the base token.</summary>
[Function("supply")]
public sealed class Supply : ContractFunction
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }

    [Parameter("uint256", "amount", 2)] public BigInteger Amount { get; init; }
}

/// <summary>Withdraws the base token.</summary>
[Function("withdraw")]
public sealed class Withdraw : ContractFunction
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }

    [Parameter("uint256", "amount", 2)] public BigInteger Amount { get; init; }
}
