using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Optimizer.Chains.Solana;
using Optimizer.Contracts.Abi;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Instructions of Solana's built-in programs, and helpers for other programs.</summary>
/// <remarks>Sources: solana-program/system, token and associated-token-account.</remarks>
public static class SolanaPrograms
{
    /// <summary>The system program: transfers lamports and owns plain accounts.</summary>
    public static readonly SolanaAddress SystemProgram = SolanaAddress.Parse("11111111111111111111111111111111");

    /// <summary>The token program.</summary>
    public static readonly SolanaAddress Token = SolanaAddress.Parse("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");

    /// <summary>The associated token account program: one account per owner and token.</summary>
    public static readonly SolanaAddress AssociatedToken = SolanaAddress.Parse("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

    /// <summary>The SPL stake pool program.</summary>
    public static readonly SolanaAddress StakePool = SolanaAddress.Parse("SPoo1Ku8WFXoNDMHPsrGSTSG1Y47rzgn41SLUNakuHy");

    /// <summary>The function that creates a token account if there is none.</summary>
    public const string CreateFunction = "createIdempotent()";

    private static readonly Dictionary<string, string> Names = new() { [$"{SystemProgram}"] = "Solana's system program", [$"{Token}"] = "the token program", [$"{AssociatedToken}"] = "the associated token account program", [$"{StakePool}"] = "the stake pool program" };

    /// <summary>The name of a well-known program; null for others.</summary>
    public static string? NameOf(string address) => Names.GetValueOrDefault(address);

    /// <summary>Rent of a token account (165 bytes), used if the snapshot has no figure.</summary>
    private const long UsualRentLamports = 2_039_280;

    /// <summary>An owner's associated account for a token.</summary>
    public static SolanaAddress TokenAccount(SolanaAddress owner, SolanaAddress mint) => SolanaAddress.Derived(AssociatedToken, owner.Bytes.ToArray(), Token.Bytes.ToArray(), mint.Bytes.ToArray()).Address;

    /// <summary>Creates an owner's account for a token if there is none; its rent comes back when it is closed.</summary>
    public static ContractCall CreateTokenAccount(CallContext context, SolanaAddress mint)
    {
        var rent = context.Market.Snapshot.Chains.FirstOrDefault(chain => chain.Id == context.Chain.Id)?.Gas is SolanaGas { RentLamportsPerTokenAccount: { } read } ? new BigInteger(read.Value) : UsualRentLamports;
        var owner = context.SolanaAccount;
        return Instruction(AssociatedToken, CreateFunction, rent, [], [1],
        [
            Account("payer", owner, signer: true, writable: true), Account("associatedToken", TokenAccount(owner, mint), writable: true), Account("owner", owner), Account("mint", mint), Account("systemProgram", SystemProgram), Account("tokenProgram", Token),
        ]);
    }

    /// <summary>Sends lamports.</summary>
    public static ContractCall Transfer(SolanaAddress from, SolanaAddress to, BigInteger lamports) => Instruction(SystemProgram, "transfer(lamports)", lamports, [lamports], [2, 0, 0, 0, .. Lamports(lamports)],
        [Account("fromPubkey", from, signer: true, writable: true), Account("toPubkey", to, writable: true)]);

    /// <summary>Updates the balance of a wrapped SOL account after lamports were sent to it.</summary>
    public static ContractCall SyncNative(SolanaAddress account) => Instruction(Token, "syncNative()", 0, [], [17], [Account("account", account, writable: true)]);

    /// <summary>Builds an instruction.</summary>
    /// <param name="program">The program.</param>
    /// <param name="function">Its name, with argument names.</param>
    /// <param name="lamports">Lamports that it takes from the account.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="data">The selector and the arguments.</param>
    /// <param name="accounts">The accounts, in order.</param>
    public static ContractCall Instruction(SolanaAddress program, string function, BigInteger lamports, IEnumerable<BigInteger> arguments, byte[] data, IReadOnlyList<CallAccount> accounts) => new()
    {
        To = $"{program}",
        Value = lamports,
        Function = function,
        Arguments = [.. arguments.Select(argument => argument.ToString(CultureInfo.InvariantCulture))],
        Data = Hex.Of(data),
        Accounts = accounts,
    };

    /// <summary>Describes an account of an instruction.</summary>
    public static CallAccount Account(string name, SolanaAddress address, bool signer = false, bool writable = false) => new() { Name = name, Address = $"{address}", Signer = signer, Writable = writable };

    /// <summary>Lamports as eight bytes, little-endian, as instructions expect them.</summary>
    /// <exception cref="TransactionException">The amount does not fit into eight bytes.</exception>
    public static byte[] Lamports(BigInteger lamports)
    {
        if (lamports.Sign < 0 || lamports > ulong.MaxValue)
            throw new TransactionException($"{lamports} lamports do not fit into an instruction");
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)lamports);
        return bytes;
    }
}
