using System.Numerics;

namespace Optimizer.Model;

/// <summary>Values the holdings of a scenario.</summary>
public static class Book
{
    /// <summary>Value of all holdings in USD, net of debts.</summary>
    public static double ValueUsd(Market market, Scenario scenario) => scenario.Holdings.Sum(h => ValueUsd(market, h)) + scenario.Others.Sum(other => other.ValueUsd?.Amount ?? 0);

    /// <summary>Value of one holding in USD; below zero for a debt.</summary>
    public static double ValueUsd(Market market, Holding holding) => AmountOf(market, holding) is var amount && holding.Opportunity is { } id
        ? ValueUsd(market, market.Opportunity(id), amount.BaseUnits)
        : market.Usd(holding.Token!.Value, amount.BaseUnits);

    /// <summary>Value in USD of a position's amount as the ledger counts it; negative for a debt.</summary>
    public static double ValueUsd(Market market, Opportunity opportunity, BigInteger amount) =>
        market.Usd(opportunity, amount) * (opportunity.IsDebt() ? -1 : 1);

    /// <summary>Notional in USD of a position's amount as the ledger counts it: value / |capital per unit|; ≥ 0.</summary>
    public static double NotionalUsd(Market market, Opportunity opportunity, BigInteger amount) =>
        market.Usd(opportunity, amount) / Math.Abs(opportunity.Capital());

    /// <summary>The exact amount of one holding, in base units of its token.</summary>
    public static TokenAmount AmountOf(Market market, Holding holding) =>
        holding.Amount.Of(market.Token(TokenOf(market, holding)).Decimals);

    /// <summary>The token in which a holding is counted: the idle token, or the position's first input.</summary>
    public static TokenId TokenOf(Market market, Holding holding) =>
        holding.Token ?? market.Opportunity(holding.Opportunity!).Inputs[0].Token;

    /// <summary>Amount held in an opportunity, and its locked part, in base units of the first input.</summary>
    public static (BigInteger Held, BigInteger Locked) Held(Market market, Scenario scenario, Opportunity opportunity) =>
        Total(market, scenario.Holdings.Where(h => h.Opportunity == opportunity.Id));

    /// <summary>Idle amount of a token, and its locked part, in base units.</summary>
    public static (BigInteger Held, BigInteger Locked) Held(Market market, Scenario scenario, TokenId token) =>
        Total(market, scenario.Holdings.Where(h => h.Token == token));

    /// <summary>Notional held in an opportunity, and its locked part, in USD.</summary>
    public static (double Held, double Locked) NotionalUsd(Market market, Scenario scenario, Opportunity opportunity)
    {
        var (held, locked) = Held(market, scenario, opportunity);
        return (NotionalUsd(market, opportunity, held), NotionalUsd(market, opportunity, locked));
    }

    /// <summary>Idle value of a token, and its locked part, in USD.</summary>
    public static (double Held, double Locked) HeldUsd(Market market, Scenario scenario, TokenId token)
    {
        var (held, locked) = Held(market, scenario, token);
        return (market.Usd(token, held), market.Usd(token, locked));
    }

    private static (BigInteger Held, BigInteger Locked) Total(Market market, IEnumerable<Holding> holdings) =>
        holdings.Aggregate((Held: BigInteger.Zero, Locked: BigInteger.Zero), (sum, holding) =>
        {
            var amount = AmountOf(market, holding).BaseUnits;
            return (sum.Held + amount, sum.Locked + (holding.IsLockedAt(market.Snapshot.TakenAt) ? amount : 0));
        });
}
