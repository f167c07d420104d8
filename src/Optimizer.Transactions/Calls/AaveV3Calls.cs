using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.AaveV3;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Aave v3 and forks.</summary>
public sealed class AaveV3Calls : IPositionCalls
{
    /// <inheritdoc/>
    public string Adapter => "aaveV3";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.Role("pool");

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context) => [new Supply { Asset = context.Token, Amount = context.Step.Amount, OnBehalfOf = context.Account }.Call(context.Role("pool"))];

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) => [new Withdraw { Asset = context.Token, Amount = context.Step.Amount, To = context.Account }.Call(context.Role("pool"))];
}
