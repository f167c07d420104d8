using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Compound v3.</summary>
public sealed class CompoundV3Calls : IPositionCalls
{
    /// <summary>Supplies the base token.</summary>
    public static readonly ContractFunction Supply = new("supply(address asset, uint256 amount)");

    /// <summary>Withdraws the base token.</summary>
    public static readonly ContractFunction Take = new("withdraw(address asset, uint256 amount)");

    /// <inheritdoc/>
    public string Adapter => "compoundV3";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.RoleOfToken();

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context) => [Supply.Call(context.RoleOfToken(), 0, context.Token, context.Step.Amount)];

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) => [Take.Call(context.RoleOfToken(), 0, context.Token, context.Step.Amount)];
}
