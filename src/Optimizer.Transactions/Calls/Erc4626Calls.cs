using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>ERC-4626 vaults, MetaMorpho's among them.</summary>
/// <param name="adapter">The adapter of the chain files' entries that it is for.</param>
public sealed class Erc4626Calls(string adapter) : IPositionCalls
{
    /// <summary>Deposits assets.</summary>
    public static readonly ContractFunction Put = new("deposit(uint256 assets, address receiver)");

    /// <summary>Withdraws assets.</summary>
    public static readonly ContractFunction Take = new("withdraw(uint256 assets, address receiver, address owner)");

    /// <inheritdoc/>
    public string Adapter => adapter;

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.RoleOfToken();

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context) => [Put.Call(context.RoleOfToken(), 0, context.Step.Amount, context.Account)];

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) => context.Opportunity is { ExitFeeBps.Value: > 0 } or { ExitDelayDays.Value: > 0 }
        ? throw new TransactionException($"step {context.Step.Id}: withdrawals from {context.Step.Via} have a fee or a queue, whose calls cannot be built yet")
        : [Take.Call(context.RoleOfToken(), 0, context.Step.Amount, context.Account, context.Account)];
}
