using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>One opportunity in the problem: x = h + d − w, its notional in fractions of the book.</summary>
public sealed record Position
{
    /// <summary>The opportunity.</summary>
    public required Opportunity Opportunity { get; init; }

    /// <summary>h: the notional before.</summary>
    public required double Before { get; init; }

    /// <summary>x: the notional after.</summary>
    public required LinearExpression After { get; init; }

    /// <summary>d: the amount added; zero if adding is not possible.</summary>
    public required LinearExpression Deposit { get; init; }

    /// <summary>w: the amount withdrawn; zero if withdrawing is not possible.</summary>
    public required LinearExpression Withdrawal { get; init; }

    /// <summary>Carry over the horizon in fractions of the book.</summary>
    public required LinearExpression Carry { get; init; }

    /// <summary>Binary: one if something is added.</summary>
    public int? DepositSwitch { get; init; }

    /// <summary>Binary: one if something is withdrawn.</summary>
    public int? WithdrawalSwitch { get; init; }

    /// <summary>Upper bound of the notional after.</summary>
    public required double Upper { get; init; }

    /// <summary>Years of the horizon in which it earns and is at risk: up to its maturity.</summary>
    public required double EarningYears { get; init; }

    /// <summary>Value per unit of notional.</summary>
    public double Capital => Opportunity.Capital();

    /// <summary>Market price divided by redemption value.</summary>
    private double Peg => Math.Max(Opportunity.Peg?.Value ?? 1, 1e-9);

    /// <summary>Value of the position after, in fractions of the book.</summary>
    public LinearExpression Value => Capital * After;

    /// <summary>Value of the tokens that a unit of deposit takes.</summary>
    public double EntryPerUnit => Capital > 0
        ? Capital / Peg / (1 - (Opportunity.EntryFeeBps?.Value ?? 0) / 10_000)
        : Capital * (1 - (Opportunity.EntryFeeBps?.Value ?? 0) / 10_000);

    /// <summary>Value of the tokens that a unit of withdrawal gives.</summary>
    public double ExitPerUnit => Capital > 0
        ? Capital / Peg * (1 - (Opportunity.ExitFeeBps?.Value ?? 0) / 10_000)
        : Capital / (1 - (Opportunity.ExitFeeBps?.Value ?? 0) / 10_000);
}

/// <summary>The idle balance of a token, in fractions of the book.</summary>
public sealed record IdleBalance
{
    /// <summary>The token.</summary>
    public required TokenId Token { get; init; }

    /// <summary>The balance before.</summary>
    public required double Before { get; init; }

    /// <summary>The balance after.</summary>
    public required LinearExpression After { get; init; }
}

/// <summary>The amount moved by one fee tier of a route, in fractions of the book.</summary>
public sealed record Flow
{
    /// <summary>The route.</summary>
    public Route Route => Terms.Route;

    /// <summary>The route's costs and limits, in USD.</summary>
    public required RouteTerms Terms { get; init; }

    /// <summary>The proportional fee of the tier, as a fraction.</summary>
    public required double FeeRate { get; init; }

    /// <summary>The amount that goes in.</summary>
    public required LinearExpression In { get; init; }

    /// <summary>The amount that comes out.</summary>
    public required LinearExpression Out { get; init; }

    /// <summary>Binary: one if the tier is used.</summary>
    public required int Switch { get; init; }

    /// <summary>Time from sending to receipt, in years.</summary>
    public double Years => Duration.FromSeconds(Route.DurationSeconds).Years;
}
