using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Across;

/// <summary>Deposits, to be filled elsewhere (SpokePool).</summary>
[Function("depositNow")]
public sealed class DepositNow : ContractFunction
{
    [Parameter("bytes32", "depositor", 1)] public byte[] Depositor { get; init; } = [];

    [Parameter("bytes32", "recipient", 2)] public byte[] Recipient { get; init; } = [];

    [Parameter("bytes32", "inputToken", 3)] public byte[] InputToken { get; init; } = [];

    [Parameter("bytes32", "outputToken", 4)] public byte[] OutputToken { get; init; } = [];

    [Parameter("uint256", "inputAmount", 5)] public BigInteger InputAmount { get; init; }

    [Parameter("uint256", "outputAmount", 6)] public BigInteger OutputAmount { get; init; }

    [Parameter("uint256", "destinationChainId", 7)] public BigInteger DestinationChainId { get; init; }

    [Parameter("bytes32", "exclusiveRelayer", 8)] public byte[] ExclusiveRelayer { get; init; } = [];

    [Parameter("uint32", "fillDeadlineOffset", 9)] public BigInteger FillDeadlineOffset { get; init; }

    [Parameter("uint32", "exclusivityParameter", 10)] public BigInteger ExclusivityParameter { get; init; }

    [Parameter("bytes", "message", 11)] public byte[] Message { get; init; } = [];
}

/// <summary>Logged where it is deposited.</summary>
[Event("FundsDeposited")]
public sealed class FundsDeposited
{
    [Parameter("bytes32", "inputToken", 1, false)] public byte[] InputToken { get; init; } = [];

    [Parameter("bytes32", "outputToken", 2, false)] public byte[] OutputToken { get; init; } = [];

    [Parameter("uint256", "inputAmount", 3, false)] public BigInteger InputAmount { get; init; }

    [Parameter("uint256", "outputAmount", 4, false)] public BigInteger OutputAmount { get; init; }

    [Parameter("uint256", "destinationChainId", 5, true)] public BigInteger DestinationChainId { get; init; }

    [Parameter("uint256", "depositId", 6, true)] public BigInteger DepositId { get; init; }

    [Parameter("uint32", "quoteTimestamp", 7, false)] public BigInteger QuoteTimestamp { get; init; }

    [Parameter("uint32", "fillDeadline", 8, false)] public BigInteger FillDeadline { get; init; }

    [Parameter("uint32", "exclusivityDeadline", 9, false)] public BigInteger ExclusivityDeadline { get; init; }

    [Parameter("bytes32", "depositor", 10, true)] public byte[] Depositor { get; init; } = [];

    [Parameter("bytes32", "recipient", 11, false)] public byte[] Recipient { get; init; } = [];

    [Parameter("bytes32", "exclusiveRelayer", 12, false)] public byte[] ExclusiveRelayer { get; init; } = [];

    [Parameter("bytes", "message", 13, false)] public byte[] Message { get; init; } = [];
}

/// <summary>Logged where it is filled.</summary>
[Event("FilledRelay")]
public sealed class FilledRelay
{
    [Parameter("bytes32", "inputToken", 1, false)] public byte[] InputToken { get; init; } = [];

    [Parameter("bytes32", "outputToken", 2, false)] public byte[] OutputToken { get; init; } = [];

    [Parameter("uint256", "inputAmount", 3, false)] public BigInteger InputAmount { get; init; }

    [Parameter("uint256", "outputAmount", 4, false)] public BigInteger OutputAmount { get; init; }

    [Parameter("uint256", "repaymentChainId", 5, false)] public BigInteger RepaymentChainId { get; init; }

    [Parameter("uint256", "originChainId", 6, true)] public BigInteger OriginChainId { get; init; }

    [Parameter("uint256", "depositId", 7, true)] public BigInteger DepositId { get; init; }

    [Parameter("uint32", "fillDeadline", 8, false)] public BigInteger FillDeadline { get; init; }

    [Parameter("uint32", "exclusivityDeadline", 9, false)] public BigInteger ExclusivityDeadline { get; init; }

    [Parameter("bytes32", "exclusiveRelayer", 10, false)] public byte[] ExclusiveRelayer { get; init; } = [];

    [Parameter("bytes32", "relayer", 11, true)] public byte[] Relayer { get; init; } = [];

    [Parameter("bytes32", "depositor", 12, false)] public byte[] Depositor { get; init; } = [];

    [Parameter("bytes32", "recipient", 13, false)] public byte[] Recipient { get; init; } = [];

    [Parameter("bytes32", "messageHash", 14, false)] public byte[] MessageHash { get; init; } = [];

    [Parameter("tuple", "relayExecutionInfo", 15, false)] public RelayExecution Execution { get; init; } = new();
}

/// <summary>What was handed out in the end.</summary>
public sealed class RelayExecution
{
    [Parameter("bytes32", "updatedRecipient", 1)] public byte[] UpdatedRecipient { get; init; } = [];

    [Parameter("bytes32", "updatedMessageHash", 2)] public byte[] UpdatedMessageHash { get; init; } = [];

    [Parameter("uint256", "updatedOutputAmount", 3)] public BigInteger UpdatedOutputAmount { get; init; }

    [Parameter("uint8", "fillType", 4)] public BigInteger FillType { get; init; }
}
