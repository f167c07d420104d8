using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>Lending markets whose borrow rate is piecewise linear in the utilisation, as on Solana; the supply rate is borrow rate ×
/// utilisation × (1 − reserve factor).</summary>
/// <remarks>Sources: Kamino-Finance/klend (eleven points), solendprotocol token-lending (two kinks), marginfi-v2 (up to seven).</remarks>
public sealed record PointsCurve : UtilisationCurve
{
    /// <summary>Borrow rates by rising utilisation: the first point is at 0, the last at 1.</summary>
    public required IReadOnlyList<RatePoint> Points { get; init; }

    /// <summary>The utilisation up to which the borrow rate rises gently, a fraction.</summary>
    [Between(0.01, 1)]
    public required Figure OptimalUtilisation { get; init; }

    /// <summary>Share of the interest that the protocol keeps, a fraction.</summary>
    [Between(0, 1)]
    public required Figure ReserveFactor { get; init; }

    /// <inheritdoc/>
    protected override double TargetUtilisation => OptimalUtilisation;

    /// <summary>The point at which the slope of the borrow rate increases most.</summary>
    /// <param name="points">As in <see cref="Points"/>.</param>
    /// <returns>The point's utilisation; 1 if the slope increases nowhere.</returns>
    public static double SharpestKink(IReadOnlyList<(double Utilisation, double Rate)> points)
    {
        var (kink, most) = (1.0, 0.0);
        for (var i = 1; i < points.Count - 1; i++)
        {
            double Slope(int left) => (points[left + 1].Rate - points[left].Rate) / (points[left + 1].Utilisation - points[left].Utilisation);
            if (Slope(i) - Slope(i - 1) > most)
                (kink, most) = (points[i].Utilisation, Slope(i) - Slope(i - 1));
        }

        return kink;
    }

    /// <inheritdoc/>
    protected override double SupplyRate(double utilisation) => BorrowRate(utilisation).Rate * utilisation * (1 - ReserveFactor);

    /// <inheritdoc/>
    protected override double SupplyRateSlope(double utilisation)
    {
        var (rate, slope) = BorrowRate(utilisation);
        return (rate + slope * utilisation) * (1 - ReserveFactor);
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Parameters => ["optimalUtilisation", "reserveFactor", "supplied", "borrowed"];

    /// <inheritdoc/>
    public override CarryCurve With(Shift shift) => shift.Key.Parameter switch
    {
        "optimalUtilisation" => this with { OptimalUtilisation = shift.Of(OptimalUtilisation) },
        "reserveFactor" => this with { ReserveFactor = shift.Of(ReserveFactor) },
        "supplied" => this with { Supplied = shift.Of(Supplied) },
        "borrowed" => this with { Borrowed = shift.Of(Borrowed) },
        _ => base.With(shift),
    };

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) => this with
    {
        Points = [.. Points.Select(point => point with { BorrowRate = point.BorrowRate.With(point.BorrowRate * factor) })],
    };

    private (double Rate, double Slope) BorrowRate(double utilisation)
    {
        var right = 1;
        while (right < Points.Count - 1 && utilisation > Points[right].Utilisation)
            right++;
        var (from, to) = (Points[right - 1], Points[right]);
        var slope = (to.BorrowRate - from.BorrowRate) / (to.Utilisation - from.Utilisation);
        return (from.BorrowRate + slope * (utilisation - from.Utilisation), slope);
    }
}

/// <summary>One point of a borrow-rate curve.</summary>
public sealed record RatePoint
{
    /// <summary>Borrowed / supplied, a fraction.</summary>
    [Between(0, 1)]
    public required Figure Utilisation { get; init; }

    /// <summary>The borrow rate there, a fraction per year.</summary>
    [Between(0, 100)]
    public required Figure BorrowRate { get; init; }
}
