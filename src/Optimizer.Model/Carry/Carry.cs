using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>What a position earns per year as a function of its own size: base and rewards, less fees.</summary>
public sealed record Carry
{
    /// <summary>The opportunity's own yield, without rewards.</summary>
    public required CarryCurve Base { get; init; }

    /// <summary>Yield from reward programmes, added to <see cref="Base"/>; absent if there is none.</summary>
    public CarryCurve? Rewards { get; init; }

    /// <summary>Share of the rewards that is not counted, because reward tokens fall in price and cost money to sell; a fraction.</summary>
    [Between(0, 1)]
    public Figure? RewardsHaircut { get; init; }

    /// <summary>Yearly fee on the position's value, a fraction.</summary>
    [Between(0, 1)]
    public Figure? FeePerYear { get; init; }

    /// <summary>The effective annual rate credited once <paramref name="added"/> more whole tokens are supplied.</summary>
    public double Rate(double added) =>
        Base.CreditedRate(added) + RewardsShare * (Rewards?.CreditedRate(added) ?? 0) - (FeePerYear?.Value ?? 0) + (Spread?.Value ?? 0);

    /// <summary>The effective annual rate paid today, spikes included; it may not last.</summary>
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

    /// <summary>The opportunity's mean rate over the past month or longer, an effective annual rate; absent where nobody measured it. A
    /// higher rate today is cut to it; a lower rate today rises to it at most.</summary>
    public Figure? TrailingMean { get; init; }

    /// <summary>Standard deviation of the forecast error of the mean rate over the horizon, a fraction per year; absent where nobody
    /// measured it.</summary>
    [Between(0, 10)]
    public Figure? RateError { get; init; }

    /// <summary>Amount that a shift adds to the rate, an effective annual rate; may be negative.</summary>
    public Figure? Spread { get; init; }

    /// <summary>The carry after a shift of its rate. Multiply scales base, rewards and spread; add raises the spread; set replaces
    /// everything by one flat rate.</summary>
    public Carry Shifted(Shift shift) => shift.Mode switch
    {
        ShiftMode.Multiply when shift.Value >= 0 => this with { Base = Base.Times(shift.Value), Rewards = Rewards?.Times(shift.Value), Spread = Spread?.With(Spread.Value * shift.Value) },
        // A curve cannot pay a negative rate: a negative factor changes the spread instead.
        ShiftMode.Multiply => this with { Spread = new((Spread?.Value ?? 0) + (shift.Value - 1) * Rate(0), Shift.From) },
        ShiftMode.Add => this with { Spread = new((Spread?.Value ?? 0) + shift.Value, Shift.From) },
        _ => new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = new(shift.Value, Shift.From) } },
    };

    private double RewardsShare => 1 - (RewardsHaircut?.Value ?? 0);
}
