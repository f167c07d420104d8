using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>What is held: something with a value per unit that depends on prices, volatility and time.</summary>
/// <remarks>Prices are USD per unit of the underlying. Contracts whose terms are in another unit say so.</remarks>
[OneOf]
public abstract record Instrument
{
    /// <summary>Whether it ends at a moment.</summary>
    [JsonIgnore]
    public virtual bool HasExpiry => false;

    /// <summary>Whether the value depends on the forward of its expiry, and not on the price today.</summary>
    [JsonIgnore]
    public virtual bool HasForward => false;

    /// <summary>Whether the value depends on volatility.</summary>
    [JsonIgnore]
    public virtual bool HasVolatility => false;
}

/// <summary>The right to buy or to sell.</summary>
public enum OptionSide
{
    /// <summary>To buy.</summary>
    Call,

    /// <summary>To sell.</summary>
    Put,
}

/// <summary>What a contract pays in.</summary>
public enum Settlement
{
    /// <summary>US dollars, or a token that stands for them.</summary>
    Usd,

    /// <summary>The underlying itself; such contracts are called inverse.</summary>
    Coin,
}

/// <summary>How a perpetual or a future turns price moves into gains.</summary>
public enum ContractKind
{
    /// <summary>Pays price moves in USD: P − P₀ per unit.</summary>
    Linear,

    /// <summary>A contract of one USD that pays in the underlying: 1/P₀ − 1/P.</summary>
    Inverse,

    /// <summary>Pays price moves of one asset, each USD as a fixed amount of another.</summary>
    Quanto,
}

/// <summary>An instrument that ends at a moment.</summary>
public abstract record ExpiringInstrument : Instrument
{
    /// <summary>When it ends; or <see cref="Years"/>.</summary>
    public DateTimeOffset? Expiry { get; init; }

    /// <summary>Years of 365 days until it ends; or <see cref="Expiry"/>.</summary>
    [Between(0)]
    public double? Years { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasExpiry => true;
}

/// <summary>The underlying itself.</summary>
public sealed record SpotInstrument : Instrument;

/// <summary>A European option on one unit.</summary>
public sealed record OptionInstrument : ExpiringInstrument
{
    /// <summary>Call or put.</summary>
    public required OptionSide Side { get; init; }

    /// <summary>The strike in USD; &gt; 0.</summary>
    [Between(double.Epsilon)]
    public required double Strike { get; init; }

    /// <summary>What it pays in. Default USD; in coin, premium and payout are coins at the price at expiry.</summary>
    public Settlement Settlement { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasVolatility => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasForward => true;
}

/// <summary>Pays a fixed amount if the price at expiry is on the right side of the strike.</summary>
public sealed record DigitalInstrument : ExpiringInstrument
{
    /// <summary>A call pays above the strike, a put below.</summary>
    public required OptionSide Side { get; init; }

    /// <summary>The strike in USD; &gt; 0.</summary>
    [Between(double.Epsilon)]
    public required double Strike { get; init; }

    /// <summary>What it pays, in USD. Default 1.</summary>
    [Between(0)]
    public double Payout { get; init; } = 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasVolatility => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasForward => true;
}

/// <summary>A future with an expiry.</summary>
public sealed record FutureInstrument : ExpiringInstrument
{
    /// <summary>How it pays.</summary>
    public ContractKind Contract { get; init; }

    /// <summary>The price in USD at which it was entered; null for the forward, which makes its value zero.</summary>
    [Between(double.Epsilon)]
    public double? Entry { get; init; }

    /// <summary>Of a quanto contract: USD that one USD of the price move pays.</summary>
    [Between(0)]
    public double Multiplier { get; init; } = 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasForward => true;
}

/// <summary>A future without an expiry, held to its index by funding.</summary>
public sealed record PerpetualInstrument : Instrument
{
    /// <summary>How it pays.</summary>
    public ContractKind Contract { get; init; }

    /// <summary>The price in USD at which it was entered; null for the price today, which makes its value zero.</summary>
    [Between(double.Epsilon)]
    public double? Entry { get; init; }

    /// <summary>Of a quanto contract: USD that one USD of the price move pays.</summary>
    [Between(0)]
    public double Multiplier { get; init; } = 1;
}

/// <summary>A perpetual on a power of the price, such as squeeth.</summary>
public sealed record PowerPerpetualInstrument : Instrument
{
    /// <summary>The power. Default 2.</summary>
    [Between(1, 16)]
    public double Power { get; init; } = 2;

    /// <summary>Days over which funding pays the difference of mark and index. Default 17.5, as squeeth has it.</summary>
    [Between(double.Epsilon)]
    public double FundingDays { get; init; } = 17.5;

    /// <summary>Units of index per unit held; funding makes it shrink. Default 1.</summary>
    [Between(double.Epsilon)]
    public double NormalisationFactor { get; init; } = 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasVolatility => true;
}

/// <summary>A future on a power of the price, paid at its expiry.</summary>
public sealed record PowerFutureInstrument : ExpiringInstrument
{
    /// <summary>The power. Default 2.</summary>
    [Between(1, 16)]
    public double Power { get; init; } = 2;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasVolatility => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasForward => true;
}

/// <summary>An option that never expires: funding pays mark minus intrinsic value.</summary>
public sealed record EverlastingOptionInstrument : Instrument
{
    /// <summary>Call or put.</summary>
    public required OptionSide Side { get; init; }

    /// <summary>The strike in USD; &gt; 0.</summary>
    [Between(double.Epsilon)]
    public required double Strike { get; init; }

    /// <summary>Days over which funding pays the difference of mark and intrinsic value once. Default 1.</summary>
    [Between(double.Epsilon)]
    public double FundingDays { get; init; } = 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool HasVolatility => true;
}

/// <summary>Liquidity in a range of prices (Uniswap v3): the underlying above the range's prices, USD below.</summary>
public sealed record RangeInstrument : Instrument
{
    /// <summary>The lower price in USD; &gt; 0.</summary>
    [Between(double.Epsilon)]
    public required double Lower { get; init; }

    /// <summary>The upper price in USD; above the lower.</summary>
    [Between(double.Epsilon)]
    public required double Upper { get; init; }

    /// <summary>The liquidity L, in √(units × USD). Default 1.</summary>
    [Between(0)]
    public double Liquidity { get; init; } = 1;
}

/// <summary>The principal of a yield-bearing token: one unit of the underlying at maturity (Pendle).</summary>
public sealed record PrincipalTokenInstrument : ExpiringInstrument;

/// <summary>The yield of one unit of the underlying until maturity (Pendle).</summary>
public sealed record YieldTokenInstrument : ExpiringInstrument;

/// <summary>Pays a fixed rate and receives a floating one on a notional of one unit until maturity (Boros).</summary>
public sealed record RateSwapInstrument : ExpiringInstrument
{
    /// <summary>The fixed rate, as a fraction per year.</summary>
    public required double FixedRate { get; init; }
}
