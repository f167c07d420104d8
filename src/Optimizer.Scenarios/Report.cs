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
        var positionUsd = after.Positions.ToDictionary(p => p.Key, p => Usd(market, market.Opportunity(p.Key).Inputs[0].Token, p.Value));
        var idleUsd = after.Idle.ToDictionary(t => t.Key, t => Usd(market, t.Key, t.Value));
        var risk = new RiskAttribution(problem,
            positionUsd.ToDictionary(p => p.Key, p => p.Value / market.Opportunity(p.Key).Capital()), idleUsd);

        var positions = positionUsd.Select(p =>
        {
            var opportunity = market.Opportunity(p.Key);
            var before = Book.HeldUsd(market, problem.Scenario, opportunity).Held;
            return new PositionResult(p.Key, opportunity.Inputs[0].Token, after.Positions[p.Key], p.Value, before,
                p.Value / problem.BookUsd,
                problem.CreditedRate(problem.Positions.Single(x => x.Opportunity.Id == p.Key), p.Value / opportunity.Capital()),
                problem.Risk.ExpectedLossRate(opportunity), risk.ShareOf(p.Key));
        }).Where(p => p.Usd != 0 || p.BeforeUsd != 0).OrderByDescending(p => p.Usd).ThenBy(p => p.Opportunity, StringComparer.Ordinal).ToArray();
        var idle = idleUsd
            .Select(t => new IdleResult(t.Key, after.Idle[t.Key], t.Value, Book.HeldUsd(market, problem.Scenario, t.Key).Held, risk.ShareOf(t.Key.ToString())))
            .Where(t => t.Usd != 0 || t.BeforeUsd != 0).OrderByDescending(t => t.Usd).ThenBy(t => t.Token.ToString(), StringComparer.Ordinal).ToArray();

        var objective = Objective(problem, answer, positions, idle, plan, risk.Variance);
        var gainPerYear = objective.ReturnPerYear * problem.BookUsd + (plan.CostUsd + objective.TimeUsd) / years - objective.ReturnPerYearBefore * problem.BookUsd;
        var (status, message) = Agreement(problem, answer, positionUsd, idleUsd) is { } difference
            ? ("failed", $"the exact plan does not end where the solver meant it to: {difference}")
            : (result.Status, result.Message);
        return result with
        {
            Status = status,
            Message = message,
            Objective = objective,
            Positions = positions,
            Idle = idle,
            Constraints = Constraints(problem, answer),
            Risks = risk.Causes,
            Certificate = result.Certificate with { ObjectiveRecomputed = Recomputed(problem, objective, risk.Variance) },
            Plan = plan with { Economics = Economics.Of(problem, plan, positions, idle, gainPerYear) },
            Unmoved = [.. Unmoved.Explain(problem, answer.Values)],
        };
    }

    /// <summary>The first position or balance that the exact plan leaves elsewhere than the solver meant; null where all
    /// agree to a hundred-thousandth of the book, or a dollar.</summary>
    private static string? Agreement(
        AllocationProblem problem, Answer answer, Dictionary<string, double> positionUsd, Dictionary<TokenId, double> idleUsd)
    {
        var tolerance = Math.Max(1, 1e-5 * problem.BookUsd);
        return problem.Positions
            .Select(p => (Name: p.Opportunity.Id, Meant: p.Value.At(answer.Values) * problem.BookUsd, Is: positionUsd.GetValueOrDefault(p.Opportunity.Id)))
            .Concat(problem.Idles.Select(i => (Name: $"idle {i.Token}", Meant: i.After.At(answer.Values) * problem.BookUsd, Is: idleUsd.GetValueOrDefault(i.Token))))
            .Where(x => Math.Abs(x.Meant - x.Is) > tolerance)
            .Select(x => $"{x.Name} {x.Is:#,0.00} USD instead of {x.Meant:#,0.00} USD")
            .FirstOrDefault();
    }

    private static ObjectiveResult Objective(
        AllocationProblem problem, Answer answer, PositionResult[] positions, IdleResult[] idle, Plan plan, double variance)
    {
        var (book, years) = (problem.BookUsd, problem.Scenario.Horizon.Years);
        var market = problem.Market;
        var earning = problem.Positions.ToDictionary(p => p.Opportunity.Id, p => p);
        var carry = positions.Sum(p => p.Usd / earning[p.Opportunity].Capital * p.CarryRate * earning[p.Opportunity].EarningYears);
        var loss = years * (positions.Sum(p => p.Usd / earning[p.Opportunity].Capital * p.ExpectedLossRate)
            + idle.Sum(t => t.Usd * problem.Risk.ExpectedLossRate(t.Token)));
        var time = ObjectiveTerms.Time(problem).At(answer.Values) * book;
        var views = ObjectiveTerms.Views(problem).At(answer.Values) * book;
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
            CostsUsd = plan.CostUsd,
            TimeUsd = time,
            EffortUsd = ObjectiveTerms.Effort(problem).At(answer.Values) * book,
            RiskPenaltyUsd = penalty,
            ReturnPerYear = (carry + views - loss - plan.CostUsd - time) / book / years,
            ReturnPerYearBefore = Before(problem) / book,
            VolatilityPerYear = Math.Sqrt(variance),
        };
    }

    /// <summary>Carry and views less expected loss per year in USD of leaving everything as it is.</summary>
    private static double Before(AllocationProblem problem) =>
        problem.Positions.Sum(p => p.Before * problem.BookUsd * (p.Opportunity.Carry.Rate(0) * p.EarningYears / problem.Scenario.Horizon.Years
            + ObjectiveTerms.ViewOn(problem, p) - problem.Risk.ExpectedLossRate(p.Opportunity)))
        + problem.Idles.Sum(i => i.Before * problem.BookUsd
            * (ObjectiveTerms.ViewOn(problem, i) - problem.Risk.ExpectedLossRate(i.Token)));

    private static double Recomputed(AllocationProblem problem, ObjectiveResult o, double variance) =>
        problem.Scenario.Objective is MinimumRisk
            ? Math.Sqrt(variance) * problem.BookUsd
            : o.CarryUsd + o.ViewsUsd - o.ExpectedLossUsd - o.CostsUsd - o.TimeUsd - o.EffortUsd - o.RiskPenaltyUsd;

    private static ConstraintResult[] Constraints(AllocationProblem problem, Answer answer)
    {
        var years = problem.Scenario.Horizon.Years;
        // For minimum risk the multipliers are in variance: divided by that of the return, they are in return.
        var perValue = problem.Scenario.Objective is MinimumRisk ? Math.Max(answer.GoalShadowPrice, 1e-300) : 1;
        return [.. problem.Requirements.Where(r => r.Requirement.IsReported).Select(r =>
        {
            var (lesser, greater) = (r.Requirement.Inequality.Lesser, r.Requirement.Inequality.Greater);
            var (moving, limit) = greater.IsConstant ? (lesser, greater.Constant) : (greater, lesser.Constant);
            var isUsd = r.Requirement.Unit == LimitUnit.Usd;
            var scale = isUsd ? problem.BookUsd : 1;
            var value = moving.At(answer.Values);
            var price = answer.ShadowPrices[r.Row] / perValue / years * problem.BookUsd * (isUsd ? 0.01 : 1);
            var isBinding = Math.Abs(value - limit) <= 1e-7 * Math.Max(1, Math.Abs(limit));
            return new ConstraintResult(r.Requirement.Title, value * scale, limit * scale,
                JsonNamingPolicy.CamelCase.ConvertName(r.Requirement.Unit.ToString()), isBinding, isBinding ? price : 0);
        })];
    }

    private static double Usd(Market market, TokenId token, BigInteger units) =>
        new TokenAmount(units, market.Token(token).Decimals).ToUsd(market.PriceUsd(token));
}
