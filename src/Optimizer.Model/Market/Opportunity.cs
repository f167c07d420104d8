namespace Optimizer.Model;

/// <summary>What sort of place an opportunity is.</summary>
public enum OpportunityKind
{
    /// <summary>A lending pool.</summary>
    Lending,

    /// <summary>A vault that a curator steers.</summary>
    Vault,

    /// <summary>A savings rate that a protocol sets.</summary>
    Savings,

    /// <summary>Native staking, with its unbonding time.</summary>
    Staking,

    /// <summary>A liquid-staking token.</summary>
    LiquidStaking,

    /// <summary>Held to a maturity.</summary>
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

/// <summary>One place on one chain where a token, or a basket of tokens, earns.</summary>
/// <remarks>The position x of an opportunity is in USD of notional. Entering it takes <see cref="CapitalPerUnit"/>·x
/// of the inputs, which is its value and what a ledger counts, in units of the first input; its value moves with <see cref="Exposures"/>·x; it earns <see cref="Carry"/> on x.</remarks>
public sealed record Opportunity
{
    /// <summary>Protocol, chain and token: <c>aave-v3/base/USDC</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The protocol's id.</summary>
    public required string Protocol { get; init; }

    /// <summary>The chain's id.</summary>
    public required string Chain { get; init; }

    /// <summary>What sort of place it is.</summary>
    public required OpportunityKind Kind { get; init; }

    /// <summary>The tokens it takes, and gives back, with their shares of the value; the shares add up to 1.</summary>
    public required IReadOnlyList<Input> Inputs { get; init; }

    /// <summary>Capital per unit of position: 1 for a deposit, the margin for a perpetual, negative for a debt.</summary>
    [Between(-1, 1)]
    public Figure? CapitalPerUnit { get; init; }

    /// <summary>Price sensitivity per unit of position, by asset: −1 for a short. The inputs' shares where absent.</summary>
    public IReadOnlyDictionary<string, Figure>? Exposures { get; init; }

    /// <summary>What it earns.</summary>
    public required Carry Carry { get; init; }

    /// <summary>Yearly volatility of what it returns beyond prices and events; a fraction ≥ 0.</summary>
    [Between(0, 5)]
    public required Figure Volatility { get; init; }

    /// <summary>How much those who trade against it take, as a multiple of what a pool that holds its inputs in constant
    /// shares at every price loses to them: 1 for Uniswap v2, more where the liquidity lies in a range of prices; absent
    /// where nobody trades against it.</summary>
    /// <remarks>The pool of constant shares loses ½·(Σ shareᵢ·σᵢ² − σ²) a year, σᵢ being the volatilities of its inputs' prices
    /// and σ that of the basket. Source: Milionis, Moallemi, Roughgarden and Zhang 2022, loss-versus-rebalancing.</remarks>
    [Between(0, 100_000)]
    public Figure? LiquidityConcentration { get; init; }

    /// <summary>What one unit of a position is worth, in whole tokens of the first input; 1 where absent.</summary>
    /// <remarks>A strike lowers it, and in a pool that trades, so does whatever moves the prices of its inputs apart.</remarks>
    [Between(0)]
    public Figure? Worth { get; init; }

    /// <summary>What a position sells for, against what it redeems for: 0.94 for staked ether that trades below par; 1 where absent. Entering
    /// and leaving go by what it redeems for.</summary>
    [Between(0, 100)]
    public Figure? Peg { get; init; }

    /// <summary>All that is in the place now, in whole tokens of the first input, notional where that differs from capital.</summary>
    [Between(0)]
    public required Figure Total { get; init; }

    /// <summary>The most that can still be added, in whole tokens of the first input; absent where there is no cap.</summary>
    [Between(0)]
    public Figure? Capacity { get; init; }

    /// <summary>The most that can be taken out at once, in whole tokens of the first input; absent where liquidity is no
    /// limit.</summary>
    [Between(0)]
    public Figure? Withdrawable { get; init; }

    /// <summary>When more can be taken out than <see cref="Withdrawable"/>, and how much: after a run on the pool, once borrowers have
    /// repaid; absent where that is not known.</summary>
    public Repayment? Repayment { get; init; }

    /// <summary>Fee on what enters, in basis points.</summary>
    [Between(0, 10_000)]
    public Figure? EntryFeeBps { get; init; }

    /// <summary>Fee on what leaves, in basis points.</summary>
    [Between(0, 10_000)]
    public Figure? ExitFeeBps { get; init; }

    /// <summary>Days from asking for the money to having it; nothing is earned meanwhile.</summary>
    [Between(0, 3650)]
    public Figure? ExitDelayDays { get; init; }

    /// <summary>When a fixed term ends; before it there is no way out.</summary>
    public DateTimeOffset? Maturity { get; init; }

    /// <summary>Gas (compute units) of entering, approvals apart.</summary>
    [Between(0)]
    public required Figure EnterGasUnits { get; init; }

    /// <summary>Gas (compute units) of leaving.</summary>
    [Between(0)]
    public required Figure ExitGasUnits { get; init; }

    /// <summary>The events that strike it beyond those of its chain and of its input tokens, with the loss given each.</summary>
    public required IReadOnlyList<EventLoss> Events { get; init; }

    /// <summary>Where the money lies beyond the inputs' own claims: a principal token of sUSDe lies in Ethena. Limits and events look
    /// through it.</summary>
    public IReadOnlyList<Backing> Claims { get; init; } = [];

    /// <summary>What covers the loans of those who supply here, by shares of what is lent out: what strikes it strikes the lenders.
    /// Events look through it, limits do not.</summary>
    public IReadOnlyList<Backing> Collateral { get; init; } = [];

    /// <summary>Free words to select by: <c>permissioned</c>, <c>rwa</c>, <c>us-restricted</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Capital per unit of position; 1 for a deposit.</summary>
    public double Capital() => CapitalPerUnit?.Value ?? 1;

    /// <summary>Whether it is a debt: entering it gives tokens, and leaving it takes them.</summary>
    public bool IsDebt() => Capital() < 0;

    /// <summary>What lies in the pool and is not lent out, in whole tokens of the first input; infinite where liquidity is no limit.</summary>
    public double Liquidity() => Withdrawable?.Value ?? Carry.Base.Withdrawable;

    /// <summary>The most that can be withdrawn now, in whole tokens of the first input: liquidity, and utilisation kept at or below
    /// target.</summary>
    public double WithdrawableNow() => WithdrawableWithin(0);

    /// <summary>The most that can be withdrawn within some days, notice and term apart.</summary>
    public double WithdrawableWithin(double days) =>
        Math.Min(Repayment is { } repaid && days >= repaid.AfterDays ? repaid.Withdrawable : Withdrawable?.Value ?? double.PositiveInfinity, Carry.Base.Withdrawable);

    /// <summary>Days until the money is out, seen from a moment: the longer of notice and rest of the term.</summary>
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
