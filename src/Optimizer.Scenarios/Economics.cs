using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Planning;
using Optimizer.Risk;

namespace Optimizer.Scenarios;

/// <summary>Says what a plan's moves gain for what they cost.</summary>
internal static class Economics
{
    /// <summary>The economics of a plan.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="positions">Positions before and after.</param>
    /// <param name="idle">Idle tokens before and after.</param>
    /// <param name="gainUsdPerYear">What the whole plan adds per year.</param>
    public static PlanEconomics Of(AllocationProblem problem, Plan plan, IReadOnlyList<PositionResult> positions, IReadOnlyList<IdleResult> idle, double gainUsdPerYear)
    {
        var shares = Attribution.Shares(plan.Steps);
        var years = problem.Scenario.Horizon.Years;
        var gains = positions.ToDictionary(position => position.Opportunity, position => Gain(problem, position));
        // A position's change is that of the steps that change it, in proportion.
        var turned = plan.Steps.Where(IsOfPosition).GroupBy(step => step.Via).ToDictionary(group => group.Key, group => group.Sum(step => step.Usd));
        double GainOf(Step step) => IsOfPosition(step) && turned[step.Via] > 0 ? gains[step.Via] * step.Usd / turned[step.Via] : 0;
        // What signing is worth is no cost, and decides all the same from where on a move pays.
        var effort = problem.Settings.Moves.Effort.InUsd(problem.BookUsd);
        var moves = new List<MoveResult>();
        foreach (var last in plan.Steps.Where(step => shares[step.Id].ContainsKey(step.Id)))
        {
            var way = plan.Steps.Select(step => (Step: step, Share: shares[step.Id].GetValueOrDefault(last.Id))).Where(part => part.Share > 0).ToArray();
            var (cost, gas) = (way.Sum(part => part.Share * part.Step.CostUsd), way.Sum(part => part.Share * part.Step.GasUsd));
            var gain = way.Sum(part => part.Share * GainOf(part.Step));
            var signing = effort * way.Where(part => part.Step.Kind is not StepKind.Approve).Sum(part => part.Share);
            var perUsd = last.Usd > 0 ? (gain * years - (cost - gas)) / last.Usd : 0;
            moves.Add(new(Sources(way), last.To, last.Id, last.Usd, cost, gain, gain > 0 ? cost / gain * Duration.DaysPerYear : null, perUsd > 0 ? (gas + signing) / perUsd : null));
        }

        // What an idle token was expected to lose is saved by the moves that take it, in proportion.
        foreach (var token in idle)
        {
            var saved = (token.BeforeUsd - token.Usd) * problem.Risk.ExpectedLossRate(token.Token);
            var users = moves.Where(move => move.From.Contains($"{token.Token}")).Sum(move => move.Usd);
            for (var m = 0; m < moves.Count && users > 0 && saved != 0; m++)
            {
                if (moves[m].From.Contains($"{token.Token}") && moves[m].GainUsdPerYear + saved * moves[m].Usd / users is var gain)
                    moves[m] = moves[m] with { GainUsdPerYear = gain, SteadyDays = gain > 0 ? moves[m].CostUsd / gain * Duration.DaysPerYear : null };
            }
        }

        var perDay = gainUsdPerYear / Duration.DaysPerYear;
        return new(gainUsdPerYear, perDay, BreakEven.Of(plan.CostUsd, perDay, problem.Settings.Moves.RateHalfLife), [.. moves.OrderByDescending(move => move.Usd).ThenBy(move => move.Step)]);
    }

    private static bool IsOfPosition(Step step) => step.Kind == StepKind.Deposit || step.Kind.IsLeaving();

    /// <summary>What a position earns more per year than before, net of expected losses.</summary>
    private static double Gain(AllocationProblem problem, PositionResult result)
    {
        var position = problem.Positions.Single(position => position.Opportunity.Id == result.Opportunity);
        var part = position.EarningYears / problem.Scenario.Horizon.Years;
        return result.Usd / position.Capital * (result.CarryRate * part - result.ExpectedLossRate)
            - result.BeforeUsd / position.Capital * (position.Opportunity.Carry.Rate(0) * part - result.ExpectedLossRate);
    }

    /// <summary>Where money on its way to a place was at the start: positions, and tokens of which the steps of the way deliver less
    /// than they use.</summary>
    private static string[] Sources((Step Step, double Share)[] way)
    {
        var moving = way.Where(part => part.Step.Kind != StepKind.Approve && !part.Step.Kind.IsArrival()).ToArray();
        var delivered = moving.ToLookup(part => part.Step.To, part => part.Share * (part.Step.Usd - part.Step.FeeUsd));
        const double Most = 0.99;
        return
        [
            .. moving.GroupBy(part => part.Step.From)
                .Where(uses => uses.First().Step.Kind.IsLeaving() || delivered[uses.Key].Sum() < Most * uses.Sum(part => part.Share * part.Step.Usd))
                .Select(uses => uses.Key).Order(StringComparer.Ordinal),
        ];
    }
}
