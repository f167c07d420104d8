using System.Numerics;

namespace Optimizer.Model;

/// <summary>What each action costs in gas: exact, in the chain's native base units.</summary>
/// <remarks>An approval is counted with the action that needs it. The solver and the planner use the same figures.</remarks>
public static class GasCosts
{
    /// <summary>Entering an opportunity, with one approval per token that is not native; borrowing needs no approval.</summary>
    public static BigInteger Enter(Market market, Opportunity opportunity) =>
        Action(market, opportunity.Chain, opportunity.EnterGasUnits, opportunity.IsDebt() ? 0 : Approvals(market, opportunity));

    /// <summary>Leaving an opportunity; repaying a debt needs approvals.</summary>
    public static BigInteger Exit(Market market, Opportunity opportunity) =>
        Action(market, opportunity.Chain, opportunity.ExitGasUnits, opportunity.IsDebt() ? Approvals(market, opportunity) : 0);

    /// <summary>Sending by a route: gas, approval and the message fee.</summary>
    public static BigInteger Send(Market market, Route route)
    {
        var gas = Action(market, route.From.Chain, route.SourceGasUnits, NeedsApproval(market, route.From) ? 1 : 0);
        var decimals = market.Token(market.Chain(route.From.Chain).NativeTokenId()).Decimals;
        return gas + new BigInteger(Math.Ceiling((route.NativeFee?.Value ?? 0) * Math.Pow(10, decimals)));
    }

    /// <summary>Claiming on the destination chain; zero where the bridge delivers by itself.</summary>
    public static BigInteger Claim(Market market, Route route) => route.ClaimGasUnits is { } units && units > 0
        ? Action(market, route.To.Chain, units, 0)
        : BigInteger.Zero;

    /// <summary>Approving one token.</summary>
    public static BigInteger Approve(Market market, string chain) =>
        market.State(chain).Gas.Cost(market.Chain(chain).ApproveGasUnits, 1);

    /// <summary>Whether a token must be approved before a contract can take it.</summary>
    public static bool NeedsApproval(Market market, TokenId token) =>
        market.Chain(token.Chain).ApproveGasUnits > 0 && token != market.Chain(token.Chain).NativeTokenId();

    /// <summary>The value of native base units in USD.</summary>
    public static double ToUsd(Market market, string chain, BigInteger baseUnits) => market.Usd(market.Chain(chain).NativeTokenId(), baseUnits);

    private static int Approvals(Market market, Opportunity opportunity) => opportunity.Inputs.Count(input => NeedsApproval(market, input.Token));

    private static BigInteger Action(Market market, string chain, double gasUnits, int approvals) =>
        market.State(chain).Gas.Cost(gasUnits, 1) + approvals * Approve(market, chain);
}
