namespace Optimizer.Chains.Solana.Protocols;

/// <summary>Save (formerly Solend).</summary>
/// <remarks>Source: solendprotocol/solana-program-library, token-lending, state/reserve.rs. Two kinks: the optimal utilisation, and the
/// utilisation beyond which rates rise to the maximum rate.</remarks>
public sealed class Save : SolanaLender
{
    private const double Wad = 1e18;

    /// <inheritdoc/>
    public override string Name => "save";

    /// <inheritdoc/>
    public override int Length => 619;

    /// <inheritdoc/>
    public override SolanaReserve Decode(AccountData account, double slotSeconds)
    {
        account.Require("Save reserve", null, 619, 1);
        double Percent(int at) => account.U8(at) / 100.0;
        var (available, borrowed, fees) = ((double)account.U64(171), (double)account.U128(179) / Wad, (double)account.U128(373) / Wad);
        var (optimal, steep) = (Percent(299), Percent(470));
        return new(account.Key(42), available + borrowed - fees, borrowed, available, Percent(372),
            SolanaReserve.Rising([(0, optimal == 0 ? Percent(304) : Percent(303)), (optimal, Percent(304)), (steep, Percent(305)), (1, account.U64(471) / 100.0)]))
        {
            Optimal = optimal > 0 ? optimal : null,
            Limit = account.U64(323),
            UpdatedSlot = account.U64(1),
        };
    }
}
