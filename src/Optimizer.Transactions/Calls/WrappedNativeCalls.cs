using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Wraps the native token, and unwraps it.</summary>
public sealed class WrappedNativeCalls : IRouteCalls
{
    /// <summary>Wraps what is sent along.</summary>
    public static readonly ContractFunction Wrap = new("deposit()");

    /// <summary>Unwraps an amount.</summary>
    public static readonly ContractFunction Unwrap = new("withdraw(uint256 wad)");

    /// <inheritdoc/>
    public string Adapter => "wrappedNative";

    /// <inheritdoc/>
    public System.Numerics.BigInteger Minimum(CallContext context, double slippage) => context.Step.Received;

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => null;

    /// <inheritdoc/>
    public ContractCall Send(CallContext context) => context.Step.Token == context.Chain.NativeTokenId()
        ? Wrap.Call(context.Token, context.Step.Amount)
        : Unwrap.Call(context.Token, 0, context.Step.Amount);
}
