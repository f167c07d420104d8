using System.Globalization;
using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions.Policies;

/// <summary>A policy rule for an EVM contract; conditions on arguments are checked against the call's data.</summary>
internal sealed class EvmRule : IReadiedRule
{
    private readonly PolicyRule _rule;
    private readonly AbiFunction _function;
    private readonly EvmAddress _contract;
    private readonly Dictionary<string, int> _places = [];

    public EvmRule(PolicyRule rule)
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

        var names = _function.Inputs.LeafNames;
        // A missing or repeated name would make the rule check a different argument than its owner meant.
        if (names.Contains("") || names.Distinct().Count() != names.Count)
            throw new TransactionException($"policy rule '{rule.Name}': {rule.Function} has {names.Count} arguments, but the names {string.Join(", ", names.Where(name => name.Length > 0))}; expected one unique name per argument, and no lists of tuples");
        for (var i = 0; i < names.Count; i++)
            _places[names[i]] = i;
        foreach (var name in rule.Where.Keys.Concat(rule.AtMost.Keys).Where(name => !_places.ContainsKey(name)))
            throw new TransactionException($"policy rule '{rule.Name}': {rule.Function} has no argument '{name}'; it has {string.Join(", ", names)}");
    }

    /// <inheritdoc/>
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
            arguments = _function.Inputs.DecodeLeaves(data.AsSpan(4));
        }
        catch (AbiException)
        {
            return (2, $"rule '{_rule.Name}': the call's data does not match the function's arguments");
        }

        if (call.Value > _rule.Value)
            return (2, $"rule '{_rule.Name}' allows sending {_rule.Value} native base units, not {call.Value}");
        foreach (var (name, wanted) in _rule.Where)
        {
            var expected = wanted == "account" ? account : wanted;
            if (!Same(arguments[_places[name]], expected))
                return (3, $"rule '{_rule.Name}' requires {name} to be {expected}, not {Shown(arguments[_places[name]])}");
        }

        foreach (var (name, most) in _rule.AtMost)
        {
            if (arguments[_places[name]] is not BigInteger amount || amount > most)
                return (3, $"rule '{_rule.Name}' requires {name} to be at most {most}, not {Shown(arguments[_places[name]])}");
        }

        return null;
    }

    private static bool Same(object argument, string expected) => argument switch
    {
        EvmAddress address => Address(expected) == address,
        // Bridges write a recipient as 32 bytes.
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
}
