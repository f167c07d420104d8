using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>At least so much of the book can be had as idle money within so many days.</summary>
/// <remarks>A position counts up to what its pool could pay out by then; what is locked does not count.</remarks>
public sealed record ExitLadder : AllocationConstraint
{
    /// <summary>Within how long.</summary>
    public required Duration Within { get; init; }

    /// <summary>At least so much.</summary>
    public required Model.Limit Min { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        // What is locked for longer does not count.
        var stuck = problem.Scenario with { Holdings = [.. problem.Scenario.Holdings.Where(holding => holding.LockedDays(problem.Market.Snapshot.TakenAt) > Within.Days)] };
        var parts = problem.Idles.Where(idle => !problem.Market.State(idle.Token.Chain).Halted).Select(idle => idle.After - Locked(problem, Book.HeldUsd(problem.Market, stuck, idle.Token))).ToList();
        foreach (var position in problem.Positions.Where(p => p.Capital < 0 || p.Opportunity.ExitDays(problem.Market.Snapshot.TakenAt) <= Within.Days))
        {
            // What is owed is taken off, since it has to be paid back before what secures it is free.
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

    /// <summary>What counts of a position: no more than it is, no more than the pool can pay. A deposit adds to what
    /// the pool can pay.</summary>
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
