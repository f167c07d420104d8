using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.UniswapV3;

/// <summary>The first token of a pool.</summary>
[Function("token0", "address")]
public sealed class Token0 : ContractFunction<EvmAddress>;

/// <summary>The second token of a pool.</summary>
[Function("token1", "address")]
public sealed class Token1 : ContractFunction<EvmAddress>;

/// <summary>The fee of a pool, in millionths.</summary>
[Function("fee", "uint24")]
public sealed class Fee : ContractFunction<BigInteger>;

/// <summary>The liquidity in range.</summary>
[Function("liquidity", "uint128")]
public sealed class Liquidity : ContractFunction<BigInteger>;

/// <summary>Fees of the first token that a unit of liquidity earned so far, in 2^-128 base units; passes its end.</summary>
[Function("feeGrowthGlobal0X128", "uint256")]
public sealed class FeeGrowthGlobal0 : ContractFunction<BigInteger>;

/// <summary>The same of the second token.</summary>
[Function("feeGrowthGlobal1X128", "uint256")]
public sealed class FeeGrowthGlobal1 : ContractFunction<BigInteger>;

/// <summary>The price of a pool.</summary>
[Function("slot0", typeof(Slot0))]
public sealed class GetSlot0 : ContractFunction<Slot0>;

/// <summary>The square root of the price in 2^-96, and its tick.</summary>
public sealed class Slot0
{
    [Parameter("uint160", "sqrtPriceX96", 1)] public BigInteger SqrtPrice { get; init; }

    [Parameter("int24", "tick", 2)] public BigInteger Tick { get; init; }
}

/// <summary>A swap to be quoted.</summary>
public sealed class QuoteParams
{
    [Parameter("address", "tokenIn", 1)] public EvmAddress TokenIn { get; init; }

    [Parameter("address", "tokenOut", 2)] public EvmAddress TokenOut { get; init; }

    [Parameter("uint256", "amountIn", 3)] public BigInteger AmountIn { get; init; }

    [Parameter("uint24", "fee", 4)] public BigInteger Fee { get; init; }

    [Parameter("uint160", "sqrtPriceLimitX96", 5)] public BigInteger SqrtPriceLimit { get; init; }
}

/// <summary>What a swap would give (QuoterV2).</summary>
[Function("quoteExactInputSingle", typeof(Quote))]
public sealed class QuoteExactInputSingle : ContractFunction<Quote>
{
    [Parameter("tuple", "params", 1)] public QuoteParams Params { get; init; } = new();
}

/// <summary>Amounts in base units.</summary>
public sealed class Quote
{
    [Parameter("uint256", "amountOut", 1)] public BigInteger AmountOut { get; init; }

    [Parameter("uint160", "sqrtPriceX96After", 2)] public BigInteger SqrtPriceAfter { get; init; }

    [Parameter("uint32", "initializedTicksCrossed", 3)] public BigInteger InitializedTicksCrossed { get; init; }

    [Parameter("uint256", "gasEstimate", 4)] public BigInteger GasEstimate { get; init; }
}

/// <summary>A swap of the first router, until a deadline.</summary>
public sealed class SwapUntilParams
{
    [Parameter("address", "tokenIn", 1)] public EvmAddress TokenIn { get; init; }

    [Parameter("address", "tokenOut", 2)] public EvmAddress TokenOut { get; init; }

    [Parameter("uint24", "fee", 3)] public BigInteger Fee { get; init; }

    [Parameter("address", "recipient", 4)] public EvmAddress Recipient { get; init; }

    [Parameter("uint256", "deadline", 5)] public BigInteger Deadline { get; init; }

    [Parameter("uint256", "amountIn", 6)] public BigInteger AmountIn { get; init; }

    [Parameter("uint256", "amountOutMinimum", 7)] public BigInteger AmountOutMinimum { get; init; }

    [Parameter("uint160", "sqrtPriceLimitX96", 8)] public BigInteger SqrtPriceLimit { get; init; }
}

/// <summary>The first router's swap.</summary>
[Function("exactInputSingle")]
public sealed class SwapUntil : ContractFunction
{
    [Parameter("tuple", "params", 1)] public SwapUntilParams Params { get; init; } = new();
}

/// <summary>A swap of the second router.</summary>
public sealed class SwapParams
{
    [Parameter("address", "tokenIn", 1)] public EvmAddress TokenIn { get; init; }

    [Parameter("address", "tokenOut", 2)] public EvmAddress TokenOut { get; init; }

    [Parameter("uint24", "fee", 3)] public BigInteger Fee { get; init; }

    [Parameter("address", "recipient", 4)] public EvmAddress Recipient { get; init; }

    [Parameter("uint256", "amountIn", 5)] public BigInteger AmountIn { get; init; }

    [Parameter("uint256", "amountOutMinimum", 6)] public BigInteger AmountOutMinimum { get; init; }

    [Parameter("uint160", "sqrtPriceLimitX96", 7)] public BigInteger SqrtPriceLimit { get; init; }
}

/// <summary>The second router's swap.</summary>
[Function("exactInputSingle")]
public sealed class Swap : ContractFunction
{
    [Parameter("tuple", "params", 1)] public SwapParams Params { get; init; } = new();
}

/// <summary>Calls of the second router until a deadline.</summary>
[Function("multicall")]
public sealed class MulticallUntil : ContractFunction
{
    [Parameter("uint256", "deadline", 1)] public BigInteger Deadline { get; init; }

    [Parameter("bytes[]", "data", 2)] public byte[][] Data { get; init; } = [];
}

/// <summary>Calls of the first router, together.</summary>
[Function("multicall")]
public sealed class Multicall : ContractFunction
{
    [Parameter("bytes[]", "data", 1)] public byte[][] Data { get; init; } = [];
}

/// <summary>Hands out the router's wrapped native tokens as native ones.</summary>
[Function("unwrapWETH9")]
public sealed class UnwrapWeth : ContractFunction
{
    [Parameter("uint256", "amountMinimum", 1)] public BigInteger AmountMinimum { get; init; }

    [Parameter("address", "recipient", 2)] public EvmAddress Recipient { get; init; }
}
