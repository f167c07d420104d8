using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>What calls and puts differ by.</summary>
internal static class OptionSides
{
    /// <summary>1 for a call, −1 for a put.</summary>
    public static int Sign(this OptionSide side) => side == OptionSide.Call ? 1 : -1;

    /// <summary>As it is named on screens: <c>call</c>, <c>put</c>.</summary>
    public static string Word(this OptionSide side) => side == OptionSide.Call ? "call" : "put";

    /// <summary>An option as it is named on screens: <c>call 2500</c>.</summary>
    public static string Name(this OptionSide side, double strike) => $"{side.Word()} {strike:0.##}";
}
