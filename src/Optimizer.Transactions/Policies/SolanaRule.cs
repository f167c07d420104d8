using System.Buffers.Binary;
using System.Numerics;
using Optimizer.Chains.Solana;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions.Policies;

/// <summary>A policy rule for a Solana program. The function is written as in the plan. Conditions refer to the instruction's named
/// accounts, and to amounts, which are the last eight bytes each of the data.</summary>
internal sealed class SolanaRule : IReadiedRule
{
    private readonly PolicyRule _rule;
    private readonly SolanaAddress _program;
    private readonly string[] _arguments;

    public SolanaRule(PolicyRule rule)
    {
        _rule = rule;
        try
        {
            _program = SolanaAddress.Parse(rule.Contract);
        }
        catch (FormatException wrong)
        {
            throw new TransactionException($"policy rule '{rule.Name}': {wrong.Message}");
        }

        if (rule.Function.Split('(') is not [_, var inside] || !inside.EndsWith(')'))
            throw new TransactionException($"policy rule '{rule.Name}': '{rule.Function}' is not a function; expected a name and its arguments in parentheses, such as deposit(lamports)");
        _arguments = inside[..^1].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var name in rule.AtMost.Keys.Where(name => !_arguments.Contains(name)))
            throw new TransactionException($"policy rule '{rule.Name}': {rule.Function} has no argument '{name}'");
    }

    /// <inheritdoc/>
    public (int Matched, string Text)? Objection(string chain, string account, ContractCall call)
    {
        if (chain != _rule.Chain || call.To != $"{_program}")
            return (0, "no rule allows this program");
        // PlanVerifier checks that the data belongs to the function: it rebuilds every call.
        if (call.Function != _rule.Function)
            return (1, "no rule allows this function of the program");
        if (call.Value > _rule.Value)
            return (2, $"rule '{_rule.Name}' allows taking {_rule.Value} lamports, not {call.Value}");
        foreach (var (name, wanted) in _rule.Where)
        {
            var expected = wanted == "account" ? account : wanted;
            if (call.Accounts.FirstOrDefault(named => named.Name == name)?.Address is var named && named != expected)
                return (3, $"rule '{_rule.Name}' requires {name} to be {expected}, not {named ?? "absent"}");
        }

        var data = Convert.FromHexString(call.Data[2..]);
        foreach (var (name, most) in _rule.AtMost)
        {
            var behind = (_arguments.Length - Array.IndexOf(_arguments, name)) * sizeof(ulong);
            if (data.Length < behind || new BigInteger(BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(data.Length - behind))) is var amount && amount > most)
                return (3, $"rule '{_rule.Name}' requires {name} to be at most {most}");
        }

        return null;
    }
}
