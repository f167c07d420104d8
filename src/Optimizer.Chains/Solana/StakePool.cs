namespace Optimizer.Chains.Solana;

/// <summary>An SPL stake pool: lamports staked for the tokens given out.</summary>
/// <remarks>Source: solana-program/stake-pool, state.rs. Everything before byte 330 is at a fixed place; what follows depends on
/// options that are set.</remarks>
/// <param name="TotalLamports">Lamports in the pool.</param>
/// <param name="Supply">Tokens given out, in base units.</param>
/// <param name="LastUpdateEpoch">The epoch whose rewards are counted.</param>
/// <param name="LastEpochTotalLamports">Lamports an epoch before.</param>
/// <param name="LastEpochSupply">Tokens an epoch before.</param>
public sealed record StakePool(ulong TotalLamports, ulong Supply, ulong LastUpdateEpoch, ulong LastEpochTotalLamports, ulong LastEpochSupply)
{
    private const int VariablePart = 330;

    /// <summary>Lamports per token.</summary>
    public double Rate => (double)TotalLamports / Supply;

    /// <summary>Growth of the rate over the last epoch.</summary>
    public double GrowthPerEpoch => Rate / ((double)LastEpochTotalLamports / LastEpochSupply) - 1;

    /// <summary>The effective annual rate at the last epoch's growth.</summary>
    /// <param name="epochsPerYear">As measured: slots are not as long as they should be.</param>
    public double RatePerYear(double epochsPerYear) => double.ExpM1(epochsPerYear * Math.Log(1 + GrowthPerEpoch));

    /// <summary>Reads a pool.</summary>
    /// <exception cref="ChainDataException">The account is none.</exception>
    public static StakePool Read(AccountData account)
    {
        account.Require("stake pool", null, VariablePart, 1);
        var at = VariablePart;
        Fee(ref at);
        Future(account, ref at);
        Option(account, ref at);
        Option(account, ref at);
        Fee(ref at);
        Fee(ref at);
        Future(account, ref at);
        at++;
        Option(account, ref at);
        Fee(ref at);
        at++;
        Option(account, ref at);
        Fee(ref at);
        Future(account, ref at);
        var pool = new StakePool(account.U64(258), account.U64(266), account.U64(274), account.U64(at + 8), account.U64(at));
        return pool.Supply > 0 && pool.LastEpochSupply > 0 && pool.LastEpochTotalLamports > 0
            ? pool
            : throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} is empty, or was an epoch ago");
    }

    /// <summary>A fee: denominator and numerator.</summary>
    private static void Fee(ref int at) => at += 16;

    /// <summary>A fee that may be about to change.</summary>
    private static void Future(AccountData account, ref int at) => at += account.U8(at) switch
    {
        0 => 1,
        1 or 2 => 17,
        var other => throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} has {other} where a future fee is announced"),
    };

    /// <summary>An address that may be there.</summary>
    private static void Option(AccountData account, ref int at) => at += account.U8(at) switch
    {
        0 => 1,
        1 => 33,
        var other => throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} has {other} where an address may be"),
    };
}
