namespace Optimizer.Model;

/// <summary>What an allocation wants done, in USD: the planner's input.</summary>
public sealed record Target
{
    /// <summary>What leaves positions.</summary>
    public required IReadOnlyList<TargetWithdrawal> Withdrawals { get; init; }

    /// <summary>What enters positions.</summary>
    public required IReadOnlyList<TargetDeposit> Deposits { get; init; }

    /// <summary>What moves by routes.</summary>
    public required IReadOnlyList<TargetFlow> Flows { get; init; }

    /// <summary>What amounts are rounded to: what is meant to be a multiple is one to the last unit. In USD; nothing where absent.</summary>
    public double? RoundToUsd { get; init; }

    /// <summary>What stays idle by token, in USD; what is not named keeps nothing.</summary>
    public required IReadOnlyDictionary<TokenId, double> IdleUsd { get; init; }
}

/// <summary>So much leaves a position; of a debt, so much is paid back.</summary>
/// <param name="Opportunity">The position.</param>
/// <param name="ValueUsd">Value taken out of it, before its exit fee, or paid back; &gt; 0.</param>
/// <param name="IsAll">Whether nothing stays.</param>
public sealed record TargetWithdrawal(Opportunity Opportunity, double ValueUsd, bool IsAll);

/// <summary>So much enters a position; of a debt, so much is drawn.</summary>
/// <param name="Opportunity">The position.</param>
/// <param name="CapitalUsd">Value of the tokens that go in, before its entry fee, or that are drawn; &gt; 0.</param>
public sealed record TargetDeposit(Opportunity Opportunity, double CapitalUsd);

/// <summary>So much moves by a route.</summary>
/// <param name="Terms">What the route costs.</param>
/// <param name="FeeRate">The proportional fee of its zone, a fraction.</param>
/// <param name="ValueUsd">Value that goes in; &gt; 0.</param>
public sealed record TargetFlow(RouteTerms Terms, double FeeRate, double ValueUsd)
{
    /// <summary>The route.</summary>
    public Route Route => Terms.Route;
}
