using System.Text.Json.Serialization;
using Optimizer.Derivatives;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Instruments with market data, to be priced. As CSV, a row has the columns of <see cref="PricingRow"/>, of its market data and of
/// its instrument side by side.</summary>
public sealed record PricingFile
{
    /// <summary>The format of this object.</summary>
    [JsonPropertyName("$schema")]
    public string Schema { get; } = "urn:optimizer:pricing:1";

    /// <summary>Volatility surfaces by name, for rows that name one.</summary>
    public IReadOnlyDictionary<string, VolatilitySurface> Surfaces { get; init; } = new Dictionary<string, VolatilitySurface>();

    /// <summary>The rows.</summary>
    public required IReadOnlyList<PricingRow> Rows { get; init; }
}

/// <summary>One instrument with its market data.</summary>
public sealed record PricingRow
{
    /// <summary>A name for display; default its number.</summary>
    public string? Id { get; init; }

    /// <summary>The instrument; one unit of it is priced.</summary>
    public required Instrument Instrument { get; init; }

    /// <summary>The market data.</summary>
    public PricingMarket Market { get; init; } = new();
}

/// <summary>Market data of one row. Rates, yields and volatilities are fractions per year (0.6 for 60 %).</summary>
public sealed record PricingMarket
{
    /// <summary>The price today in USD. Greeks are then stated by it; without it, by the forward.</summary>
    [Between(double.Epsilon)]
    public double? Spot { get; init; }

    /// <summary>The forward of the expiry in USD; default spot × e^((rate − dividend yield) × years).</summary>
    [Between(double.Epsilon)]
    public double? Forward { get; init; }

    /// <summary>The moment of valuation, for instruments with a date of expiry.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The interest rate of USD, continuously compounded. Default 0.</summary>
    public double? Rate { get; init; }

    /// <summary>What holding the underlying pays, continuously compounded. Default 0.</summary>
    public double? DividendYield { get; init; }

    /// <summary>The surface that gives forward and volatility.</summary>
    public string? Surface { get; init; }

    /// <summary>Volatility per √year; or <see cref="Price"/>, or <see cref="Surface"/>.</summary>
    [Between(0, 20)]
    public double? Volatility { get; init; }

    /// <summary>The price of an option in what it is settled in, from which its volatility is implied.</summary>
    [Between(0)]
    public double? Price { get; init; }

    /// <summary>Of yield tokens, the effective yearly yield; of rate swaps, the rate that the market expects.</summary>
    [Between(-0.99, 10)]
    public double? ImpliedYield { get; init; }
}

/// <summary>One row priced.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Instrument">The kind of instrument.</param>
/// <param name="Years">Years until expiry; null where there is none.</param>
/// <param name="Forward">The forward in USD; for what has none, the price.</param>
/// <param name="Volatility">The volatility, given or implied; null where the value does not depend on it.</param>
/// <param name="IsImplied">Whether the volatility is implied by the price.</param>
/// <param name="ValueUsd">The value of one unit in USD.</param>
/// <param name="ValueCoins">The same in coins, for what is settled in coin.</param>
/// <param name="Greeks">The derivatives; null with <paramref name="Problem"/>.</param>
/// <param name="NetDelta">Delta less the premium, for what is settled in coin.</param>
/// <param name="Problem">Why there is no value; null where there is one.</param>
public sealed record PricedRow(
    string Id, string Instrument, double? Years, double Forward, double? Volatility, bool IsImplied, double? ValueUsd, double? ValueCoins, Greeks? Greeks, double? NetDelta, string? Problem);
