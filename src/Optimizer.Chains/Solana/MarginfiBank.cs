namespace Optimizer.Chains.Solana;

/// <summary>A bank of MarginFi.</summary>
/// <remarks>Source: mrgnlabs/marginfi-v2, types/bank.rs. Banks of the first kind have a kink; those of the second up to five points
/// with straight lines between, written as parts of 2³² − 1.</remarks>
/// <param name="Assets">Base units supplied.</param>
/// <param name="Liabilities">Base units borrowed.</param>
/// <param name="SupplyRate">The rate that suppliers earn, a fraction per year, uncompounded.</param>
public sealed record MarginfiBank(double Assets, double Liabilities, double SupplyRate)
{
    private const double LargestRate = 10;

    /// <summary>Reads a bank.</summary>
    /// <exception cref="ChainDataException">The account is none.</exception>
    public static MarginfiBank Read(AccountData account)
    {
        account.Require("MarginFi bank", null, 1_864, 0x8e, 0x31, 0xa6, 0xf2, 0x32, 0x42, 0x61, 0xbc);
        var assets = account.I80F48(272) * account.I80F48(80);
        var liabilities = account.I80F48(256) * account.I80F48(96);
        var utilisation = assets > 0 ? liabilities / assets : 0;
        var rate = account.U8(544) == 0 ? Kinked(account, utilisation) : Pointwise(account, utilisation);
        return new(assets, liabilities, utilisation * rate);
    }

    private static double Kinked(AccountData account, double utilisation)
    {
        var (optimal, plateau, most) = (account.I80F48(368), account.I80F48(384), account.I80F48(400));
        return utilisation <= optimal ? utilisation * plateau / optimal : plateau + (utilisation - optimal) / (1 - optimal) * (most - plateau);
    }

    private static double Pointwise(AccountData account, double utilisation)
    {
        const int Points = 5;
        double Part(int at, double whole) => account.U32(at) / (double)uint.MaxValue * whole;
        var (x0, y0) = (0.0, Part(496, LargestRate));
        for (var i = 0; i < Points; i++)
        {
            var (x, y) = (Part(504 + 8 * i, 1), Part(508 + 8 * i, LargestRate));
            if (x == 0)
                break;
            if (utilisation <= x)
                return y0 + (utilisation - x0) * (y - y0) / (x - x0);
            (x0, y0) = (x, y);
        }

        return y0 + (utilisation - x0) * (Part(500, LargestRate) - y0) / (1 - x0);
    }
}
