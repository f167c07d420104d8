using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Solana.Protocols;

/// <summary>SPL stake pools, such as Jito's: lamports staked for the tokens given out. Every address of the entry whose role ends
/// in <c>Pool</c> is one.</summary>
/// <remarks>Source: solana-program/stake-pool, state.rs. The yield is what the last epoch brought, over epochs as long as they
/// are measured to be; one epoch in which a validator paid late shows.</remarks>
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
            protocol.Reading.Refuse(Rules.StaleAccount, id, $"the pool counted its rewards in epoch {pool.LastUpdateEpoch} last; this is epoch {protocol.Head.Epoch}");
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
            // Somebody else decides who may deposit.
            Capacity = pool.IsOpen ? null : new Figure(0, from),
            EntryFeeBps = new(pool.DepositFee * 1e4, from),
            ExitFeeBps = new(pool.WithdrawalFee * 1e4, from),
            // A withdrawal gives stake, which is free to move when the epoch ends.
            ExitDelayDays = new(protocol.Head.EpochDays, from),
        };
    }

    /// <summary>What a pool's account says.</summary>
    /// <param name="Mint">The token given out.</param>
    /// <param name="TotalLamports">Lamports in the pool.</param>
    /// <param name="Supply">Tokens given out, in base units.</param>
    /// <param name="LastUpdateEpoch">The epoch whose rewards are counted.</param>
    /// <param name="LastEpochTotalLamports">Lamports an epoch before.</param>
    /// <param name="LastEpochSupply">Tokens an epoch before.</param>
    /// <param name="DepositFee">Share taken of SOL that is deposited, a fraction.</param>
    /// <param name="WithdrawalFee">Share taken of stake that is withdrawn, a fraction.</param>
    /// <param name="IsOpen">Whether everybody may deposit SOL.</param>
    public sealed record State(
        string Mint, ulong TotalLamports, ulong Supply, ulong LastUpdateEpoch, ulong LastEpochTotalLamports, ulong LastEpochSupply, double DepositFee, double WithdrawalFee, bool IsOpen)
    {
        /// <summary>Lamports per token.</summary>
        public double Rate => (double)TotalLamports / Supply;

        /// <summary>Growth of the rate over the last epoch.</summary>
        public double GrowthPerEpoch => Rate / ((double)LastEpochTotalLamports / LastEpochSupply) - 1;

        /// <summary>The effective annual rate at the last epoch's growth.</summary>
        /// <param name="epochsPerYear">As measured: slots are not as long as they should be.</param>
        public double RatePerYear(double epochsPerYear) => double.ExpM1(epochsPerYear * Math.Log(1 + GrowthPerEpoch));
    }

    /// <summary>Reads a pool.</summary>
    /// <exception cref="ChainDataException">The account is none.</exception>
    public static State Decode(AccountData account)
    {
        account.Require("stake pool", null, VariablePart, 1);
        // Everything before is at a fixed place; what follows depends on options that are set.
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
            : throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} is empty, or was an epoch ago, or takes all");
    }

    /// <summary>A fee: denominator and numerator.</summary>
    private static double Fee(AccountData account, ref int at)
    {
        var (denominator, numerator) = (account.U64(at), account.U64(at + 8));
        at += 16;
        return denominator == 0 ? 0 : (double)numerator / denominator;
    }

    /// <summary>A fee that may be about to change.</summary>
    private static void Future(AccountData account, ref int at) => at += account.U8(at) switch
    {
        0 => 1,
        1 or 2 => 17,
        var other => throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} has {other} where a future fee is announced"),
    };

    /// <summary>An address that may be there.</summary>
    private static bool Option(AccountData account, ref int at)
    {
        var isThere = account.U8(at) switch
        {
            0 => false,
            1 => true,
            var other => throw new ChainDataException(ChainFault.UnexpectedContract, $"stake pool {account.Address} has {other} where an address may be"),
        };
        at += isThere ? 1 + AccountData.KeyBytes : 1;
        return isThere;
    }
}
