namespace Optimizer.Model;

/// <summary>The kind of an opportunity.</summary>
public enum OpportunityKind
{
    /// <summary>A lending pool.</summary>
    Lending,

    /// <summary>A vault managed by a curator.</summary>
    Vault,

    /// <summary>A savings rate that a protocol sets.</summary>
    Savings,

    /// <summary>Native staking, with its unbonding time.</summary>
    Staking,

    /// <summary>A liquid-staking token.</summary>
    LiquidStaking,

    /// <summary>A position held to a fixed maturity.</summary>
    FixedTerm,

    /// <summary>Cash-and-carry: a hedged basis trade.</summary>
    Basis,

    /// <summary>A tokenised fund of treasury bills or credit.</summary>
    Fund,

    /// <summary>Shares of a liquidity pool.</summary>
    Liquidity,

    /// <summary>A perpetual future or another hedge.</summary>
    Derivative,
}

/// <summary>An opportunity on one chain where a token, or a basket of tokens, earns.</summary>
/// <remarks>The position x of an opportunity is its notional in USD. Entering takes <see cref="CapitalPerUnit"/>·x of the inputs: this is
/// the value of the position, and what the ledger counts, in units of the first input. Price moves change the value by
/// <see cref="Exposures"/>·x. <see cref="Carry"/> is earned on x.</remarks>
public sealed record Opportunity
{
    /// <summary>Protocol, chain and token: <c>aave-v3/base/USDC</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The protocol's id.</summary>
    public required string Protocol { get; init; }

    /// <summary>The chain's id.</summary>
    public required string Chain { get; init; }

    /// <summary>The kind.</summary>
    public required OpportunityKind Kind { get; init; }

    /// <summary>The tokens that go in and come out, with their shares of the value; the shares add up to 1.</summary>
    public required IReadOnlyList<Input> Inputs { get; init; }

    /// <summary>Capital per unit of position: 1 for a deposit, the margin for a perpetual, negative for a debt.</summary>
    [Between(-1, 1)]
    public Figure? CapitalPerUnit { get; init; }

    /// <summary>Price sensitivity per unit of position, by asset: −1 for a short. Where absent: the shares of the inputs.</summary>
    public IReadOnlyDictionary<string, Figure>? Exposures { get; init; }

    /// <summary>The yield, as a function of size.</summary>
    public required Carry Carry { get; init; }

    /// <summary>Yearly volatility of the return that neither prices nor events explain; a fraction ≥ 0.</summary>
    [Between(0, 5)]
    public required Figure Volatility { get; init; }

    /// <summary>Loss-versus-rebalancing (loss to arbitrage traders) as a multiple of that of a pool with constant value shares: 1 for
    /// Uniswap v2, more for liquidity concentrated in a price range; absent where nobody trades against the opportunity.</summary>
    /// <remarks>A pool of constant shares loses ½·(Σ shareᵢ·σᵢ² − σ²) a year, where σᵢ are the volatilities of its inputs' prices and σ is
    /// that of the basket. Source: Milionis, Moallemi, Roughgarden and Zhang 2022, loss-versus-rebalancing.</remarks>
    [Between(0, 100_000)]
    public Figure? LiquidityConcentration { get; init; }

    /// <summary>Value of one unit of a position, in whole tokens of the first input; 1 where absent.</summary>
    /// <remarks>A strike lowers it. In a pool that trades, so does any price move between the inputs.</remarks>
    [Between(0)]
    public Figure? Worth { get; init; }

    /// <summary>Market price of a position divided by its redemption value: 0.94 for staked ether that trades below par; 1 where absent.
    /// Entering and leaving use the redemption value.</summary>
    [Between(0, 100)]
    public Figure? Peg { get; init; }

    /// <summary>Total size today, in whole tokens of the first input; the notional where that differs from the capital.</summary>
    [Between(0)]
    public required Figure Total { get; init; }

    /// <summary>The most that can still be added, in whole tokens of the first input; absent where there is no cap.</summary>
    [Between(0)]
    public Figure? Capacity { get; init; }

    /// <summary>The most that can be withdrawn at once, in whole tokens of the first input; absent where liquidity is no limit.</summary>
    [Between(0)]
    public Figure? Withdrawable { get; init; }

    /// <summary>Liquidity that comes back after a run on the pool, once borrowers have repaid: when, and how much can then be withdrawn;
    /// absent where unknown.</summary>
    public Repayment? Repayment { get; init; }

    /// <summary>Fee on deposits, in basis points.</summary>
    [Between(0, 10_000)]
    public Figure? EntryFeeBps { get; init; }

    /// <summary>Fee on withdrawals, in basis points.</summary>
    [Between(0, 10_000)]
    public Figure? ExitFeeBps { get; init; }

    /// <summary>Days from the withdrawal request to receipt of the money; nothing is earned meanwhile.</summary>
    [Between(0, 3650)]
    public Figure? ExitDelayDays { get; init; }

    /// <summary>The end of a fixed term; no withdrawal is possible before it.</summary>
    public DateTimeOffset? Maturity { get; init; }

    /// <summary>Gas (compute units) to enter, without approvals.</summary>
    [Between(0)]
    public required Figure EnterGasUnits { get; init; }

    /// <summary>Gas (compute units) to leave.</summary>
    [Between(0)]
    public required Figure ExitGasUnits { get; init; }

    /// <summary>The events that strike it beyond those of its chain and of its input tokens, with the loss given each.</summary>
    public required IReadOnlyList<EventLoss> Events { get; init; }

    /// <summary>Underlyings beyond the inputs' own claims: a principal token of sUSDe is a claim on Ethena. Limits and events look through
    /// them.</summary>
    public IReadOnlyList<Backing> Claims { get; init; } = [];

    /// <summary>Collateral of the loans that this pool makes, by shares of the amount lent: an event that strikes the collateral strikes
    /// the lenders. Events look through it, limits do not.</summary>
    public IReadOnlyList<Backing> Collateral { get; init; } = [];

    /// <summary>Free labels that constraints and shocks can select: <c>permissioned</c>, <c>rwa</c>, <c>us-restricted</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Capital per unit of position; 1 for a deposit.</summary>
    public double Capital() => CapitalPerUnit?.Value ?? 1;

    /// <summary>Whether the position is a debt: entering borrows tokens, leaving repays them.</summary>
    public bool IsDebt() => Capital() < 0;

    /// <summary>Liquidity in whole tokens of the first input: <see cref="Withdrawable"/>, or where that is absent, the curve's limit;
    /// infinite where liquidity is no limit.</summary>
    public double Liquidity() => Withdrawable?.Value ?? Carry.Base.Withdrawable;

    /// <summary>The most that can be withdrawn now, in whole tokens of the first input: limited by liquidity and by the target
    /// utilisation.</summary>
    public double WithdrawableNow() => WithdrawableWithin(0);

    /// <summary>The most that liquidity lets out within some days, in whole tokens of the first input; exit delay and maturity are not
    /// considered.</summary>
    public double WithdrawableWithin(double days) =>
        Math.Min(Repayment is { } repaid && days >= repaid.AfterDays ? repaid.Withdrawable : Withdrawable?.Value ?? double.PositiveInfinity, Carry.Base.Withdrawable);

    /// <summary>Days until the money is out, counted from a moment: the longer of exit delay and remaining term.</summary>
    public double ExitDays(DateTimeOffset from) => Math.Max(
        ExitDelayDays?.Value ?? 0,
        Maturity is { } maturity ? Math.Max(0, (maturity - from).TotalDays) : 0);
}

/// <summary>One token that an opportunity takes.</summary>
/// <param name="Token">The token.</param>
/// <param name="Share">Its share of the value; &gt; 0 to 1.</param>
public sealed record Input(TokenId Token, double Share);

/// <summary>Liquidity that comes back.</summary>
/// <param name="AfterDays">Days until then; ≥ 0.</param>
/// <param name="Withdrawable">The most that can be taken out from then on, in whole tokens of the first input.</param>
public sealed record Repayment(Figure AfterDays, Figure Withdrawable);
