using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Transactions.Safe;

namespace Optimizer.Transactions.Following;

/// <summary>A call that an account made.</summary>
/// <param name="To">The contract.</param>
/// <param name="Value">Native base units sent along.</param>
/// <param name="Data">The calldata.</param>
/// <param name="Succeeded">False where it reverted, or everything it was part of.</param>
public sealed record MadeCall(EvmAddress To, BigInteger Value, byte[] Data, bool Succeeded)
{
    private static readonly AbiFunction Execute = AbiFunction.Parse(
        "execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)");

    /// <summary>What a Safe logs when what it was asked for is done.</summary>
    public static readonly AbiEvent ExecutionSuccess = AbiEvent.Parse("ExecutionSuccess(bytes32 indexed txHash, uint256 payment)");

    /// <summary>What a Safe logs when it failed, which uses up the nonce all the same.</summary>
    public static readonly AbiEvent ExecutionFailure = AbiEvent.Parse("ExecutionFailure(bytes32 indexed txHash, uint256 payment)");

    /// <summary>The calls that an account made in a transaction: itself, or as a Safe that was asked to.</summary>
    /// <returns>The calls, in order; null where the transaction is not one that can be read so: a Safe asked by another contract,
    /// or to run foreign code in its own place.</returns>
    public static IReadOnlyList<MadeCall>? Of(EvmAddress account, EvmTransaction transaction)
    {
        if (transaction.To is not { } to)
            return null;
        if (transaction.From == account)
            return [new(to, transaction.Value, transaction.Data, transaction.Succeeded)];
        if (to != account || !transaction.Data.AsSpan().StartsWith([.. Execute.Selector]))
            return null;
        try
        {
            var arguments = AbiCodec.Decode(Execute.Inputs, transaction.Data.AsSpan(4));
            var (inner, value, data, isDelegate) = ((EvmAddress)arguments[0], (BigInteger)arguments[1], (byte[])arguments[2], !((BigInteger)arguments[3]).IsZero);
            // In earlier versions of Safe the hash is not indexed; the topic is the same.
            var succeeded = transaction.Succeeded && transaction.Logs.Any(log => log.Address == account && log.Topics is [var topic, ..] && topic == ExecutionSuccess.Topic);
            if (!isDelegate)
                return [new(inner, value, data, succeeded)];
            return SafeTransaction.IsMultiSend(inner) ? [.. SafeTransaction.Unpack(data).Select(call => new MadeCall(call.To, call.Value, call.Data, succeeded))] : null;
        }
        catch (AbiException)
        {
            return null;
        }
    }
}
