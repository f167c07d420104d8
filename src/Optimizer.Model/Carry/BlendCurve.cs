namespace Optimizer.Model;

/// <summary>A vault that spreads its deposits over several markets, in today's shares.</summary>
/// <remarks>The vault's rate is the sum of the credited rates of its parts, weighted by share, so a spike in one market is not credited.
/// When the curator changes the shares, the rate changes.</remarks>
public sealed record BlendCurve : CarryCurve
{
    /// <summary>The vault's markets. The shares add up to 1; money idle in the vault is a part that earns nothing.</summary>
    public required IReadOnlyList<BlendPart> Parts { get; init; }

    /// <inheritdoc/>
    public override double SpotRate(double added) => Parts.Sum(part => part.Share * part.Curve.CreditedRate(part.Share * added));

    /// <inheritdoc/>
    public override double SpotSlope(double added) => Parts.Sum(part => part.Share * part.Share * part.Curve.CreditedSlope(part.Share * added));

    /// <inheritdoc/>
    public override double MeanDrift(double years)
    {
        double Paid(BlendPart part) => part.Share * part.Curve.CreditedRate(0);
        return Parts.Sum(Paid) is > 0 and var all ? Parts.Sum(part => Paid(part) * part.Curve.MeanDrift(years)) / all : 1;
    }

    /// <inheritdoc/>
    public override CarryCurve Times(double factor) => this with { Parts = [.. Parts.Select(part => part with { Curve = part.Curve.Times(factor) })] };
}

/// <summary>One market of a vault.</summary>
public sealed record BlendPart
{
    /// <summary>Its share of the vault; 0 to 1.</summary>
    [Between(0, 1)]
    public required Figure Share { get; init; }

    /// <summary>The market's rate curve.</summary>
    public required CarryCurve Curve { get; init; }
}
