using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>The terms of an allocation's value over the horizon, in fractions of the book.</summary>
/// <remarks>value = carry + views − expected loss − exit − costs − time − doubt − effort. The solver adds the risk penalty
/// (γ/2)·H·xᵀΣx.</remarks>
public static class ObjectiveTerms
{
    /// <summary>Horizon in days up to which the exit counts in full; for longer ones it counts in proportion.</summary>
    private const double FullExitDays = 60;

    /// <summary>Tiny penalty per unit moved: among equally good answers, the one with the least turnover is chosen.</summary>
    private const double Turnover = 1e-6;

    /// <summary>Value of an allocation: its net return less the penalties for doubt and effort.</summary>
    public static LinearExpression Value(AllocationProblem p) => NetReturn(p) - Doubt(p) - Effort(p);

    /// <summary>Net return over the horizon.</summary>
    public static LinearExpression NetReturn(AllocationProblem p) =>
        Credited(p) - Costs(p) - Time(p);

    /// <summary>Credited gain of the holdings after the plan: carry and views, less expected losses and the exit at the horizon.</summary>
    public static LinearExpression Credited(AllocationProblem p) => Carry(p) + Views(p) - ExpectedLoss(p) - Exit(p);

    /// <summary>Credited gain of one position, in USD.</summary>
    /// <param name="p">The problem.</param>
    /// <param name="position">The position.</param>
    /// <param name="notionalUsd">Its notional after the plan, in USD.</param>
    public static double CreditedUsd(AllocationProblem p, Position position, double notionalUsd) => notionalUsd == 0 ? 0 : notionalUsd * (p.Growth(position, notionalUsd)
        + p.Scenario.Horizon.Years * ViewOn(p, position) - position.Capital * p.Risk.ExpectedLoss(position.Opportunity, position.EarningYears) - ExitOf(p, position))
        - ExitGasOf(p, position) * p.BookUsd;

    /// <summary>Credited gain of an idle token, in USD.</summary>
    public static double CreditedUsd(AllocationProblem p, IdleBalance idle, double usd) =>
        usd * (p.Rates.Growth(idle.Token) + p.Scenario.Horizon.Years * ViewOn(p, idle) - p.Risk.ExpectedLoss(idle.Token, p.Scenario.Horizon.Years));

    /// <summary>Standard deviation of a position's earnings over the horizon per unit, due to the error of the rate forecast.</summary>
    public static double RateErrorOf(AllocationProblem p, Position position) => p.Rates.RateError(position.Opportunity) * position.EarningYears;

    /// <summary>Costs, doubt and effort: what changes are charged for objectives that are not in money.</summary>
    public static LinearExpression Burden(AllocationProblem p) => Costs(p) + Doubt(p) + Effort(p);

    /// <summary>Σ carry(x) over the horizon; an idle token that is a claim earns the yield of its underlying.</summary>
    public static LinearExpression Carry(AllocationProblem p) => LinearExpression.Sum([
        .. p.Positions.Select(position => position.Carry), .. p.Idles.Select(idle => p.Rates.Growth(idle.Token) * idle.After)]);

    /// <summary>Expected price changes: Σ exposure·view·H, less the numeraire's own.</summary>
    public static LinearExpression Views(AllocationProblem p)
    {
        var years = p.Scenario.Horizon.Years;
        return LinearExpression.Sum([
            .. p.Positions.Select(position => years * ViewOn(p, position) * position.After),
            .. p.Idles.Select(idle => years * ViewOn(p, idle) * idle.After)]);
    }

    /// <summary>Expected yearly price change per unit of a position, less the numeraire's own.</summary>
    public static double ViewOn(AllocationProblem p, Position position) =>
        p.Risk.Exposures(position.Opportunity).Sum(e => e.Exposure * View(p, e.Asset)) - position.Capital * View(p, p.Scenario.Numeraire);

    /// <summary>Expected yearly price change of an idle token, less the numeraire's own.</summary>
    public static double ViewOn(AllocationProblem p, IdleBalance idle) =>
        View(p, p.Market.AssetOf(idle.Token).Id) - View(p, p.Scenario.Numeraire);

    private static double View(AllocationProblem p, string asset) =>
        asset == "USD" ? 0 : p.Views.On(asset);

    /// <summary>Expected losses from events and from arbitrage against pools, as a share of the value.</summary>
    public static LinearExpression ExpectedLoss(AllocationProblem p)
    {
        var years = p.Scenario.Horizon.Years;
        return LinearExpression.Sum([
            .. p.Positions.Select(position => p.Risk.ExpectedLoss(position.Opportunity, position.EarningYears) * position.Value),
            .. p.Idles.Select(idle => p.Risk.ExpectedLoss(idle.Token, years) * idle.After)]);
    }

    /// <summary>Costs of moving: gas, fees and price impact.</summary>
    public static LinearExpression Costs(AllocationProblem p) => CostsIn(p, _ => true);

    /// <summary>The part of the costs paid in some tokens.</summary>
    public static LinearExpression CostsIn(AllocationProblem p, Func<TokenId, bool> isCounted) => GasIn(p, isCounted) + FeesIn(p, isCounted);

    /// <summary>Gas of every action.</summary>
    public static LinearExpression Gas(AllocationProblem p) => GasIn(p, _ => true);

    /// <summary>Fees and price impact of routes, entries and exits.</summary>
    public static LinearExpression Fees(AllocationProblem p) => FeesIn(p, _ => true);

    private static LinearExpression GasIn(AllocationProblem p, Func<TokenId, bool> isCounted) => LinearExpression.Sum(p.Gas
        .Where(action => isCounted(p.Market.Chain(action.Chain).NativeTokenId()))
        .Select(action => action.GasUsd / p.BookUsd * LinearExpression.Of(action.Switch)));

    private static LinearExpression FeesIn(AllocationProblem p, Func<TokenId, bool> isCounted)
    {
        Position[] positions = [.. p.Positions.Where(position => isCounted(position.Opportunity.Inputs[0].Token))];
        return LinearExpression.Sum([
            .. p.Flows.Where(flow => isCounted(flow.Route.From)).Select(flow => flow.In - flow.Out),
            .. positions.Select(position => (position.EntryPerUnit - position.Capital) * position.Deposit),
            .. positions.Select(position => (position.Capital - position.ExitPerUnit) * position.Withdrawal)]);
    }

    /// <summary>Effort of signing, per call, per round of signatures and per account; plus a tiny penalty on all amounts moved, so that of
    /// equal answers the one with the least turnover is chosen.</summary>
    public static LinearExpression Effort(AllocationProblem p) => LinearExpression.Sum([
        p.Settings.Moves.Effort.InUsd(p.BookUsd) / p.BookUsd * LinearExpression.Sum(p.Gas.Select(action => LinearExpression.Of(action.Switch))),
        .. p.Rounds.Select(round => round.CostUsd / p.BookUsd * LinearExpression.Of(round.Switch)),
        Turnover * LinearExpression.Sum([.. p.Positions.SelectMany(position => new[] { position.Deposit, position.Withdrawal }), .. p.Flows.Select(flow => flow.In)])]);

    /// <summary>Cost of time: money in flight or in an exit queue forgoes the reference rate and bears risk.</summary>
    public static LinearExpression Time(AllocationProblem p) => LinearExpression.Sum([
        .. p.Flows.Select(flow => TimeOf(p, flow) * flow.In),
        .. p.Flows.Where(flow => p.Lessons.DelaysUsd.ContainsKey(flow.Route.Id)).Select(flow => p.Lessons.DelaysUsd[flow.Route.Id] / p.BookUsd * LinearExpression.Of(flow.Switch)),
        .. p.Positions.Where(position => position.Capital > 0).Select(position =>
            QueueYears(position) * p.Rates.ReferenceRate(position.Opportunity) * position.Capital * position.Withdrawal)]);

    /// <summary>Cost of time per unit on a route. A transfer to another chain bears its bridge's risk for a minimum time, however fast it
    /// is.</summary>
    public static double TimeOf(AllocationProblem p, Flow flow) => flow.Years * p.Rates.ReferenceRate(flow.Route.From)
        + p.Risk.ExpectedLoss(flow.Route, flow.Route.CrossesChains() ? Math.Max(flow.Years, p.Settings.Moves.CrossingExposure.Years) : flow.Years);

    /// <summary>Cost of leaving all positions at the horizon: fees, time in queues and gas.</summary>
    public static LinearExpression Exit(AllocationProblem p) => !p.Settings.Moves.ExitAtHorizon ? 0 : LinearExpression.Sum(p.Positions
        .Where(position => position.EarningYears >= p.Scenario.Horizon.Years)
        .Select(position => ExitOf(p, position) * position.After + ExitGasOf(p, position) * p.Held(position)));

    /// <summary>Gas of leaving a position at the horizon, in fractions of the book.</summary>
    public static double ExitGasOf(AllocationProblem p, Position position) => !p.Settings.Moves.ExitAtHorizon || position.EarningYears < p.Scenario.Horizon.Years ? 0
        : ExitPart(p) * GasCosts.ToUsd(p.Market, position.Opportunity.Chain, GasCosts.Exit(p.Market, position.Opportunity)) / p.BookUsd;

    /// <summary>Cost of leaving a unit of a position at the horizon, without gas.</summary>
    public static double ExitOf(AllocationProblem p, Position position) => !p.Settings.Moves.ExitAtHorizon || position.EarningYears < p.Scenario.Horizon.Years ? 0
        : ExitPart(p) * (position.Capital - position.ExitPerUnit + QueueYears(position) * p.Rates.ReferenceRate(position.Opportunity) * Math.Max(position.Capital, 0));

    private static double ExitPart(AllocationProblem p) => Math.Min(1, FullExitDays / p.Scenario.Horizon.Days);

    /// <summary>Penalty for uncertain rates: a number of standard deviations of the mean rate, on added amounts only.</summary>
    public static LinearExpression Doubt(AllocationProblem p) => LinearExpression.Sum(p.Positions
        .Where(position => position.Capital == 1)
        .Select(position => p.Settings.Risk.RateDoubt * RateErrorOf(p, position) * position.Deposit));

    private static double QueueYears(Position position) => (position.Opportunity.ExitDelayDays?.Value ?? 0) / Duration.DaysPerYear;
}
