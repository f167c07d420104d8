using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.CompoundV3;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Compound v3.</summary>
public sealed class CompoundV3Calls : IPositionCalls
{
    /// <inheritdoc/>
    public string Adapter => "compoundV3";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.RoleOfToken();

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context) => [new Supply { Asset = context.Token, Amount = context.Step.Amount }.Call(context.RoleOfToken())];

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) => [new Withdraw { Asset = context.Token, Amount = context.Step.Amount }.Call(context.RoleOfToken())];
}
