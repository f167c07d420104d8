using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>What a position earns per year as a function of its own size: base and rewards, less fees.</summary>
public sealed record Carry
{
    /// <summary>What the place pays of itself.</summary>
    public required CarryCurve Base { get; init; }

    /// <summary>Rewards on top of it.</summary>
    public CarryCurve? Rewards { get; init; }

    /// <summary>Share of the rewards not counted on, for their falling price and the cost of selling them.</summary>
    [Between(0, 1)]
    public Figure? RewardsHaircut { get; init; }

    /// <summary>Yearly fee on the position's value, a fraction.</summary>
    [Between(0, 1)]
    public Figure? FeePerYear { get; init; }

    /// <summary>The effective annual rate credited once <paramref name="addedUsd"/> more is supplied.</summary>
    public double Rate(double addedUsd) =>
        Base.CreditedRate(addedUsd) + RewardsShare * (Rewards?.CreditedRate(addedUsd) ?? 0) - (FeePerYear?.Value ?? 0);

    /// <summary>The effective annual rate that is paid now, spikes included, which nobody should count on to last.</summary>
    public double SpotRate()
    {
        static double Spot(CarryCurve? curve) => curve?.Basis.ToEffective(curve.SpotRate(0)) ?? 0;
        return Spot(Base) + RewardsShare * Spot(Rewards) - (FeePerYear?.Value ?? 0);
    }

    /// <summary>The derivative of <see cref="Rate"/> per USD added.</summary>
    public double Slope(double addedUsd) =>
        Base.CreditedSlope(addedUsd) + RewardsShare * (Rewards?.CreditedSlope(addedUsd) ?? 0);

    /// <summary>Whether the rate is the same for every size.</summary>
    [JsonIgnore]
    public bool IsFlat => Base is FlatCurve && Rewards is null or FlatCurve;

    /// <summary>The same carry with base and rewards multiplied, for shocks.</summary>
    public Carry Times(double factor) => this with { Base = Base.Times(factor), Rewards = Rewards?.Times(factor) };

    private double RewardsShare => 1 - (RewardsHaircut?.Value ?? 0);
}
