using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Allowances of tokens.</summary>
public static class Erc20
{
    /// <summary>Allows a contract to take an amount.</summary>
    public static readonly ContractFunction Approve = new("approve(address spender, uint256 value)");

    /// <summary>Allows exactly an amount; first nothing where the token asks for that.</summary>
    public static IReadOnlyList<ContractCall> Allow(Token token, EvmAddress spender, BigInteger amount)
    {
        var contract = EvmAddress.Parse(token.Address!);
        var allow = Approve.Call(contract, 0, spender, amount);
        return token.ResetsAllowance ? [Approve.Call(contract, 0, spender, BigInteger.Zero), allow] : [allow];
    }
}
