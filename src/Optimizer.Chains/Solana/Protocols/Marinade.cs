using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Solana.Protocols;

/// <summary>Marinade's liquid staking.</summary>
/// <remarks>Source: marinade-finance/liquid-staking-program, state layout since 2024. The account has only the present price of mSOL, so
/// the yield needs an earlier sample.</remarks>
public sealed class Marinade : ISolanaAdapter
{
    private const string Program = "MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD";

    /// <inheritdoc/>
    public string Name => "marinade";

    /// <inheritdoc/>
    public int Length => 568;

    /// <inheritdoc/>
    public bool Reads(string role) => role == "state";

    /// <inheritdoc/>
    public SolanaQuote? Quote(AccountData account) => Decode(account) is var state ? new(state.Mint, state.Rate, InNativeToken: true) : null;

    /// <inheritdoc/>
    public OpportunityReading? Read(SolanaProtocol protocol, AccountData account)
    {
        var state = Decode(account);
        var native = protocol.Chain.Tokens.Single(token => token.Symbol == protocol.Chain.NativeToken);
        var id = protocol.IdOf(native.Symbol);
        var from = protocol.From("state", account);
        if (protocol.Prices.Of(native) is null || protocol.Reading.GrowthOf(id, new(state.Rate, from), protocol.Clock.Time) is not { } rate)
            return null;
        double Whole(double lamports) => lamports / Math.Pow(10, native.Decimals);
        return new()
        {
            Id = id,
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.LiquidStaking,
            Inputs = [new(protocol.Chain.NativeTokenId(), 1)],
            Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = new(rate, from) } },
            Total = new(Whole(state.Rate * state.Supply), from),
            Capacity = state.Cap is { } cap ? new Figure(Math.Max(0, Whole(cap - state.Rate * state.Supply)), from) : null,
            // A ticket is paid at the end of the epoch, when the stake is free.
            ExitDelayDays = new(protocol.Head.EpochDays, from),
        };
    }

    /// <summary>The decoded state.</summary>
    /// <param name="Mint">The mint of mSOL.</param>
    /// <param name="Rate">Lamports per mSOL.</param>
    /// <param name="Supply">Supply of mSOL, in base units.</param>
    /// <param name="Cap">Maximum lamports staked in total; null without a limit.</param>
    public sealed record State(string Mint, double Rate, ulong Supply, ulong? Cap);

    /// <summary>Decodes the state.</summary>
    /// <exception cref="ChainDataException">The account is of another kind.</exception>
    public static State Decode(AccountData account)
    {
        account.Require("Marinade state", Program, 2_616, 0xd8, 0x92, 0x6b, 0x5e, 0x68, 0x4b, 0xb6, 0xb1);
        var cap = account.U64(560);
        return new(account.Key(8), account.U64(512) / (double)(1L << 32), account.U64(504), cap == ulong.MaxValue ? null : cap);
    }
}
