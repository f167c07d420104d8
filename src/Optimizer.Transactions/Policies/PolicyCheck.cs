using System.Numerics;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions.Policies;

/// <summary>Checks a plan's calls against a policy: a call that no rule allows is forbidden.</summary>
/// <remarks>Arguments are decoded from the call's data, not taken from its description.</remarks>
public static class PolicyCheck
{
    /// <summary>Violation: no rule allows a call.</summary>
    public const string Forbidden = "policy";

    /// <summary>Violation: more of a token is spent than the policy allows.</summary>
    public const string Spend = "policy-spend";

    /// <summary>The violations of the policy; empty if everything is allowed.</summary>
    /// <exception cref="TransactionException">A rule is malformed.</exception>
    public static IReadOnlyList<Violation> Check(TransactionPlan plan, Policy policy, Market market)
    {
        var rules = policy.Allow.Select(rule => market.Chains.FirstOrDefault(chain => chain.Id == rule.Chain)?.Family == ChainFamily.Solana ? (IReadiedRule)new SolanaRule(rule) : new EvmRule(rule)).ToArray();
        var wrong = new List<Violation>();
        foreach (var step in plan.Steps)
        {
            foreach (var call in step.Calls)
            {
                var reasons = rules.Select(rule => rule.Objection(step.Chain, plan.Accounts[step.Chain], call)).ToArray();
                if (reasons.Contains(null))
                    continue;
                // Report the reason of the rule that matches best.
                var nearest = reasons.MaxBy(reason => reason!.Value.Matched)?.Text ?? "the policy allows nothing";
                wrong.Add(new(Forbidden, step.Id, $"'{step.Description}' calls {call.Function} of {call.To}: {nearest}"));
            }
        }

        foreach (var (token, most) in policy.Spend)
        {
            if (market.Chains.SelectMany(chain => chain.Tokens.Select(known => new TokenId(known.Symbol, chain.Id))).FirstOrDefault(known => $"{known}" == token) is not { Symbol: not null } id)
                throw new TransactionException($"policy: '{token}' is not a token of the chain files");
            var limit = most.Of(market.Token(id).Decimals).BaseUnits;
            var spent = plan.Steps.Where(step => TransactionPlanner.Spends(step.Kind) && step.Token == id).Aggregate(BigInteger.Zero, (sum, step) => sum + step.Amount);
            if (spent > limit)
                wrong.Add(new(Spend, null, $"the plan spends {new TokenAmount(spent, market.Token(id).Decimals)} {token}; the policy allows {new TokenAmount(limit, market.Token(id).Decimals)}"));
        }

        return wrong;
    }
}

/// <summary>A policy rule prepared for checking calls.</summary>
internal interface IReadiedRule
{
    /// <summary>Why the rule does not allow a call, and how many of its conditions the call meets; null if it allows the call.</summary>
    /// <param name="chain">The call's chain.</param>
    /// <param name="account">The plan's account there.</param>
    /// <param name="call">The call.</param>
    (int Matched, string Text)? Objection(string chain, string account, ContractCall call);
}
