namespace Optimizer.Chains.Solana;

/// <summary>Marinade's state.</summary>
/// <remarks>Source: marinade-finance/liquid-staking-program, state layout since 2024.</remarks>
/// <param name="Rate">Lamports per mSOL.</param>
public sealed record Marinade(double Rate)
{
    private const string Program = "MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD";

    /// <summary>Reads the state.</summary>
    /// <exception cref="ChainDataException">The account is none.</exception>
    public static Marinade Read(AccountData account)
    {
        account.Require("Marinade state", Program, 2_616, 0xd8, 0x92, 0x6b, 0x5e, 0x68, 0x4b, 0xb6, 0xb1);
        return new(account.U64(512) / (double)(1L << 32));
    }
}
