using System.Globalization;
using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions;

/// <summary>Holds a plan's calls against a policy: what no rule allows is forbidden.</summary>
/// <remarks>Arguments are read from the call's data, not from the words beside it.</remarks>
public static class PolicyCheck
{
    /// <summary>No rule allows a call.</summary>
    public const string Forbidden = "policy";

    /// <summary>More of a token is spent than the policy allows.</summary>
    public const string Spend = "policy-spend";

    /// <summary>What breaks the policy; nothing where all is allowed.</summary>
    /// <exception cref="TransactionException">A rule is not written as it has to be.</exception>
    public static IReadOnlyList<Violation> Check(TransactionPlan plan, Policy policy, Market market)
    {
        var rules = policy.Allow.Select(rule => new Readied(rule)).ToArray();
        var wrong = new List<Violation>();
        foreach (var step in plan.Steps)
        {
            foreach (var call in step.Calls)
            {
                var reasons = rules.Select(rule => rule.Objection(step.Chain, plan.Accounts[step.Chain], call)).ToArray();
                if (reasons.Contains(null))
                    continue;
                // The rule that came nearest says why.
                var nearest = reasons.MaxBy(reason => reason!.Value.Matched)?.Text ?? "the policy allows nothing";
                wrong.Add(new(Forbidden, step.Id, $"'{step.Description}' calls {call.Function} of {call.To}: {nearest}"));
            }
        }

        foreach (var (token, most) in policy.Spend)
        {
            if (market.Chains.SelectMany(chain => chain.Tokens.Select(known => new TokenId(known.Symbol, chain.Id))).FirstOrDefault(known => $"{known}" == token) is not { Symbol: not null } id)
                throw new TransactionException($"policy: '{token}' is no token of the chain files");
            var limit = most.Of(market.Token(id).Decimals).BaseUnits;
            var spent = plan.Steps.Where(step => TransactionPlanner.Spends(step.Kind) && step.Token == id).Aggregate(BigInteger.Zero, (sum, step) => sum + step.Amount);
            if (spent > limit)
                wrong.Add(new(Spend, null, $"the plan spends {new TokenAmount(spent, market.Token(id).Decimals)} {token}; the policy allows {new TokenAmount(limit, market.Token(id).Decimals)}"));
        }

        return wrong;
    }

    /// <summary>A rule with its function parsed.</summary>
    private sealed class Readied
    {
        private readonly PolicyRule _rule;
        private readonly AbiFunction _function;
        private readonly EvmAddress _contract;
        private readonly Dictionary<string, int> _places = [];

        public Readied(PolicyRule rule)
        {
            _rule = rule;
            try
            {
                (_function, _contract) = (AbiFunction.Parse(rule.Function), EvmAddress.Parse(rule.Contract));
            }
            catch (FormatException wrong)
            {
                throw new TransactionException($"policy rule '{rule.Name}': {wrong.Message}");
            }

            var names = Names(rule.Function);
            for (var i = 0; i < names.Count; i++)
                _places[names[i]] = i;
            foreach (var name in rule.Where.Keys.Concat(rule.AtMost.Keys).Where(name => !_places.ContainsKey(name)))
                throw new TransactionException($"policy rule '{rule.Name}': {rule.Function} has no argument '{name}'; it has {string.Join(", ", names)}");
        }

        /// <summary>Why the rule does not allow a call, and how many of its conditions the call meets; null where it does.</summary>
        public (int Matched, string Text)? Objection(string chain, string account, ContractCall call)
        {
            if (chain != _rule.Chain || EvmAddress.Parse(call.To) != _contract)
                return (0, "no rule allows this contract");
            var data = Convert.FromHexString(call.Data[2..]);
            if (data.Length < 4 || !data.AsSpan(0, 4).SequenceEqual([.. _function.Selector]))
                return (1, "no rule allows this function of the contract");
            object[] arguments;
            try
            {
                arguments = Flat(_function.Inputs, AbiCodec.Decode(_function.Inputs, data.AsSpan(4)));
            }
            catch (AbiException)
            {
                return (2, $"rule '{_rule.Name}': its data are no arguments of the function");
            }

            if (call.Value > _rule.Value)
                return (2, $"rule '{_rule.Name}' lets {_rule.Value} native base units be sent along, not {call.Value}");
            foreach (var (name, wanted) in _rule.Where)
            {
                var expected = wanted == "account" ? account : wanted;
                if (!Same(arguments[_places[name]], expected))
                    return (3, $"rule '{_rule.Name}' wants {name} to be {expected}, not {Shown(arguments[_places[name]])}");
            }

            foreach (var (name, most) in _rule.AtMost)
            {
                if (arguments[_places[name]] is not BigInteger amount || amount > most)
                    return (3, $"rule '{_rule.Name}' wants {name} to be at most {most}, not {Shown(arguments[_places[name]])}");
            }

            return null;
        }

        private static bool Same(object argument, string expected) => argument switch
        {
            EvmAddress address => Address(expected) == address,
            // An account as 32 bytes, as bridges write recipients.
            byte[] { Length: 32 } bytes when Address(expected) is { } recipient => bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 && bytes.AsSpan(12).SequenceEqual(recipient.Bytes),
            _ => Shown(argument).Equals(expected, StringComparison.OrdinalIgnoreCase),
        };

        private static EvmAddress? Address(string text)
        {
            try
            {
                return EvmAddress.Parse(text);
            }
            catch (FormatException)
            {
                return null;
            }
        }

        private static string Shown(object argument) => argument switch
        {
            byte[] bytes => $"0x{Convert.ToHexStringLower(bytes)}",
            BigInteger number => number.ToString(CultureInfo.InvariantCulture),
            bool flag => flag ? "true" : "false",
            object[] parts => $"({string.Join(", ", parts.Select(Shown))})",
            var other => other.ToString()!,
        };

        /// <summary>Arguments with those of tuples in their place.</summary>
        private static object[] Flat(AbiTuple type, object[] arguments) => [.. type.Parts.Zip(arguments).SelectMany(part => part.First is AbiTuple inner ? Flat(inner, (object[])part.Second) : [part.Second])];

        /// <summary>The names of the arguments, tuples' parts in their place.</summary>
        private static List<string> Names(string function)
        {
            var names = new List<string>();
            var inside = function[(function.IndexOf('(', StringComparison.Ordinal) + 1)..];
            foreach (var part in inside.Split([',', '(', ')'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                // "uint256 amount" is an argument; a lone name after a bracket is that of a tuple.
                if (part.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, .., var name])
                    names.Add(name);
            }

            return names;
        }
    }
}
