using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A fixed budget shared by all who supply: reward programmes. The rate is budget / supply.</summary>
public sealed record EmissionCurve : CarryCurve
{
    /// <summary>The asset that is given out; absent for several, or for one without a price of its own.</summary>
    /// <remarks>A shift of its price against that of the first input moves the budget; without one, the budget is taken to move with
    /// the input.</remarks>
    public string? Asset { get; init; }

    /// <summary>What is given out per year: its worth in whole tokens of the opportunity's first input; ≥ 0.</summary>
    [Between(0)]
    public required Figure PerYear { get; init; }

    /// <summary>What shares it now, in whole tokens; &gt; 0.</summary>
    [Between(1e-9)]
    public required Figure Supplied { get; init; }

    /// <inheritdoc/>
    public override double SpotRate(double added) => PerYear / Math.Max(Supplied + added, 1e-9);

    /// <inheritdoc/>
    public override double SpotSlope(double added) =>
        -SpotRate(added) / Math.Max(Supplied + added, 1e-9);

    /// <summary>What the budget pays at today's supply: a withdrawal does not count as raising it.</summary>
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
