using System.Numerics;
using System.Text.Json;
using Optimizer.Allocation;
using Optimizer.Model;
using Optimizer.Risk;
using Optimizer.Solver;

namespace Optimizer.Scenarios;

/// <summary>Builds the report of an answer from the exact holdings after its plan.</summary>
internal static class Report
{
    /// <summary>Fills in the parts of a result that only a solved scenario has.</summary>
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

        var losses = Spread.Distribution(problem, positions, idle);
        var objective = Objective(problem, answer, positions, idle, plan, risk.Variance);
        var outcome = new Outcome(ValueUsd(objective), ValueUsd(objective) + objective.DoubtUsd + objective.EffortUsd, after.Positions.ToDictionary(p => p.Key, p => Book.NotionalUsd(market, market.Opportunity(p.Key), p.Value)), idleUsd, risk,
            confidence => losses.Tail(confidence).ConditionalValueAtRiskUsd);
        var recomputed = problem.Objective.Of(problem, outcome);
        if (problem.Scenario.Mode == ScenarioMode.Hold)
            objective = objective with { Value = recomputed, Bound = recomputed, Gap = 0 };
        var limits = Constraints(problem, answer, allocated.Gains, outcome);
        var exceeded = limits.Where(limit => !limit.Broken).Select(limit => limit.ExceededUsd).DefaultIfEmpty(0).Max();
        var difference = Agreement(problem, answer, plan, positionUsd, idleUsd) ?? Flows(problem, answer, plan);
        var complete = result with
        {
            Objective = objective,
            Positions = positions,
            Idle = idle,
            Constraints = limits,
            Notes = [.. result.Notes, .. UsedUp(problem, positions)],
            Risks = [.. Spread.UnderEvents(problem, after, afterUsd, risk.Causes)],
            Losses = Spread.Losses(problem, losses),
            Liquidity = [.. Spread.Liquidity(problem.Scenario, market, after, afterUsd)],
            Comparisons = problem.Scenario.Mode == ScenarioMode.Hold ? [] : [.. Comparisons.Of(problem)],
            Totals = [.. Spread.Totals(problem, positions, idle)],
            Certificate = result.Certificate with { ObjectiveRecomputed = recomputed, MaxViolationUsd = Math.Max(result.Certificate.MaxViolationUsd, exceeded) },
            Plan = plan with { Economics = Economics.Of(problem, plan, positions, idle) },
            Unmoved = [.. Unmoved.Explain(problem, answer.Values)],
        };
        return difference is null ? Judged(complete, problem, problem.Objective.Note(problem, outcome))
            : complete with { Status = "failed", Message = $"the exact plan does not reach the solver's allocation: {difference}" };
    }

    private static PositionResult Position(AllocationProblem problem, string id, BigInteger amount, double afterUsd, double riskShare)
    {
        var (market, opportunity) = (problem.Market, problem.Market.Opportunity(id));
        var (value, notional) = (Book.ValueUsd(market, opportunity, amount), Book.NotionalUsd(market, opportunity, amount));
        var before = Book.ValueUsd(market, opportunity, Book.Held(market, problem.Scenario, opportunity).Held);
        // A position that has become worthless is not in the problem.
        if (problem.Positions.FirstOrDefault(x => x.Opportunity.Id == id) is not { } position)
            return new(id, opportunity.Inputs[0].Token, amount, value, before, notional, 0, 0, 0, 0, 0);
        return new(id, opportunity.Inputs[0].Token, amount, value, before, notional,
            value / afterUsd, problem.RateToday(position, notional), problem.Rates.Annual(problem.Growth(position, notional)),
            problem.Risk.ExpectedLoss(opportunity, position.EarningYears) / problem.Scenario.Horizon.Years, riskShare);
    }

    /// <summary>Downgrades the status if the plan, with its own times and amounts, is worth less than the solver assumed.</summary>
    private static SolveResult Judged(SolveResult result, AllocationProblem problem, string? note) =>
        !problem.Objective.IsMoney() || result.Status != "optimal" || problem.Settings.Moves.RoundTo is not null || MissedUsd(result, problem.Settings) <= 0
            ? result with { Message = result.Message ?? note }
            : result with
            {
                Status = "feasible",
                Message = $"money waits longer in the plan than the solver assumed: the plan is worth {result.Objective!.Bound - result.Certificate.ObjectiveRecomputed:#,0} USD less than the bound",
            };

    /// <summary>By how many USD the exact plan is worth less than the bound, beyond the allowed gap and one dollar; positive if it misses
    /// the bound.</summary>
    public static double MissedUsd(SolveResult result, Settings settings) => result.Objective is not { Unit: "usd" } objective ? 0
        : objective.Bound - result.Certificate.ObjectiveRecomputed - settings.Solver.Gap.Fraction * Math.Max(Math.Abs(objective.Value), 0.01 * result.BookUsd) - 1;

    /// <summary>The result with the bound of an earlier problem that ignored waiting; such a bound is still valid.</summary>
    public static SolveResult Bounded(SolveResult result, double bound, Settings settings)
    {
        var objective = result.Objective!;
        var bounded = result with { Objective = objective with { Bound = bound, Gap = Math.Abs(bound - result.Certificate.ObjectiveRecomputed) / Math.Max(Math.Abs(objective.Value), 0.01 * result.BookUsd) } };
        return MissedUsd(bounded, settings) <= 0 ? bounded : bounded with
        {
            Status = "feasible",
            Message = $"money waits in the plan, which costs {bound - result.Certificate.ObjectiveRecomputed:#,0} USD compared with the bound without waiting; solving again with the waiting time found nothing better",
        };
    }

    /// <summary>The first position or balance at which the exact plan differs from the solver; null if all agree to within 1e-5 of the
    /// book, or a dollar.</summary>
    private static string? Agreement(
        AllocationProblem problem, Answer answer, Plan plan, Dictionary<string, double> positionUsd, Dictionary<TokenId, double> idleUsd)
    {
        var tolerance = Math.Max(1, 1e-5 * problem.BookUsd);
        // A deposit split into parts takes more gas than the solver counted.
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

    /// <summary>The first route on which the plan sends a different amount than the solver; null if there is none.</summary>
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
        // A gain from a converter is not counted as a saving of costs.
        var conversion = At(LinearExpression.Sum(problem.Flows.Where(flow => flow.Terms.Ratio > 1 + 1e-12).Select(flow => (1 - 1 / flow.Terms.Ratio) * flow.Out)));
        var penalty = problem.Objective is MeanVariance wanted ? wanted.RiskWeight(problem) * variance * book : 0;
        return new ObjectiveResult
        {
            Kind = JsonNamingPolicy.CamelCase.ConvertName(problem.Scenario.Objective.GetType().Name),
            Unit = problem.Objective.Unit(),
            Value = problem.Objective.InUnit(problem, answer, answer.Objective),
            Bound = problem.Objective.InUnit(problem, answer, answer.Bound),
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

    /// <summary>Cost of time by the plan's actual times, in USD: risk of money in flight, and the reference rate lost until money is
    /// deposited.</summary>
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

    /// <summary>Credited gain if nothing is moved, over the horizon in USD: carry and views less expected loss and exit.</summary>
    private static double Before(AllocationProblem problem) => problem.Positions.Sum(p => ObjectiveTerms.CreditedUsd(problem, p, p.Before * problem.BookUsd))
        + problem.Idles.Sum(i => ObjectiveTerms.CreditedUsd(problem, i, i.Before * problem.BookUsd));

    /// <summary>The solver's value recomputed from the end state of the exact plan.</summary>
    private static double ValueUsd(ObjectiveResult o) =>
        o.CarryUsd + o.ViewsUsd + o.ConversionUsd - o.ExpectedLossUsd - o.CostsUsd - o.TimeUsd - o.ExitUsd - o.DoubtUsd - o.EffortUsd;

    /// <summary>Warnings about margins that price moves may use up before the horizon.</summary>
    private static IEnumerable<string> UsedUp(AllocationProblem problem, PositionResult[] positions) => positions
        .Where(p => p.Usd > 0 && p.NotionalUsd > p.Usd * (1 + 1e-9) && problem.Market.Opportunity(p.Opportunity).Exposures is not null)
        .Select(p => (p.Opportunity, Probability: LossDistribution.UsedUpProbability(problem.Market, problem.Risk, problem.Tail.Draws, new(p.Opportunity, p.Usd, p.NotionalUsd, 0))))
        .Where(margin => margin.Probability > 0)
        .Select(margin => string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{margin.Opportunity}: price moves use up its margin before the horizon in {margin.Probability:P1} of draws; without more margin it is then liquidated. The figures assume that margin is added"));

    private static ConstraintResult[] Constraints(AllocationProblem problem, Answer answer, IReadOnlyDictionary<int, double> gains, Outcome outcome)
    {
        var years = problem.Scenario.Horizon.Years;
        // Shadow prices are in the objective's unit: divide by the value of one unit to get value.
        var perValue = problem.Objective.PerValue(answer);
        return [.. problem.Requirements.Where(r => r.Requirement.IsReported).GroupBy(r => r.Source?.IsOneLimit() == true ? r.Source : (object)r).Select(rows =>
        {
            var r = rows.First();
            var limited = r.Source?.IsOneLimit() == true ? r.Source : null;
            var (lesser, greater) = (r.Requirement.Inequality.Lesser, r.Requirement.Inequality.Greater);
            var (moving, limit) = greater.IsBound ? (lesser, greater.Constant) : (greater, lesser.Constant);
            var isUsd = r.Requirement.Unit == LimitUnit.Usd;
            var scale = isUsd ? problem.BookUsd : 1;
            var value = limited?.Reached(problem, answer.Values) ?? moving.At(answer.Values);
            var over = limited is not null ? value - limit : lesser.At(answer.Values) - greater.At(answer.Values);
            var price = r.Row == AllocationProblem.NoRow || answer.ShadowPrices.Count == 0 ? 0
                : rows.Sum(row => gains.TryGetValue(row.Row, out var gain) ? gain
                    : row.Row < answer.ShadowPrices.Count ? answer.ShadowPrices[row.Row] * (isUsd ? LimitGains.Step : 1) : 0) / perValue / years * problem.BookUsd;
            var isBinding = Math.Abs(value - limit) <= (limited is not null ? 2 * TailRows.Trace : 1e-7 * Math.Max(1, Math.Abs(limit)));
            return new ConstraintResult(r.Requirement.Title, value * scale, limit * scale, JsonNamingPolicy.CamelCase.ConvertName(r.Requirement.Unit.ToString()),
                isBinding, isBinding ? price : 0, over > (limited is not null ? 2 * TailRows.Trace : 1e-6 * Math.Max(1, Math.Abs(limit)))) { ExceededUsd = limited is not null ? over * scale : 0 };
        }), .. OfObjective(problem, outcome)];
    }

    /// <summary>The objective's own limit.</summary>
    private static IEnumerable<ConstraintResult> OfObjective(AllocationProblem problem, Outcome outcome)
    {
        if (problem.Objective.Demanded(problem, outcome) is not var (title, usd, limit, isLeast))
            yield break;
        var trace = 2e-6 * problem.BookUsd;
        yield return new(title, usd, limit, "usd", Math.Abs(usd - limit) <= trace, 0, isLeast ? usd < limit - trace : usd > limit + trace);
    }
}
