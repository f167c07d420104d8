using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>One opportunity in the problem: x = h + d − w, in fractions of the book, of notional.</summary>
public sealed record Position
{
    /// <summary>The opportunity.</summary>
    public required Opportunity Opportunity { get; init; }

    /// <summary>h: what is held before.</summary>
    public required double Before { get; init; }

    /// <summary>x: what is held after.</summary>
    public required LinearExpression After { get; init; }

    /// <summary>d: what is added; zero where nothing may be.</summary>
    public required LinearExpression Deposit { get; init; }

    /// <summary>w: what is taken out; zero where nothing may be.</summary>
    public required LinearExpression Withdrawal { get; init; }

    /// <summary>Carry over the horizon in fractions of the book.</summary>
    public required LinearExpression Carry { get; init; }

    /// <summary>Binary: something is added.</summary>
    public int? DepositSwitch { get; init; }

    /// <summary>Binary: something is taken out.</summary>
    public int? WithdrawalSwitch { get; init; }

    /// <summary>The most that may be held after.</summary>
    public required double Upper { get; init; }

    /// <summary>Years of the horizon in which it earns and is at risk: until its maturity at most.</summary>
    public required double EarningYears { get; init; }

    /// <summary>Value per unit of position: what it counts for in the book.</summary>
    public double Capital => Opportunity.Capital();

    /// <summary>What the position sells for against what it redeems for.</summary>
    private double Peg => Math.Max(Opportunity.Peg?.Value ?? 1, 1e-9);

    /// <summary>Value of the position after, in fractions of the book.</summary>
    public LinearExpression Value => Capital * After;

    /// <summary>Tokens' value that a unit of deposit takes.</summary>
    public double EntryPerUnit => Capital > 0
        ? Capital / Peg / (1 - (Opportunity.EntryFeeBps?.Value ?? 0) / 10_000)
        : Capital * (1 - (Opportunity.EntryFeeBps?.Value ?? 0) / 10_000);

    /// <summary>Tokens' value that a unit of withdrawal gives.</summary>
    public double ExitPerUnit => Capital > 0
        ? Capital / Peg * (1 - (Opportunity.ExitFeeBps?.Value ?? 0) / 10_000)
        : Capital / (1 - (Opportunity.ExitFeeBps?.Value ?? 0) / 10_000);
}

/// <summary>A token's balance that no opportunity takes, in fractions of the book.</summary>
public sealed record IdleBalance
{
    /// <summary>The token.</summary>
    public required TokenId Token { get; init; }

    /// <summary>What is held before.</summary>
    public required double Before { get; init; }

    /// <summary>What is held after.</summary>
    public required LinearExpression After { get; init; }
}

/// <summary>What one zone of one route moves, in fractions of the book.</summary>
public sealed record Flow
{
    /// <summary>The route.</summary>
    public Route Route => Terms.Route;

    /// <summary>What the route costs, in USD.</summary>
    public required RouteTerms Terms { get; init; }

    /// <summary>The proportional fee of the zone, as a fraction.</summary>
    public required double FeeRate { get; init; }

    /// <summary>What goes in.</summary>
    public required LinearExpression In { get; init; }

    /// <summary>What comes out.</summary>
    public required LinearExpression Out { get; init; }

    /// <summary>Binary: the zone is used.</summary>
    public required int Switch { get; init; }

    /// <summary>Time from sending to having it, in years.</summary>
    public double Years => Duration.FromSeconds(Route.DurationSeconds).Years;
}
