using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Aave v3 and forks.</summary>
public sealed class AaveV3Calls : IPositionCalls
{
    /// <summary>Supplies a token.</summary>
    public static readonly ContractFunction Supply = new("supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)");

    /// <summary>Withdraws a token.</summary>
    public static readonly ContractFunction Take = new("withdraw(address asset, uint256 amount, address to)");

    /// <inheritdoc/>
    public string Adapter => "aaveV3";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.Role("pool");

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context) => [Supply.Call(context.Role("pool"), 0, context.Token, context.Step.Amount, context.Account, BigInteger.Zero)];

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) => [Take.Call(context.Role("pool"), 0, context.Token, context.Step.Amount, context.Account)];
}
