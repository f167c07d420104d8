using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Solidity;

/// <summary>What <c>require</c> and <c>revert</c> return with a text.</summary>
[Function("Error")]
public sealed class RevertError : ContractFunction
{
    [Parameter("string", "reason", 1)] public string Reason { get; init; } = "";
}
