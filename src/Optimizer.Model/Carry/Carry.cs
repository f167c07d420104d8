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

    /// <summary>The effective annual rate credited once <paramref name="added"/> more whole tokens are supplied.</summary>
    public double Rate(double added) =>
        Base.CreditedRate(added) + RewardsShare * (Rewards?.CreditedRate(added) ?? 0) - (FeePerYear?.Value ?? 0) + (Spread?.Value ?? 0);

    /// <summary>The effective annual rate that is paid now, spikes included, which nobody should count on to last.</summary>
    public double SpotRate()
    {
        static double Spot(CarryCurve? curve) => curve?.Basis.ToEffective(curve.SpotRate(0)) ?? 0;
        return Spot(Base) + RewardsShare * Spot(Rewards) - (FeePerYear?.Value ?? 0) + (Spread?.Value ?? 0);
    }

    /// <summary>The derivative of <see cref="Rate"/> per token added.</summary>
    public double Slope(double added) =>
        Base.CreditedSlope(added) + RewardsShare * (Rewards?.CreditedSlope(added) ?? 0);

    /// <summary>Whether the rate is the same for every size.</summary>
    [JsonIgnore]
    public bool IsFlat => Base is FlatCurve && Rewards is null or FlatCurve;

    /// <summary>The place's own mean rate over the past month or longer, an effective annual rate: no higher rate is counted on, and a
    /// lower one rises at most to it; absent where nobody measured one.</summary>
    public Figure? TrailingMean { get; init; }

    /// <summary>Standard deviation of what the mean rate over the horizon may be off, a fraction per year; absent where nobody measured
    /// one.</summary>
    [Between(0, 10)]
    public Figure? RateError { get; init; }

    /// <summary>Added to the rate by a shift, an effective annual rate; may be below zero.</summary>
    public Figure? Spread { get; init; }

    /// <summary>The carry after a shift of its rate: base, rewards and spread multiplied; or an amount added; or one rate for every size.</summary>
    public Carry Shifted(Shift shift) => shift.Mode switch
    {
        ShiftMode.Multiply when shift.Value >= 0 => this with { Base = Base.Times(shift.Value), Rewards = Rewards?.Times(shift.Value), Spread = Spread?.With(Spread.Value * shift.Value) },
        // Curves do not pay less than nothing: today's rate is turned by a spread.
        ShiftMode.Multiply => this with { Spread = new((Spread?.Value ?? 0) + (shift.Value - 1) * Rate(0), Shift.From) },
        ShiftMode.Add => this with { Spread = new((Spread?.Value ?? 0) + shift.Value, Shift.From) },
        _ => new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = new(shift.Value, Shift.From) } },
    };

    private double RewardsShare => 1 - (RewardsHaircut?.Value ?? 0);
}
