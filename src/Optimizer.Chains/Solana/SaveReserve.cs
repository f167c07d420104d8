namespace Optimizer.Chains.Solana;

/// <summary>A reserve of Save, once Solend.</summary>
/// <remarks>Source: solendprotocol/solana-program-library, token-lending, state/reserve.rs.</remarks>
/// <param name="Available">Base units that nobody has borrowed.</param>
/// <param name="Borrowed">Base units borrowed.</param>
/// <param name="SupplyRate">The rate that suppliers earn, a fraction per year, uncompounded.</param>
public sealed record SaveReserve(double Available, double Borrowed, double SupplyRate)
{
    /// <summary>Reads a reserve.</summary>
    /// <exception cref="ChainDataException">The account is none.</exception>
    public static SaveReserve Read(AccountData account)
    {
        account.Require("Save reserve", null, 619, 1);
        var (available, borrowed) = ((double)account.U64(171), (double)account.U128(179) / 1e18);
        var u = available + borrowed > 0 ? borrowed / (available + borrowed) : 0;
        double Percent(int at) => account.U8(at) / 100.0;
        var (optimal, steep) = (Percent(299), Percent(470));
        var (least, atOptimal, atSteep, most) = (Percent(303), Percent(304), Percent(305), account.U64(471) / 100.0);
        var rate = u <= optimal ? (optimal == 0 ? least : least + u / optimal * (atOptimal - least))
            : u <= steep ? atOptimal + (u - optimal) / (steep - optimal) * (atSteep - atOptimal)
            : atSteep + (u - steep) / (1 - steep) * (most - atSteep);
        return new(available, borrowed, u * rate * (1 - Percent(372)));
    }
}
