using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Erc20;

/// <summary>Digits behind the point of a token, or of a price feed.</summary>
[Function("decimals", "uint8")]
public sealed class Decimals : ContractFunction<BigInteger>;

/// <summary>What an owner holds, in base units.</summary>
[Function("balanceOf", "uint256")]
public sealed class BalanceOf : ContractFunction<BigInteger>
{
    [Parameter("address", "owner", 1)] public EvmAddress Owner { get; init; }
}

/// <summary>All that there is, in base units.</summary>
[Function("totalSupply", "uint256")]
public sealed class TotalSupply : ContractFunction<BigInteger>;

/// <summary>Allows a contract to take an amount.</summary>
[Function("approve", "bool")]
public sealed class Approve : ContractFunction<bool>
{
    [Parameter("address", "spender", 1)] public EvmAddress Spender { get; init; }

    [Parameter("uint256", "value", 2)] public BigInteger Value { get; init; }
}

/// <summary>Logged where tokens change hands.</summary>
[Event("Transfer")]
public sealed class Transfer
{
    [Parameter("address", "from", 1, true)] public EvmAddress From { get; init; }

    [Parameter("address", "to", 2, true)] public EvmAddress To { get; init; }

    [Parameter("uint256", "value", 3, false)] public BigInteger Value { get; init; }
}

/// <summary>Wraps the native token that is sent along (WETH9).</summary>
[Function("deposit")]
public sealed class Wrap : ContractFunction;

/// <summary>Unwraps an amount (WETH9).</summary>
[Function("withdraw")]
public sealed class Unwrap : ContractFunction
{
    [Parameter("uint256", "wad", 1)] public BigInteger Amount { get; init; }
}

/// <summary>Logged where native tokens are wrapped.</summary>
[Event("Deposit")]
public sealed class Wrapped
{
    [Parameter("address", "dst", 1, true)] public EvmAddress Receiver { get; init; }

    [Parameter("uint256", "wad", 2, false)] public BigInteger Amount { get; init; }
}

/// <summary>Logged where native tokens are unwrapped.</summary>
[Event("Withdrawal")]
public sealed class Unwrapped
{
    [Parameter("address", "src", 1, true)] public EvmAddress Owner { get; init; }

    [Parameter("uint256", "wad", 2, false)] public BigInteger Amount { get; init; }
}
