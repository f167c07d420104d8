using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Chainlink;

/// <summary>The last price of a feed.</summary>
[Function("latestRoundData", typeof(Round))]
public sealed class LatestRoundData : ContractFunction<Round>;

/// <summary>A round of a price feed.</summary>
public sealed class Round
{
    [Parameter("uint80", "roundId", 1)] public BigInteger RoundId { get; init; }

    [Parameter("int256", "answer", 2)] public BigInteger Answer { get; init; }

    [Parameter("uint256", "startedAt", 3)] public BigInteger StartedAt { get; init; }

    [Parameter("uint256", "updatedAt", 4)] public BigInteger UpdatedAt { get; init; }

    [Parameter("uint80", "answeredInRound", 5)] public BigInteger AnsweredInRound { get; init; }
}
