using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Morpho;

/// <summary>The vault's share of the interest, in 1e-18.</summary>
[Function("fee", "uint96")]
public sealed class Fee : ContractFunction<BigInteger>;

/// <summary>The Morpho Blue contract that a vault lends through.</summary>
[Function("MORPHO", "address")]
public sealed class MorphoAddress : ContractFunction<EvmAddress>;

/// <summary>The number of markets that a vault may hold.</summary>
[Function("withdrawQueueLength", "uint256")]
public sealed class WithdrawQueueLength : ContractFunction<BigInteger>;

/// <summary>The id of one of these markets.</summary>
[Function("withdrawQueue", "bytes32")]
public sealed class WithdrawQueueMarket : ContractFunction<byte[]>
{
    [Parameter("uint256", "index", 1)] public BigInteger Index { get; init; }
}

/// <summary>The state of a market.</summary>
[Function("market", typeof(MarketState))]
public sealed class GetMarket : ContractFunction<MarketState>
{
    [Parameter("bytes32", "id", 1)] public byte[] Id { get; init; } = [];
}

/// <summary>Amounts in base units, at the last update in Unix seconds; the fee in 1e-18.</summary>
public sealed class MarketState
{
    [Parameter("uint128", "totalSupplyAssets", 1)] public BigInteger TotalSupplyAssets { get; init; }

    [Parameter("uint128", "totalSupplyShares", 2)] public BigInteger TotalSupplyShares { get; init; }

    [Parameter("uint128", "totalBorrowAssets", 3)] public BigInteger TotalBorrowAssets { get; init; }

    [Parameter("uint128", "totalBorrowShares", 4)] public BigInteger TotalBorrowShares { get; init; }

    [Parameter("uint128", "lastUpdate", 5)] public BigInteger LastUpdate { get; init; }

    [Parameter("uint128", "fee", 6)] public BigInteger Fee { get; init; }
}

/// <summary>What defines a market.</summary>
[Function("idToMarketParams", typeof(MarketParams))]
public sealed class IdToMarketParams : ContractFunction<MarketParams>
{
    [Parameter("bytes32", "id", 1)] public byte[] Id { get; init; } = [];
}

/// <summary>Loan-to-value limit in 1e-18.</summary>
public sealed class MarketParams
{
    [Parameter("address", "loanToken", 1)] public EvmAddress LoanToken { get; init; }

    [Parameter("address", "collateralToken", 2)] public EvmAddress CollateralToken { get; init; }

    [Parameter("address", "oracle", 3)] public EvmAddress Oracle { get; init; }

    [Parameter("address", "irm", 4)] public EvmAddress RateModel { get; init; }

    [Parameter("uint256", "lltv", 5)] public BigInteger Lltv { get; init; }
}

/// <summary>What somebody has in a market.</summary>
[Function("position", typeof(Position))]
public sealed class GetPosition : ContractFunction<Position>
{
    [Parameter("bytes32", "id", 1)] public byte[] Id { get; init; } = [];

    [Parameter("address", "user", 2)] public EvmAddress User { get; init; }
}

/// <summary>In shares, and base units of the collateral.</summary>
public sealed class Position
{
    [Parameter("uint256", "supplyShares", 1)] public BigInteger SupplyShares { get; init; }

    [Parameter("uint128", "borrowShares", 2)] public BigInteger BorrowShares { get; init; }

    [Parameter("uint128", "collateral", 3)] public BigInteger Collateral { get; init; }
}

/// <summary>The rate at target utilisation, per second in 1e-18 (AdaptiveCurveIrm).</summary>
[Function("rateAtTarget", "int256")]
public sealed class RateAtTarget : ContractFunction<BigInteger>
{
    [Parameter("bytes32", "id", 1)] public byte[] Id { get; init; } = [];
}

/// <summary>The borrow rate of a market, per second in 1e-18.</summary>
[Function("borrowRateView", "uint256")]
public sealed class BorrowRateView : ContractFunction<BigInteger>
{
    [Parameter("tuple", "marketParams", 1)] public MarketParams MarketParams { get; init; } = new();

    [Parameter("tuple", "market", 2)] public MarketState Market { get; init; } = new();
}
