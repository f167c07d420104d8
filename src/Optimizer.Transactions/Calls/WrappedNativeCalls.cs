using Optimizer.Chains.Solana;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Wraps and unwraps the native token.</summary>
public sealed class WrappedNativeCalls : IRouteCalls
{
    /// <inheritdoc/>
    public string Adapter => "wrappedNative";

    /// <inheritdoc/>
    public System.Numerics.BigInteger Minimum(CallContext context, double slippage) => context.Step.Received;

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => null;

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Send(CallContext context)
    {
        var isWrapping = context.Step.Token == context.Chain.NativeTokenId();
        if (context.Chain.ChainId is not null)
            return isWrapping ? [new Wrap().Call(context.Token, context.Step.Amount)] : [new Unwrap { Amount = context.Step.Amount }.Call(context.Token)];
        if (!isWrapping)
            throw new TransactionException($"step {context.Step.Id}: unwrapping on Solana is not supported, because it always unwraps the whole balance");
        var mint = SolanaAddress.Parse(context.Chain.ContractToken(context.Chain.NativeToken)!.Address!);
        var account = SolanaPrograms.TokenAccount(context.SolanaAccount, mint);
        return [SolanaPrograms.CreateTokenAccount(context, mint), SolanaPrograms.Transfer(context.SolanaAccount, account, context.Step.Amount), SolanaPrograms.SyncNative(account)];
    }
}
