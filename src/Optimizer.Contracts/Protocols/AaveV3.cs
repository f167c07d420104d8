using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.AaveV3;

/// <summary>The revision of a pool.</summary>
[Function("POOL_REVISION", "uint256")]
public sealed class PoolRevision : ContractFunction<BigInteger>;

/// <summary>The tokens that a pool lends.</summary>
[Function("getReservesList", "address[]")]
public sealed class GetReservesList : ContractFunction<EvmAddress[]>;

/// <summary>What a reserve can pay out, in base units.</summary>
[Function("getVirtualUnderlyingBalance", "uint128")]
public sealed class GetVirtualUnderlyingBalance : ContractFunction<BigInteger>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>Bad debt of a reserve that nobody has covered, in base units.</summary>
[Function("getReserveDeficit", "uint256")]
public sealed class GetReserveDeficit : ContractFunction<BigInteger>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>Amounts, rates and indices of a reserve.</summary>
[Function("getReserveData", typeof(ReserveData))]
public sealed class GetReserveData : ContractFunction<ReserveData>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>Amounts in base units; rates and indices in ray (1e27), rates per year.</summary>
public sealed class ReserveData
{
    [Parameter("uint256", "unbacked", 1)] public BigInteger Unbacked { get; init; }

    [Parameter("uint256", "accruedToTreasuryScaled", 2)] public BigInteger AccruedToTreasuryScaled { get; init; }

    [Parameter("uint256", "totalAToken", 3)] public BigInteger TotalAToken { get; init; }

    [Parameter("uint256", "totalStableDebt", 4)] public BigInteger TotalStableDebt { get; init; }

    [Parameter("uint256", "totalVariableDebt", 5)] public BigInteger TotalVariableDebt { get; init; }

    [Parameter("uint256", "liquidityRate", 6)] public BigInteger LiquidityRate { get; init; }

    [Parameter("uint256", "variableBorrowRate", 7)] public BigInteger VariableBorrowRate { get; init; }

    [Parameter("uint256", "stableBorrowRate", 8)] public BigInteger StableBorrowRate { get; init; }

    [Parameter("uint256", "averageStableBorrowRate", 9)] public BigInteger AverageStableBorrowRate { get; init; }

    [Parameter("uint256", "liquidityIndex", 10)] public BigInteger LiquidityIndex { get; init; }

    [Parameter("uint256", "variableBorrowIndex", 11)] public BigInteger VariableBorrowIndex { get; init; }

    [Parameter("uint40", "lastUpdate", 12)] public BigInteger LastUpdate { get; init; }
}

/// <summary>Risk parameters and switches of a reserve.</summary>
[Function("getReserveConfigurationData", typeof(ReserveConfiguration))]
public sealed class GetReserveConfigurationData : ContractFunction<ReserveConfiguration>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>Shares in basis points.</summary>
public sealed class ReserveConfiguration
{
    [Parameter("uint256", "decimals", 1)] public BigInteger Decimals { get; init; }

    [Parameter("uint256", "ltv", 2)] public BigInteger Ltv { get; init; }

    [Parameter("uint256", "liquidationThreshold", 3)] public BigInteger LiquidationThreshold { get; init; }

    [Parameter("uint256", "liquidationBonus", 4)] public BigInteger LiquidationBonus { get; init; }

    [Parameter("uint256", "reserveFactor", 5)] public BigInteger ReserveFactor { get; init; }

    [Parameter("bool", "usageAsCollateralEnabled", 6)] public bool UsageAsCollateralEnabled { get; init; }

    [Parameter("bool", "borrowingEnabled", 7)] public bool BorrowingEnabled { get; init; }

    [Parameter("bool", "stableBorrowRateEnabled", 8)] public bool StableBorrowRateEnabled { get; init; }

    [Parameter("bool", "isActive", 9)] public bool IsActive { get; init; }

    [Parameter("bool", "isFrozen", 10)] public bool IsFrozen { get; init; }
}

/// <summary>The most that may be borrowed from a reserve, and supplied.</summary>
[Function("getReserveCaps", typeof(ReserveCaps))]
public sealed class GetReserveCaps : ContractFunction<ReserveCaps>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>In whole tokens; 0 for no cap.</summary>
public sealed class ReserveCaps
{
    [Parameter("uint256", "borrowCap", 1)] public BigInteger BorrowCap { get; init; }

    [Parameter("uint256", "supplyCap", 2)] public BigInteger SupplyCap { get; init; }
}

/// <summary>Whether a reserve is paused.</summary>
[Function("getPaused", "bool")]
public sealed class GetPaused : ContractFunction<bool>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>The contract that sets a reserve's rates.</summary>
[Function("getInterestRateStrategyAddress", "address")]
public sealed class GetInterestRateStrategyAddress : ContractFunction<EvmAddress>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>The tokens that stand for supplies and debts.</summary>
[Function("getReserveTokensAddresses", typeof(ReserveTokens))]
public sealed class GetReserveTokensAddresses : ContractFunction<ReserveTokens>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>The zero address where there is none.</summary>
public sealed class ReserveTokens
{
    [Parameter("address", "aToken", 1)] public EvmAddress AToken { get; init; }

    [Parameter("address", "stableDebt", 2)] public EvmAddress StableDebt { get; init; }

    [Parameter("address", "variableDebt", 3)] public EvmAddress VariableDebt { get; init; }
}

/// <summary>The rate curve of a reserve, in basis points (strategies since 3.1).</summary>
[Function("getInterestRateDataBps", typeof(RateData))]
public sealed class GetInterestRateDataBps : ContractFunction<RateData>
{
    [Parameter("address", "reserve", 1)] public EvmAddress Reserve { get; init; }
}

/// <summary>In basis points.</summary>
public sealed class RateData
{
    [Parameter("uint16", "optimalUsageRatio", 1)] public BigInteger OptimalUsageRatio { get; init; }

    [Parameter("uint32", "baseVariableBorrowRate", 2)] public BigInteger BaseVariableBorrowRate { get; init; }

    [Parameter("uint32", "variableRateSlope1", 3)] public BigInteger VariableRateSlope1 { get; init; }

    [Parameter("uint32", "variableRateSlope2", 4)] public BigInteger VariableRateSlope2 { get; init; }
}

/// <summary>The kink of the rate curve in ray (strategies before 3.1, which serve one reserve).</summary>
[Function("OPTIMAL_USAGE_RATIO", "uint256")]
public sealed class OptimalUsageRatio : ContractFunction<BigInteger>;

/// <summary>The rate at no utilisation in ray.</summary>
[Function("getBaseVariableBorrowRate", "uint256")]
public sealed class GetBaseVariableBorrowRate : ContractFunction<BigInteger>;

/// <summary>The rise of the rate up to the kink in ray.</summary>
[Function("getVariableRateSlope1", "uint256")]
public sealed class GetVariableRateSlope1 : ContractFunction<BigInteger>;

/// <summary>The rise of the rate beyond the kink in ray.</summary>
[Function("getVariableRateSlope2", "uint256")]
public sealed class GetVariableRateSlope2 : ContractFunction<BigInteger>;

/// <summary>The contract that gives out rewards for a token.</summary>
[Function("getIncentivesController", "address")]
public sealed class GetIncentivesController : ContractFunction<EvmAddress>;

/// <summary>The tokens that are given out for an asset.</summary>
[Function("getRewardsByAsset", "address[]")]
public sealed class GetRewardsByAsset : ContractFunction<EvmAddress[]>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>How much of a reward is given out for an asset.</summary>
[Function("getRewardsData", typeof(RewardsData))]
public sealed class GetRewardsData : ContractFunction<RewardsData>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }

    [Parameter("address", "reward", 2)] public EvmAddress Reward { get; init; }
}

/// <summary>Emission in base units of the reward per second; times in Unix seconds.</summary>
public sealed class RewardsData
{
    [Parameter("uint256", "index", 1)] public BigInteger Index { get; init; }

    [Parameter("uint256", "emissionPerSecond", 2)] public BigInteger EmissionPerSecond { get; init; }

    [Parameter("uint256", "lastUpdate", 3)] public BigInteger LastUpdate { get; init; }

    [Parameter("uint256", "distributionEnd", 4)] public BigInteger DistributionEnd { get; init; }
}

/// <summary>The price of an asset, in the oracle's unit.</summary>
[Function("getAssetPrice", "uint256")]
public sealed class GetAssetPrice : ContractFunction<BigInteger>
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }
}

/// <summary>One whole of the oracle's currency.</summary>
[Function("BASE_CURRENCY_UNIT", "uint256")]
public sealed class BaseCurrencyUnit : ContractFunction<BigInteger>;

/// <summary>The oracle's currency; the zero address for USD.</summary>
[Function("BASE_CURRENCY", "address")]
public sealed class BaseCurrency : ContractFunction<EvmAddress>;

/// <summary>Supplies a token.</summary>
[Function("supply")]
public sealed class Supply : ContractFunction
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }

    [Parameter("uint256", "amount", 2)] public BigInteger Amount { get; init; }

    [Parameter("address", "onBehalfOf", 3)] public EvmAddress OnBehalfOf { get; init; }

    [Parameter("uint16", "referralCode", 4)] public BigInteger ReferralCode { get; init; }
}

/// <summary>Withdraws a token.</summary>
[Function("withdraw")]
public sealed class Withdraw : ContractFunction
{
    [Parameter("address", "asset", 1)] public EvmAddress Asset { get; init; }

    [Parameter("uint256", "amount", 2)] public BigInteger Amount { get; init; }

    [Parameter("address", "to", 3)] public EvmAddress To { get; init; }
}
