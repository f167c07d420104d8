namespace Optimizer.Model;

/// <summary>What the holdings of a scenario are worth.</summary>
public static class Book
{
    /// <summary>Value of all holdings in USD.</summary>
    public static double ValueUsd(Market market, Scenario scenario) => scenario.Holdings.Sum(h => ValueUsd(market, h));

    /// <summary>Value of one holding in USD.</summary>
    public static double ValueUsd(Market market, Holding holding) =>
        AmountOf(market, holding).ToUsd(market.PriceUsd(TokenOf(market, holding)));

    /// <summary>The exact amount of one holding, in base units of its token.</summary>
    public static TokenAmount AmountOf(Market market, Holding holding) =>
        holding.Amount.Of(market.Token(TokenOf(market, holding)).Decimals);

    /// <summary>The token that a holding is counted in: itself, or a position's first input.</summary>
    public static TokenId TokenOf(Market market, Holding holding) =>
        holding.Token ?? market.Opportunity(holding.Opportunity!).Inputs[0].Token;

    /// <summary>Value held in an opportunity, and the part of it that is locked, in USD.</summary>
    public static (double Held, double Locked) HeldUsd(Market market, Scenario scenario, Opportunity opportunity) =>
        Total(market, scenario.Holdings.Where(h => h.Opportunity == opportunity.Id));

    /// <summary>Value held idle in a token, and the part of it that is locked, in USD.</summary>
    public static (double Held, double Locked) HeldUsd(Market market, Scenario scenario, TokenId token) =>
        Total(market, scenario.Holdings.Where(h => h.Token == token));

    private static (double Held, double Locked) Total(Market market, IEnumerable<Holding> holdings) =>
        holdings.Aggregate((Held: 0.0, Locked: 0.0), (sum, holding) =>
        {
            var value = ValueUsd(market, holding);
            return (sum.Held + value, sum.Locked + (holding.Locked ? value : 0));
        });
}
