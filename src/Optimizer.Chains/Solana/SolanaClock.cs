namespace Optimizer.Chains.Solana;

/// <summary>The chain's own clock, as of the slot that accounts were read at.</summary>
/// <remarks>Source: Agave, sysvar clock.</remarks>
/// <param name="Slot">The slot.</param>
/// <param name="Time">The moment, by the validators' median.</param>
public sealed record SolanaClock(ulong Slot, DateTimeOffset Time)
{
    /// <summary>Where it is, and its length.</summary>
    public static readonly SolanaAccountRequest Account = new("SysvarC1ock11111111111111111111111111111111", 40);

    /// <summary>Reads it.</summary>
    /// <exception cref="ChainDataException">The account is something else.</exception>
    public static SolanaClock Decode(AccountData account)
    {
        account.Require("clock", "Sysvar1111111111111111111111111111111111111", Account.Length);
        return new(account.U64(0), account.Time(32));
    }
}
