namespace Optimizer.Derivatives;

/// <summary>The principal and the yield of one unit of an underlying until maturity; together they are the underlying.</summary>
internal static class YieldTokens
{
    /// <summary>The value in USD of the principal, (1 + y)^(−T) of the underlying with y the effective yearly yield, or of the rest.</summary>
    public static double Value(in MarketState state, bool isPrincipal) => state.Price * (isPrincipal ? Principal(state) : 1 - Principal(state));

    /// <summary>The derivatives; rho is by the yield.</summary>
    public static ForwardGreeks Derivatives(in MarketState state, bool isPrincipal)
    {
        var (usd, principalUsd, sign) = (Value(state, isPrincipal), state.Price * Principal(state), isPrincipal ? 1 : -1);
        return new(usd, usd / state.Price, 0, 0, sign * principalUsd * Math.Log(1 + state.Yield), -sign * principalUsd * state.Years / (1 + state.Yield), 0, 0);
    }

    private static double Principal(in MarketState state) => Math.Pow(1 + state.Yield, -state.Years);
}
