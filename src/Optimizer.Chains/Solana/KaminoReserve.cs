namespace Optimizer.Chains.Solana;

/// <summary>A reserve of Kamino Lend.</summary>
/// <remarks>Source: Kamino-Finance/klend, state/reserve.rs. Rates are given for slots of half a second; slots are shorter, and
/// then more of them, each with its interest, pass in a year.</remarks>
public sealed record KaminoReserve
{
    private const string Program = "KLend2g3cP87fffoy8q1mQqGKjrxjC8boSyAYavgmjD";
    private const double NominalSlotSeconds = 0.5;

    /// <summary>Base units that nobody has borrowed.</summary>
    public required double Available { get; init; }

    /// <summary>Base units borrowed.</summary>
    public required double Borrowed { get; init; }

    /// <summary>Base units of fees that belong to no supplier.</summary>
    public required double Fees { get; init; }

    /// <summary>Share of the interest that the protocol keeps, a fraction.</summary>
    public required double TakeRate { get; init; }

    /// <summary>Borrow rate per year by utilisation, both fractions: eleven points with straight lines between.</summary>
    public required IReadOnlyList<(double Utilisation, double Rate)> Curve { get; init; }

    /// <summary>All that suppliers own, in base units.</summary>
    public double Supplied => Available + Borrowed - Fees;

    /// <summary>Borrowed / supplied.</summary>
    public double Utilisation => Supplied > 0 ? Borrowed / Supplied : 0;

    /// <summary>The rate that suppliers earn, a fraction per year, uncompounded.</summary>
    /// <param name="slotSeconds">How long a slot takes, as measured.</param>
    public double SupplyRate(double slotSeconds) => Utilisation * BorrowRate(Utilisation) * (NominalSlotSeconds / slotSeconds) * (1 - TakeRate);

    /// <summary>Reads a reserve.</summary>
    /// <exception cref="ChainDataException">The account is none.</exception>
    public static KaminoReserve Read(AccountData account)
    {
        account.Require("Kamino reserve", Program, 8_624, 0x2b, 0xf2, 0xcc, 0xca, 0x1a, 0xf7, 0x3b, 0x7f);
        var curve = Enumerable.Range(0, 11).Select(i => (account.U32(4_920 + 8 * i) / 1e4, account.U32(4_924 + 8 * i) / 1e4)).ToArray();
        return new()
        {
            Available = account.U64(224),
            Borrowed = account.U68F60(232),
            Fees = account.U68F60(344) + account.U68F60(360) + account.U68F60(376),
            TakeRate = account.U8(4_870) / 100.0,
            Curve = curve,
        };
    }

    private double BorrowRate(double utilisation)
    {
        var u = Math.Clamp(utilisation, 0, 1);
        for (var i = 1; i < Curve.Count; i++)
        {
            var ((x0, y0), (x1, y1)) = (Curve[i - 1], Curve[i]);
            if (u <= x1)
                return x1 > x0 ? y0 + (u - x0) * (y1 - y0) / (x1 - x0) : y1;
        }

        return Curve[^1].Rate;
    }
}
