namespace Optimizer.Derivatives;

/// <summary>The principal and the yield of one unit of an underlying until maturity; together they are the underlying.</summary>
internal static class YieldTokens
{
    /// <summary>The price of the principal in units of the underlying: (1 + y)^(−T), with y the effective yearly yield.</summary>
    public static double Principal(double yield, double years) => Math.Pow(1 + yield, -years);

    /// <summary>The derivatives; rho is by the yield.</summary>
    public static ForwardGreeks Derivatives(in MarketState state, bool isPrincipal)
    {
        var principal = Principal(state.Yield, state.Years);
        var sign = isPrincipal ? 1 : -1;
        var share = isPrincipal ? principal : 1 - principal;
        return new(state.Price * share, share, 0, 0, sign * state.Price * principal * Math.Log(1 + state.Yield), -sign * state.Price * principal * state.Years / (1 + state.Yield), 0, 0);
    }
}
