namespace Optimizer.Allocation;

/// <summary>What the value of an allocation over the horizon is made of, in fractions of the book.</summary>
/// <remarks>value = carry + views − expected loss − costs − time − effort. The risk penalty (γ/2)·H·xᵀΣx is the solver's.</remarks>
public static class ObjectiveTerms
{
    /// <summary>Net return over the horizon.</summary>
    public static LinearExpression Value(AllocationProblem p) =>
        Carry(p) + Views(p) - ExpectedLoss(p) - Costs(p) - Time(p) - Effort(p);

    /// <summary>Σ carry(x)·H.</summary>
    public static LinearExpression Carry(AllocationProblem p) =>
        LinearExpression.Sum(p.Positions.Select(position => position.EarningYears * position.CarryPerYear));

    /// <summary>Expected price changes: Σ exposure·view·H, against the numeraire's own.</summary>
    public static LinearExpression Views(AllocationProblem p)
    {
        var years = p.Scenario.Horizon.Years;
        return LinearExpression.Sum([
            .. p.Positions.Select(position => years * ViewOn(p, position) * position.After),
            .. p.Idles.Select(idle => years * ViewOn(p, idle) * idle.After)]);
    }

    /// <summary>Expected yearly price change of a unit of a position, against the numeraire's own.</summary>
    public static double ViewOn(AllocationProblem p, Position position) =>
        p.Risk.Exposures(position.Opportunity).Sum(e => e.Exposure * View(p, e.Asset)) - position.Capital * View(p, p.Scenario.Numeraire);

    /// <summary>Expected yearly price change of an idle token, against the numeraire's own.</summary>
    public static double ViewOn(AllocationProblem p, Idle idle) =>
        View(p, p.Market.AssetOf(idle.Token).Id) - View(p, p.Scenario.Numeraire);

    private static double View(AllocationProblem p, string asset) =>
        p.Scenario.Views.TryGetValue(asset, out var view) ? view.Fraction : 0;

    /// <summary>Σ λ·loss·x·H over positions and idle tokens.</summary>
    public static LinearExpression ExpectedLoss(AllocationProblem p)
    {
        var years = p.Scenario.Horizon.Years;
        return LinearExpression.Sum([
            .. p.Positions.Select(position =>
                years * p.Risk.ExpectedLossRate(position.Opportunity) * position.After),
            .. p.Idles.Select(idle => years * p.Risk.ExpectedLossRate(idle.Token) * idle.After)]);
    }

    /// <summary>What moving takes out of the book: gas, and everything that goes in and does not come out.</summary>
    public static LinearExpression Costs(AllocationProblem p) => Gas(p) + Fees(p);

    /// <summary>Gas of every action.</summary>
    public static LinearExpression Gas(AllocationProblem p) =>
        LinearExpression.Sum(p.Gas.Select(action => action.GasUsd / p.BookUsd * LinearExpression.Of(action.Switch)));

    /// <summary>Fees and price impact of routes, entries and exits.</summary>
    public static LinearExpression Fees(AllocationProblem p) => LinearExpression.Sum([
        .. p.Flows.Select(flow => flow.In - flow.Out),
        .. p.Positions.Select(position => (position.EntryPerUnit - position.Capital) * position.Deposit),
        .. p.Positions.Select(position => (position.Capital - position.ExitPerUnit) * position.Withdrawal)]);

    /// <summary>What the work of signing is worth: so much per action.</summary>
    public static LinearExpression Effort(AllocationProblem p) =>
        p.Settings.Moves.Effort.InUsd(p.BookUsd) / p.BookUsd
        * LinearExpression.Sum(p.Gas.Select(action => LinearExpression.Of(action.Switch)));

    /// <summary>What money in flight or in an exit queue forgoes and risks.</summary>
    public static LinearExpression Time(AllocationProblem p)
    {
        var rate = p.Settings.Moves.ReferenceRate.Fraction;
        return LinearExpression.Sum([
            .. p.Flows.Select(flow => flow.Years * (rate + p.Risk.ExpectedLossRate(flow.Route)) * flow.In),
            .. p.Positions.Select(position =>
                Model.Duration.FromSeconds((position.Opportunity.ExitDelayDays?.Value ?? 0) * 86_400).Years
                * rate * position.Capital * position.Withdrawal)]);
    }
}
