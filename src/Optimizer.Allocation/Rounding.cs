using System.Globalization;
using Optimizer.Model;
using Optimizer.Solver;
using Optimizer.Solver.Dispatch;

namespace Optimizer.Allocation;

/// <summary>Rounds the amounts of an answer to convenient numbers, and solves for the rest again.</summary>
/// <remarks>The largest amounts come first. Each is fixed at the nearest multiple, or at one next to it if that breaks a limit; if neither
/// fits, it stays as it is. Amounts that empty a balance or close a position, gas and payments are not rounded.</remarks>
internal sealed class Rounding
{
    private readonly AllocationProblem _problem;
    private readonly Answer _exact;
    private readonly double _stepUsd;

    /// <summary>Rounds an answer.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="exact">The exact answer.</param>
    /// <param name="stepUsd">Upper bound of the rounding step's value, in USD.</param>
    /// <param name="options">The solver's options.</param>
    /// <param name="deadline">When to stop.</param>
    public Rounding(AllocationProblem problem, Answer exact, double stepUsd, SolveOptions options, Deadline deadline)
    {
        (_problem, _exact, _stepUsd) = (problem, exact, stepUsd);
        var stated = problem.ToProblem().WithWholeNumbersOf(exact.Values);
        var goal = problem.Objective.Goal(problem);
        Answer? With(IEnumerable<(int Variable, double Value)> settled)
        {
            Variable[] variables = [.. stated.Variables];
            foreach (var (variable, value) in settled)
                variables[variable] = variables[variable] with { Lower = value, Upper = value };
            var answer = MeanVarianceSolver.Solve(stated with { Variables = variables }, options.Within(deadline) with { Verify = false }, deadline.Cancellation);
            return answer.Status is SolveStatus.Optimal or SolveStatus.Feasible && CircularFlows.Find(problem, answer).Count == 0 && Keeps(answer) ? answer : null;
        }

        var amounts = Amounts().OrderByDescending(amount => amount.Usd).ToArray();
        var usedUp = UsedUp().ToArray();
        var settled = amounts.Select(amount => (amount.Variable, Value: amount.At(0))).ToList();
        var best = With([.. usedUp, .. settled]);
        if (best is null)
        {
            settled.Clear();
            foreach (var amount in amounts)
            {
                foreach (var steps in new[] { 0, -1, 1 })
                {
                    if (deadline.HasPassed || With([.. usedUp, .. settled, (amount.Variable, amount.At(steps))]) is not { } answer)
                        continue;
                    best = answer;
                    settled.Add((amount.Variable, amount.At(steps)));
                    break;
                }
            }
        }

        // The bound of the exact answer stays valid; the difference to it is the cost of rounding.
        Answer = best?.Bounded(exact.Bound, exact.BoundBy, goal, options) ?? exact;
        if (best is not null && exact.Status == SolveStatus.Optimal)
            Answer = Answer with { Status = SolveStatus.Optimal };
        var price = Math.Abs(problem.Objective.InUnit(problem, exact, exact.Objective) - problem.Objective.InUnit(problem, Answer, Answer.Objective));
        Note = string.Create(CultureInfo.InvariantCulture, $"{settled.Count} of {MovesInAll()} amounts are rounded in steps worth at most {stepUsd:#,0.##} USD, the others use up a balance; ")
            + (problem.Objective.Unit() == "usd" ? string.Create(CultureInfo.InvariantCulture, $"it costs {price:#,0.00} USD of the objective") : string.Create(CultureInfo.InvariantCulture, $"it costs {price:0.0000} of the objective"));
    }

    /// <summary>The rounded answer; the exact one if nothing can be rounded.</summary>
    public Answer Answer { get; }

    /// <summary>What was rounded, and the cost.</summary>
    public string Note { get; }

    /// <summary>Whether the answer also meets the limits whose rows are added during the solve.</summary>
    private bool Keeps(Answer answer) => !_problem.AddsRows || !_problem.RequireMissing(answer.Values);

    /// <summary>Balances that the exact answer uses up; they stay used up.</summary>
    private IEnumerable<(int Variable, double Value)> UsedUp() => _problem.Idles
        .Where(idle => !idle.After.IsConstant && _exact.Values[idle.After.Terms.Single().Variable] * _problem.BookUsd <= Nothing)
        .Select(idle => (idle.After.Terms.Single().Variable, _exact.Values[idle.After.Terms.Single().Variable]));

    /// <summary>A balance of up to this many USD counts as empty.</summary>
    private const double Nothing = 1;

    /// <summary>Number of deposits, withdrawals and transfers of single tokens.</summary>
    private int MovesInAll() => _problem.Positions.Count(p => IsOn(p.DepositSwitch)) + _problem.Positions.Count(p => IsOn(p.WithdrawalSwitch)) + _problem.Flows.Count(f => IsOn(f.Switch));

    /// <summary>The amounts to round: deposits, withdrawals and transfers of single tokens, except those that empty a balance or close a
    /// position.</summary>
    private IEnumerable<Amount> Amounts()
    {
        double Usd(LinearExpression expression) => expression.At(_exact.Values) * _problem.BookUsd;
        var uses = new List<(TokenId Token, Amount Amount, bool IsAtLimit)>();
        foreach (var position in _problem.Positions.Where(p => p.Capital > 0 && p.Opportunity.Inputs.Count == 1))
        {
            var token = position.Opportunity.Inputs[0].Token;
            if (IsOn(position.DepositSwitch) && Of(position.Deposit, token, position.EntryPerUnit, Usd(position.Deposit)) is { } deposit)
                uses.Add((token, deposit, IsAtLimit(position)));
            if (IsOn(position.WithdrawalSwitch) && Usd(position.After) > 1e-7 * position.Before * _problem.BookUsd && position.Opportunity is { Worth: null, Peg: null }
                && Of(position.Withdrawal, token, position.Capital, Usd(position.Withdrawal)) is { } withdrawal)
                yield return withdrawal;
        }

        var atLimit = uses.Where(use => use.IsAtLimit).Select(use => use.Token).ToHashSet();
        foreach (var flow in _problem.Flows.Where(f => IsOn(f.Switch)))
        {
            if (flow.Route.To != _problem.Market.Chain(flow.Route.To.Chain).NativeTokenId() && Of(flow.In, flow.Route.From, 1, Usd(flow.In)) is { } send)
                uses.Add((flow.Route.From, send, atLimit.Contains(flow.Route.To)));
        }

        // If a token is used up, one use takes the remainder unrounded: the largest that is not at a limit.
        foreach (var token in uses.GroupBy(use => use.Token))
        {
            var stays = _problem.Idles.FirstOrDefault(idle => idle.Token == token.Key) is { } idle ? Usd(idle.After) : 0;
            foreach (var use in token.OrderBy(use => use.IsAtLimit).ThenByDescending(use => use.Amount.Usd).Skip(stays > Nothing ? 0 : 1))
                yield return use.Amount;
        }
    }

    /// <summary>Whether a binding limit fixes a position's size.</summary>
    private bool IsAtLimit(Position position)
    {
        var bears = position.After.Terms.Select(term => term.Variable).ToHashSet();
        return _problem.Requirements.Any(r => r.Requirement.IsReported && r.Requirement.Inequality is var row
            && (row.Lesser - row.Greater).Terms.Any(term => bears.Contains(term.Variable) && term.Coefficient > 0) && Math.Abs(row.Lesser.At(_exact.Values) - row.Greater.At(_exact.Values)) < 1e-7);
    }

    private bool IsOn(int? binary) => binary is { } b && _exact.Values[b] > 0.5;

    private Amount? Of(LinearExpression expression, TokenId token, double tokensPerUnit, double unitsUsd)
    {
        if (expression.IsConstant)
            return null;
        var market = _problem.Market;
        var step = RoundAmount.Step(market, token, _stepUsd);
        var usd = unitsUsd * tokensPerUnit;
        var nearest = RoundAmount.Nearest(market.Units(token, usd), step);
        return new(expression.Terms.Single().Variable, usd,
            steps => market.Usd(token, System.Numerics.BigInteger.Max(step, nearest + steps * step)) / tokensPerUnit / _problem.BookUsd);
    }

    /// <summary>One amount.</summary>
    /// <param name="Variable">The variable of the amount.</param>
    /// <param name="Usd">Its value in USD.</param>
    /// <param name="At">The variable's value at the nearest multiple, plus the given number of steps.</param>
    private sealed record Amount(int Variable, double Usd, Func<int, double> At);
}
