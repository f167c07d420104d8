using System.Numerics;
using Optimizer.Chains.Solana;
using Optimizer.Contracts.Abi;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Marinade's liquid staking.</summary>
/// <remarks>Source: marinade-finance/liquid-staking-program, its interface (IDL): instruction <c>deposit</c>.</remarks>
public sealed class MarinadeCalls : IPositionCalls
{
    private static readonly byte[] Selector = [0xf2, 0x23, 0xc6, 0x89, 0x52, 0xe1, 0xf2, 0xb6];

    /// <inheritdoc/>
    public string Adapter => "marinade";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => null;

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Deposit(CallContext context)
    {
        var (mint, owner) = (context.SolanaRole("msolMint"), context.SolanaAccount);
        return [SolanaPrograms.CreateTokenAccount(context, mint), Deposit(context.SolanaRole("program"), context.SolanaRole("state"), mint, context.SolanaRole("liqPoolMsolLeg"), owner, SolanaPrograms.TokenAccount(owner, mint), context.Step.Amount)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Withdraw(CallContext context) =>
        throw new TransactionException($"step {context.Step.Id}: withdrawals from {context.Entry.Name} give a ticket that is paid at the end of an epoch, which is not supported yet; sell its token instead");

    /// <summary>Deposits lamports for mSOL.</summary>
    public static ContractCall Deposit(SolanaAddress program, SolanaAddress state, SolanaAddress mint, SolanaAddress poolLeg, SolanaAddress from, SolanaAddress to, BigInteger lamports) =>
        SolanaPrograms.Instruction(program, "deposit(lamports)", lamports, [lamports], [.. Selector, .. SolanaPrograms.Lamports(lamports)],
        [
            SolanaPrograms.Account("state", state, writable: true), SolanaPrograms.Account("msolMint", mint, writable: true), SolanaPrograms.Account("liqPoolSolLegPda", SolanaAddress.Derived(program, state, "liq_sol"), writable: true),
            SolanaPrograms.Account("liqPoolMsolLeg", poolLeg, writable: true), SolanaPrograms.Account("liqPoolMsolLegAuthority", SolanaAddress.Derived(program, state, "liq_st_sol_authority")),
            SolanaPrograms.Account("reservePda", SolanaAddress.Derived(program, state, "reserve"), writable: true), SolanaPrograms.Account("transferFrom", from, signer: true, writable: true), SolanaPrograms.Account("mintTo", to, writable: true),
            SolanaPrograms.Account("msolMintAuthority", SolanaAddress.Derived(program, state, "st_mint")), SolanaPrograms.Account("systemProgram", SolanaPrograms.SystemProgram), SolanaPrograms.Account("tokenProgram", SolanaPrograms.Token),
        ]);
}
