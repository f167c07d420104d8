using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.StargateV2;

/// <summary>What is sent: amounts in base units.</summary>
public sealed class SendParam
{
    [Parameter("uint32", "dstEid", 1)] public BigInteger DestinationEndpoint { get; init; }

    [Parameter("bytes32", "to", 2)] public byte[] To { get; init; } = [];

    [Parameter("uint256", "amountLD", 3)] public BigInteger Amount { get; init; }

    [Parameter("uint256", "minAmountLD", 4)] public BigInteger MinimumAmount { get; init; }

    [Parameter("bytes", "extraOptions", 5)] public byte[] ExtraOptions { get; init; } = [];

    [Parameter("bytes", "composeMsg", 6)] public byte[] ComposeMessage { get; init; } = [];

    [Parameter("bytes", "oftCmd", 7)] public byte[] OftCommand { get; init; } = [];
}

/// <summary>What of an amount would arrive.</summary>
[Function("quoteOFT", typeof(OftQuote))]
public sealed class QuoteOft : ContractFunction<OftQuote>
{
    [Parameter("tuple", "sendParam", 1)] public SendParam SendParam { get; init; } = new();
}

/// <summary>What an amount would be.</summary>
public sealed class OftQuote
{
    [Parameter("tuple", "limit", 1)] public OftLimit Limit { get; init; } = new();

    [Parameter("tuple[]", "details", 2)] public OftFeeDetail[] Details { get; init; } = [];

    [Parameter("tuple", "receipt", 3)] public OftReceipt Receipt { get; init; } = new();
}

/// <summary>In base units.</summary>
public sealed class OftLimit
{
    [Parameter("uint256", "minAmountLD", 1)] public BigInteger MinimumAmount { get; init; }

    [Parameter("uint256", "maxAmountLD", 2)] public BigInteger MaximumAmount { get; init; }
}

/// <summary>In base units.</summary>
public sealed class OftFeeDetail
{
    [Parameter("int256", "feeAmountLD", 1)] public BigInteger FeeAmount { get; init; }

    [Parameter("string", "description", 2)] public string Description { get; init; } = "";
}

/// <summary>In base units.</summary>
public sealed class OftReceipt
{
    [Parameter("uint256", "amountSentLD", 1)] public BigInteger AmountSent { get; init; }

    [Parameter("uint256", "amountReceivedLD", 2)] public BigInteger AmountReceived { get; init; }
}

/// <summary>What the message costs.</summary>
[Function("quoteSend", typeof(MessagingFee))]
public sealed class QuoteSend : ContractFunction<MessagingFee>
{
    [Parameter("tuple", "sendParam", 1)] public SendParam SendParam { get; init; } = new();

    [Parameter("bool", "payInLzToken", 2)] public bool PayInLzToken { get; init; }
}

/// <summary>In base units of the native token and of LayerZero's.</summary>
public sealed class MessagingFee
{
    [Parameter("uint256", "nativeFee", 1)] public BigInteger NativeFee { get; init; }

    [Parameter("uint256", "lzTokenFee", 2)] public BigInteger LzTokenFee { get; init; }
}

/// <summary>The token of a pool; the zero address for the native one.</summary>
[Function("token", "address")]
public sealed class PoolToken : ContractFunction<EvmAddress>;

/// <summary>Sends tokens.</summary>
[Function("sendToken")]
public sealed class SendToken : ContractFunction
{
    [Parameter("tuple", "_sendParam", 1)] public SendParam SendParam { get; init; } = new();

    [Parameter("tuple", "_fee", 2)] public MessagingFee Fee { get; init; } = new();

    [Parameter("address", "_refundAddress", 3)] public EvmAddress RefundAddress { get; init; }
}

/// <summary>Logged where it is sent.</summary>
[Event("OFTSent")]
public sealed class OftSent
{
    [Parameter("bytes32", "guid", 1, true)] public byte[] MessageId { get; init; } = [];

    [Parameter("uint32", "dstEid", 2, false)] public BigInteger DestinationEndpoint { get; init; }

    [Parameter("address", "fromAddress", 3, true)] public EvmAddress FromAddress { get; init; }

    [Parameter("uint256", "amountSentLD", 4, false)] public BigInteger AmountSent { get; init; }

    [Parameter("uint256", "amountReceivedLD", 5, false)] public BigInteger AmountReceived { get; init; }
}

/// <summary>Logged where it arrives.</summary>
[Event("OFTReceived")]
public sealed class OftReceived
{
    [Parameter("bytes32", "guid", 1, true)] public byte[] MessageId { get; init; } = [];

    [Parameter("uint32", "srcEid", 2, false)] public BigInteger SourceEndpoint { get; init; }

    [Parameter("address", "toAddress", 3, true)] public EvmAddress ToAddress { get; init; }

    [Parameter("uint256", "amountReceivedLD", 4, false)] public BigInteger AmountReceived { get; init; }
}

/// <summary>Logged where it arrives and cannot be handed out: ether is sent on with too little gas for a Safe to take it.</summary>
[Event("UnreceivedTokenCached")]
public sealed class UnreceivedTokenCached
{
    [Parameter("bytes32", "guid", 1, false)] public byte[] MessageId { get; init; } = [];

    [Parameter("uint8", "index", 2, false)] public BigInteger Index { get; init; }

    [Parameter("uint32", "srcEid", 3, false)] public BigInteger SourceEndpoint { get; init; }

    [Parameter("address", "receiver", 4, false)] public EvmAddress Receiver { get; init; }

    [Parameter("uint256", "amountLD", 5, false)] public BigInteger Amount { get; init; }

    [Parameter("bytes", "composeMsg", 6, false)] public byte[] ComposeMessage { get; init; } = [];
}

/// <summary>Hands out what was held back, with all the gas that the call has; anybody may call it.</summary>
[Function("retryReceiveToken")]
public sealed class RetryReceiveToken : ContractFunction
{
    [Parameter("bytes32", "_guid", 1)] public byte[] MessageId { get; init; } = [];

    [Parameter("uint8", "_index", 2)] public BigInteger Index { get; init; }

    [Parameter("uint32", "_srcEid", 3)] public BigInteger SourceEndpoint { get; init; }

    [Parameter("address", "_receiver", 4)] public EvmAddress Receiver { get; init; }

    [Parameter("uint256", "_amountLD", 5)] public BigInteger Amount { get; init; }

    [Parameter("bytes", "_composeMsg", 6)] public byte[] ComposeMessage { get; init; } = [];
}
