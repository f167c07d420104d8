using System.Numerics;
using Nethereum.ABI.EIP712;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Safe;

/// <summary>Executes a transaction that owners have signed.</summary>
[Function("execTransaction")]
public sealed class ExecTransaction : ContractFunction
{
    [Parameter("address", "to", 1)] public EvmAddress To { get; init; }

    [Parameter("uint256", "value", 2)] public BigInteger Value { get; init; }

    [Parameter("bytes", "data", 3)] public byte[] Data { get; init; } = [];

    [Parameter("uint8", "operation", 4)] public BigInteger Operation { get; init; }

    [Parameter("uint256", "safeTxGas", 5)] public BigInteger SafeTxGas { get; init; }

    [Parameter("uint256", "baseGas", 6)] public BigInteger BaseGas { get; init; }

    [Parameter("uint256", "gasPrice", 7)] public BigInteger GasPrice { get; init; }

    [Parameter("address", "gasToken", 8)] public EvmAddress GasToken { get; init; } = EvmAddress.Zero;

    [Parameter("address", "refundReceiver", 9)] public EvmAddress RefundReceiver { get; init; } = EvmAddress.Zero;

    [Parameter("bytes", "signatures", 10)] public byte[] Signatures { get; init; } = [];
}

/// <summary>Makes several calls (MultiSend, MultiSendCallOnly); each packed as operation, address, value, length, data.</summary>
[Function("multiSend")]
public sealed class MultiSend : ContractFunction
{
    [Parameter("bytes", "transactions", 1)] public byte[] Transactions { get; init; } = [];
}

/// <summary>How many transactions a Safe has made.</summary>
[Function("nonce", "uint256")]
public sealed class Nonce : ContractFunction<BigInteger>;

/// <summary>A Safe's version: <c>1.4.1</c>.</summary>
[Function("VERSION", "string")]
public sealed class GetVersion : ContractFunction<string>;

/// <summary>Logged when what a Safe was asked for is done.</summary>
[Event("ExecutionSuccess")]
public sealed class ExecutionSuccess
{
    [Parameter("bytes32", "txHash", 1, true)] public byte[] TxHash { get; init; } = [];

    [Parameter("uint256", "payment", 2, false)] public BigInteger Payment { get; init; }
}

/// <summary>Logged when it failed, which uses up the nonce all the same.</summary>
[Event("ExecutionFailure")]
public sealed class ExecutionFailure
{
    [Parameter("bytes32", "txHash", 1, true)] public byte[] TxHash { get; init; } = [];

    [Parameter("uint256", "payment", 2, false)] public BigInteger Payment { get; init; }
}

/// <summary>Logged when a module had a Safe do something, which uses up no nonce.</summary>
[Event("ExecutionFromModuleSuccess")]
public sealed class ModuleSuccess
{
    [Parameter("address", "module", 1, true)] public EvmAddress Module { get; init; }
}

/// <summary>The same where it failed.</summary>
[Event("ExecutionFromModuleFailure")]
public sealed class ModuleFailure
{
    [Parameter("address", "module", 1, true)] public EvmAddress Module { get; init; }
}

/// <summary>What a Safe's owners sign, as EIP-712 has it (Safe.sol); addresses as text, which Nethereum's hashing takes.</summary>
[Struct("SafeTx")]
public sealed class SafeTx
{
    [Parameter("address", "to", 1)] public string To { get; init; } = "";

    [Parameter("uint256", "value", 2)] public BigInteger Value { get; init; }

    [Parameter("bytes", "data", 3)] public byte[] Data { get; init; } = [];

    [Parameter("uint8", "operation", 4)] public BigInteger Operation { get; init; }

    [Parameter("uint256", "safeTxGas", 5)] public BigInteger SafeTxGas { get; init; }

    [Parameter("uint256", "baseGas", 6)] public BigInteger BaseGas { get; init; }

    [Parameter("uint256", "gasPrice", 7)] public BigInteger GasPrice { get; init; }

    [Parameter("address", "gasToken", 8)] public string GasToken { get; init; } = "";

    [Parameter("address", "refundReceiver", 9)] public string RefundReceiver { get; init; } = "";

    [Parameter("uint256", "nonce", 10)] public BigInteger Nonce { get; init; }

    /// <summary>The hashes of the domain (the chain and the Safe), of the message, and of both, which is what a signature is of.</summary>
    public (byte[] Domain, byte[] Message, byte[] Signed) Hashes(BigInteger chainId, EvmAddress safe)
    {
        // A new domain each time: typed data that is used again keeps the hash of its first domain (Nethereum 6.1.0).
        var typed = Eip712TypedDataEncoder.Current.GenerateTypedData(this, new DomainWithChainIdAndVerifyingContract { ChainId = chainId, VerifyingContract = safe.ToLowerHex() }, nameof(SafeTx));
        var hashes = Eip712TypedDataEncoder.Current.CalculateTypedDataHashes(typed);
        return (hashes.DomainHash, hashes.MessageHash, hashes.TypedDataHash);
    }
}
