using System.Globalization;
using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>A function of a contract, with the names of its arguments, and calls of it.</summary>
/// <param name="signature">As its ABI has it: <c>approve(address spender, uint256 value)</c>.</param>
public sealed class ContractFunction(string signature)
{
    private readonly AbiFunction _function = AbiFunction.Parse(signature);

    /// <summary>The signature with names.</summary>
    public string Signature => signature;

    /// <summary>What selects it: the first four bytes of the signature's Keccak-256, in hexadecimal.</summary>
    public string Selector => Convert.ToHexStringLower([.. _function.Selector]);

    /// <summary>A call of a contract.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="value">Native base units sent along.</param>
    /// <param name="arguments">In order.</param>
    /// <exception cref="AbiException">An argument does not fit its type.</exception>
    public ContractCall Call(EvmAddress contract, BigInteger value, params object[] arguments) => new()
    {
        To = contract.ToString(),
        Value = value,
        Function = signature,
        Arguments = [.. arguments.Select(Shown)],
        Data = $"0x{Convert.ToHexStringLower(_function.Encode(arguments))}",
    };

    /// <summary>The calldata alone, for calls within calls.</summary>
    public byte[] Encode(params object[] arguments) => _function.Encode(arguments);

    private static string Shown(object argument) => argument switch
    {
        byte[] bytes => $"0x{Convert.ToHexStringLower(bytes)}",
        object[] parts => $"({string.Join(", ", parts.Select(Shown))})",
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        var other => other.ToString()!,
    };
}
