using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Safe;
using Optimizer.Transactions.Safe;

namespace Optimizer.Transactions.Following;

/// <summary>A call that an account made.</summary>
/// <param name="To">The contract.</param>
/// <param name="Value">Native base units sent along.</param>
/// <param name="Data">The calldata.</param>
/// <param name="Succeeded">False if the call, or the transaction around it, reverted.</param>
public sealed record ExecutedCall(EvmAddress To, BigInteger Value, byte[] Data, bool Succeeded)
{
    private static readonly string Success = ContractEvent.TopicOf<ExecutionSuccess>();
    private static readonly string Failure = ContractEvent.TopicOf<ExecutionFailure>();






    /// <summary>The calls that an account made in a transaction, as sender or as an executing Safe.</summary>
    /// <returns>The calls, in order; null if they cannot be decoded: a Safe triggered by another contract or by a module, several
    /// executions in one transaction, or a delegatecall to foreign code.</returns>
    public static IReadOnlyList<ExecutedCall>? Of(EvmAddress account, EvmTransaction transaction)
    {
        if (transaction.To is not { } to)
            return null;
        if (transaction.From == account)
            return [new(to, transaction.Value, transaction.Data, transaction.Succeeded)];
        // Earlier Safe versions do not index the hash; the topic is the same.
        var ends = transaction.Logs.Where(log => log.Address == account && log.Topics.Count > 0).Select(log => log.Topics[0])
            .Where(topic => topic == Success || topic == Failure || topic == ContractEvent.TopicOf<ModuleSuccess>() || topic == ContractEvent.TopicOf<ModuleFailure>()).ToArray();
        if (Asked(account, transaction) is not var (inner, value, data, isDelegate) || ends.Length > 1 || ends is [var end] && end != Success && end != Failure)
            return null;
        var succeeded = transaction.Succeeded && ends is [var only] && only == Success;
        if (!isDelegate)
            return [new(inner, value, data, succeeded)];
        try
        {
            return SafeTransaction.IsMultiSend(inner) ? [.. SafeTransaction.Unpack(data).Select(call => new ExecutedCall(call.To, call.Value, call.Data, succeeded))] : null;
        }
        catch (AbiException)
        {
            return null;
        }
    }

    /// <summary>The contract through which a Safe executed a batch; null if it executed none.</summary>
    public static EvmAddress? BatchedBy(EvmAddress account, EvmTransaction transaction) => transaction.From != account && Asked(account, transaction) is var (inner, _, _, isDelegate) && isDelegate ? inner : null;

    /// <summary>The execution that a transaction requests from a Safe; null if it requests none.</summary>
    private static (EvmAddress To, BigInteger Value, byte[] Data, bool IsDelegate)? Asked(EvmAddress safe, EvmTransaction transaction)
    {
        if (transaction.To != safe || ContractFunction.TryRead<ExecTransaction>(transaction.Data) is not { } asked)
            return null;
        return (asked.To, asked.Value, asked.Data, !asked.Operation.IsZero);
    }
}
