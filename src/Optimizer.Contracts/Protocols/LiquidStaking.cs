using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.LiquidStaking;

/// <summary>Lido takes ether and gives stETH, one for one.</summary>
[Function("submit")]
public sealed class Submit : ContractFunction
{
    [Parameter("address", "_referral", 1)] public EvmAddress Referral { get; init; } = EvmAddress.Zero;
}

/// <summary>ether.fi takes ether and gives eETH, one for one.</summary>
[Function("deposit")]
public sealed class Deposit : ContractFunction;

/// <summary>Puts stETH into Lido's queue: one request per amount, in wei.</summary>
[Function("requestWithdrawals")]
public sealed class RequestWithdrawals : ContractFunction
{
    [Parameter("uint256[]", "_amounts", 1)] public BigInteger[] Amounts { get; init; } = [];

    [Parameter("address", "_owner", 2)] public EvmAddress Owner { get; init; }
}

/// <summary>Pays out requests that the queue has set free; hints tell where in its history.</summary>
[Function("claimWithdrawals")]
public sealed class ClaimWithdrawals : ContractFunction
{
    [Parameter("uint256[]", "_requestIds", 1)] public BigInteger[] RequestIds { get; init; } = [];

    [Parameter("uint256[]", "_hints", 2)] public BigInteger[] Hints { get; init; } = [];
}

/// <summary>Logged for each amount that is asked for.</summary>
[Event("WithdrawalRequested")]
public sealed class WithdrawalRequested
{
    [Parameter("uint256", "requestId", 1, true)] public BigInteger RequestId { get; init; }

    [Parameter("address", "requestor", 2, true)] public EvmAddress Requestor { get; init; }

    [Parameter("address", "owner", 3, true)] public EvmAddress Owner { get; init; }

    [Parameter("uint256", "amountOfStETH", 4, false)] public BigInteger AmountOfSteth { get; init; }

    [Parameter("uint256", "amountOfShares", 5, false)] public BigInteger AmountOfShares { get; init; }
}

/// <summary>Logged for each amount that is paid out.</summary>
[Event("WithdrawalClaimed")]
public sealed class WithdrawalClaimed
{
    [Parameter("uint256", "requestId", 1, true)] public BigInteger RequestId { get; init; }

    [Parameter("address", "owner", 2, true)] public EvmAddress Owner { get; init; }

    [Parameter("address", "receiver", 3, true)] public EvmAddress Receiver { get; init; }

    [Parameter("uint256", "amountOfETH", 4, false)] public BigInteger AmountOfEther { get; init; }
}

/// <summary>The state of requests.</summary>
[Function("getWithdrawalStatus", typeof(WithdrawalStatuses))]
public sealed class GetWithdrawalStatus : ContractFunction<WithdrawalStatuses>
{
    [Parameter("uint256[]", "_requestIds", 1)] public BigInteger[] RequestIds { get; init; } = [];
}

/// <summary>One state per request.</summary>
public sealed class WithdrawalStatuses
{
    [Parameter("tuple[]", "statuses", 1)] public WithdrawalStatus[] Statuses { get; init; } = [];
}

/// <summary>Amount in wei, time in Unix seconds.</summary>
public sealed class WithdrawalStatus
{
    [Parameter("uint256", "amountOfStETH", 1)] public BigInteger AmountOfSteth { get; init; }

    [Parameter("uint256", "amountOfShares", 2)] public BigInteger AmountOfShares { get; init; }

    [Parameter("address", "owner", 3)] public EvmAddress Owner { get; init; }

    [Parameter("uint256", "timestamp", 4)] public BigInteger Timestamp { get; init; }

    [Parameter("bool", "isFinalized", 5)] public bool IsFinalized { get; init; }

    [Parameter("bool", "isClaimed", 6)] public bool IsClaimed { get; init; }
}

/// <summary>The last entry of the queue's history.</summary>
[Function("getLastCheckpointIndex", "uint256")]
public sealed class GetLastCheckpointIndex : ContractFunction<BigInteger>;

/// <summary>Where requests lie in that history.</summary>
[Function("findCheckpointHints", "uint256[]")]
public sealed class FindCheckpointHints : ContractFunction<BigInteger[]>
{
    [Parameter("uint256[]", "_requestIds", 1)] public BigInteger[] RequestIds { get; init; } = [];

    [Parameter("uint256", "_firstIndex", 2)] public BigInteger FirstIndex { get; init; }

    [Parameter("uint256", "_lastIndex", 3)] public BigInteger LastIndex { get; init; }
}

/// <summary>What a staking token is worth in wei of the native token: <c>stEthPerToken()</c>, <c>getExchangeRate()</c>, <c>getRate()</c>.</summary>
/// <param name="name">The function's name, by the token's contract.</param>
[Function("getRate", "uint256")]
public sealed class TokenRate(string name) : ContractFunction<BigInteger>(name);
