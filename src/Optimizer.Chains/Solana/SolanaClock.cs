namespace Optimizer.Chains.Solana;

/// <summary>The chain's clock at the slot at which accounts were read.</summary>
/// <remarks>Source: Agave, sysvar clock.</remarks>
/// <param name="Slot">The slot.</param>
/// <param name="Time">The time (median of the validators).</param>
public sealed record SolanaClock(ulong Slot, DateTimeOffset Time)
{
    /// <summary>Its account and length.</summary>
    public static readonly SolanaAccountRequest Account = new("SysvarC1ock11111111111111111111111111111111", 40);

    /// <summary>Decodes the clock.</summary>
    /// <exception cref="ChainDataException">The account is of another kind.</exception>
    public static SolanaClock Decode(AccountData account)
    {
        account.Require("clock", "Sysvar1111111111111111111111111111111111111", Account.Length);
        return new(account.U64(0), account.Time(32));
    }
}
