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

    /// <summary>What a Safe logs when one of its modules had it do something, which uses up no nonce.</summary>
    public static readonly AbiEvent ModuleSuccess = AbiEvent.Parse("ExecutionFromModuleSuccess(address indexed module)");

    /// <summary>The same where it failed.</summary>
    public static readonly AbiEvent ModuleFailure = AbiEvent.Parse("ExecutionFromModuleFailure(address indexed module)");

    /// <summary>The calls that an account made in a transaction: itself, or as a Safe that was asked to.</summary>
    /// <returns>The calls, in order; null where the transaction is not one that can be read so: a Safe asked by another contract or
    /// by a module, more than once, or to run foreign code in its own place.</returns>
    public static IReadOnlyList<MadeCall>? Of(EvmAddress account, EvmTransaction transaction)
    {
        if (transaction.To is not { } to)
            return null;
        if (transaction.From == account)
            return [new(to, transaction.Value, transaction.Data, transaction.Succeeded)];
        // In earlier versions of Safe the hash is not indexed; the topic is the same.
        var ends = transaction.Logs.Where(log => log.Address == account && log.Topics.Count > 0).Select(log => log.Topics[0])
            .Where(topic => topic == ExecutionSuccess.Topic || topic == ExecutionFailure.Topic || topic == ModuleSuccess.Topic || topic == ModuleFailure.Topic).ToArray();
        if (Asked(account, transaction) is not var (inner, value, data, isDelegate) || ends.Length > 1 || ends is [var end] && end != ExecutionSuccess.Topic && end != ExecutionFailure.Topic)
            return null;
        var succeeded = transaction.Succeeded && ends is [var only] && only == ExecutionSuccess.Topic;
        if (!isDelegate)
            return [new(inner, value, data, succeeded)];
        try
        {
            return SafeTransaction.IsMultiSend(inner) ? [.. SafeTransaction.Unpack(data).Select(call => new MadeCall(call.To, call.Value, call.Data, succeeded))] : null;
        }
        catch (AbiException)
        {
            return null;
        }
    }

    /// <summary>The contract through which a Safe made a batch; null where it made none.</summary>
    public static EvmAddress? BatchedBy(EvmAddress account, EvmTransaction transaction) => transaction.From != account && Asked(account, transaction) is var (inner, _, _, isDelegate) && isDelegate ? inner : null;

    /// <summary>What a Safe was asked to do; null where the transaction asks it for nothing.</summary>
    private static (EvmAddress To, BigInteger Value, byte[] Data, bool IsDelegate)? Asked(EvmAddress safe, EvmTransaction transaction)
    {
        if (transaction.To != safe || !transaction.Data.AsSpan().StartsWith([.. Execute.Selector]))
            return null;
        try
        {
            var arguments = AbiCodec.Decode(Execute.Inputs, transaction.Data.AsSpan(4));
            return ((EvmAddress)arguments[0], (BigInteger)arguments[1], (byte[])arguments[2], !((BigInteger)arguments[3]).IsZero);
        }
        catch (AbiException)
        {
            return null;
        }
    }
}
