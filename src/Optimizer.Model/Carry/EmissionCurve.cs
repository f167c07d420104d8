using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>Reward programmes: a fixed budget shared by all suppliers. The rate is budget / supply.</summary>
public sealed record EmissionCurve : CarryCurve
{
    /// <summary>The asset paid out as reward; absent for several assets, or for an asset without a price of its own.</summary>
    /// <remarks>When this asset's price moves against the first input's price, the budget moves too. Without an asset, the budget is
    /// assumed to move with the first input's price.</remarks>
    public string? Asset { get; init; }

    /// <summary>The reward budget per year, valued in whole tokens of the opportunity's first input; ≥ 0.</summary>
    [Between(0)]
    public required Figure PerYear { get; init; }

    /// <summary>The amount that shares the budget today, in whole tokens; &gt; 0.</summary>
    [Between(1e-9)]
    public required Figure Supplied { get; init; }

    /// <inheritdoc/>
    public override double SpotRate(double added) => PerYear / Math.Max(Supplied + added, 1e-9);

    /// <inheritdoc/>
    public override double SpotSlope(double added) =>
        -SpotRate(added) / Math.Max(Supplied + added, 1e-9);

    /// <summary>The rate at today's supply: a withdrawal is not credited with a higher rate.</summary>
    [JsonIgnore]
    public override double RateAtTarget => PerYear / Supplied;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Parameters => ["perYear", "supplied"];

    /// <inheritdoc/>
    public override CarryCurve With(Shift shift) => shift.Key.Parameter switch
    {
        "perYear" => this with { PerYear = shift.Of(PerYear) },
        "supplied" => this with { Supplied = shift.Of(Supplied) },
        _ => base.With(shift),
    };

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) => this with { PerYear = PerYear.With(PerYear * factor) };
}
