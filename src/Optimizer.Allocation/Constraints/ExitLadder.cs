using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>A minimum share of the book that can become idle money within some days.</summary>
/// <remarks>A position counts up to what its pool can pay out by then; locked amounts do not count.</remarks>
public sealed record ExitLadder : AllocationConstraint
{
    /// <summary>The time.</summary>
    public required Duration Within { get; init; }

    /// <summary>The minimum.</summary>
    public required Model.Limit Min { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        // Amounts locked beyond that time do not count.
        var stuck = problem.Scenario with { Holdings = [.. problem.Scenario.Holdings.Where(holding => holding.LockedDays(problem.Market.Snapshot.TakenAt) > Within.Days)] };
        var parts = problem.Idles.Where(idle => !problem.Market.State(idle.Token.Chain).Halted).Select(idle => idle.After - Locked(problem, Book.HeldUsd(problem.Market, stuck, idle.Token))).ToList();
        foreach (var position in problem.Positions.Where(p => p.Capital < 0 || p.Opportunity.ExitDays(problem.Market.Snapshot.TakenAt) <= Within.Days))
        {
            // Debts are deducted: they must be repaid before their collateral is free.
            var liquid = position.Capital > 0 && (problem.Market.WithdrawableUsd(position.Opportunity, Within.Days) / problem.BookUsd) is var now && now < position.Upper * position.Capital
                ? Counted(problem, position, now)
                : position.Value;
            var (_, locked) = Book.NotionalUsd(problem.Market, stuck, position.Opportunity);
            parts.Add(liquid - locked * position.Capital / problem.BookUsd);
        }

        yield return new(Title(), LinearExpression.Sum(parts) >= Min.InUsd(problem.BookUsd) / problem.BookUsd);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"at least {Min} available within {Within}";

    private static double Locked(AllocationProblem problem, (double Held, double Locked) holding) => holding.Locked / problem.BookUsd;

    /// <summary>The part of a position that counts: at most its size, and at most what the pool can pay. A deposit adds to what the pool
    /// can pay.</summary>
    private LinearExpression Counted(AllocationProblem problem, Position position, double now)
    {
        if (problem.Scenario.Mode == ScenarioMode.Hold)
            return Math.Min(now, position.Before * position.Capital);
        var counted = problem.Auxiliary($"{position.Opportunity.Id} available", 0, position.Upper * position.Capital);
        problem.Require(this, new($"{Title()}: {position.Opportunity.Id}", counted <= position.Value, IsReported: false));
        problem.Require(this, new($"{Title()}: {position.Opportunity.Id}", counted <= now + position.Capital * position.Deposit, IsReported: false));
        return counted;
    }
}
