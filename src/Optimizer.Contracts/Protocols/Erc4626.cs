using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Erc4626;

/// <summary>The token that a vault takes.</summary>
[Function("asset", "address")]
public sealed class GetAsset : ContractFunction<EvmAddress>;

/// <summary>All that a vault holds, in base units of its asset.</summary>
[Function("totalAssets", "uint256")]
public sealed class TotalAssets : ContractFunction<BigInteger>;

/// <summary>What shares are worth, in base units of the asset.</summary>
[Function("convertToAssets", "uint256")]
public sealed class ConvertToAssets : ContractFunction<BigInteger>
{
    [Parameter("uint256", "shares", 1)] public BigInteger Shares { get; init; }
}

/// <summary>The most that a vault takes from somebody, in base units.</summary>
[Function("maxDeposit", "uint256")]
public sealed class MaxDeposit : ContractFunction<BigInteger>
{
    [Parameter("address", "receiver", 1)] public EvmAddress Receiver { get; init; }
}

/// <summary>Deposits assets.</summary>
[Function("deposit")]
public sealed class Deposit : ContractFunction
{
    [Parameter("uint256", "assets", 1)] public BigInteger Assets { get; init; }

    [Parameter("address", "receiver", 2)] public EvmAddress Receiver { get; init; }
}

/// <summary>Withdraws assets.</summary>
[Function("withdraw")]
public sealed class Withdraw : ContractFunction
{
    [Parameter("uint256", "assets", 1)] public BigInteger Assets { get; init; }

    [Parameter("address", "receiver", 2)] public EvmAddress Receiver { get; init; }

    [Parameter("address", "owner", 3)] public EvmAddress Owner { get; init; }
}
