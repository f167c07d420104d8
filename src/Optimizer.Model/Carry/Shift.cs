namespace Optimizer.Model;

/// <summary>The kinds of market figures that can be shifted.</summary>
public enum RiskFactorKind
{
    /// <summary>Price of an asset; assets that are claims on it follow.</summary>
    Spot,

    /// <summary>Price of a token relative to its asset's price.</summary>
    Peg,

    /// <summary>Yearly rate of an opportunity, as a fraction.</summary>
    Rate,

    /// <summary>A parameter of an opportunity's rate curve.</summary>
    Curve,

    /// <summary>Amount that can be withdrawn from an opportunity at once, in whole tokens.</summary>
    Liquidity,

    /// <summary>Amount that can still be added to an opportunity, in whole tokens.</summary>
    Capacity,

    /// <summary>Days from a withdrawal request to receipt of the money.</summary>
    ExitDelay,

    /// <summary>What a chain charges for gas.</summary>
    Gas,

    /// <summary>Strikes per year of an event.</summary>
    Intensity,

    /// <summary>An event strikes. The value is 1.</summary>
    Strike,

    /// <summary>An opportunity can be neither entered nor left. The value is 1.</summary>
    Outage,

    /// <summary>A route is closed. The value is 1.</summary>
    RouteOutage,
}

/// <summary>The key of one market figure that can be shifted.</summary>
/// <param name="Kind">The kind of figure.</param>
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

    /// <summary>Replaces the figure by the value.</summary>
    Set,
}

/// <summary>One change of a market figure. A shock, a stress, a draw and a governance proposal are lists of shifts.</summary>
/// <param name="Key">The figure to change.</param>
/// <param name="Mode">How to apply the value.</param>
/// <param name="Value">The factor, addend or new value.</param>
public readonly record struct Shift(RiskFactorKey Key, ShiftMode Mode, double Value)
{
    /// <summary>Provenance key of figures that a shift has set.</summary>
    public const string From = "shift";

    /// <summary>The shift by which an event strikes.</summary>
    public static Shift Strike(string e) => new(new(RiskFactorKind.Strike, e), ShiftMode.Set, 1);

    /// <summary>A figure with the provenance of shifts.</summary>
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
