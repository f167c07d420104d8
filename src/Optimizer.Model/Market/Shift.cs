namespace Optimizer.Model;

/// <summary>What of a market can be shifted.</summary>
public enum RiskFactorKind
{
    /// <summary>Price of an asset; what is a claim on it follows.</summary>
    Spot,

    /// <summary>Price of a token against its asset's.</summary>
    Peg,

    /// <summary>Yearly rate of an opportunity, as a fraction.</summary>
    Rate,

    /// <summary>A parameter of an opportunity's rate curve.</summary>
    Curve,

    /// <summary>What can be taken out of an opportunity at once, in whole tokens.</summary>
    Liquidity,

    /// <summary>What can still be added to an opportunity, in whole tokens.</summary>
    Capacity,

    /// <summary>Days from asking an opportunity for the money to having it.</summary>
    ExitDelay,

    /// <summary>What a chain charges for gas.</summary>
    Gas,

    /// <summary>Strikes per year of an event.</summary>
    Intensity,

    /// <summary>An event that has happened: 1.</summary>
    Strike,

    /// <summary>An opportunity that can be neither entered nor left: 1.</summary>
    Outage,

    /// <summary>A route that carries nothing: 1.</summary>
    RouteOutage,
}

/// <summary>The name of one thing of a market that can be shifted.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Name">The id of the asset, token, opportunity, chain, event or route.</param>
/// <param name="Parameter">The parameter of a curve; empty otherwise.</param>
public readonly record struct RiskFactorKey(RiskFactorKind Kind, string Name, string Parameter = "");

/// <summary>How a shift changes a figure.</summary>
public enum ShiftMode
{
    /// <summary>The figure times the value.</summary>
    Multiply,

    /// <summary>The figure plus the value.</summary>
    Add,

    /// <summary>The value in the figure's place.</summary>
    Set,
}

/// <summary>One change of a market: a shock, a stress, a draw and a governance proposal are lists of these.</summary>
/// <param name="Key">What is shifted.</param>
/// <param name="Mode">How.</param>
/// <param name="Value">By how much.</param>
public readonly record struct Shift(RiskFactorKey Key, ShiftMode Mode, double Value)
{
    /// <summary>Key of the provenance of figures that a shift sets.</summary>
    public const string From = "shift";

    /// <summary>An event that has happened.</summary>
    public static Shift Strike(string e) => new(new(RiskFactorKind.Strike, e), ShiftMode.Set, 1);

    /// <summary>A figure that a shift sets.</summary>
    public static Figure Figure(double value) => new(value, From);

    /// <summary>A figure after the shift.</summary>
    public double Of(double figure) => Mode switch
    {
        ShiftMode.Multiply => figure * Value,
        ShiftMode.Add => figure + Value,
        _ => Value,
    };

    /// <summary>A figure after the shift, with the same provenance.</summary>
    public Figure Of(Figure figure) => figure.With(Of(figure.Value));
}
