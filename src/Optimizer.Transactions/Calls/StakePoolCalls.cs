using System.Numerics;
using Optimizer.Chains.Solana;
using Optimizer.Contracts.Abi;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>SPL stake pools, such as Jito's.</summary>
/// <remarks>Source: solana-program/stake-pool, instruction.rs.</remarks>
public sealed class StakePoolCalls : IPositionCalls
{
    /// <inheritdoc/>
    public string Adapter => "stakePool";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => null;

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context)
    {
        var (pool, mint, owner) = (context.SolanaRole("stakePool"), context.SolanaRole("poolMint"), context.SolanaAccount);
        return [SolanaPrograms.CreateTokenAccount(context, mint), DepositSol(pool, mint, context.SolanaRole("reserveStake"), context.SolanaRole("managerFeeAccount"), owner, SolanaPrograms.TokenAccount(owner, mint), SolanaPrograms.TokenAccount(owner, mint), context.Step.Amount)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) =>
        throw new TransactionException($"step {context.Step.Id}: withdrawals from {context.Entry.Name} give stake that is free at the end of an epoch, which is not supported yet; sell its token instead");

    /// <summary>Deposits lamports for the pool's tokens.</summary>
    public static ContractCall DepositSol(SolanaAddress pool, SolanaAddress mint, SolanaAddress reserve, SolanaAddress managerFee, SolanaAddress from, SolanaAddress to, SolanaAddress referral, BigInteger lamports) =>
        SolanaPrograms.Instruction(SolanaPrograms.StakePool, "depositSol(lamports)", lamports, [lamports], [14, .. SolanaPrograms.Lamports(lamports)],
        [
            SolanaPrograms.Account("stakePool", pool, writable: true), SolanaPrograms.Account("withdrawAuthority", SolanaAddress.Derived(SolanaPrograms.StakePool, pool, "withdraw")), SolanaPrograms.Account("reserveStake", reserve, writable: true),
            SolanaPrograms.Account("fundingAccount", from, signer: true, writable: true), SolanaPrograms.Account("destinationPoolAccount", to, writable: true), SolanaPrograms.Account("managerFeeAccount", managerFee, writable: true),
            SolanaPrograms.Account("referralPoolAccount", referral, writable: true), SolanaPrograms.Account("poolMint", mint, writable: true), SolanaPrograms.Account("systemProgram", SolanaPrograms.SystemProgram), SolanaPrograms.Account("tokenProgram", SolanaPrograms.Token),
        ]);
}
