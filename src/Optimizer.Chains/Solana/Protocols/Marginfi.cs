namespace Optimizer.Chains.Solana.Protocols;

/// <summary>MarginFi.</summary>
/// <remarks>Source: mrgnlabs/marginfi-v2, types/bank.rs. Older banks have one kink; newer ones have up to five points with linear
/// interpolation, in units of 1/(2³² − 1). The protocol's fee is charged to borrowers on top of the rate.</remarks>
public sealed class Marginfi : SolanaLender
{
    private const double LargestRate = 10;
    private const int Operational = 1;

    /// <inheritdoc/>
    public override string Name => "marginfi";

    /// <inheritdoc/>
    public override int Length => 609;

    /// <inheritdoc/>
    public override SolanaReserve Decode(AccountData account, double slotSeconds)
    {
        account.Require("MarginFi bank", null, 1_864, 0x8e, 0x31, 0xa6, 0xf2, 0x32, 0x42, 0x61, 0xbc);
        var supplied = account.I80F48(272) * account.I80F48(80);
        var borrowed = account.I80F48(256) * account.I80F48(96);
        var limit = account.U64(360);
        return new(account.Key(8), supplied, borrowed, Math.Max(0, supplied - borrowed), 0, SolanaReserve.Rising(account.U8(544) == 0 ? Kinked(account) : Pointwise(account)))
        {
            Limit = limit == ulong.MaxValue ? null : limit,
            IsOpen = account.U8(608) == Operational,
        };
    }

    private static IEnumerable<(double Utilisation, double Rate)> Kinked(AccountData account) =>
        [(0, 0), (account.I80F48(368), account.I80F48(384)), (1, account.I80F48(400))];

    private static IEnumerable<(double Utilisation, double Rate)> Pointwise(AccountData account)
    {
        const int Points = 5;
        double Part(int at, double whole) => account.U32(at) / (double)uint.MaxValue * whole;
        var inner = Enumerable.Range(0, Points).Select(i => (Utilisation: Part(504 + 8 * i, 1), Rate: Part(508 + 8 * i, LargestRate)));
        return [(0, Part(496, LargestRate)), .. inner.TakeWhile(point => point.Utilisation > 0), (1, Part(500, LargestRate))];
    }
}
