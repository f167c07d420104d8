using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Liquid staking of ether: Lido and ether.fi, whose tokens are counted in ether.</summary>
public sealed class StakingCalls : IPositionCalls
{
    /// <summary>Lido takes ether and gives stETH, one for one.</summary>
    public static readonly ContractFunction Submit = new("submit(address _referral)");

    /// <summary>ether.fi takes ether and gives eETH, one for one.</summary>
    public static readonly ContractFunction Put = new("deposit()");

    /// <inheritdoc/>
    public string Adapter => "stakingRate";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => null;

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context)
    {
        if (context.Step.Token != context.Chain.NativeTokenId())
            throw new TransactionException($"step {context.Step.Id}: {context.Entry.Name} takes {context.Chain.NativeToken} itself, not {context.Step.Token.Symbol}");
        return context.Entry.Addresses.ContainsKey("steth") ? [Submit.Call(context.Role("steth"), context.Step.Amount, default(EvmAddress))]
            : context.Entry.Addresses.ContainsKey("liquidityPool") ? [Put.Call(context.Role("liquidityPool"), context.Step.Amount)]
            : throw new TransactionException($"step {context.Step.Id}: no calls are known for deposits into {context.Entry.Name}; known are Lido (steth) and ether.fi (liquidityPool)");
    }

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) =>
        throw new TransactionException($"step {context.Step.Id}: withdrawals from {context.Entry.Name} go through a queue, whose calls cannot be built yet; its token can be sold");
}
