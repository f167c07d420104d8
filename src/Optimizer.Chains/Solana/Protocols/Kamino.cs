namespace Optimizer.Chains.Solana.Protocols;

/// <summary>Kamino Lend.</summary>
/// <remarks>Source: Kamino-Finance/klend, state/reserve.rs. Rates assume slots of half a second. Real slots are shorter, so more of them,
/// each with its interest, pass in a year.</remarks>
public sealed class Kamino : SolanaLender
{
    private const string Program = "KLend2g3cP87fffoy8q1mQqGKjrxjC8boSyAYavgmjD";
    private const double NominalSlotSeconds = 0.5;

    /// <inheritdoc/>
    public override string Name => "kamino";

    /// <inheritdoc/>
    public override int Length => 5_024;

    /// <inheritdoc/>
    public override SolanaReserve Decode(AccountData account, double slotSeconds)
    {
        account.Require("Kamino reserve", Program, 8_624, 0x2b, 0xf2, 0xcc, 0xca, 0x1a, 0xf7, 0x3b, 0x7f);
        var (available, borrowed) = ((double)account.U64(224), account.U68F60(232));
        var fees = account.U68F60(344) + account.U68F60(360) + account.U68F60(376);
        var points = Enumerable.Range(0, 11).Select(i => (account.U32(4_920 + 8 * i) / 1e4, account.U32(4_924 + 8 * i) / 1e4 * NominalSlotSeconds / slotSeconds));
        return new(account.Key(128), available + borrowed - fees, borrowed, available, account.U8(4_870) / 100.0, SolanaReserve.Rising(points))
        {
            Limit = account.U64(5_016),
            IsOpen = account.U8(4_856) == 0,
            UpdatedSlot = account.U64(16),
            Price = (account.U68F60(248), account.Time(264)),
        };
    }
}
