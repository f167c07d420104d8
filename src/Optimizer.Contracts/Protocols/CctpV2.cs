using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.CctpV2;

/// <summary>Burns, to be minted elsewhere (TokenMessenger).</summary>
[Function("depositForBurn")]
public sealed class DepositForBurn : ContractFunction
{
    [Parameter("uint256", "amount", 1)] public BigInteger Amount { get; init; }

    [Parameter("uint32", "destinationDomain", 2)] public BigInteger DestinationDomain { get; init; }

    [Parameter("bytes32", "mintRecipient", 3)] public byte[] MintRecipient { get; init; } = [];

    [Parameter("address", "burnToken", 4)] public EvmAddress BurnToken { get; init; }

    [Parameter("bytes32", "destinationCaller", 5)] public byte[] DestinationCaller { get; init; } = [];

    [Parameter("uint256", "maxFee", 6)] public BigInteger MaxFee { get; init; }

    [Parameter("uint32", "minFinalityThreshold", 7)] public BigInteger MinFinalityThreshold { get; init; }
}

/// <summary>Mints what was burnt elsewhere (MessageTransmitter).</summary>
[Function("receiveMessage")]
public sealed class ReceiveMessage : ContractFunction
{
    [Parameter("bytes", "message", 1)] public byte[] Message { get; init; } = [];

    [Parameter("bytes", "attestation", 2)] public byte[] Attestation { get; init; } = [];
}

/// <summary>Not zero where a message has been received.</summary>
[Function("usedNonces", "uint256")]
public sealed class UsedNonces : ContractFunction<BigInteger>
{
    [Parameter("bytes32", "nonce", 1)] public byte[] Nonce { get; init; } = [];
}

/// <summary>Logged where it is burnt.</summary>
[Event("DepositForBurn")]
public sealed class Burnt
{
    [Parameter("address", "burnToken", 1, true)] public EvmAddress BurnToken { get; init; }

    [Parameter("uint256", "amount", 2, false)] public BigInteger Amount { get; init; }

    [Parameter("address", "depositor", 3, true)] public EvmAddress Depositor { get; init; }

    [Parameter("bytes32", "mintRecipient", 4, false)] public byte[] MintRecipient { get; init; } = [];

    [Parameter("uint32", "destinationDomain", 5, false)] public BigInteger DestinationDomain { get; init; }

    [Parameter("bytes32", "destinationTokenMessenger", 6, false)] public byte[] DestinationTokenMessenger { get; init; } = [];

    [Parameter("bytes32", "destinationCaller", 7, false)] public byte[] DestinationCaller { get; init; } = [];

    [Parameter("uint256", "maxFee", 8, false)] public BigInteger MaxFee { get; init; }

    [Parameter("uint32", "minFinalityThreshold", 9, true)] public BigInteger MinFinalityThreshold { get; init; }

    [Parameter("bytes", "hookData", 10, false)] public byte[] HookData { get; init; } = [];
}

/// <summary>Logged where it is minted.</summary>
[Event("MintAndWithdraw")]
public sealed class Minted
{
    [Parameter("address", "mintRecipient", 1, true)] public EvmAddress MintRecipient { get; init; }

    [Parameter("uint256", "amount", 2, false)] public BigInteger Amount { get; init; }

    [Parameter("address", "mintToken", 3, true)] public EvmAddress MintToken { get; init; }

    [Parameter("uint256", "feeCollected", 4, false)] public BigInteger FeeCollected { get; init; }
}

/// <summary>Logged where a message is received, after what it asks for.</summary>
[Event("MessageReceived")]
public sealed class MessageReceived
{
    [Parameter("address", "caller", 1, true)] public EvmAddress Caller { get; init; }

    [Parameter("uint32", "sourceDomain", 2, false)] public BigInteger SourceDomain { get; init; }

    [Parameter("bytes32", "nonce", 3, true)] public byte[] Nonce { get; init; } = [];

    [Parameter("bytes32", "sender", 4, false)] public byte[] Sender { get; init; } = [];

    [Parameter("uint32", "finalityThresholdExecuted", 5, true)] public BigInteger FinalityThresholdExecuted { get; init; }

    [Parameter("bytes", "messageBody", 6, false)] public byte[] MessageBody { get; init; } = [];
}
