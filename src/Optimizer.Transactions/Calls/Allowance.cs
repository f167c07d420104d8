using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Token allowances.</summary>
public static class Allowance
{
    /// <summary>Approves exactly an amount; first resets the allowance to zero if the token requires it.</summary>
    public static IReadOnlyList<ContractCall> Of(Token token, EvmAddress spender, BigInteger amount)
    {
        var contract = EvmAddress.Parse(token.Address!);
        var allow = new Approve { Spender = spender, Value = amount }.Call(contract);
        return token.ResetsAllowance ? [new Approve { Spender = spender }.Call(contract), allow] : [allow];
    }
}
