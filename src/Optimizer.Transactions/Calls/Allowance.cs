using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Allowances of tokens.</summary>
public static class Allowance
{
    /// <summary>Allows exactly an amount; first nothing where the token asks for that.</summary>
    public static IReadOnlyList<ContractCall> Of(Token token, EvmAddress spender, BigInteger amount)
    {
        var contract = EvmAddress.Parse(token.Address!);
        var allow = new Approve { Spender = spender, Value = amount }.Call(contract);
        return token.ResetsAllowance ? [new Approve { Spender = spender }.Call(contract), allow] : [allow];
    }
}
