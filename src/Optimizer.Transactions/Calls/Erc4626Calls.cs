using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc4626;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>ERC-4626 vaults, MetaMorpho's among them.</summary>
/// <param name="adapter">The adapter, as named in the chain files' entries.</param>
public sealed class Erc4626Calls(string adapter) : IPositionCalls
{
    /// <inheritdoc/>
    public string Adapter => adapter;

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.RoleOfToken();

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context) => [new Deposit { Assets = context.Step.Amount, Receiver = context.Account }.Call(context.RoleOfToken())];

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) => context.Opportunity is { ExitFeeBps.Value: > 0 } or { ExitDelayDays.Value: > 0 }
        ? throw new TransactionException($"step {context.Step.Id}: withdrawals from {context.Step.Via} have a fee or a queue, which is not supported yet")
        : [new Withdraw { Assets = context.Step.Amount, Receiver = context.Account, Owner = context.Account }.Call(context.RoleOfToken())];
}
