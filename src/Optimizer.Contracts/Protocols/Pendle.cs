using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Pendle;

/// <summary>The state of a market.</summary>
[Function("readState", typeof(MarketState))]
public sealed class ReadState : ContractFunction<MarketState>
{
    [Parameter("address", "router", 1)] public EvmAddress Router { get; init; }
}

/// <summary>Rates and fees as logarithms in 1e-18 a year; expiry in Unix seconds.</summary>
public sealed class MarketState
{
    [Parameter("int256", "totalPt", 1)] public BigInteger TotalPrincipal { get; init; }

    [Parameter("int256", "totalSy", 2)] public BigInteger TotalStandardised { get; init; }

    [Parameter("int256", "totalLp", 3)] public BigInteger TotalLiquidity { get; init; }

    [Parameter("address", "treasury", 4)] public EvmAddress Treasury { get; init; }

    [Parameter("int256", "scalarRoot", 5)] public BigInteger ScalarRoot { get; init; }

    [Parameter("uint256", "expiry", 6)] public BigInteger Expiry { get; init; }

    [Parameter("uint256", "lnFeeRateRoot", 7)] public BigInteger LnFeeRateRoot { get; init; }

    [Parameter("uint256", "reserveFeePercent", 8)] public BigInteger ReserveFeePercent { get; init; }

    [Parameter("uint256", "lastLnImpliedRate", 9)] public BigInteger LastLnImpliedRate { get; init; }
}

/// <summary>The tokens of a market.</summary>
[Function("readTokens", typeof(MarketTokens))]
public sealed class ReadTokens : ContractFunction<MarketTokens>;

/// <summary>Standardised yield, principal, yield.</summary>
public sealed class MarketTokens
{
    [Parameter("address", "SY", 1)] public EvmAddress Standardised { get; init; }

    [Parameter("address", "PT", 2)] public EvmAddress Principal { get; init; }

    [Parameter("address", "YT", 3)] public EvmAddress Yield { get; init; }
}

/// <summary>What a standardised token is worth in its asset, in 1e-18.</summary>
[Function("exchangeRate", "uint256")]
public sealed class ExchangeRate : ContractFunction<BigInteger>;

/// <summary>The asset behind a standardised token.</summary>
[Function("assetInfo", typeof(AssetDescription))]
public sealed class AssetInfo : ContractFunction<AssetDescription>;

/// <summary>The asset.</summary>
public sealed class AssetDescription
{
    [Parameter("uint8", "assetType", 1)] public BigInteger AssetType { get; init; }

    [Parameter("address", "assetAddress", 2)] public EvmAddress AssetAddress { get; init; }

    [Parameter("uint8", "assetDecimals", 3)] public BigInteger AssetDecimals { get; init; }
}
