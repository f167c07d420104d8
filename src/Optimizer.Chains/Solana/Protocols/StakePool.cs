using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Solana.Protocols;

/// <summary>SPL stake pools, such as Jito's: SOL staked for pool tokens. Every address of the entry whose role ends with <c>Pool</c> is a
/// pool.</summary>
/// <remarks>Source: solana-program/stake-pool, state.rs. The yield is the last epoch's growth, annualised with the measured epoch length; a
/// single late payment by a validator is visible in it.</remarks>
public sealed class StakePool : ISolanaAdapter
{
    private const int VariablePart = 330;

    /// <inheritdoc/>
    public string Name => "stakePool";

    /// <inheritdoc/>
    public int Length => 611;

    /// <inheritdoc/>
    public bool Reads(string role) => role.EndsWith("Pool", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public SolanaQuote? Quote(AccountData account) => Decode(account) is var pool ? new(pool.Mint, pool.Rate, InNativeToken: true) : null;

    /// <inheritdoc/>
    public OpportunityReading? Read(SolanaProtocol protocol, AccountData account)
    {
        var pool = Decode(account);
        var native = protocol.Chain.Tokens.Single(token => token.Symbol == protocol.Chain.NativeToken);
        var id = protocol.IdOf(native.Symbol);
        if (pool.LastUpdateEpoch > protocol.Head.Epoch || pool.LastUpdateEpoch + 1 < protocol.Head.Epoch)
        {
            protocol.Reading.Refuse(FindingRules.StaleAccount, id, $"the pool's rewards were last updated in epoch {pool.LastUpdateEpoch}; the present epoch is {protocol.Head.Epoch}");
            return null;
        }

        if (protocol.Prices.Of(native) is null)
            return null;
        var from = protocol.From("stake pool", account);
        return new()
        {
            Id = id,
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.LiquidStaking,
            Inputs = [new(protocol.Chain.NativeTokenId(), 1)],
            Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = new(pool.RatePerYear(Duration.DaysPerYear / protocol.Head.EpochDays), from) } },
            Total = new(pool.TotalLamports / Math.Pow(10, native.Decimals), from),
            // Deposits need the permission of an authority.
            Capacity = pool.IsOpen ? null : new Figure(0, from),
            EntryFeeBps = new(pool.DepositFee * 1e4, from),
            ExitFeeBps = new(pool.WithdrawalFee * 1e4, from),
            // A withdrawal returns stake, which is free at the end of the epoch.
            ExitDelayDays = new(protocol.Head.EpochDays, from),
        };
    }

    /// <summary>The decoded pool.</summary>
    /// <param name="Mint">The mint of the pool token.</param>
    /// <param name="TotalLamports">Lamports in the pool.</param>
    /// <param name="Supply">Supply of pool tokens, in base units.</param>
    /// <param name="LastUpdateEpoch">The epoch of the last update.</param>
    /// <param name="LastEpochTotalLamports">Lamports in the pool one epoch earlier.</param>
    /// <param name="LastEpochSupply">Supply of pool tokens one epoch earlier.</param>
    /// <param name="DepositFee">Fee on deposits of SOL, a fraction.</param>
    /// <param name="WithdrawalFee">Fee on withdrawals of stake, a fraction.</param>
    /// <param name="IsOpen">Whether anybody may deposit SOL.</param>
    public sealed record State(
        string Mint, ulong TotalLamports, ulong Supply, ulong LastUpdateEpoch, ulong LastEpochTotalLamports, ulong LastEpochSupply, double DepositFee, double WithdrawalFee, bool IsOpen)
    {
        /// <summary>Lamports per pool token.</summary>
        public double Rate => (double)TotalLamports / Supply;

        /// <summary>Growth of the rate over the last epoch.</summary>
        public double GrowthPerEpoch => Rate / ((double)LastEpochTotalLamports / LastEpochSupply) - 1;

        /// <summary>The effective annual rate at the last epoch's growth.</summary>
        /// <param name="epochsPerYear">Measured epochs per year; real slots differ from the nominal length.</param>
        public double RatePerYear(double epochsPerYear) => double.ExpM1(epochsPerYear * Math.Log(1 + GrowthPerEpoch));
    }

    /// <summary>Decodes a pool.</summary>
    /// <exception cref="ChainDataException">The account is of another kind.</exception>
    public static State Decode(AccountData account)
    {
        account.Require("stake pool", null, VariablePart, 1);
        // The fields before have fixed offsets; those after depend on optional fields.
        var at = VariablePart;
        Fee(account, ref at);
        Future(account, ref at);
        Option(account, ref at);
        Option(account, ref at);
        Fee(account, ref at);
        var withdrawalFee = Fee(account, ref at);
        Future(account, ref at);
        at++;
        var isOpen = !Option(account, ref at);
        var depositFee = Fee(account, ref at);
        at++;
        Option(account, ref at);
        Fee(account, ref at);
        Future(account, ref at);
        var pool = new State(account.Key(162), account.U64(258), account.U64(266), account.U64(274), account.U64(at + 8), account.U64(at), depositFee, withdrawalFee, isOpen);
        return pool.Supply > 0 && pool.LastEpochSupply > 0 && pool.LastEpochTotalLamports > 0 && depositFee is >= 0 and <= 1 && withdrawalFee is >= 0 and <= 1
            ? pool
            : throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} is empty, was empty one epoch ago, or has a fee of 100 %");
    }

    /// <summary>A fee: denominator and numerator.</summary>
    private static double Fee(AccountData account, ref int at)
    {
        var (denominator, numerator) = (account.U64(at), account.U64(at + 8));
        at += 16;
        return denominator == 0 ? 0 : (double)numerator / denominator;
    }

    /// <summary>Skips a scheduled fee change.</summary>
    private static void Future(AccountData account, ref int at) => at += account.U8(at) switch
    {
        0 => 1,
        1 or 2 => 17,
        var other => throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} has {other} as the tag of a future fee"),
    };

    /// <summary>Skips an optional address; returns whether it is present.</summary>
    private static bool Option(AccountData account, ref int at)
    {
        var isThere = account.U8(at) switch
        {
            0 => false,
            1 => true,
            var other => throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} has {other} as the tag of an optional address"),
        };
        at += isThere ? 1 + AccountData.KeyBytes : 1;
        return isThere;
    }
}
