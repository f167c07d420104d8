namespace Optimizer.Model;

/// <summary>The changes that an allocation asks for, in USD: the planner's input.</summary>
public sealed record Target
{
    /// <summary>Withdrawals from positions.</summary>
    public required IReadOnlyList<TargetWithdrawal> Withdrawals { get; init; }

    /// <summary>Deposits into positions.</summary>
    public required IReadOnlyList<TargetDeposit> Deposits { get; init; }

    /// <summary>Amounts moved by routes.</summary>
    public required IReadOnlyList<TargetFlow> Flows { get; init; }

    /// <summary>Rounding step in USD: amounts that are meant to be multiples of it are exact multiples in base units; no rounding where
    /// absent.</summary>
    public double? RoundToUsd { get; init; }

    /// <summary>Amount that stays idle by token, in USD; 0 for tokens not named.</summary>
    public required IReadOnlyDictionary<TokenId, double> IdleUsd { get; init; }
}

/// <summary>A withdrawal from a position, or a repayment of a debt.</summary>
/// <param name="Opportunity">The position.</param>
/// <param name="ValueUsd">Value withdrawn before the exit fee, or repaid, in USD; &gt; 0.</param>
/// <param name="IsAll">Whether the position is closed.</param>
public sealed record TargetWithdrawal(Opportunity Opportunity, double ValueUsd, bool IsAll);

/// <summary>A deposit into a position, or a loan taken.</summary>
/// <param name="Opportunity">The position.</param>
/// <param name="CapitalUsd">Value of the tokens deposited before the entry fee, or borrowed, in USD; &gt; 0.</param>
public sealed record TargetDeposit(Opportunity Opportunity, double CapitalUsd);

/// <summary>An amount moved by a route.</summary>
/// <param name="Terms">The route's costs and limits.</param>
/// <param name="FeeRate">The proportional fee of its tier, a fraction.</param>
/// <param name="ValueUsd">Value that goes in, in USD; &gt; 0.</param>
public sealed record TargetFlow(RouteTerms Terms, double FeeRate, double ValueUsd)
{
    /// <summary>The route.</summary>
    public Route Route => Terms.Route;
}
