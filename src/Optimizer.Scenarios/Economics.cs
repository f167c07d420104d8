using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Planning;
using Optimizer.Risk;

namespace Optimizer.Scenarios;

/// <summary>Computes gains, costs and break-even of a plan's moves.</summary>
internal static class Economics
{
    /// <summary>Gains, costs and break-even of a plan.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="positions">Positions before and after.</param>
    /// <param name="idle">Idle tokens before and after.</param>
    public static PlanEconomics Of(AllocationProblem problem, Plan plan, IReadOnlyList<PositionResult> positions, IReadOnlyList<IdleResult> idle)
    {
        var shares = Attribution.Shares(plan.Steps);
        var years = problem.Scenario.Horizon.Years;
        var gains = positions.ToDictionary(position => position.Opportunity, position => Gain(problem, position, later: false));
        // The gain of a position is shared by the steps that change it, in proportion to their amounts.
        var turned = plan.Steps.Where(IsOfPosition).GroupBy(step => step.Via).ToDictionary(group => group.Key, group => group.Sum(step => step.Usd));
        double GainOf(Step step) => IsOfPosition(step) && turned[step.Via] > 0 ? gains[step.Via] * step.Usd / turned[step.Via] : 0;
        // Effort is not a cost, but it counts in the break-even size.
        var effort = problem.Settings.Moves.Effort.InUsd(problem.BookUsd);
        var (moves, taken) = (new List<MoveResult>(), new List<Dictionary<string, double>>());
        foreach (var last in plan.Steps.Where(step => shares[step.Id].ContainsKey(step.Id)))
        {
            var way = plan.Steps.Select(step => (Step: step, Share: shares[step.Id].GetValueOrDefault(last.Id))).Where(part => part.Share > 0).ToArray();
            var (cost, gas) = (way.Sum(part => part.Share * part.Step.CostUsd), way.Sum(part => part.Share * part.Step.GasUsd));
            var gain = way.Sum(part => part.Share * GainOf(part.Step));
            var signing = effort * way.Where(part => part.Step.Kind is not StepKind.Approve).Sum(part => part.Share);
            var perUsd = last.Usd > 0 ? (gain * years - (cost - gas)) / last.Usd : 0;
            taken.Add(Taken(way));
            moves.Add(new([.. taken[^1].Keys.Order(StringComparer.Ordinal)], last.To, last.Id, last.Usd, cost, gain, gain > 0 ? cost / gain * Duration.DaysPerYear : null, perUsd > 0 ? (gas + signing) / perUsd : null));
        }

        // The saving on idle tokens is shared by the moves that use them, in proportion to their amounts.
        foreach (var token in idle)
        {
            var saved = Saved(problem, token);
            var users = taken.Sum(of => of.GetValueOrDefault($"{token.Token}"));
            for (var m = 0; m < moves.Count && users > 0 && saved != 0; m++)
            {
                if (taken[m].TryGetValue($"{token.Token}", out var usd) && moves[m].GainUsdPerYear + saved * usd / users is var gain)
                    moves[m] = moves[m] with { GainUsdPerYear = gain, SteadyDays = gain > 0 ? moves[m].CostUsd / gain * Duration.DaysPerYear : null };
            }
        }

        var saving = idle.Sum(token => Saved(problem, token));
        var now = gains.Values.Sum() + saving;
        var then = positions.Sum(position => Gain(problem, position, later: true)) + saving;
        return new(now, then, now / Duration.DaysPerYear,
            BreakEven.Of(plan.CostUsd, now / Duration.DaysPerYear, then / Duration.DaysPerYear, problem.Settings.Moves.RateHalfLife),
            [.. moves.OrderByDescending(move => move.Usd).ThenBy(move => move.Step)]);
    }

    /// <summary>Yearly saving on an idle token that is used: its expected loss less its yield and expected price change, in USD.</summary>
    private static double Saved(AllocationProblem problem, IdleResult token)
    {
        var years = problem.Scenario.Horizon.Years;
        return (token.BeforeUsd - token.Usd) * (problem.Risk.ExpectedLoss(token.Token, years) / years - problem.Rates.RateToday(token.Token) - ObjectiveTerms.ViewOn(problem, problem.Idles.Single(i => i.Token == token.Token)));
    }

    private static bool IsOfPosition(Step step) => step.Kind is StepKind.Deposit or StepKind.Borrow or StepKind.Repay || step.Kind.IsLeaving();

    /// <summary>Yearly gain of a position against before, net of expected losses, at today's rates or at the rates that these tend
    /// to.</summary>
    private static double Gain(AllocationProblem problem, PositionResult result, bool later)
    {
        if (problem.Positions.FirstOrDefault(position => position.Opportunity.Id == result.Opportunity) is not { } position)
            return 0;
        // From the rate as it is shown, outliers included, to the rate that it tends to.
        var fades = later ? problem.Market.CarryRate(position.Opportunity, 0) - problem.Rates.LaterRate(position.Opportunity) : 0;
        var view = ObjectiveTerms.ViewOn(problem, position) - result.ExpectedLossRate * position.Capital;
        var before = position.Before * problem.BookUsd;
        return result.NotionalUsd * (problem.RateToday(position, result.NotionalUsd) - fades + view)
            - before * (problem.RateToday(position, before) - fades + view);
    }

    /// <summary>The sources of a move and their amounts in USD: positions that are left, and tokens of which the move's steps use more than
    /// they deliver.</summary>
    private static Dictionary<string, double> Taken((Step Step, double Share)[] way)
    {
        var moving = way.Where(part => part.Step.Kind != StepKind.Approve && !part.Step.Kind.IsArrival()).ToArray();
        var delivered = moving.ToLookup(part => part.Step.To, part => part.Share * (part.Step.Usd - part.Step.FeeUsd));
        const double Least = 0.01;
        return moving.GroupBy(part => part.Step.From)
            .Select(uses => (From: uses.Key, Used: uses.Sum(part => part.Share * part.Step.Usd), IsLeft: uses.First().Step.Kind.IsLeaving()))
            .Select(uses => (uses.From, uses.Used, Net: uses.IsLeft ? uses.Used : uses.Used - delivered[uses.From].Sum(), uses.IsLeft))
            .Where(uses => uses.IsLeft || uses.Net > Least * uses.Used)
            .ToDictionary(uses => uses.From, uses => uses.Net);
    }
}
