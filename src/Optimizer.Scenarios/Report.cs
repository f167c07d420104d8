using System.Numerics;
using System.Text.Json;
using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Scenarios;

/// <summary>Says what an answer comes to, from the exact holdings after its plan.</summary>
internal static class Report
{
    /// <summary>Completes a result with everything a solved scenario has.</summary>
    public static SolveResult Complete(SolveResult result, Allocated allocated, Plan plan, Ledger after)
    {
        var (problem, answer) = (allocated.Problem, allocated.Answer);
        var market = problem.Market;
        var years = problem.Scenario.Horizon.Years;
        var positionUsd = after.Positions.ToDictionary(p => p.Key, p => Book.ValueUsd(market, market.Opportunity(p.Key), p.Value));
        var idleUsd = after.Idle.ToDictionary(t => t.Key, t => market.Usd(t.Key, t.Value));
        var afterUsd = positionUsd.Values.Sum() + idleUsd.Values.Sum() + problem.Scenario.Others.Sum(other => other.ValueUsd?.Amount ?? 0);
        var risk = new RiskAttribution(problem, after.Positions.ToDictionary(p => p.Key, p => Book.NotionalUsd(market, market.Opportunity(p.Key), p.Value)), idleUsd);

        var positions = after.Positions.Select(p => Position(problem, p.Key, p.Value, afterUsd, risk.ShareOf(p.Key)))
            .Where(p => p.Usd != 0 || p.BeforeUsd != 0).OrderByDescending(p => p.Usd).ThenBy(p => p.Opportunity, StringComparer.Ordinal).ToArray();
        var idle = idleUsd
            .Select(t => new IdleResult(t.Key, after.Idle[t.Key], t.Value, Book.HeldUsd(market, problem.Scenario, t.Key).Held, problem.Rates.RateToday(t.Key), problem.Rates.Annual(problem.Rates.Growth(t.Key)), risk.ShareOf(t.Key.ToString())))
            .Where(t => t.Usd != 0 || t.BeforeUsd != 0).OrderByDescending(t => t.Usd).ThenBy(t => t.Token.ToString(), StringComparer.Ordinal).ToArray();

        var objective = Objective(problem, answer, positions, idle, plan, risk.Variance);
        var (status, message) = (Agreement(problem, answer, plan, positionUsd, idleUsd) ?? Flows(problem, answer, plan)) is { } difference
            ? ("failed", $"the exact plan does not end where the solver meant it to: {difference}")
            : Status(result, problem, answer, objective, risk.Variance);
        return result with
        {
            Status = status,
            Message = message,
            Objective = objective,
            Positions = positions,
            Idle = idle,
            Constraints = Constraints(problem, answer),
            Risks = risk.Causes,
            Losses = Spread.Losses(problem, positions, idle),
            Liquidity = [.. Spread.Liquidity(problem, after)],
            Totals = [.. Spread.Totals(problem, positions, idle)],
            Certificate = result.Certificate with { ObjectiveRecomputed = Recomputed(problem, objective, risk.Variance) },
            Plan = plan with { Economics = Economics.Of(problem, plan, positions, idle) },
            Unmoved = [.. Unmoved.Explain(problem, answer.Values)],
        };
    }

    private static PositionResult Position(AllocationProblem problem, string id, BigInteger amount, double afterUsd, double riskShare)
    {
        var (market, opportunity) = (problem.Market, problem.Market.Opportunity(id));
        var (value, notional) = (Book.ValueUsd(market, opportunity, amount), Book.NotionalUsd(market, opportunity, amount));
        var before = Book.ValueUsd(market, opportunity, Book.Held(market, problem.Scenario, opportunity).Held);
        // What has become worthless is in no problem.
        if (problem.Positions.FirstOrDefault(x => x.Opportunity.Id == id) is not { } position)
            return new(id, opportunity.Inputs[0].Token, amount, value, before, notional, 0, 0, 0, 0, 0);
        return new(id, opportunity.Inputs[0].Token, amount, value, before, notional,
            value / afterUsd, problem.RateToday(position, notional), problem.Rates.Annual(problem.Growth(position, notional)),
            problem.Risk.ExpectedLoss(opportunity, position.EarningYears) / problem.Scenario.Horizon.Years, riskShare);
    }

    /// <summary>Whether the plan, by its own times and amounts, is as good as the solver took it to be.</summary>
    private static (string Status, string? Message) Status(SolveResult result, AllocationProblem problem, Answer answer, ObjectiveResult objective, double variance)
    {
        if (problem.Scenario.Objective is MinimumRisk || result.Status != "optimal")
            return (result.Status, result.Message);
        var missing = objective.Bound - Recomputed(problem, objective, variance);
        var asked = problem.Settings.Solver.Gap.Fraction * Math.Max(Math.Abs(objective.Value), 0.01 * problem.BookUsd);
        return missing <= asked + 1 ? (result.Status, result.Message)
            : ("feasible", $"money waits longer in the plan than the solver took it to: the plan is worth {missing:#,0} USD less than the bound");
    }

    /// <summary>The first position or balance that the exact plan leaves elsewhere than the solver meant; null where all
    /// agree to a hundred-thousandth of the book, or a dollar.</summary>
    private static string? Agreement(
        AllocationProblem problem, Answer answer, Plan plan, Dictionary<string, double> positionUsd, Dictionary<TokenId, double> idleUsd)
    {
        var tolerance = Math.Max(1, 1e-5 * problem.BookUsd);
        // A deposit that is made in parts takes more gas than the solver counted.
        double MoreGas(TokenId token) => token != problem.Market.Chain(token.Chain).NativeTokenId() ? 0
            : plan.Steps.Where(step => step.Chain == token.Chain).Sum(step => step.GasUsd)
                - problem.Gas.Where(action => action.Chain == token.Chain).Sum(action => action.GasUsd * Math.Round(answer.Values[action.Switch]));
        return problem.Positions
            .Select(p => (Name: p.Opportunity.Id, Meant: p.Value.At(answer.Values) * problem.BookUsd, Is: positionUsd.GetValueOrDefault(p.Opportunity.Id)))
            .Concat(problem.Idles.Select(i => (Name: $"idle {i.Token}", Meant: i.After.At(answer.Values) * problem.BookUsd - Math.Max(0, MoreGas(i.Token)), Is: idleUsd.GetValueOrDefault(i.Token))))
            .Where(x => Math.Abs(x.Meant - x.Is) > tolerance)
            .Select(x => $"{x.Name} {x.Is:#,0.00} USD instead of {x.Meant:#,0.00} USD")
            .FirstOrDefault();
    }

    /// <summary>The first route by which the plan sends another amount than the solver meant; null where there is none.</summary>
    private static string? Flows(AllocationProblem problem, Answer answer, Plan plan)
    {
        var sent = plan.Steps.Where(step => step.Kind is StepKind.Swap or StepKind.Wrap or StepKind.BridgeSend or StepKind.GasTopUp).ToLookup(step => step.Via, step => step.Usd);
        return problem.Flows.GroupBy(flow => flow.Route.Id)
            .Select(route => (Id: route.Key, Meant: route.Where(flow => answer.Values[flow.Switch] > 0.5).Sum(flow => flow.In.At(answer.Values)) * problem.BookUsd, Is: sent[route.Key].Sum()))
            .Where(x => Math.Abs(x.Meant - x.Is) > Math.Max(1, 1e-5 * problem.BookUsd))
            .Select(x => $"{x.Id} carries {x.Is:#,0.00} USD instead of {x.Meant:#,0.00} USD")
            .FirstOrDefault();
    }

    private static ObjectiveResult Objective(
        AllocationProblem problem, Answer answer, PositionResult[] positions, IdleResult[] idle, Plan plan, double variance)
    {
        var (book, years) = (problem.BookUsd, problem.Scenario.Horizon.Years);
        var held = problem.Positions.ToDictionary(p => p.Opportunity.Id, p => p);
        var carry = positions.Where(p => held.ContainsKey(p.Opportunity)).Sum(p => p.NotionalUsd * problem.Growth(held[p.Opportunity], p.NotionalUsd)) + idle.Sum(t => t.Usd * problem.Rates.Growth(t.Token));
        var loss = positions.Sum(p => p.Usd * p.ExpectedLossRate * years) + idle.Sum(t => t.Usd * problem.Risk.ExpectedLoss(t.Token, years));
        double At(LinearExpression term) => term.At(answer.Values) * book;
        var (time, views, exit) = (TimeUsd(problem, answer, plan), At(ObjectiveTerms.Views(problem)), At(ObjectiveTerms.Exit(problem)));
        // What a converter gives beyond the market is no saving of costs.
        var conversion = At(LinearExpression.Sum(problem.Flows.Where(flow => flow.Terms.Ratio > 1 + 1e-12).Select(flow => (1 - 1 / flow.Terms.Ratio) * flow.Out)));
        var penalty = problem.Scenario.Objective is MeanVariance wanted ? wanted.RiskAversion / 2 * years * variance * book : 0;
        double InUnit(double figure) => problem.Scenario.Objective is MinimumRisk
            ? Math.Sqrt(Math.Max(answer.Risk + figure - answer.Objective, 0)) * book
            : figure * book;
        return new ObjectiveResult
        {
            Kind = JsonNamingPolicy.CamelCase.ConvertName(problem.Scenario.Objective.GetType().Name),
            Value = InUnit(answer.Objective),
            Bound = InUnit(answer.Bound),
            Gap = answer.Gap,
            CarryUsd = carry,
            ViewsUsd = views,
            ExpectedLossUsd = loss,
            CostsUsd = plan.CostUsd + conversion,
            TimeUsd = time,
            ExitUsd = exit,
            DoubtUsd = At(ObjectiveTerms.Doubt(problem)),
            EffortUsd = At(ObjectiveTerms.Effort(problem)),
            RiskPenaltyUsd = penalty,
            ConversionUsd = conversion,
            ReturnPerYear = (carry + views - loss - (plan.CostUsd + conversion) - time - exit) / book / years,
            ReturnPerYearBefore = Before(problem) / book / years,
            VolatilityPerYear = Math.Sqrt(variance),
        };
    }

    /// <summary>What money in flight risks, and what waiting until it is deposited forgoes, by the plan's own times, in USD.</summary>
    private static double TimeUsd(AllocationProblem problem, Answer answer, Plan plan)
    {
        var risked = problem.Flows.Where(flow => answer.Values[flow.Switch] > 0.5)
            .Sum(flow => (ObjectiveTerms.TimeOf(problem, flow) - flow.Years * problem.Rates.ReferenceRate(flow.Route.From)) * flow.In.At(answer.Values)) * problem.BookUsd;
        var done = new Dictionary<int, double>();
        var waited = 0.0;
        foreach (var step in plan.Steps)
        {
            var start = step.DependsOn.Select(needed => done[needed]).DefaultIfEmpty(0).Max();
            done[step.Id] = start + step.DurationSeconds;
            if (step.Kind == StepKind.Deposit)
                waited += step.Usd * problem.Rates.ReferenceRate(step.Token) * Duration.FromSeconds(start).Years;
        }

        return risked + waited;
    }

    /// <summary>Carry and views less expected loss and exit, over the horizon in USD, of leaving everything as it is.</summary>
    private static double Before(AllocationProblem problem)
    {
        var years = problem.Scenario.Horizon.Years;
        return problem.BookUsd * (problem.Positions.Where(p => p.Before > 0).Sum(p => p.Before * (problem.Growth(p, p.Before * problem.BookUsd) + years * ObjectiveTerms.ViewOn(problem, p)
                - problem.Risk.ExpectedLoss(p.Opportunity, p.EarningYears) * p.Capital - ObjectiveTerms.ExitOf(problem, p)) - ObjectiveTerms.ExitGasOf(problem, p))
            + problem.Idles.Sum(i => i.Before * (problem.Rates.Growth(i.Token) + years * ObjectiveTerms.ViewOn(problem, i) - problem.Risk.ExpectedLoss(i.Token, years))));
    }

    /// <summary>The objective once more, from the end state of the exact plan and the exact variance.</summary>
    private static double Recomputed(AllocationProblem problem, ObjectiveResult o, double variance) =>
        problem.Scenario.Objective is MinimumRisk
            ? Math.Sqrt(variance) * problem.BookUsd
            : o.CarryUsd + o.ViewsUsd + o.ConversionUsd - o.ExpectedLossUsd - o.CostsUsd - o.TimeUsd - o.ExitUsd - o.DoubtUsd - o.EffortUsd - o.RiskPenaltyUsd;

    private static ConstraintResult[] Constraints(AllocationProblem problem, Answer answer)
    {
        var years = problem.Scenario.Horizon.Years;
        // For minimum risk the multipliers are in variance: divided by that of the return, they are in return.
        var perValue = problem.Scenario.Objective is MinimumRisk ? Math.Max(answer.GoalShadowPrice, 1e-300) : 1;
        // Of several rows of one limit that are added as they are missed, the tightest says how far it is reached.
        return [.. problem.Requirements.Where(r => r.Requirement.IsReported).GroupBy(r => r.Source is Cvar ? r.Source : (object)r).Select(rows =>
        {
            var r = rows.MaxBy(row => row.Requirement.Inequality.Lesser.At(answer.Values) - row.Requirement.Inequality.Greater.At(answer.Values));
            var (lesser, greater) = (r.Requirement.Inequality.Lesser, r.Requirement.Inequality.Greater);
            var (moving, limit) = greater.IsBound ? (lesser, greater.Constant) : (greater, lesser.Constant);
            var isUsd = r.Requirement.Unit == LimitUnit.Usd;
            var scale = isUsd ? problem.BookUsd : 1;
            var value = moving.At(answer.Values);
            var price = r.Row == AllocationProblem.NoRow ? 0 : rows.Sum(row => answer.ShadowPrices[row.Row]) / perValue / years * problem.BookUsd * (isUsd ? 0.01 : 1);
            var isBinding = Math.Abs(value - limit) <= 1e-7 * Math.Max(1, Math.Abs(limit));
            return new ConstraintResult(r.Requirement.Title, value * scale, limit * scale,
                JsonNamingPolicy.CamelCase.ConvertName(r.Requirement.Unit.ToString()), isBinding, isBinding ? price : 0,
                lesser.At(answer.Values) > greater.At(answer.Values) + 1e-6 * Math.Max(1, Math.Abs(limit)));
        })];
    }
}
